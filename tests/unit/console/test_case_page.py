"""One talk: who may read it, answering, handing on, closing."""

import re

import pytest

from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import NOW, FakeDesk, line, row
from tests.unit.console.tab import Person, Tab, text_of

SAID = "sefi ma mori pasaporten"


@pytest.fixture
def mine(desk: FakeDesk, people: dict[str, Person]) -> FakeDesk:
    """A talk that the counsellor holds."""
    desk.put(
        row(state="held", holder=people["counsellor"].id),
        line("pershendetje", at=NOW - 400),
        line("Përshëndetje!", "bot", at=NOW - 399, delivery="delivered"),
        line(SAID, risk="danger", reasons=("Somebody holds their passport.",)),
    )
    return desk


def once(page: str) -> str:
    return str(re.findall(r'name="once" value="([^"]+)"', page)[0])


async def answer(tab: Tab, text: str, **fields: str) -> int:
    response = await tab.post("/cases/3-aaaa/answer", text=text, **({"once": "f1"} | fields))
    return response.status_code


async def test_the_holder_reads_all_of_it(signed_in: SignedIn, mine: FakeDesk) -> None:
    response = await (await signed_in("counsellor")).get("/cases/3-aaaa")
    page = text_of(response)
    for words in (
        SAID,
        "Përshëndetje!",
        "arrived",
        "Danger Somebody holds their passport.",
        "Your answer",
        "Send",
    ):
        assert words in page
    for control in ("Hand on", "Give back to the bot", "Close the talk"):
        assert control in page
    assert 'class="line person level-danger"' in response.text
    assert 'role="log"' in response.text
    assert "<title>Talk · Hotline</title>" in response.text


@pytest.mark.parametrize("who", ["colleague", "supervisor"])
async def test_nobody_else_reads_a_held_talk(signed_in: SignedIn, mine: FakeDesk, who: str) -> None:
    tab = await signed_in(who)
    for path in ("/cases/3-aaaa", "/cases/3-aaaa/live"):
        response = await tab.get(path)
        assert "A colleague has this talk: Arta" in text_of(response)
        assert SAID not in response.text
        assert "textarea" not in response.text
    for path in ("/cases/3-aaaa/close", "/cases/3-aaaa/bot"):
        assert (await tab.get(path)).headers["location"] == "/cases/3-aaaa"


@pytest.mark.parametrize("what", ["answer", "release", "bot", "close"])
@pytest.mark.parametrize("who", ["colleague", "supervisor"])
async def test_nobody_else_acts_on_a_held_talk(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person], who: str, what: str
) -> None:
    tab = await signed_in(who)
    await tab.post(f"/cases/3-aaaa/{what}", text="hello", once="f1")
    assert mine.cases["3-aaaa"].row.holder == people["counsellor"].id
    assert [said.text for said in mine.cases["3-aaaa"].lines if said.who == "counsellor"] == []
    assert "not with you" in text_of(await tab.get("/queue"))


async def test_a_waiting_talk_shows_why_but_no_line(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row(), line(SAID))
    response = await (await signed_in("counsellor")).get("/cases/3-aaaa")
    assert "Somebody holds their passport." in text_of(response)
    assert "Claim quiet heron" in text_of(response)
    assert SAID not in response.text


async def test_claiming_opens_it(signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person]) -> None:
    desk.put(row(), line(SAID))
    tab = await signed_in("counsellor")
    response = await tab.post("/cases/3-aaaa/claim")
    assert (response.status_code, response.headers["location"]) == (303, "/cases/3-aaaa")
    assert desk.made("claim") == [("3-aaaa", people["counsellor"].id, "")]
    assert SAID in (await tab.get("/cases/3-aaaa")).text


async def test_hostile_text_is_shown_and_does_nothing(
    signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person]
) -> None:
    hostile = (
        "</p><script>alert(1)</script><a href='javascript:x'>\u202eevil\u2066\x00\u200b{{ 7*7 }}" + "a" * 9000
    )
    desk.put(
        row(state="held", holder=people["counsellor"].id, alias=hostile, reasons=(hostile,)),
        line(hostile, risk="emergency", reasons=(hostile,)),
        line(hostile, "counsellor", delivery=hostile),
    )
    response = await (await signed_in("counsellor")).get("/cases/3-aaaa")
    assert response.text.count("<script") == 2
    assert "<a href='javascript" not in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.text
    assert not set("\u202e\u2066\x00\u200b") & set(response.text)
    assert "{{ 7*7 }}" in response.text
    assert "a" * 4001 not in response.text
    # Direction of one text never reaches the next.
    assert response.text.count('class="text" dir="auto"') == 2
    assert "<h1><bdi>" in response.text


