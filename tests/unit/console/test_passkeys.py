"""Passkeys: adding, signing in with and without a password, and everything that must not get anybody in."""

import json
from typing import Any

import pytest
from redis.asyncio import Redis

from escalation.console.limits import TRIES_OF
from escalation.console.staff import LOCK_AFTER, Staff
from tests.unit.console.authenticator import Authenticator, added, alone, asked, out
from tests.unit.console.tab import Person, Tab, text_of

KNOCK = "hotline-knock"


@pytest.fixture
async def device(here: Tab, people: dict[str, Person]) -> Authenticator:
    """A device with a passkey of the counsellor's."""
    made = Authenticator()
    await added(here, people["counsellor"], made)
    return made


async def test_a_passkey_alone_opens_the_queue(
    here: Tab, device: Authenticator, people: dict[str, Person], staff: Staff
) -> None:
    first = await alone(here, device)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert (await here.get("/queue")).status_code == 200
    assert (staff.trail()[0].event, staff.trail()[0].detail) == ("signed_in", "passkey")
    (kept,) = staff.passkeys.of(people["counsellor"].id)
    assert (kept.name, kept.sign_count, kept.blocked) == ("work phone", 1, False)
    assert (await here.post("/login/passkey/ask")).status_code == 403


async def test_a_passkey_after_the_password_need_not_verify(
    here: Tab, device: Authenticator, people: dict[str, Person]
) -> None:
    arta = people["counsellor"]
    await here.post("/login", name="Arta", password=arta.password)
    assert "Use a passkey" in text_of(await here.get("/login/code"))
    options = await asked(here, "/login/code/passkey/ask")
    assert len(options["allowCredentials"]) == 1
    done = await here.post("/login/code/passkey", credential=device.sign(options, verified=False))
    assert done.headers["location"] == "/"
    assert (await here.get("/queue")).status_code == 200


async def test_several_are_named_listed_and_removed(
    here: Tab, device: Authenticator, people: dict[str, Person], staff: Staff
) -> None:
    arta, key = people["counsellor"], Authenticator(counts=False)
    await added(here, arta, key, "key ring")
    assert (await alone(here, key)).headers["location"] == "/"
    page = text_of(await here.get("/account"))
    assert "work phone" in page
    assert "key ring" in page
    first = staff.passkeys.of(arta.id)[0]
    await here.post("/account/passkeys/remove", id=first.id)
    assert [kept.name for kept in staff.passkeys.of(arta.id)] == ["key ring"]
    await out(here)
    assert (await alone(here, device)).status_code == 401
    assert (await alone(here, key)).headers["location"] == "/"


async def test_nobody_removes_somebody_elses(
    here: Tab, device: Authenticator, people: dict[str, Person], staff: Staff
) -> None:
    await here.sign_in(people["colleague"])
    (kept,) = staff.passkeys.of(people["counsellor"].id)
    await here.post("/account/passkeys/remove", id=kept.id)
    assert staff.passkeys.of(people["counsellor"].id) == [kept]


WRONG: dict[str, dict[str, Any]] = {
    "not verified": {"verified": False},
    "a page of another site": {"origin": "http://evil.example"},
    "another port of this machine": {"origin": "http://localhost:8002"},
    "another site's passkey": {"rp_id": "evil.example"},
    "somebody else's": {"user": b"somebody else"},
    "nobody's": {"user": b""},
    "a spoilt signature": {"spoilt": True},
}


@pytest.mark.parametrize("how", WRONG)
async def test_what_is_not_in_order_opens_nothing(
    here: Tab, device: Authenticator, staff: Staff, how: str
) -> None:
    response = await alone(here, device, **WRONG[how])
    assert response.status_code == 401
    assert "This passkey did not work" in text_of(response)
    assert (await here.get("/queue")).headers["location"] == "/login"
    assert (staff.trail()[0].event, staff.trail()[0].detail) == ("failed", "passkey")
    assert (await alone(here, device)).status_code == 303


async def test_an_answer_is_good_once_and_in_its_own_browser(
    here: Tab, elsewhere: Tab, device: Authenticator
) -> None:
    options = await asked(here, "/login/passkey/ask")
    answer = device.sign(options)
    assert (await elsewhere.post("/login/passkey", credential=answer)).status_code == 401
    await asked(elsewhere, "/login/passkey/ask")
    assert (await elsewhere.post("/login/passkey", credential=answer)).status_code == 401
    assert (await here.post("/login/passkey", credential=answer)).status_code == 303
    await out(here)
    assert (await here.post("/login/passkey", credential=answer)).status_code == 401


