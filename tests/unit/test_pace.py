"""Floods and echoes: the dialogue stops, judging never does, and nobody in danger is silenced."""

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.channels.sms.segments import count
from bot.clock import SetClock
from bot.converse import Stage
from bot.directory import SPOKEN_IN, numbers
from bot.pace import MOST, SAME
from bot.private import Address, Text
from bot.script import Script
from bot.wording import LANGUAGES, fixed
from tests.stand_ins.parts import PHONE, ScriptedEngine, WordJudge

TOO_MANY = fixed("too_many", "en", "latin", "sms", emergency="112")


async def flood(talk: Stage, many: int = MOST + 4) -> list[str]:
    said: list[str] = []
    for number in range(many):
        said += (await talk.say("sms", PHONE, f"what about job {number}", "en")).replies
    return said


async def test_a_flood_is_judged_and_told_once_and_has_no_dialogue(
    talk: Stage, engine: ScriptedEngine, judge: WordJudge, clock: SetClock
) -> None:
    said = await flood(talk)
    assert len(engine.asked) == MOST
    assert len(judge.histories) == MOST + 4
    assert said.count(TOO_MANY) == 1
    assert said[-1] == TOO_MANY
    clock.move(61)
    assert (await talk.say("sms", PHONE, "are you there", "en")).replies == [f"answer {MOST + 1}"]


async def test_while_it_goes_on_it_is_told_once_a_minute(talk: Stage, clock: SetClock) -> None:
    said = list[str]()
    for number in range(180):
        said += (await talk.say("sms", PHONE, f"what about job {number}", "en")).replies
        clock.move(1)
    assert said.count(TOO_MANY) in (2, 3)


async def test_danger_in_a_flood_opens_the_one_case_and_raises_it(talk: Stage, whole: Hotline) -> None:
    await flood(talk)
    hits = await talk.say("sms", PHONE, "he hits me", "en")
    assert hits.taken.escalated
    assert hits.replies
    assert (await talk.say("sms", PHONE, "they locked me in", "en")).taken.escalated
    await flood(talk)
    assert [row.risk for row in await whole.cases.rows()] == ["emergency"]


async def test_asking_for_a_person_works_in_a_flood(talk: Stage, whole: Hotline) -> None:
    await flood(talk, MOST - 1)
    offered = await talk.say("sms", PHONE, "he says keep it secret", "en")
    assert offered.replies[-1] == fixed("person_offer", "en", "latin", "sms")
    assert (await talk.say("sms", PHONE, "yes", "en")).taken.escalated
    assert len(await whole.cases.rows()) == 1


async def test_danger_said_again_and_again_is_a_case_from_the_first_time(talk: Stage, whole: Hotline) -> None:
    for _ in range(SAME + 2):
        assert (await talk.say("sms", PHONE, "they locked me in", "en")).taken.escalated
    assert len(await whole.cases.rows()) == 1


async def test_an_echo_is_not_answered_from_the_third_time_on(
    talk: Stage, engine: ScriptedEngine, clock: SetClock
) -> None:
    for _ in range(SAME + 3):
        await talk.say("sms", PHONE, "I am out of office", "en")
        clock.move(5)
    assert len(engine.asked) == SAME - 1
    clock.move(31)
    assert (await talk.say("sms", PHONE, "I am out of office", "en")).replies == [f"answer {SAME}"]


@pytest.mark.parametrize("text", ["yes", "no", "dont know", "Help near me"])
async def test_the_same_answer_to_three_questions_is_no_echo(
    talk: Stage, engine: ScriptedEngine, text: str
) -> None:
    for _ in range(SAME + 1):
        await talk.say("sms", PHONE, text, "en")
    assert len(engine.asked) == SAME + 1


async def test_many_people_are_no_flood(talk: Stage, engine: ScriptedEngine) -> None:
    for number in range(MOST + 5):
        await talk.say("sms", Address(f"+3556900000{number:02}"), "what about job", "en")
    assert len(engine.asked) == MOST + 5


async def test_a_backlog_of_ours_is_no_flood_of_theirs(
    talk: Stage, whole: Hotline, engine: ScriptedEngine, clock: SetClock
) -> None:
    for number in range(MOST + 5):
        at = clock.now() - 500 + number * 10
        await whole.inbox.accept(Inbound("sms", f"SM{number}", PHONE, Text(f"job {number}"), at, "en"))
    await talk.settle(talk.partition("sms", PHONE), "sms")
    assert len(engine.asked) == MOST + 5


async def test_delete_works_in_a_flood_and_floods_of_it_are_not_answered_each(talk: Stage) -> None:
    await flood(talk)
    assert (await talk.say("sms", PHONE, "DELETE", "en")).taken.erased
    assert [(await talk.say("sms", PHONE, "DELETE", "en")).replies for _ in range(5)] == [[]] * 5


async def test_what_is_counted_has_a_lifetime_and_says_nothing(talk: Stage, whole: Hotline) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    [name] = [name async for name in whole.store.scan_iter(match="hl:*:pace:*")]
    assert 0 < await whole.store.ttl(name) <= keys.HOUR
    kept = b"".join(await whole.store.zrange(name, 0, -1))
    assert b"job" not in kept
    assert b"355691234567" not in name + kept


SCRIPTS: dict[str, tuple[Script, ...]] = {"bcms": ("latin", "cyrillic")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["late", "too_late", "too_many"])
def test_what_is_said_of_delays_and_floods_is_one_sms(language: str, name: str) -> None:
    for country in SPOKEN_IN[language] or ("AL", "IT"):
        for script in SCRIPTS.get(language, ("latin",)):
            text = fixed(name, language, script, "sms", emergency=numbers(country, language).emergency)
            assert count(text).segments == 1
            assert "{" not in text