async def test_an_answer_is_sent_as_typed_and_once(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    key = once((await tab.get("/cases/3-aaaa")).text)
    assert await answer(tab, "  Jam këtu.\r\nA je vetëm?\x00 ", once=key) == 303
    assert await answer(tab, "  Jam këtu.\r\nA je vetëm?\x00 ", once=key) == 303
    assert mine.made("answer") == [("3-aaaa", people["counsellor"].id, "Jam këtu.\nA je vetëm?")]
    page = await tab.get("/cases/3-aaaa")
    assert "A je vetëm?" in page.text
    assert once(page.text) != key


async def test_the_script_gets_a_status_and_one_sentence(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    live = tab.same_site | {"X-Live": "1"}
    sent = await tab.post("/cases/3-aaaa/answer", live, text="Jam këtu.", once="f1")
    assert (sent.status_code, sent.text) == (204, "")
    long = await tab.post("/cases/3-aaaa/answer", live, text="a" * 1600, once="f2")
    assert (long.status_code, long.text) == (422, "This answer is too long. Send it in two parts.")
    mine.change("3-aaaa", holder="somebody")
    late = await tab.post("/cases/3-aaaa/answer", live, text="Jam këtu.", once="f3")
    assert (late.status_code, late.text) == (409, "This talk is not with you any more.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" * 1600, "too long"),
        ("a" * 4100, "too long"),
        ("", "Write something"),
        (" \u200b\n", "Write something"),
    ],
)
async def test_an_answer_that_cannot_go_stays_in_the_box(
    signed_in: SignedIn, mine: FakeDesk, text: str, says: str
) -> None:
    tab = await signed_in("counsellor")
    response = await tab.post("/cases/3-aaaa/answer", text=text, once="f1")
    assert response.status_code == 422
    assert says in text_of(response)
    if "a" in text:
        assert text[:1600] in response.text.split("<textarea")[1].split("</textarea>")[0]
    # Shortened, the same form goes.
    assert await answer(tab, "shorter") == 303
    assert mine.made("answer")[-1][2] == "shorter"


