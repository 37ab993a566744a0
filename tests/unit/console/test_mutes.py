"""Muting on the pages: asked first, told kindly, in the trail without content, listed and lifted."""

from typing import Any

import pytest

from bot.marks import MUTE_HOURS, Mute
from escalation.console.staff import Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import NOW, FakeDesk, line, row
from tests.unit.console.tab import Person, text_of

SAID = "ti je budall"


@pytest.fixture
def mine(desk: FakeDesk, people: dict[str, Person]) -> FakeDesk:
    desk.put(row(state="held", holder=people["counsellor"].id), line(SAID))
    return desk


async def test_the_question_shows_what_the_person_will_be_told_and_for_how_long(
    signed_in: SignedIn, mine: FakeDesk
) -> None:
    page = await (await signed_in("counsellor")).get("/cases/3-aaaa/mute")
    assert "Mute this person?" in text_of(page)
    assert "Per 8 ore nuk pergjigjemi" in text_of(page)  # as it goes by SMS
    assert "{" not in text_of(page)
    for hours in MUTE_HOURS:
        assert f'<option value="{hours}"' in page.text
    assert SAID not in text_of(page)


async def test_a_mute_ends_the_talk_and_the_trail_says_who_and_not_whom(
    signed_in: SignedIn, mine: FakeDesk, staff: Staff, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    response = await tab.post("/cases/3-aaaa/mute", hours="24")
    assert response.headers["location"] == "/cases/3-aaaa"
    assert mine.made("mute") == [("3-aaaa", people["counsellor"].id, 24, False)]
    page = text_of(await tab.get("/cases/3-aaaa"))
    assert "Closed and erased" in page
    trace = staff.trail(people["counsellor"].id)[0]
    assert (trace.event, trace.detail) == ("muted", "")
    assert "Muted somebody who texts" in text_of(await (await signed_in("administrator")).get("/staff/trail"))


@pytest.mark.parametrize("hours", ["", "0", "2", "25", "-1", "8 ", "eight"])
async def test_no_other_length_is_taken(signed_in: SignedIn, mine: FakeDesk, hours: str) -> None:
    response = await (await signed_in("counsellor")).post("/cases/3-aaaa/mute", hours=hours)
    assert response.status_code == 400
    assert mine.made("mute") == []


async def test_whoever_does_not_hold_it_mutes_nobody_and_leaves_no_trace(
    signed_in: SignedIn, mine: FakeDesk, staff: Staff, people: dict[str, Person]
) -> None:
    tab = await signed_in("colleague")
    await tab.post("/cases/3-aaaa/mute", hours="8")
    assert "3-aaaa" in mine.cases
    assert "muted" not in [trace.event for trace in staff.trail(people["colleague"].id)]


async def test_who_is_muted_is_listed_and_a_mute_can_be_ended(
    signed_in: SignedIn, desk: FakeDesk, staff: Staff, people: dict[str, Person]
) -> None:
    desk.muted = [Mute("ab12", "quiet <i>heron</i>", people["counsellor"].id, NOW + 3600)]
    tab = await signed_in("colleague")
    page = await tab.get("/muted")
    assert "quiet &lt;i&gt;heron&lt;/i&gt;" in page.text
    assert "by Arta" in text_of(page)
    await tab.post("/muted/lift", mute="ab12")
    assert "The mute is ended." in text_of(await tab.get("/muted"))
    assert staff.trail(people["colleague"].id)[0].event == "unmuted"
    await tab.post("/muted/lift", mute="ab12")
    page = await tab.get("/muted")
    assert "over already" in text_of(page)
    assert "Nobody is muted." in text_of(page)
    assert (await tab.post("/muted/lift", mute="../x")).status_code == 400


@pytest.mark.parametrize(
    ("marks", "shown", "hidden"),
    [
        ({"muted": True, "before": True}, "Was muted before", "Wrote in the last 24 hours"),
        ({"before": True}, "Wrote in the last 24 hours", "Was muted before"),
    ],
)
async def test_a_row_and_its_talk_say_what_is_remembered(
    signed_in: SignedIn,
    desk: FakeDesk,
    people: dict[str, Person],
    marks: dict[str, Any],
    shown: str,
    hidden: str,
) -> None:
    desk.put(row(**marks))
    desk.put(row("3-bbbb", state="held", holder=people["counsellor"].id, **marks), line(SAID))
    tab = await signed_in("counsellor")
    assert text_of(await tab.get("/queue")).count(shown) == 2
    page = text_of(await tab.get("/cases/3-bbbb"))
    assert shown in page
    assert hidden not in page
