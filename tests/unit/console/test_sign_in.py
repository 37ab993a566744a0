"""Signing in and out, and everything that should not get anybody in."""

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from bot.clock import SetClock
from escalation.console.app import ConsoleSettings, create_app
from escalation.console.limits import TRIES_OF
from escalation.console.sessions import SessionStore
from escalation.console.staff import LOCK_AFTER, Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk
from tests.unit.console.tab import Person, Tab, text_of

WRONG = "This did not work. Check your name and password."
WRONG_CODE = "This code did not work."


def cookies(response: httpx.Response) -> dict[str, str]:
    """What a response sets, by name."""
    return {found.split("=", 1)[0]: found for found in response.headers.get_list("set-cookie")}


def cookie(response: httpx.Response) -> str:
    return cookies(response).get("hotline-session", "")


async def test_password_then_code_opens_the_queue(
    stranger: Tab, people: dict[str, Person], clock: SetClock
) -> None:
    arta = people["counsellor"]
    first = await stranger.post("/login", name="arta", password=arta.password)
    assert (first.status_code, first.headers["location"]) == (303, "/login/code")
    await stranger.get("/login/code")
    second = await stranger.post("/login/code", code=arta.code(clock))
    assert (second.status_code, second.headers["location"]) == (303, "/")
    assert (await stranger.get("/")).headers["location"] == "/queue"
    assert (await stranger.get("/queue")).status_code == 200


async def test_people_without_a_desk_land_on_their_account(signed_in: SignedIn) -> None:
    for who, path in (("editor", "/account"), ("administrator", "/staff")):
        tab = await signed_in(who)
        assert (await tab.get("/")).headers["location"] == path


async def test_a_password_alone_opens_nothing(
    stranger: Tab, people: dict[str, Person], desk: FakeDesk
) -> None:
    await stranger.post("/login", name="Arta", password=people["counsellor"].password)
    for path in ("/", "/queue", "/queue/live", "/account", "/events", "/cases/3-aaaa"):
        response = await stranger.get(path)
        assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert desk.calls == []


async def test_every_wrong_way_gets_the_same_answer(
    stranger: Tab, staff: Staff, people: dict[str, Person], clock: SetClock
) -> None:
    staff.disable("Dora")
    for _ in range(LOCK_AFTER):
        staff.verify_password("Bojan", "not the password")
    tries = [
        ("Nobody", "whatever it is"),
        ("Arta", "not the password"),
        ("Dora", people["editor"].password),
        ("Bojan", people["colleague"].password),
        ("", ""),
    ]
    answers = [await stranger.post("/login", name=name, password=password) for name, password in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert WRONG in text_of(answers[0])
    assert all(not cookie(answer) for answer in answers)


async def test_a_code_works_once(signed_in: SignedIn, stranger: Tab, people: dict[str, Person]) -> None:
    await signed_in("counsellor")
    arta = people["counsellor"]
    await stranger.post("/login", name="Arta", password=arta.password)
    await stranger.get("/login/code")
    again = await stranger.post("/login/code", code=arta.code(stranger.clock))
    assert again.status_code == 401
    assert WRONG_CODE in text_of(again)
    assert (await stranger.get("/queue")).headers["location"] == "/login"


async def test_five_wrong_codes_and_it_begins_again(stranger: Tab, people: dict[str, Person]) -> None:
    arta = people["counsellor"]
    await stranger.post("/login", name="Arta", password=arta.password)
    await stranger.get("/login/code")
    answers = [await stranger.post("/login/code", code="000000") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 303]
    late = await stranger.post("/login/code", code=arta.code(stranger.clock))
    assert (late.status_code, late.headers["location"]) == (303, "/login")
    assert (await stranger.get("/queue")).headers["location"] == "/login"


async def test_a_name_has_to_wait_after_wrong_tries_known_or_not(
    stranger: Tab, people: dict[str, Person]
) -> None:
    for name in ("Nobody", "arta"):
        for _ in range(TRIES_OF["pair"]):
            assert (await stranger.post("/login", name=name, password="wrong")).status_code == 401
        assert (await stranger.post("/login", name=name, password="wrong")).status_code == 429
    right = await stranger.post("/login", name="Arta", password=people["counsellor"].password)
    assert right.status_code == 429
    assert not cookie(right)


async def test_a_source_has_to_wait_after_wrong_tries_of_many_names(stranger: Tab) -> None:
    answers = [
        await stranger.post("/login", name=f"Nobody {number}", password="wrong")
        for number in range(TRIES_OF["source"] + 1)
    ]
    assert [answer.status_code for answer in answers] == [401] * TRIES_OF["source"] + [429]


async def test_signing_in_makes_a_session_that_was_not_there_before(
    stranger: Tab, people: dict[str, Person], clock: SetClock, store: "Redis"
) -> None:
    planted = "A" * 43
    stranger.cookie = planted
    arta = people["counsellor"]
    tokens = [planted]
    await stranger.post("/login", name="Arta", password=arta.password)
    tokens.append(stranger.cookie)
    await stranger.get("/login/code")
    await stranger.post("/login/code", code=arta.code(clock))
    tokens.append(stranger.cookie)
    assert len(set(tokens)) == 3
    sessions = [key async for key in store.scan_iter("hl:{staff}:session:*")]
    assert len(sessions) == 1
    for old in tokens[:2]:
        stranger.cookie = old
        assert (await stranger.get("/queue")).headers["location"] == "/login"


async def test_the_form_token_of_the_first_step_is_no_good_afterwards(
    stranger: Tab, people: dict[str, Person], clock: SetClock
) -> None:
    arta = people["counsellor"]
    await stranger.post("/login", name="Arta", password=arta.password)
    await stranger.get("/login/code")
    halfway = stranger.token
    await stranger.post("/login/code", code=arta.code(clock))
    stranger.token = halfway
    assert (await stranger.post("/queue/take")).status_code == 403


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [
        ("http://127.0.0.1:8001", "hotline-session", False),
        ("https://console.example.org", "__Host-hotline-session", True),
    ],
)
async def test_the_cookie_is_bound_as_far_as_it_can_be(
    desk: FakeDesk,
    staff: Staff,
    sessions: SessionStore,
    people: dict[str, Person],
    clock: SetClock,
    url: str,
    name: str,
    secure: bool,
) -> None:
    tab = Tab(create_app(desk, staff, sessions, ConsoleSettings(url=url, clock=clock)), clock, url)
    mark = name.replace("session", "known")
    for expected, response in (
        ({name}, await tab.post("/login", name="Arta", password=people["counsellor"].password)),
        ({name, mark}, await tab.sign_in(people["counsellor"])),
    ):
        assert set(cookies(response)) == expected
        for which, value in cookies(response).items():
            parts = [part.strip().lower() for part in value.split(";")]
            assert {"httponly", "path=/", "samesite=strict"} <= set(parts)
            assert ("secure" in parts) == secure
            # For this host only; the session for as long as the browser is open only.
            assert not any(part.startswith("domain") for part in parts)
            assert any(part.startswith(("max-age", "expires")) for part in parts) == (which == mark)
    assert ("strict-transport-security" in response.headers) == secure
    await tab.client.aclose()


