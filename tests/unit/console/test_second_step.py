"""Beginning with a first password, recovery codes, new apps, several places, strangers who lock out."""

import html
import re

import pyotp
import pytest
from starlette.applications import Starlette

from bot.clock import SetClock
from escalation.console.limits import TRIES_OF
from escalation.console.sessions import SessionStore
from escalation.console.staff import LOCK_AFTER, Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.tab import Person, Tab, text_of

NEW = "four new words here"
RECOVERY = re.compile(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>")


def secret_of(page: str) -> str:
    found = re.search(r'class="secret[^>]*>([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def code_of(secret: str, clock: SetClock) -> str:
    return str(pyotp.TOTP(secret).at(int(clock.now())))


async def test_somebody_invited_sets_up_their_account_and_is_in(
    stranger: Tab, staff: Staff, clock: SetClock
) -> None:
    invited = staff.invite("Fatos", "counsellor", ("sq",))
    first = await stranger.post("/login", name="Fatos", password=invited.password)
    assert first.headers["location"] == "/login/renew"
    assert (await stranger.get("/login")).headers["location"] == "/login/renew"
    assert (await stranger.get("/queue")).headers["location"] == "/login"
    page = await stranger.get("/login/renew")
    secret = secret_of(page.text)
    assert "<svg" in page.text
    for given, says in (
        ({"new": NEW, "again": "other words entirely", "code": code_of(secret, clock)}, "not the same"),
        ({"new": "short", "again": "short", "code": code_of(secret, clock)}, "too short"),
        ({"new": NEW, "again": NEW, "code": "000000"}, "not right"),
    ):
        wrong = await stranger.post("/login/renew", **given)
        assert wrong.status_code == 422
        assert says in text_of(wrong)
        assert NEW not in wrong.text
    before = stranger.cookie
    done = await stranger.post("/login/renew", new=NEW, again=NEW, code=code_of(secret, clock))
    assert done.status_code == 200
    codes = RECOVERY.findall(done.text)
    assert len(codes) == 10
    assert stranger.cookie != before
    assert (await stranger.get("/queue")).status_code == 200
    assert staff.recovery_left(invited.account.id) == 10
    assert staff.verify_recovery(invited.account.id, codes[0]) is not None
    assert secret not in (await stranger.get("/account")).text


async def test_wrong_codes_while_setting_up_run_out(stranger: Tab, staff: Staff) -> None:
    invited = staff.invite("Fatos", "counsellor")
    await stranger.post("/login", name="Fatos", password=invited.password)
    await stranger.get("/login/renew")
    answers = [await stranger.post("/login/renew", new=NEW, again=NEW, code="000000") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [303]
    assert (await stranger.get("/login/renew")).headers["location"] == "/login"


async def test_a_recovery_code_opens_once(
    stranger: Tab, people: dict[str, Person], staff: Staff, clock: SetClock
) -> None:
    arta = people["counsellor"]
    codes = staff.new_recovery(arta.id)
    await stranger.post("/login", name="Arta", password=arta.password)
    assert "Use a recovery code" in text_of(await stranger.get("/login/code"))
    wrong = await stranger.post("/login/recovery", code="aaaaa-aaaaa")
    assert wrong.status_code == 401
    assert "recovery code did not work" in text_of(wrong)
    assert (await stranger.post("/login/recovery", code=codes[0])).headers["location"] == "/"
    assert "Recovery codes left: 9" in text_of(await stranger.get("/account"))
    await stranger.post("/logout")
    await stranger.post("/login", name="Arta", password=arta.password)
    await stranger.get("/login/code")
    assert (await stranger.post("/login/recovery", code=codes[0])).status_code == 401


async def test_whoever_has_none_is_not_asked_for_a_recovery_code(
    stranger: Tab, people: dict[str, Person]
) -> None:
    await stranger.post("/login", name="Arta", password=people["counsellor"].password)
    assert "Use a recovery code" not in text_of(await stranger.get("/login/code"))


async def test_halfway_one_can_begin_again(stranger: Tab, people: dict[str, Person]) -> None:
    await stranger.post("/login", name="Arta", password=people["counsellor"].password)
    await stranger.get("/login/code")
    assert (await stranger.post("/logout")).headers["location"] == "/login"
    assert (await stranger.get("/login")).status_code == 200


async def test_fresh_recovery_codes_need_the_password(
    signed_in: SignedIn, people: dict[str, Person], staff: Staff
) -> None:
    tab, arta = await signed_in("editor"), people["editor"]
    assert (await tab.post("/account/recovery", password="wrong")).status_code == 422
    shown = RECOVERY.findall((await tab.post("/account/recovery", password=arta.password)).text)
    assert len(shown) == 10
    assert shown[0] not in (await tab.get("/account")).text
    assert staff.verify_recovery(arta.id, shown[3]) is not None


async def test_a_new_phone_is_set_up_with_the_old_session(
    signed_in: SignedIn, people: dict[str, Person], staff: Staff, clock: SetClock
) -> None:
    tab, elsewhere, arta = await signed_in("counsellor"), await signed_in("counsellor"), people["counsellor"]
    assert (await tab.get("/account/app")).headers["location"] == "/account"
    assert (await tab.post("/account/app", password="wrong")).status_code == 422
    assert (await tab.get("/account/app")).headers["location"] == "/account"
    await tab.post("/account/app", password=arta.password)
    secret = secret_of((await tab.get("/account/app")).text)
    assert (await tab.post("/account/app/code", code="000000")).status_code == 422
    clock.move(30)
    assert staff.verify_code(arta.id, arta.code(clock)) is not None
    await tab.post("/account/app/code", code=code_of(secret, clock))
    assert "the new app" in text_of(await tab.get("/account"))
    assert (await elsewhere.get("/account")).headers["location"] == "/login"
    clock.move(30)
    assert staff.verify_code(arta.id, arta.code(clock)) is None
    assert staff.verify_code(arta.id, code_of(secret, clock)) is not None


async def test_the_own_places_are_listed_and_ended_one_by_one(
    app: Starlette, clock: SetClock, people: dict[str, Person]
) -> None:
    agents = {
        "Firefox, Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Safari, iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
        "Edge, Windows": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0",
    }
    tabs = {}
    for label, agent in agents.items():
        tabs[label] = Tab(app, clock)
        tabs[label].client.headers["user-agent"] = agent
        await tabs[label].sign_in(people["counsellor"])
    here = tabs["Firefox, Linux"]
    page = await here.get("/account")
    for label in agents:
        assert label in text_of(page)
    assert "Firefox, Linux this device" in text_of(page)
    assert "Mozilla" not in page.text
    ends = dict(
        re.findall(r'name="id" value="(\w{16})">\s*<button[^>]*aria-label="Sign out: ([^"]+)"', page.text)
    )
    by_label = {html.unescape(label): session for session, label in ends.items()}
    assert set(by_label) == {"Safari, iPhone", "Edge, Windows"}
    await here.post("/account/sessions/end", id=by_label["Safari, iPhone"])
    await here.post("/account/sessions/end", id="nobody's")
    for label, status in (("Safari, iPhone", 303), ("Edge, Windows", 200), ("Firefox, Linux", 200)):
        assert (await tabs[label].get("/account")).status_code == status
    for tab in tabs.values():
        await tab.client.aclose()


async def test_strangers_do_not_lock_a_counsellor_out_of_their_own_browser(
    app: Starlette, signed_in: SignedIn, people: dict[str, Person], staff: Staff, clock: SetClock
) -> None:
    """Whatever many others try from wherever: who signed in here before still does."""
    tab, arta = await signed_in("counsellor"), people["counsellor"]
    await tab.post("/logout")
    stranger = Tab(app, clock)
    for _ in range(TRIES_OF["pair"] + 1):
        last = await stranger.post("/login", name="Arta", password="wrong")
    assert last.status_code == 429
    for _ in range(LOCK_AFTER):
        staff.verify_password("Arta", "wrong")
    assert staff.verify_password("Arta", arta.password) is None
    assert (await tab.sign_in(arta)).headers["location"] == "/"
    await stranger.client.aclose()


async def test_the_mark_of_a_browser_is_for_one_account_and_guesses_are_counted(
    signed_in: SignedIn, people: dict[str, Person], staff: Staff
) -> None:
    tab = await signed_in("counsellor")
    await tab.post("/logout")
    answers = [
        await tab.post("/login", name="Arta", password="wrong") for _ in range(TRIES_OF["browser"] + 1)
    ]
    assert [answer.status_code for answer in answers] == [401] * TRIES_OF["browser"] + [429]
    # Elsewhere its owner goes on; and for another account it is a stranger's browser like any.
    for _ in range(LOCK_AFTER):
        staff.verify_password("Bojan", "wrong")
    assert (await tab.post("/login", name="Bojan", password=people["colleague"].password)).status_code == 401


@pytest.mark.parametrize("how", ["cut", "other account", "reset", "old"])
async def test_a_mark_that_is_not_ours_any_more_is_worth_nothing(
    signed_in: SignedIn,
    sessions: SessionStore,
    people: dict[str, Person],
    staff: Staff,
    clock: SetClock,
    how: str,
) -> None:
    arta = people["counsellor"].account
    mark = sessions.familiar.mark(arta)
    assert sessions.familiar.browser(mark, arta)
    if how == "cut":
        mark = mark[:-1] + ("0" if mark[-1] != "0" else "1")
    elif how == "other account":
        arta = people["colleague"].account
    elif how == "reset":
        arta = staff.reset("Arta").account
    else:
        clock.move(91 * 86_400)
    assert sessions.familiar.browser(mark, arta) is None
    for nonsense in ("", ".", "a.b.c.d.e", "ü" * 10):
        assert sessions.familiar.browser(nonsense, arta) is None
