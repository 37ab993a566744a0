"""Handing on, breaks, the supervisor's board, and reading along where all see it."""

import pytest

from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk, line, row
from tests.unit.console.tab import Person, text_of

SAID = "sefi ma mori pasaporten"
NOTE = "Ask about <i>the ferry</i>."


@pytest.fixture
def mine(desk: FakeDesk, people: dict[str, Person]) -> FakeDesk:
    desk.put(row(state="held", holder=people["counsellor"].id), line(SAID))
    return desk


async def test_a_talk_goes_to_a_colleague_at_work_with_a_note_for_them_alone(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    bojan = await signed_in("colleague")
    to = f"account:{people['colleague'].id}"
    # Not at work: it stays mine, and is said.
    response = await tab.post("/cases/3-aaaa/release", to=to, note=NOTE)
    assert response.headers["location"] == "/cases/3-aaaa"
    assert "not at work any more" in text_of(await tab.get("/cases/3-aaaa"))
    await bojan.get("/queue")
    page = text_of(await tab.get("/cases/3-aaaa/release"))
    for choice in ("Anybody (back to the queue)", "Supervisor", "Bojan", "Romanian"):
        assert choice in page
    assert "Arta" not in page.split("To whom")[1]
    assert (await tab.post("/cases/3-aaaa/release", to=to, note=NOTE)).headers["location"] == "/queue"
    assert "Handed by Arta to: Bojan" in text_of(await tab.get("/queue"))
    row_of = await bojan.get("/queue")
    assert "Handed to you by Arta" in text_of(row_of)
    assert "ferry" not in row_of.text
    await bojan.post("/cases/3-aaaa/claim")
    page = (await bojan.get("/cases/3-aaaa")).text
    assert "Ask about &lt;i&gt;the ferry&lt;/i&gt;." in page
    assert "ferry" not in (await tab.get("/cases/3-aaaa")).text


@pytest.mark.parametrize("to", ["language:sq", "role:supervisor", ""])
async def test_a_talk_goes_to_a_language_a_supervisor_or_anybody(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person], to: str
) -> None:
    tab = await signed_in("counsellor")
    await tab.post("/cases/3-aaaa/release", to=to)
    assert mine.made("hand_on") == [("3-aaaa", people["counsellor"].id, to, "")]
    if to == "role:supervisor":
        assert "Handed to you" in text_of(await (await signed_in("supervisor")).get("/queue"))


@pytest.mark.parametrize("to", ["account:nobody", "language:xx", "role:editor", "else:x", "account"])
async def test_a_talk_goes_to_nobody_else(signed_in: SignedIn, mine: FakeDesk, to: str) -> None:
    response = await (await signed_in("counsellor")).post("/cases/3-aaaa/release", to=to)
    assert response.status_code == 400
    assert mine.made("hand_on") == []


async def test_a_break_hands_on_and_is_quiet(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    assert "Talks you hold: 1." in text_of(await tab.get("/shift"))
    await tab.post("/shift", what="break")
    assert mine.cases["3-aaaa"].row.state == "waiting"
    assert "What you held is with your colleagues now." in text_of(await tab.get("/shift"))
    queue = await tab.get("/queue")
    assert "You are on a break" in text_of(queue)
    assert 'data-alarm="0"' in queue.text
    await tab.post("/shift", what="back")
    assert 'data-alarm="0"' not in (await tab.get("/queue")).text
    assert (await tab.post("/shift", what="holiday")).status_code == 400
    await tab.post("/shift", what="end")
    page = await tab.get("/shift")
    assert "Your shift is over." in text_of(page)
    assert 'id="leave"' in page.text


async def test_the_board_shows_the_desk_and_no_word_of_a_talk(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    mine.put(row("3-bbbb", language="ro"), line("a secret"))
    await (await signed_in("counsellor")).get("/queue")
    tab = await signed_in("supervisor")
    mine.gone[people["colleague"].id] = "break"
    for path in ("/board", "/board/live"):
        response = await tab.get(path)
        page = text_of(response)
        assert SAID not in response.text
        assert "secret" not in response.text
        for words in ("1 waiting", "1 in danger", "Romanian 1", "Arta", "Bojan On a break", "Talks: 1"):
            assert words in page


async def test_a_supervisor_reads_along_and_all_see_it(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    tab, arta = await signed_in("supervisor"), await signed_in("counsellor")
    assert SAID not in (await tab.get("/cases/3-aaaa")).text
    assert (await tab.post("/cases/3-aaaa/join")).headers["location"] == "/cases/3-aaaa"
    page = await tab.get("/cases/3-aaaa")
    assert SAID in page.text
    assert "textarea" not in page.text
    assert "Reads with you: Carmen" in text_of(await arta.get("/cases/3-aaaa"))
    assert "Also reads: Carmen" in text_of(await arta.get("/queue"))
    await tab.post("/cases/3-aaaa/answer", text="hello", once="f1")
    assert [said.who for said in mine.cases["3-aaaa"].lines] == ["person"]
    await tab.post("/cases/3-aaaa/leave")
    assert SAID not in (await tab.get("/cases/3-aaaa")).text
    mine.change("3-aaaa", state="waiting", holder=None)
    assert (await tab.post("/cases/3-aaaa/join")).headers["location"] == "/board"
    assert "Nobody holds this talk" in text_of(await tab.get("/board"))