async def test_an_answer_that_failed_once_is_not_good_later(here: Tab, device: Authenticator) -> None:
    """The number is gone with the first try, right or wrong."""
    options = await asked(here, "/login/passkey/ask")
    knock = here.client.cookies[KNOCK]
    assert (await here.post("/login/passkey", credential="{}")).status_code == 401
    here.client.cookies.set(KNOCK, knock, domain="localhost.local", path="/")
    assert (await here.post("/login/passkey", credential=device.sign(options))).status_code == 401


async def test_an_answer_comes_too_late(here: Tab, device: Authenticator, store: "Redis") -> None:
    options = await asked(here, "/login/passkey/ask")
    for key in [key async for key in store.scan_iter("hl:{staff}:challenge:*")]:
        assert 0 < await store.ttl(key) <= 180
        await store.expire(key, 0)
    assert (await here.post("/login/passkey", credential=device.sign(options))).status_code == 401


async def test_what_was_signed_for_one_step_is_not_good_for_another(
    here: Tab, device: Authenticator, people: dict[str, Person]
) -> None:
    options = await asked(here, "/login/passkey/ask")
    await here.post("/login", name="Arta", password=people["counsellor"].password)
    await here.get("/login/code")
    assert (await here.post("/login/code/passkey", credential=device.sign(options))).status_code == 401


async def test_a_passkey_of_a_colleague_is_no_second_step(
    here: Tab, device: Authenticator, people: dict[str, Person]
) -> None:
    await here.post("/login", name="Bojan", password=people["colleague"].password)
    assert "Use a passkey" not in text_of(await here.get("/login/code"))
    options = await asked(here, "/login/code/passkey/ask")
    assert (await here.post("/login/code/passkey", credential=device.sign(options))).status_code == 401
    assert (await here.get("/queue")).headers["location"] == "/login"


async def test_a_copied_passkey_opens_nothing_any_more(
    here: Tab, device: Authenticator, people: dict[str, Person], staff: Staff
) -> None:
    for _ in range(3):
        assert (await alone(here, device)).status_code == 303
        await out(here)
    device.count = 1  # as the copy counts
    assert (await alone(here, device)).status_code == 401
    assert staff.trail()[0].event == "passkey_blocked"
    device.count = 100
    assert (await alone(here, device)).status_code == 401
    await here.sign_in(people["counsellor"])
    assert "This passkey was copied" in text_of(await here.get("/account"))


async def test_a_disabled_or_reset_account_is_not_opened(
    here: Tab, device: Authenticator, staff: Staff
) -> None:
    staff.disable("Arta")
    assert (await alone(here, device)).status_code == 401
    staff.enable("Arta")
    assert (await alone(here, device)).status_code == 303
    await out(here)
    staff.reset("Arta")
    assert (await alone(here, device)).status_code == 401


async def test_strangers_wrong_passwords_do_not_stop_a_passkey(
    elsewhere: Tab, device: Authenticator, staff: Staff
) -> None:
    for _ in range(LOCK_AFTER):
        staff.verify_password("Arta", "wrong")
    for _ in range(TRIES_OF["source"]):
        await elsewhere.post("/login", name="Nobody", password="wrong")
    assert (await alone(elsewhere, device)).status_code == 303


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        "[" * 9000,
        '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}',
        "x" * 20_000,
    ],
)
async def test_nonsense_is_answered_calmly(
    here: Tab, device: Authenticator, people: dict[str, Person], nonsense: str
) -> None:
    await asked(here, "/login/passkey/ask")
    assert (await here.post("/login/passkey", credential=nonsense)).status_code == 401
    options = await asked(here, "/login/passkey/ask")
    read = json.loads(device.sign(options))
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        spoilt = read | {"response": read["response"] | {part: nonsense}}
        await asked(here, "/login/passkey/ask")
        assert (await here.post("/login/passkey", credential=json.dumps(spoilt))).status_code == 401
    arta = people["counsellor"]
    await here.sign_in(arta)
    await asked(here, "/account/passkeys/ask", name="phone", password=arta.password)
    assert (await here.post("/account/passkeys", name="phone", credential=nonsense)).status_code == 422
