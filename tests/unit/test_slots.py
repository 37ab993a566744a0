"""On a cluster every script and transaction stays in one slot: held in all tests that use the `store`."""

import hashlib
from pathlib import Path

import pytest

from bot import keys, scripts
from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.clock import SetClock
from bot.converse import Stage
from bot.private import Text
from escalation.cases import queue
from tests.stand_ins.parts import PHONE
from tests.stand_ins.slots import OneSlot, same_slot

ELSEWHERE = {"renew", "bot/release", "share", "refused"}
"""Run by a worker's own loop, while the deployment secret changes, or after a refusal: one key each."""


async def test_a_whole_talk_keeps_every_script_and_transaction_in_one_slot(
    talk: Stage, whole: Hotline, store: OneSlot, clock: SetClock
) -> None:
    await whole.desk.present("anna", ("en",))
    await talk.say("sms", PHONE, "is this job real", "en")
    await talk.say("sms", PHONE, "they locked me in", "en")
    [row] = await whole.desk.queue()
    await whole.desk.claim(row.id, "anna")
    await whole.desk.hand_on(row.id, "anna")
    await whole.desk.claim(row.id, "anna")
    await whole.desk.answer(row.id, "anna", "I am here")
    await talk.say("sms", PHONE, "thank you", "en")
    view = await whole.desk.case(row.id)
    assert view is not None
    await whole.desk.seen(view.row)
    await whole.desk.close(row.id, "anna", wipe_chat=True)
    await talk.settle(talk.partition("sms", PHONE), "sms")
    for number, text in enumerate(("DELETE", "and now?")):  # the second moves on to a new conversation
        said = Inbound("sms", f"SMx{number}", PHONE, Text(text), clock.now(), "en")
        await whole.inbox.accept(said)
    await talk.settle(talk.partition("sms", PHONE), "sms")
    await whole.inbox.drop("0-1", "3-nobody")
    await whole.sweep.run()
    await whole.counts.keep()
    await whole.deletions.hasten("sms", "SM1")
    await whole.deletions.owing()
    assert {name for name in named() if named()[name] not in store.ran} <= ELSEWHERE


def named() -> dict[str, str]:
    """Every script of the house with the hash it runs under."""
    paths: list[Path] = [*scripts.HERE.glob("*.lua"), *queue.LUA.glob("*.lua")]
    return {
        f"{path.parent.parent.name}/{path.stem}" if path.stem in ("open", "release", "sent") else path.stem: (
            hashlib.sha1(path.read_bytes()).hexdigest()  # noqa: S324 - the store's own name for it
        )
        for path in paths
    }


async def test_what_a_cluster_would_refuse_is_refused_here(store: OneSlot) -> None:
    pipe = store.pipeline(transaction=True)
    pipe.incr(keys.of("1-a", "way"))
    pipe.zrem(keys.WAITING, "1-a")
    with pytest.raises(AssertionError, match="several slots"):
        await pipe.execute()
    script = store.register_script("return 1")
    with pytest.raises(AssertionError, match="several slots"):
        await script(keys=[keys.inbox(1), keys.inbox(2)])


@pytest.mark.parametrize(
    "key", [keys.inbox(3), keys.of("3-a", "key"), keys.case("3-a"), keys.staff("of:anna")]
)
def test_what_waits_for_a_copy_is_in_the_slot_it_waits_for(key: str) -> None:
    same_slot([key, keys.copied(key)])
