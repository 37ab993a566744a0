"""The words of the cover: how they are heard, told and chosen; and erasing at bad moments."""

import pytest
import yaml

from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.commands import command_in
from bot.converse import Stage
from bot.cover import own_word
from bot.private import Text
from bot.script import Script
from bot.wording import LANGUAGES, TITLES, fixed, folded, rendered, wording
from tests.stand_ins.parts import PHONE, ScriptedEngine
from tests.unit.test_cover import BACK, VOICE, told
from tests.unit.test_turn import conversation_of

TOLD = {
    "handed_over": ("cover", "back"),
    "handed_over_told": ("cover", "back"),
    "handed_over_closed": ("cover", "back"),
    "handed_over_back": ("cover", "back"),
    "handed_over_write_again": ("cover", "back"),
    "back": ("cover", "signal"),
    "own_word_kept": ("cover",),
    "privacy": ("cover", "back", "signal", "own_word"),
    "privacy by sms": ("cover", "back", "signal"),
}
"""Which text names which of the words."""
WITH_NUMBERS = {"handed_over_closed", "handed_over_back", "handed_over_write_again"}


@pytest.mark.parametrize(
    "text",
    [
        *("pizza roma", "PIZZA ROMA", " Pizza Roma?? ", "pizza roma" + "!" * 60, "piza roma", "pizza rma"),
        *("pizza rmoa", "pizzza roma", "Pica Roma", "пица рома", "ПИЦА РОМА?", "is this pizza roma"),
        *("wrong number", "Wrong number.", "wrnog number", "numër gabim", "NUMER GABIM", "numeer gabim"),
        *("ke numrin gabim", "pogrešan broj", "погрешан број", "krivi broj", "număr greșit", "numar gresit"),
    ],
)
async def test_the_cover_word_is_heard_however_it_is_typed(
    talk: Stage, whole: Hotline, engine: ScriptedEngine, text: str
) -> None:
    [first, then] = await told(talk, text, "who is this?")
    assert first.taken.step == then.taken.step == "covered"
    assert len(first.replies) == len(then.replies) == 1
    assert engine.asked == []
    assert not await whole.cases.rows()


@pytest.mark.parametrize(
    "text",
    [
        *("pizza", "roma", "pizza romania", "i work at pizza roma", "the number is wrong"),
        *(
            "numri",
            "broj",
            "wrong",
            "umbrella",
            "blue umbrella",
            "çadër blu",
            "ce face mama",
            "my word",
            "my grandma is ill",
        ),
    ],
)
async def test_what_is_near_to_a_cover_word_is_answered_as_ever(talk: Stage, text: str) -> None:
    [played] = await told(talk, text)
    assert played.replies[-1] == "answer 1"


async def test_an_own_word_is_the_only_way_back(talk: Stage, whole: Hotline) -> None:
    [kept] = await told(talk, "my word is Zebra")
    assert kept.replies == [fixed("own_word_kept", "en", "latin", "sms")]
    [_, default, own] = await told(talk, "pizza roma", "blue umbrella", "zebra")
    assert default.replies == [VOICE[1]]
    assert own.replies == [BACK]
    await told(talk, "he hits me")
    view = await whole.desk.case(await conversation_of(whole))
    assert view is not None
    # The counsellor reads that a word was chosen and used, not which.
    assert view.lines[0].text == "my word is …"
    assert not [line for line in view.lines if "zebra" in line.text.lower()]


@pytest.mark.parametrize("word", ["dog", "stop", "delete", "pizza roma", "how is", "person"])
async def test_a_word_that_is_short_or_means_something_is_no_own_word(talk: Stage, word: str) -> None:
    [kept] = await told(talk, f"my word is {word}")
    refused = word != "how is"
    assert (kept.replies == [fixed("own_word_other", "en", "latin", "sms")]) == refused


async def test_danger_in_the_form_of_an_own_word_is_danger(talk: Stage) -> None:
    [played] = await told(talk, "my word is locked up")
    assert played.taken.escalated


async def test_a_first_word_in_cyrillic_is_answered_in_cyrillic(talk: Stage) -> None:
    played = await talk.say("sms", PHONE, "пица рома")
    assert played.replies == [fixed("cover", "bcms", "cyrillic", "sms")]


async def test_erase_asked_twice_is_done_and_said_twice(talk: Stage) -> None:
    [_, first, second] = await told(talk, "is this job real?", "DELETE", "DELETE")
    erased = fixed("erased", "en", "latin", "sms")
    assert (first.replies, second.replies) == ([erased], [erased])


async def test_delete_while_a_counsellor_answers_lets_nothing_out(talk: Stage, whole: Hotline) -> None:
    await told(talk, "he hits me")
    conversation, partition = await conversation_of(whole), talk.partition("sms", PHONE)
    await whole.desk.claim(conversation, "anna")
    await talk.settle(partition, "sms")
    await whole.inbox.accept(Inbound("sms", "d1", PHONE, Text("DELETE"), 0.0, "en"))
    assert await whole.desk.answer(conversation, "anna", "are you safe?") == "done"
    assert await talk.settle(partition, "sms") == [fixed("erased", "en", "latin", "sms")]
    assert await whole.desk.answer(conversation, "anna", "hello?") == "gone"


async def test_delete_in_a_guided_talk_forgets_its_questions(talk: Stage, engine: ScriptedEngine) -> None:
    await told(talk, "check my offer", "italy", "DELETE", "they pay 3000")
    assert engine.asked[-1].state is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_two_things(language: str) -> None:
    words = wording(language).words
    for word in words["cover"] | words["signal"]:
        found = command_in(word, language)
        assert found is not None
        assert word in wording(found.language).words[found.name]
        assert found.name == ("cover" if word in words["cover"] else "signal")
    for word in words["back"]:
        assert command_in(word, language) is None
    for begins in words["own_word"]:
        assert own_word(f"{begins} zebra") == ("zebra", begins)


@pytest.mark.parametrize(
    ("language", "script"), [*((language, "latin") for language in LANGUAGES), ("bcms", "cyrillic")]
)
def test_what_is_told_of_the_words_works(language: str, script: Script) -> None:
    """The words a person is told, as they read them, in each text that tells them."""
    texts = {name: fixed(name, language, script, "sms") for name in TOLD if name in wording(language).texts}
    path = TITLES / language / "privacy.yml"
    answer = yaml.safe_load(path.read_text(encoding="utf-8"))["utter_privacy__phone"]
    texts["privacy"] = rendered(answer["text"], language, script, "telegram")
    sms = answer["sms_cyrillic"] if script == "cyrillic" else answer["sms"]
    texts["privacy by sms"] = rendered(sms, language, script, "sms")
    if script == "cyrillic":  # 70 characters a segment: who answers meanwhile leaves no room
        texts = {name: text for name, text in texts.items() if name not in WITH_NUMBERS}
    assert texts.keys() >= TOLD.keys() - WITH_NUMBERS
    for name, kinds in ((name, TOLD[name]) for name in texts):
        for kind in kinds:
            known = wording(language).words[kind]
            assert any(word in folded(texts[name]) for word in known), (name, kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_harmless_voice_gives_nothing_away(language: str) -> None:
    scripts: tuple[Script, ...] = ("latin", "cyrillic")
    for name in ("cover", "cover_again", "cover_last", "covered_end"):
        for script in scripts:
            words = folded(fixed(name, language, script, "sms"))
            assert len(words) < 60
            assert not any(char.isdigit() for char in words)
