"""Of one message many may try; only the try that was begun last says what became of it."""

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.converse import Stage
from bot.outbox import Waiting, Went
from bot.sessions import Line
from tests.stand_ins.parts import PHONE


@pytest.fixture
async def waiting(talk: Stage, whole: Hotline) -> tuple[Waiting, dict[bytes, bytes]]:
    """A message in the outbox that nobody has begun to send."""
    await talk.say("sms", PHONE, "is this job real", "en")
    partition = talk.partition("sms", PHONE)
    [conversation] = await whole.store.zrange(keys.ends(partition), 0, -1)
    resting = await whole.sessions.read(conversation.decode())
    assert resting is not None
    await whole.outbox.say(resting.id, resting.key, resting.card, Line("notice", "a word", 1.0))
    [(entry, fields)] = await whole.outbox.next(partition, again=False, block_ms=0)
    return await whole.outbox.read(entry, fields), fields


async def test_a_late_word_counts_no_more_whether_it_went_out_or_was_refused(
    whole: Hotline, waiting: tuple[Waiting, dict[bytes, bytes]]
) -> None:
    message, fields = waiting
    partition, outbox = keys.partition_of(message.conversation), whole.outbox
    assert await outbox.begun(message, 1.0, "first") is None
    before = await outbox.begun(message, 2.0, "second")
    assert before is not None
    assert (before.at, before.who) == (1.0, "first")
    await outbox.refused(message, "first")
    assert not await outbox.done(partition, message.entry, fields, 3.0, Went(), "first")
    assert await whole.store.xlen(keys.outbox(partition)) == 1
    assert await outbox.done(partition, message.entry, fields, 3.0, Went(), "second")
    assert await whole.store.xlen(keys.outbox(partition)) == 0
    assert await outbox.done(
        partition, message.entry, fields, 3.0, Went(), "second"
    )  # said again, it is no fault


async def test_after_a_refusal_the_next_begins_anew(
    whole: Hotline, waiting: tuple[Waiting, dict[bytes, bytes]]
) -> None:
    message, _ = waiting
    await whole.outbox.begun(message, 1.0, "first")
    await whole.outbox.refused(message, "first")
    assert await whole.outbox.begun(message, 2.0, "second") is None
