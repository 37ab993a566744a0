"""A message that cannot be handled blocks neither its person nor anybody else."""

from typing import Any

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.converse import Stage
from bot.private import Address, Text
from bot.wording import fixed
from tests.stand_ins.parts import PHONE, ScriptedEngine


def neighbour(talk: Stage) -> Address:
    """Somebody else in the same partition."""
    people = (Address(f"+3556900000{number:02}") for number in range(100))
    return next(one for one in people if talk.partition("sms", one) == talk.partition("sms", PHONE))


@pytest.fixture
def poisoned(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, whole: Hotline) -> None:
    """The first person's turn breaks in the dialogue, each time."""
    real, hashed = ScriptedEngine.turn, PHONE.reveal()

    async def turn(asked: Any) -> Any:
        if whole.__dict__.get("poison") == hashed:
            raise RuntimeError("a bug of ours")
        return await real(engine, asked)

    monkeypatch.setattr(engine, "turn", turn)


async def accept(whole: Hotline, number: int, person: Address, text: str) -> None:
    await whole.inbox.accept(Inbound("sms", f"SM{number}", person, Text(text), whole.clock.now(), "en"))


async def test_a_message_whose_turn_breaks_goes_to_a_human(
    talk: Stage, whole: Hotline, poisoned: None
) -> None:
    whole.__dict__["poison"] = PHONE.reveal()
    played = await talk.say("sms", PHONE, "is this job real?", "en")
    assert played.taken.escalated
    assert len(played.replies) == 1
    [row] = await whole.cases.rows()
    view = await whole.desk.case(row.id)
    assert view is not None
    assert [line.text for line in view.lines if line.who == "person"] == ["is this job real?"]


async def test_where_even_that_breaks_the_person_is_told_and_others_are_answered(
    talk: Stage, whole: Hotline, poisoned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole.__dict__["poison"] = PHONE.reveal()
    await whole.vault.agree()
    real, other = whole.cases.open, neighbour(talk)

    async def opened(conversation: Any, alarm: Any) -> int:
        if conversation.card.address == PHONE.reveal():
            whole.__dict__["poison"] = ""
            raise RuntimeError("another bug")
        return await real(conversation, alarm)

    monkeypatch.setattr(whole.cases, "open", opened)
    await accept(whole, 1, PHONE, "they locked me in")
    await accept(whole, 2, other, "is this job real?")
    await accept(whole, 3, PHONE, "is this job real?")
    sent = await talk.settle(talk.partition("sms", PHONE), "sms")
    failure = fixed("failure", "en", "latin", "sms", emergency="112", numbers="findahelpline.com")
    assert sent.count(failure) == 1
    assert [text for text in sent if text.startswith("answer")] == ["answer 1", "answer 1"]


async def test_what_is_no_message_at_all_is_put_away(talk: Stage, whole: Hotline) -> None:
    await whole.vault.agree()
    partition = talk.partition("sms", PHONE)
    for fields in ({"c": "", "m": b"x"}, {"c": f"{partition}-gone", "m": b"x"}, {"y": b"x"}):
        await whole.store.xadd(keys.inbox(partition), fields)
    assert (await talk.say("sms", PHONE, "is this job real?", "en")).replies[-1] == "answer 1"
    assert await whole.store.xlen(keys.inbox(partition)) == 0
