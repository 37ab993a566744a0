"""Closing lets what was already said go out first, for a while; DELETE and STOP of the person win at once."""

import pytest

from bot.bootstrap import Hotline
from bot.channels.base import Inbound, Outgoing, Sent
from bot.clock import SetClock
from bot.converse import Stage
from bot.private import Text
from bot.wording import fixed
from escalation.cases.closing import LAST_WORDS_S
from tests.stand_ins.parts import PHONE
from tests.unit.cases.test_desk import called, row_of, sent, show

ENDED = fixed("ended", "en", "latin", "sms")


async def taken(talk: Stage, whole: Hotline) -> str:
    """A case that Anna has taken, with nothing on its way."""
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    await sent(talk)
    await show(whole, case)
    return case


async def test_an_answer_given_just_before_closing_reaches_the_person(talk: Stage, whole: Hotline) -> None:
    case = await taken(talk, whole)
    assert await whole.desk.answer(case, "anna", "Call 112 now, they know.") == "done"
    assert await whole.desk.close(case, "anna", wipe_chat=False) == "done"
    assert await sent(talk) == ["Call 112 now, they know."]
    await whole.sweep.run()
    assert await sent(talk) == [ENDED]
    assert await whole.cases.row(case) is None
    assert [name async for name in whole.store.scan_iter() if case.encode() in name] == []


async def test_a_case_that_waits_for_its_end_is_offered_to_nobody(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    case = await taken(talk, whole)
    await whole.desk.answer(case, "anna", "take care")
    await whole.desk.close(case, "anna", wipe_chat=False)
    await talk._turns(talk.partition("sms", PHONE))  # the end has had its turn, the answer is not out
    assert (await row_of(whole, case)).closing == "close"
    clock.move(60)  # her laptop died, and she was on the way home anyway
    assert await whole.cases.offer_again() == 0
    assert await whole.desk.go("anna", "off") == 0
    assert (await row_of(whole, case)).state == "held"


async def test_an_end_does_not_wait_for_ever(
    talk: Stage, whole: Hotline, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await taken(talk, whole)
    await whole.desk.answer(case, "anna", "take care")
    await whole.desk.close(case, "anna", wipe_chat=False)
    partition = talk.partition("sms", PHONE)
    await talk._turns(partition)
    for _ in range(3):
        await whole.sweep.run()
        await talk._turns(partition)
    assert await whole.cases.row(case) is not None
    clock.move(LAST_WORDS_S)  # the provider takes nothing
    await whole.sweep.run()
    await talk._turns(partition)
    assert await whole.cases.row(case) is None
    assert await sent(talk) == [ENDED]


@pytest.mark.parametrize("word", ["DELETE", "STOP"])
async def test_the_persons_own_end_waits_for_nothing(talk: Stage, whole: Hotline, word: str) -> None:
    case = await taken(talk, whole)
    await whole.desk.answer(case, "anna", "take care")
    await whole.desk.close(case, "anna", wipe_chat=False)
    await whole.inbox.accept(Inbound("sms", "last", PHONE, Text(word), 0.0, "en"))
    told = await sent(talk)
    assert told == [fixed("erased" if word == "DELETE" else "stopped", "en", "latin", "sms", emergency="112")]
    await whole.sweep.run()
    assert await sent(talk) == []
    assert await whole.cases.row(case) is None


async def test_words_that_come_while_an_end_waits_are_read_first(talk: Stage, whole: Hotline) -> None:
    case = await taken(talk, whole)
    await whole.desk.answer(case, "anna", "take care")
    await whole.desk.close(case, "anna", wipe_chat=False)
    await talk.say("sms", PHONE, "wait, he is back", "en")
    await whole.sweep.run()
    await sent(talk)
    row = await row_of(whole, case)
    assert (row.state, row.not_ended, row.closing) == ("held", True, "")
    await show(whole, case)
    await whole.desk.close(case, "anna", wipe_chat=False)
    assert await sent(talk) == [ENDED]


async def test_an_answer_that_will_never_go_holds_up_no_end(
    talk: Stage, whole: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.errors import NeverAgain

    async def refuse(message: Outgoing) -> Sent:
        raise NeverAgain(21610)

    case = await taken(talk, whole)
    await whole.desk.answer(case, "anna", "take care")
    await whole.desk.close(case, "anna", wipe_chat=False)
    with monkeypatch.context() as patched:
        patched.setattr(whole.channels["sms"], "send", refuse)
        await sent(talk)
    await whole.sweep.run()
    assert await sent(talk) == [ENDED]
