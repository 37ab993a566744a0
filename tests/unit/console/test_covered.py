"""Somebody else may be reading at the person's phone: the counsellor sees it, and sends only knowingly."""

import re

import pytest

from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk, line, row
from tests.unit.console.tab import Person, text_of

HERE = "/cases/3-aaaa"


@pytest.fixture
def mine(desk: FakeDesk, people: dict[str, Person]) -> FakeDesk:
    """A talk that the counsellor holds, with nobody else at the phone."""
    desk.put(row(state="held", holder=people["counsellor"].id), line("he hits me"))
    return desk


def sent(desk: FakeDesk) -> list[str]:
    return [said.text for said in desk.cases["3-aaaa"].lines if said.who == "counsellor"]


async def test_the_counsellor_sees_it_at_once_and_since_when(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    assert "may be reading" not in text_of(await tab.get(HERE))
    mine.change("3-aaaa", covered_at=tab.clock.now() - 200, signals=("silent_signal",))
    for page in (await tab.get(HERE), await tab.live(f"{HERE}/live")):
        assert "Somebody else may be reading the phone, for 3 min now." in text_of(page)
        assert "Silent signal" in text_of(page)
        # The box belongs to the answer's form, wherever it stands.
        assert '<input type="checkbox" name="anyway" value="yes" form="answer">' in page.text
    mine.change("3-aaaa", covered_at=0.0)
    assert "may be reading" not in text_of(await tab.live(f"{HERE}/live"))


async def test_an_answer_needs_a_tick_and_stays_in_the_box_without(
    signed_in: SignedIn, mine: FakeDesk
) -> None:
    tab = await signed_in("counsellor")
    mine.change("3-aaaa", covered_at=tab.clock.now() - 200)
    form = {"text": "Jam këtu.", "once": "f1"}
    refused = await tab.post(f"{HERE}/answer", tab.same_site | {"X-Live": "1"}, **form)
    assert refused.status_code == 409
    assert refused.text.startswith("Not sent: somebody else may be reading the phone.")
    page = await tab.post(f"{HERE}/answer", **form)
    assert page.status_code == 409
    assert "Jam këtu." in page.text.split("<textarea")[1].split("</textarea>")[0]
    assert sent(mine) == []
    # The same form goes once the box is ticked.
    assert (await tab.post(f"{HERE}/answer", **form, anyway="yes")).status_code == 303
    assert sent(mine) == ["Jam këtu."]


async def test_new_words_and_the_cover_are_each_asked_about(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    mine.change("3-aaaa", covered_at=tab.clock.now() - 200)
    form, given = {"text": "Sorry, bye.", "once": "f1"}, tab.same_site | {"X-Live": "1"}
    # A tick made before they wrote again does not send over their new words,
    over_new = await tab.post(f"{HERE}/answer", given, **form, seen="0", anyway="yes")
    assert (over_new.status_code, sent(mine)) == (409, [])
    assert over_new.text.startswith("They have just written something new.")
    seen = over_new.headers["X-Newest"]
    # and that the words were seen does not send it to whoever else may be reading.
    to_others = await tab.post(f"{HERE}/answer", given, **form, seen=seen)
    assert (to_others.status_code, sent(mine)) == (409, [])
    assert to_others.text.startswith("Not sent: somebody else may be reading")
    assert (await tab.post(f"{HERE}/answer", given, **form, seen=seen, anyway="yes")).status_code == 204
    assert sent(mine) == ["Sorry, bye."]


@pytest.mark.parametrize("end", ["close", "bot"])
async def test_the_end_says_that_nothing_is_said(signed_in: SignedIn, mine: FakeDesk, end: str) -> None:
    tab, mark = await signed_in("counsellor"), re.compile(r"<(?:section|div)[^>]* data-covered\b")
    assert not mark.search((await tab.get(f"{HERE}/{end}")).text)
    mine.change("3-aaaa", covered_at=tab.clock.now())
    page = await tab.get(f"{HERE}/{end}")
    assert mark.search(page.text)
    assert "But not now: nothing is sent" in text_of(page)
    assert mark.search((await tab.live(f"{HERE}/live")).text)


async def test_whoever_only_looks_gets_no_box(signed_in: SignedIn, mine: FakeDesk) -> None:
    mine.change("3-aaaa", covered_at=1.0)
    response = await (await signed_in("colleague")).get(HERE)
    assert "may be reading" in text_of(response)
    assert 'name="anyway"' not in response.text


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Somebody may be reading"),
        ("sq", "Dikush mund të lexojë"),
        ("bs", "Možda čita neko drugi"),
        ("ro", "Poate citește altcineva"),
    ],
)
async def test_the_queue_says_so_in_every_language(
    signed_in: SignedIn, desk: FakeDesk, language: str, says: str
) -> None:
    tab = await signed_in("counsellor")
    desk.put(row())
    assert says not in text_of(await tab.get("/queue", **{"accept-language": language}))
    desk.change("3-aaaa", covered_at=tab.clock.now())
    assert says in text_of(await tab.get("/queue", **{"accept-language": language}))
