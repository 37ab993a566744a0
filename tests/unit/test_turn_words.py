"""What a turn makes of a message's words: two questions, a language kept, the country somebody is in."""

from typing import Any

import pytest

from bot.bootstrap import Hotline
from bot.converse import Stage
from bot.dialogue import questions
from bot.directory import numbers
from bot.private import Address
from bot.script import has_letters, script_of
from escalation.danger.verdict import Assessment
from tests.stand_ins.parts import PHONE, ScriptedEngine, WordJudge


def answers(key: str, **fields: Any) -> dict[str, Any]:
    return {"replies": [{"key": key, "text": f"about {key}"}], "confidence": 0.9, **fields}


async def test_two_questions_in_one_text_are_both_answered(talk: Stage, engine: ScriptedEngine) -> None:
    engine.turns = [answers("a"), answers("a"), answers("b")]
    played = await talk.say("sms", PHONE, "is it free? and who reads this?", "en")
    assert played.replies[1:] == ["about a", "about b"]
    assert engine.asked[0].vector != engine.asked[1].vector != engine.asked[2].vector


@pytest.mark.parametrize(
    "turns",
    [
        [answers("whole"), answers("a"), answers("a")],
        [answers("whole"), answers("a"), answers("b", confidence=0.2)],
        [answers("whole"), answers("a"), answers("b", asks=True)],
        [answers("whole", asks=True)],
    ],
)
async def test_what_is_not_two_clear_questions_gets_one_answer(
    talk: Stage, engine: ScriptedEngine, turns: list[dict[str, Any]]
) -> None:
    engine.turns = turns
    played = await talk.say("sms", PHONE, "is it free? and who reads this?", "en")
    assert played.replies[1:] == ["about whole"]


async def test_a_country_beside_another_word_is_judged_like_any_message(talk: Stage) -> None:
    assert (await talk.say("sms", PHONE, "locked italy", "en")).taken.escalated
    assert not (await talk.say("sms", Address("+355691111111"), "italy", "en")).taken.escalated


def test_a_long_text_is_cut_into_questions_at_once() -> None:
    assert questions("a " * 100_000) == []
    assert questions("is it free? ?? who reads this? thanks") == ["is it free?", "who reads this?"]


@pytest.mark.parametrize("text", ["yes", "da da", "nee", "Italy", "\U0001f642"])
async def test_a_word_that_says_little_changes_neither_language_nor_alphabet(talk: Stage, text: str) -> None:
    await talk.say("telegram", PHONE, "добио сам понуду за посао у иностранству")
    played = await talk.say("telegram", PHONE, text)
    assert played.taken.language == "bcms"
    assert all(script_of(reply) == "cyrillic" for reply in played.replies if has_letters(reply)), played


async def test_the_country_somebody_in_danger_is_in_brings_its_numbers(
    talk: Stage, whole: Hotline, engine: ScriptedEngine
) -> None:
    played = await talk.say("sms", PHONE, "i am in italy and they locked me in", "en")
    there = numbers("IT", "en")
    assert played.taken.escalated
    assert there.lines.splitlines()[0] in played.replies[-1]


@pytest.mark.parametrize("topics", [{"rights": 0.8, "job_offer": 0.2}, {}])
async def test_the_engine_is_told_what_a_message_may_be_about(
    talk: Stage, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, topics: dict[str, float]
) -> None:
    verdict = Assessment("en", "none", 0.1, topic="rights", topics=topics)
    monkeypatch.setattr(WordJudge, "assess", lambda self, text, **known: verdict)
    await talk.say("sms", PHONE, "how many hours may i work", "en")
    assert engine.asked[0].entities == ({"topics": topics} if topics else {})
