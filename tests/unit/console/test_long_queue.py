"""A queue of hundreds: who is next and who came last are in sight, everybody is counted."""

import re

import pytest

from escalation.console.views.queue import LATEST, NEXT, OTHERS
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import NOW, FakeDesk, row
from tests.unit.console.tab import text_of

WAITING, HELD = 300, 200


@pytest.fixture
def crowded(desk: FakeDesk) -> FakeDesk:
    for number in range(1, WAITING + 1):
        opened = NOW - 10_000 + number
        desk.put(row(f"3-w{number}", alias=f"waiting {number}x", place=number, opened_at=opened))
    for number in range(HELD):
        desk.put(row(f"3-h{number}", alias=f"held {number}x", state="held", holder="somebody", place=0))
    return desk


def rows(page: str) -> list[str]:
    return re.findall(r"<h3><bdi>([^<]+)</bdi>", page)


async def test_who_is_next_and_who_came_last_are_shown(signed_in: SignedIn, crowded: FakeDesk) -> None:
    page = await (await signed_in("counsellor")).get("/queue")
    assert rows(page.text) == [
        *(f"waiting {number}x" for number in range(1, NEXT + 1)),
        *(f"waiting {WAITING - number}x" for number in range(LATEST)),
        *(f"held {number}x" for number in range(OTHERS)),
    ]
    assert f"More waiting: {WAITING - NEXT - LATEST}." in text_of(page)
    assert f"More with colleagues: {HELD - OTHERS}." in text_of(page)
    assert f"{WAITING} waiting {WAITING} in danger 0 yours {HELD} with colleagues" in text_of(page)


async def test_somebody_new_is_in_sight_wherever_their_place(signed_in: SignedIn, crowded: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    crowded.put(row("3-new", alias="new one", place=WAITING + 1, opened_at=NOW))
    page = (await tab.get("/queue/live")).text
    assert "new one" in rows(page)
    assert 'id="claim-3-new"' in page


async def test_words_are_opened_only_of_what_is_shown(signed_in: SignedIn, crowded: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    crowded.calls.clear()
    await tab.get("/queue/live")
    assert crowded.made("opened") == [(NEXT + LATEST + OTHERS,)]


async def test_all_of_it_can_be_shown(signed_in: SignedIn, crowded: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    page = (await tab.get("/queue?all=1&language=sq")).text
    assert len(rows(page)) == WAITING + HELD
    live = re.search(r'data-live="([^"]+)"', page)
    assert live is not None
    assert live[1] == "/queue/live?language=sq&amp;all=1"
    assert len(rows((await tab.get("/queue/live?language=sq&all=1")).text)) == WAITING + HELD


async def test_a_filter_leaves_the_count_of_what_it_hides_out(signed_in: SignedIn, crowded: FakeDesk) -> None:
    for number in range(3):
        crowded.put(row(f"3-ro{number}", alias=f"ro {number}x", language="ro", place=WAITING + number))
    page = await (await signed_in("counsellor")).get("/queue?language=ro")
    assert rows(page.text)[:3] == ["ro 0x", "ro 1x", "ro 2x"]
    assert "More waiting" not in text_of(page)


async def test_other_pages_fetch_counts_and_no_row(signed_in: SignedIn, crowded: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    whole, brief = (await tab.get("/queue/live")).text, (await tab.get("/queue/live?brief=1")).text
    marks = re.compile(r' data-(waiting|ids|alarm|words)="([^"]*)"')
    assert marks.findall(brief) == marks.findall(whole)
    assert len(dict(marks.findall(brief))["ids"].split()) == WAITING
    assert rows(brief) == []
    assert "passport" not in brief
