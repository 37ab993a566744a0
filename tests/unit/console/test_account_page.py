"""Somebody's own account."""

import pytest

from escalation.console.limits import TRIES_OF
from escalation.console.staff import Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.tab import SAME_SITE, Person, text_of

NEW = "four new words here"


async def test_it_says_who_one_is_and_what_happened(signed_in: SignedIn) -> None:
    page = text_of(await (await signed_in("counsellor")).get("/account"))
    for words in ("Arta", "Counsellor", "Albanian, English", "Signed in", "Account made", "Other places: 0"):
        assert words in page


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        (None, NEW, "another one here", "not the same"),
        (None, "tiny9", "tiny9", "too short"),
        ("not the password", NEW, NEW, "was not right"),
    ],
)
async def test_a_password_that_will_not_do_is_not_taken(
    signed_in: SignedIn,
    people: dict[str, Person],
    staff: Staff,
    old: str | None,
    new: str,
    again: str,
    says: str,
) -> None:
    tab, arta = await signed_in("counsellor"), people["counsellor"]
    response = await tab.post("/account/password", old=old or arta.password, new=new, again=again)
    assert response.status_code == 422
    assert says in text_of(response)
    assert new not in response.text
    assert staff.verify_password("Arta", arta.password) == staff.get(arta.id) == arta.account


async def test_a_new_password_ends_every_other_session(
    signed_in: SignedIn, people: dict[str, Person], staff: Staff
) -> None:
    here, there = await signed_in("counsellor"), await signed_in("counsellor")
    await here.post("/account/password", old=people["counsellor"].password, new=NEW, again=NEW)
    assert "The password is changed" in text_of(await here.get("/account"))
    assert (await there.get("/account")).headers["location"] == "/login"
    assert staff.verify_password("Arta", NEW) is not None


async def test_a_new_password_goes_on_under_a_token_that_was_not_there_before(
    signed_in: SignedIn, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    before, form = tab.cookie, tab.token
    await tab.post("/account/password", old=people["counsellor"].password, new=NEW, again=NEW)
    assert tab.cookie != before
    assert (await tab.post("/account/interface", token=form, language="ro")).status_code == 403
    tab.cookie = before
    assert (await tab.get("/account")).headers["location"] == "/login"


async def test_guessing_the_password_in_an_open_session_is_stopped(
    signed_in: SignedIn, people: dict[str, Person], staff: Staff
) -> None:
    tab = await signed_in("counsellor")
    for number in range(TRIES_OF["confirm"]):
        path = ("/account/password", "/account/recovery", "/account/app", "/account/passkeys/ask")[number % 4]
        host = {"host": "localhost:8001"} if path.endswith("ask") else {}
        wrong = await tab.post(
            path, SAME_SITE | host, old="wrong", password="wrong", new=NEW, again=NEW, name="phone"
        )
        assert wrong.status_code == 422
    right = await tab.post("/account/password", old=people["counsellor"].password, new=NEW, again=NEW)
    assert right.status_code == 429
    right = await tab.post("/account/recovery", password=people["counsellor"].password)
    assert "Too many tries" in text_of(right)
    assert staff.recovery_left(people["counsellor"].id) == 0


async def test_signing_out_everywhere_else(signed_in: SignedIn) -> None:
    here, there = await signed_in("counsellor"), await signed_in("counsellor")
    assert "Other places: 1" in text_of(await here.get("/account"))
    await here.post("/account/sessions")
    assert (await there.get("/account")).headers["location"] == "/login"
    assert (await here.get("/account")).status_code == 200


async def test_a_language_that_is_none_changes_nothing(signed_in: SignedIn) -> None:
    tab = await signed_in("counsellor")
    await tab.post("/account/interface", language="../../etc")
    assert 'lang="en"' in (await tab.get("/account")).text
