"""The administrator's pages: making, changing, resetting and ending accounts, and the trail."""

import re

import pytest

from bot.clock import SetClock
from escalation.console.sessions import SessionStore
from escalation.console.staff import LOCK_AFTER, Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk
from tests.unit.console.tab import Person, Tab, text_of

GENERATED = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


@pytest.fixture
async def admin(signed_in: SignedIn) -> Tab:
    return await signed_in("administrator")


@pytest.fixture
def proof(people: dict[str, Person]) -> str:
    """The administrator's own password."""
    return people["administrator"].password


async def test_the_list_says_who_may_sign_in_and_as_what(
    admin: Tab, staff: Staff, people: dict[str, Person]
) -> None:
    staff.disable("Dora")
    staff.invite("Fatos", "editor")
    for _ in range(LOCK_AFTER):
        staff.verify_password("Bojan", "wrong")
    page = text_of(await admin.get("/staff"))
    for words in (
        "Arta Counsellor · Albanian, English Active",
        "Bojan Counsellor · BCMS Rests after wrong tries",
        "Dora Editor Switched off",
        "Emil Administrator Active Last signed in:",
        "Fatos Editor Not set up yet",
    ):
        assert words in page


async def test_a_new_account_begins_with_a_password_shown_once(
    admin: Tab, staff: Staff, proof: str, people: dict[str, Person]
) -> None:
    made = await admin.post(
        "/staff",
        name="Fatos Hoxha",
        role="supervisor",
        password=proof,
        **{"speaks-sq": "yes", "speaks-ro": "yes"},
    )
    assert made.status_code == 200
    found = GENERATED.search(made.text)
    assert found is not None
    account = staff.verify_password("Fatos Hoxha", found[0])
    assert account is not None
    assert (account.role, account.languages) == ("supervisor", ("sq", "ro"))
    assert account.renew_until > 0
    assert staff.trail(account.id)[0].actor == people["administrator"].id
    for path in ("/staff", f"/staff/{account.id}", "/staff/trail"):
        assert found[0] not in (await admin.get(path)).text


@pytest.mark.parametrize(
    ("name", "role", "right", "says"),
    [
        ("Arta", "counsellor", True, "an account of this name already"),
        ("<b>", "counsellor", True, "A name has"),
        ("Fatos", "owner", True, "no such role"),
        ("Fatos", "counsellor", False, "was not right"),
    ],
)
async def test_an_account_that_will_not_do_is_not_made(
    admin: Tab, staff: Staff, proof: str, name: str, role: str, right: bool, says: str
) -> None:
    before = staff.list()
    answer = await admin.post("/staff", name=name, role=role, password=proof if right else "wrong")
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "<b>" not in answer.text
    assert staff.list() == before


async def test_a_reset_shows_a_password_once_and_ends_every_session(
    admin: Tab, signed_in: SignedIn, staff: Staff, proof: str, people: dict[str, Person], desk: FakeDesk
) -> None:
    tab, arta = await signed_in("counsellor"), people["counsellor"]
    assert (await admin.post(f"/staff/{arta.id}/reset", password="wrong")).status_code == 422
    assert (await tab.get("/queue")).status_code == 200
    answer = await admin.post(f"/staff/{arta.id}/reset", password=proof)
    found = GENERATED.search(answer.text)
    assert found is not None
    assert (await tab.get("/queue")).headers["location"] == "/login"
    assert desk.made("absent") == [(arta.id,)]
    assert staff.verify_password("Arta", arta.password) is None
    assert staff.verify_password("Arta", found[0]) is not None
    assert found[0] not in (await admin.get(f"/staff/{arta.id}")).text