async def test_an_answer_after_the_talk_was_erased_goes_nowhere(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    await tab.get("/cases/3-aaaa")
    del mine.cases["3-aaaa"]
    response = await tab.post("/cases/3-aaaa/answer", text="too late", once="f1")
    assert response.headers["location"] == "/cases/3-aaaa"
    gone = await tab.get("/cases/3-aaaa")
    assert gone.status_code == 404
    assert "Closed and erased" in text_of(gone)
    assert "too late" not in gone.text


async def test_handing_back_makes_it_wait_again(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    response = await tab.post("/cases/3-aaaa/release")
    assert response.headers["location"] == "/queue"
    assert mine.cases["3-aaaa"].row.state == "waiting"
    assert "Handed back" in text_of(await tab.get("/queue"))
    assert SAID not in (await tab.get("/cases/3-aaaa")).text


async def test_closing_asks_first_then_erases_in_every_tab(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    mine.change("3-aaaa", channel="telegram")
    tab, other = await signed_in("counsellor"), await signed_in("counsellor")
    question = await tab.get("/cases/3-aaaa/close")
    assert "Also delete in the Telegram chat" in text_of(question)
    assert mine.made("close") == []
    response = await tab.post("/cases/3-aaaa/close", wipe="yes")
    assert response.headers["location"] == "/cases/3-aaaa"
    assert mine.made("close") == [("3-aaaa", people["counsellor"].id, True)]
    page = await tab.get("/cases/3-aaaa")
    assert "Closed and erased" in text_of(page)
    fragment = await other.live("/cases/3-aaaa/live")
    assert fragment.status_code == 200
    assert "Closed and erased" in text_of(fragment)
    assert 'data-state="gone"' in fragment.text
    for text in (page.text, fragment.text):
        assert SAID not in text
        assert "heron" not in text


async def test_the_telegram_chat_is_kept_when_the_box_is_empty(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    await tab.post("/cases/3-aaaa/close")
    assert mine.made("close")[0][2] is False


async def test_by_sms_there_is_no_chat_to_delete(signed_in: SignedIn, mine: FakeDesk) -> None:
    page = text_of(await (await signed_in("counsellor")).get("/cases/3-aaaa/close"))
    assert "Telegram" not in page
    assert "Text messages stay on the person's phone" in page


async def test_between_order_and_end_nothing_is_shown_any_more(
    signed_in: SignedIn, mine: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ordered(case_id: str, counsellor: str, *, wipe_chat: bool) -> str:
        return "done"

    monkeypatch.setattr(mine, "close", ordered)
    tab = await signed_in("counsellor")
    await tab.post("/cases/3-aaaa/close")
    page = await tab.get("/cases/3-aaaa")
    assert page.status_code == 200
    assert "The goodbye is on its way" in text_of(page)
    assert SAID not in page.text
    assert "heron" not in (await tab.get("/queue")).text
    # An order that nobody carried out is not hidden for ever.
    tab.clock.move(61)
    assert SAID in (await tab.get("/cases/3-aaaa")).text


async def test_back_with_the_bot_is_not_called_erased(
    signed_in: SignedIn, mine: FakeDesk, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    assert "Do this only if the person is in no danger" in text_of(await tab.get("/cases/3-aaaa/bot"))
    assert (await tab.post("/cases/3-aaaa/bot")).headers["location"] == "/queue"
    assert "The bot answers again." in text_of(await tab.get("/queue"))
    assert "Back with the bot" in text_of(await tab.get("/cases/3-aaaa"))
    # The same person in danger again, taken again: an ordinary talk, and erased when closed.
    mine.put(row(), line(SAID))
    await tab.post("/cases/3-aaaa/claim")
    assert SAID in (await tab.get("/cases/3-aaaa")).text
    await tab.post("/cases/3-aaaa/close")
    assert "Closed and erased" in text_of(await tab.get("/cases/3-aaaa"))


async def test_size_as_sms_is_counted_and_forgotten(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    assert 'data-measure="/measure"' in (await tab.get("/cases/3-aaaa")).text
    plain = (await tab.post("/measure", text="a" * 150)).json()
    assert plain == {"text": "Text messages: 1. Room left: 10. About 0.07 EUR.", "wide": False, "looks": []}
    # Letters with marks are sent without them, and shown so; an emoji is sent, and costs.
    folded = (await tab.post("/measure", text="ë" * 71)).json()
    assert folded["text"].startswith("Text messages: 1. Room left: 89.")
    assert folded["looks"] == ["e" * 71]
    wide = (await tab.post("/measure", text="jam këtu 🙂 " * 10)).json()
    assert wide["wide"] is True
    assert "shorter (70 instead of 160): 🙂" in wide["text"]
    long = (await tab.post("/measure", text="A sentence of a long answer. " * 40)).json()
    assert len(long["looks"]) == 3
    assert "Text messages: 8." in long["text"]
    mine.change("3-aaaa", channel="telegram")
    assert "data-measure" not in (await tab.get("/cases/3-aaaa")).text


async def test_help_services_of_their_country_can_be_put_in(signed_in: SignedIn, mine: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    response = await tab.get("/cases/3-aaaa")
    assert 'data-insert="800 290 290"' in response.text
    assert "Insert Numero verde" in text_of(response)
    mine.change("3-aaaa", country=None)
    assert "data-service" not in (await tab.get("/cases/3-aaaa")).text


async def test_what_is_typed_stays_out_of_the_browsers_memory(signed_in: SignedIn, mine: FakeDesk) -> None:
    box = re.findall(r"<textarea[^>]*>", (await (await signed_in("counsellor")).get("/cases/3-aaaa")).text)[0]
    assert 'autocomplete="off"' in box
    assert 'spellcheck="false"' in box


@pytest.mark.parametrize(("language", "word"), [("sq", "Dërgo"), ("bcms", "Pošalji"), ("ro", "Trimite")])
async def test_the_pages_speak_the_counsellors_language(
    signed_in: SignedIn, mine: FakeDesk, language: str, word: str
) -> None:
    tab = await signed_in("counsellor")
    await tab.post("/account/interface", language=language)
    assert word in text_of(await tab.get("/cases/3-aaaa"))
    for path in ("/queue", "/account", "/cases/3-aaaa/close", "/cases/none", "/nothing"):
        assert 'lang="en"' not in (await tab.get(path)).text