async def test_signing_out_ends_the_session_on_the_server(
    signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person], staff: Staff
) -> None:
    tab = await signed_in("counsellor")
    token = tab.cookie
    out = await tab.post("/logout")
    assert (out.status_code, out.headers["location"]) == (303, "/login")
    assert "session=" in cookie(out)
    assert "storage" in out.headers["clear-site-data"]
    assert desk.made("absent") == [(people["counsellor"].id,)]
    tab.cookie = token
    assert (await tab.get("/queue")).headers["location"] == "/login"
    assert staff.trail(people["counsellor"].id)[0].event == "signed_out"


async def test_one_of_two_sign_ins_ended_is_not_off_duty(signed_in: SignedIn, desk: FakeDesk) -> None:
    laptop, phone = await signed_in("counsellor"), await signed_in("counsellor")
    await phone.post("/logout")
    assert desk.made("absent") == []
    assert (await laptop.get("/queue")).status_code == 200


@pytest.mark.parametrize("how", ["disabled", "revoked", "idle", "old"])
async def test_an_ended_session_sees_nothing_from_the_next_request_on(
    signed_in: SignedIn,
    staff: Staff,
    sessions: SessionStore,
    people: dict[str, Person],
    store: "Redis",
    how: str,
) -> None:
    tab = await signed_in("counsellor")
    if how == "disabled":
        staff.disable("Arta")
    elif how == "revoked":
        await sessions.drop_all(people["counsellor"].id)
    elif how == "idle":
        for key in [key async for key in store.scan_iter("hl:{staff}:session:*")]:
            await store.expire(key, 0)
    else:
        tab.clock.move(8 * 3600)
    assert (await tab.get("/queue")).headers["location"] == "/login"
    assert (await tab.live("/queue/live")).status_code == 401
    assert (await tab.post("/queue/take")).headers["location"] == "/login"


async def test_a_role_taken_away_is_gone_at_once(signed_in: SignedIn, staff: Staff) -> None:
    tab = await signed_in("counsellor")
    staff.set_role("Arta", "editor")
    assert (await tab.get("/queue")).headers["location"] == "/login"


async def test_the_sign_in_page_speaks_the_browsers_language(stranger: Tab, app: Starlette) -> None:
    assert "Fjalëkalimi" in (await stranger.get("/login", **{"Accept-Language": "sq"})).text
    assert 'lang="ro"' in (await stranger.get("/login", **{"Accept-Language": "ro-MD"})).text


async def test_somebody_signed_in_needs_no_sign_in_page(signed_in: SignedIn) -> None:
    tab = await signed_in("counsellor")
    assert (await tab.get("/login")).headers["location"] == "/"
    assert (await tab.get("/login/code")).status_code == 403