async def test_role_and_languages_are_changed_and_a_new_role_signs_out(
    admin: Tab, signed_in: SignedIn, staff: Staff, proof: str, people: dict[str, Person]
) -> None:
    tab, arta = await signed_in("counsellor"), people["counsellor"]
    await admin.post(f"/staff/{arta.id}/languages", **{"speaks-ro": "yes"})
    assert (await tab.get("/queue")).status_code == 200
    assert (await admin.post(f"/staff/{arta.id}/role", role="editor", password="")).status_code == 422
    await admin.post(f"/staff/{arta.id}/role", role="editor", password=proof)
    changed = staff.get(arta.id)
    assert changed is not None
    assert (changed.role, changed.languages) == ("editor", ("ro",))
    assert (await tab.get("/account")).headers["location"] == "/login"
    assert "Saved." in text_of(await admin.get(f"/staff/{arta.id}"))


async def test_switched_off_and_on_and_a_rest_is_ended(
    admin: Tab, signed_in: SignedIn, staff: Staff, people: dict[str, Person]
) -> None:
    tab, arta = await signed_in("counsellor"), people["counsellor"]
    await admin.post(f"/staff/{arta.id}/disable")
    assert (await tab.get("/queue")).headers["location"] == "/login"
    assert staff.verify_password("Arta", arta.password) is None
    await admin.post(f"/staff/{arta.id}/enable")
    for _ in range(LOCK_AFTER):
        staff.verify_password("Arta", "wrong")
    assert staff.verify_password("Arta", arta.password) is None
    await admin.post(f"/staff/{arta.id}/unlock")
    assert staff.verify_password("Arta", arta.password) is not None


async def test_sessions_are_ended_from_here(
    admin: Tab, signed_in: SignedIn, sessions: SessionStore, people: dict[str, Person]
) -> None:
    tab, who = await signed_in("counsellor"), people["counsellor"].id
    await admin.post(f"/staff/{who}/sessions")
    assert await sessions.open_sessions(who) == 0
    assert (await tab.get("/queue")).headers["location"] == "/login"
    await admin.post(f"/staff/{people['administrator'].id}/sessions")
    assert (await admin.get("/staff")).status_code == 200


@pytest.mark.parametrize("what", ["role", "disable", "reset"])
async def test_nobody_takes_their_own_account_away(
    admin: Tab, staff: Staff, proof: str, people: dict[str, Person], what: str
) -> None:
    staff.add("Fran", "administrator")
    emil = people["administrator"]
    answer = await admin.post(f"/staff/{emil.id}/{what}", role="editor", password=proof)
    assert answer.status_code == 422
    assert "another administrator" in text_of(answer)
    assert staff.get(emil.id) == emil.account


async def test_the_last_administrator_stays_whoever_asks(
    admin: Tab, signed_in: SignedIn, staff: Staff, people: dict[str, Person], clock: SetClock, proof: str
) -> None:
    """Two of them in a race: the second one is told."""
    fran = staff.add("Fran", "administrator").account
    staff.disable("Emil", by=fran.id)
    staff.enable("Emil")
    staff.reset("Emil")
    page = await admin.post(f"/staff/{fran.id}/disable")
    assert page.headers["location"] == "/login"
    assert staff.get(fran.id) == fran


async def test_the_trail_shows_who_did_what_and_no_address(
    admin: Tab, staff: Staff, people: dict[str, Person]
) -> None:
    arta, emil = people["counsellor"], people["administrator"]
    staff.set_role("Arta", "supervisor", by=emil.id)
    staff.verify_password("some stranger", "x")
    page = await admin.get("/staff/trail")
    text = text_of(page)
    assert "Arta Role changed (Supervisor) Emil" in text
    assert "– Wrong try with an unknown name –" in text
    assert "Arta Account made (Counsellor) Command line" in text
    assert "Emil Signed in (with a code)" in text
    assert "some stranger" not in text
    assert "127.0.0.1" not in text
    one = text_of(await admin.get(f"/staff/{arta.id}"))
    assert "Role changed (Supervisor) by Emil" in one
    assert "unknown name" not in one


async def test_an_account_that_is_not_there_is_not_found(admin: Tab, proof: str) -> None:
    assert (await admin.get("/staff/nobody")).status_code == 404
    for what in ("role", "languages", "disable", "enable", "unlock", "reset", "sessions"):
        assert (await admin.post(f"/staff/nobody/{what}", password=proof)).status_code == 404
