"""Answers: asked again over new words, safe to text or not, ready words, delivery."""

import re
from pathlib import Path

import pytest

from bot.wording import LANGUAGES
from escalation.cases.answer import as_sent
from escalation.console import quick as quick_answers
from escalation.console.quick import Quick, quick, read
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import NOW, FakeDesk, line, row
from tests.unit.console.tab import Person, text_of

ANSWER = "/cases/3-aaaa/answer"


@pytest.fixture
def mine(desk: FakeDesk, people: dict[str, Person]) -> FakeDesk:
    """A talk that the counsellor holds since a while."""
    held = row(state="held", holder=people["counsellor"].id, claimed_at=NOW - 100, wrote=2)
    desk.put(
        held,
        line("help", at=NOW - 300),
        line("we are here", "counsellor", at=NOW - 200, delivery="failed"),
        line("and now I am", "counsellor", at=NOW - 50, delivery="delivered"),
    )
    return desk


async def test_without_scripts_new_words_are_shown_before_an_answer_goes(
    signed_in: SignedIn, mine: FakeDesk
) -> None:
    tab = await signed_in("counsellor")
    seen = re.findall(r'name="seen" value="([^"]+)"', (await tab.get("/cases/3-aaaa")).text)[0]
    mine.say("3-aaaa", line("he is back", at=NOW))
    response = await tab.post(ANSWER, text="goodbye then", once="f1", seen=seen)
    assert response.status_code == 409
    assert "They have just written something new" in text_of(response)
    assert "he is back" in response.text
    assert ">goodbye then</textarea>" in response.text
    assert mine.made("answer") == []
    again = re.findall(r'name="seen" value="([^"]+)"', response.text)[0]
    assert (await tab.post(ANSWER, text="are you safe", once="f1", seen=again)).status_code == 303
    assert [call[2] for call in mine.made("answer")] == ["are you safe"]


async def test_the_script_is_told_which_words_were_new(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    mine.say("3-aaaa", line("he is back", at=NOW))
    given = tab.same_site | {"X-Live": "1"}
    response = await tab.post(ANSWER, given, text="ok", once="f1", seen=repr(NOW - 300))
    assert (response.status_code, response.headers["x-newest"]) == (409, repr(NOW))
    assert "he is back" not in response.text
    assert (await tab.post(ANSWER, given, text="ok", once="f1", seen=repr(NOW))).status_code == 204
    assert (await tab.post(ANSWER, given, text="ok", once="f2", seen="soon")).status_code == 400


async def test_what_nobody_looks_at_is_not_called_seen(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    away = {"X-Live": "1", "X-Away": "1", "Sec-Fetch-Site": "same-origin"}
    await tab.client.get("/cases/3-aaaa/live", headers=away)
    await tab.get("/cases/3-aaaa/close")
    mine.change("3-aaaa", joined=people["supervisor"].id)
    await (await signed_in("supervisor")).get("/cases/3-aaaa")
    assert mine.made("seen") == []
    await tab.live("/cases/3-aaaa/live")
    assert mine.made("seen") == [("3-aaaa", 2)]


async def test_delivery_and_who_said_it_stand_with_each_line(signed_in: SignedIn, mine: FakeDesk) -> None:
    page = text_of(await (await signed_in("counsellor")).get("/cases/3-aaaa"))
    assert re.search(r"Counsellor \d\d:\d\d not delivered we are here", page)
    assert re.search(r"You \d\d:\d\d arrived and now I am", page)


async def test_an_end_that_was_not_carried_out_is_said(signed_in: SignedIn, mine: FakeDesk) -> None:
    async def ordered(case_id: str, counsellor: str, *, wipe_chat: bool) -> str:
        return "done"

    mine.close = ordered  # type: ignore[method-assign, assignment]
    tab = await signed_in("counsellor")
    await tab.post("/cases/3-aaaa/close")
    assert "The goodbye is on its way" in text_of(await tab.get("/cases/3-aaaa"))
    mine.change("3-aaaa", not_ended=True)
    page = text_of(await tab.get("/cases/3-aaaa"))
    assert "They wrote while you were ending this talk" in page
    assert "help" in page


async def test_safe_to_text_is_kept_with_the_talk(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    assert (await tab.post("/cases/3-aaaa/safe", safe="no")).headers["location"] == "/cases/3-aaaa"
    assert "Not safe to text" in text_of(await tab.get("/cases/3-aaaa"))
    given = tab.same_site | {"X-Live": "1"}
    assert (await tab.post("/cases/3-aaaa/safe", given, safe="yes")).status_code == 204
    assert "Not safe to text" not in text_of(await tab.get("/cases/3-aaaa"))
    assert (await tab.post("/cases/3-aaaa/safe", safe="perhaps")).status_code == 400
    colleague = await signed_in("colleague")
    given = colleague.same_site | {"X-Live": "1"}
    assert (await colleague.post("/cases/3-aaaa/safe", given, safe="no")).status_code == 409


async def test_typing_is_told_to_the_desk(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    await (await signed_in("counsellor")).post("/cases/3-aaaa/typing")
    assert mine.made("typing") == [("3-aaaa", people["counsellor"].id)]


async def test_the_end_shows_what_the_person_will_be_told(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    assert "Biseda mbaroi dhe te ne nuk ka mbetur asgje" in text_of(await tab.get("/cases/3-aaaa/close"))
    mine.change("3-aaaa", language="bcms", script="cyrillic", channel="telegram")
    assert "Разговор је готов и код нас од њега ништа није остало." in text_of(
        await tab.get("/cases/3-aaaa/close")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_quick_answers_are_there_in_every_language_and_fit_two_segments(language: str) -> None:
    from bot.channels.sms.segments import count

    found, english = read(quick_answers.FOLDER / f"{language}.toml"), quick("en")
    assert len(found) == len(english)
    for one in found:
        assert one.title
        assert sum(count(message).segments for message in as_sent(one.text, "sms")) <= 2, one.title
        assert count(as_sent(one.text, "sms")[0]).encoding == "GSM-7", one.title


def test_quick_answers_come_in_the_persons_alphabet() -> None:
    assert quick("bcms", "cyrillic")[1].text.startswith("Верујем ти.")
    assert quick("mk")[1] == quick("bcms")[1]


@pytest.mark.parametrize("spoilt", ["answer = 3", "[[answer]]\ntitle = 'no text'", "[[answer", "", None])
def test_a_file_spoilt_by_an_edit_costs_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str | None
) -> None:
    monkeypatch.setattr(quick_answers, "FOLDER", tmp_path)
    if spoilt is not None:
        (tmp_path / "en.toml").write_text(spoilt, "utf-8")
    assert quick("en") == ()
    (tmp_path / "en.toml").write_text("[[answer]]\ntitle = 'New'\ntext = 'At once.'\n", "utf-8")
    assert quick("en") == (Quick("New", "At once."),)
