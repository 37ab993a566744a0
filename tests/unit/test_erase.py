"""Erasing asked twice, in the middle of other things, and over a store whose answers get lost."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreConnectionError

from bot import keys
from bot.bootstrap import Hotline
from bot.channels.base import Inbound, Outgoing, Sent
from bot.clock import SetClock
from bot.converse import Stage
from bot.loopback import Loopback
from bot.outbox import Begun
from bot.private import Text
from bot.sender import Sender
from tests.stand_ins.parts import PHONE, ScriptedEngine

PR_GET_DUMPABLE = 3


async def left_of(whole: Hotline) -> list[str]:
    names = [name.decode() async for name in whole.store.scan_iter()]
    return [name for name in names if any(part in name for part in (":c:", ":at:", ":case:", ":trying:"))]


async def conversation_of(whole: Hotline) -> str:
    hashed = whole.vault.hashed("sms", PHONE)
    found: bytes = await whole.store.get(keys.at(whole.vault.partition(hashed), hashed))
    return found.decode()


@pytest.mark.parametrize("word", ["DELETE", "delete", "FSHIJ", "OBRISI", "ОБРИШИ", "STERGE", "STOP"])
async def test_every_word_for_it_in_any_case_and_alphabet(talk: Stage, whole: Hotline, word: str) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    assert (await talk.say("sms", PHONE, word)).taken.erased
    assert await left_of(whole) == []


async def test_asked_twice_at_once_it_is_told_twice_and_nothing_is_left(talk: Stage, whole: Hotline) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    for number in ("SM-a", "SM-b"):
        message = Inbound("sms", number, PHONE, Text("DELETE"), 0.0, "en")
        assert await whole.inbox.accept(message)
    texts = await talk.settle(talk.partition("sms", PHONE), "sms")
    assert [text[:5] for text in texts] == ["Done.", "Done."]
    assert await left_of(whole) == []


async def test_in_the_middle_of_a_form_the_next_talk_begins_at_its_beginning(
    talk: Stage, engine: ScriptedEngine
) -> None:
    engine.next = {"state": {"n": 5, "form": "where"}, "asks": True}
    await talk.say("sms", PHONE, "is this job real?", "en")
    await talk.say("sms", PHONE, "DELETE", "en")
    await talk.say("sms", PHONE, "Italy", "en")
    assert engine.asked[-1].state is None
    assert engine.asked[-1].country is None or len(engine.asked) == 2


async def test_a_counsellors_answer_does_not_go_out_after_the_erase(
    talk: Stage, whole: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender holds the answer already, about to send it, when DELETE is taken."""
    await talk.say("sms", PHONE, "they locked me in", "en")
    conversation = await conversation_of(whole)
    await whole.desk.claim(conversation, "anna")
    partition = talk.partition("sms", PHONE)
    await talk.settle(partition, "sms")
    await whole.desk.answer(conversation, "anna", "I am here")
    begun = whole.outbox.begun
    erased = False

    async def erase_first(*arguments: Any) -> Begun | None:
        nonlocal erased
        if not erased:
            erased = True
            await whole.inbox.accept(Inbound("sms", "SM-x", PHONE, Text("DELETE"), 0.0, "en"))
            await talk._turns(partition)
        return await begun(*arguments)

    monkeypatch.setattr(whole.outbox, "begun", erase_first)
    texts = await talk.settle(partition, "sms")
    assert erased
    assert [text[:5] for text in texts] == ["Done."]
    assert not await whole.outbox.say(conversation, *await _card_of_nobody(whole))
    assert await left_of(whole) == []


async def _card_of_nobody(whole: Hotline) -> Sequence[Any]:
    from bot.sessions import Card, Line

    _, key = whole.vault.new_conversation(0)
    return key, Card("sms", PHONE.reveal(), "x", 0.0), Line("counsellor", "too late", 0.0)


async def test_the_last_text_does_not_overtake_what_is_being_sent(talk: Stage, whole: Hotline) -> None:

    order: list[str] = []
    held, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Loopback):
        async def send(self, message: Outgoing) -> Sent:
            if not held.is_set():
                held.set()
                await go_on.wait()
            order.append(message.text.reveal()[:5])
            return Sent(message.id)

    await talk.say("sms", PHONE, "they locked me in", "en")
    conversation, partition = await conversation_of(whole), talk.partition("sms", PHONE)
    await whole.desk.claim(conversation, "anna")
    await talk.settle(partition, "sms")
    await whole.desk.answer(conversation, "anna", "I am here")
    slow, told = {"sms": Slow("sms")}, whole.deliveries.out
    sender = Sender(whole.outbox, whole.inbox, whole.deletions, slow, whole.clock, told)
    sender.take(partition, await whole.outbox.next(partition, again=False, block_ms=0))
    await held.wait()
    await whole.inbox.accept(Inbound("sms", "SM-x", PHONE, Text("DELETE"), 0.0, "en"))
    await talk._turns(partition)
    last = asyncio.create_task(
        sender.send(partition, await whole.outbox.next(partition, again=False, block_ms=0))
    )
    await asyncio.sleep(0)
    go_on.set()
    await last
    assert order == ["I am ", "Done."]


@pytest.mark.parametrize("lost", ["erase", "sent", "order", "enter"])
async def test_a_store_that_fails_over_in_the_middle_is_asked_again(
    talk: Stage, whole: Hotline, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script ran, its answer was lost: whether it is asked again at once or after a restart, one end."""
    await talk.say("sms", PHONE, "they locked me in", "en")
    run, times = whole.scripts.run, 0

    async def loses(name: str, *arguments: Any, **options: Any) -> Any:
        nonlocal times
        answer = await run(name, *arguments, **options)
        if name == lost and times < 2:
            times += 1
            raise StoreConnectionError
        return answer

    monkeypatch.setattr(whole.scripts, "run", loses)
    texts: list[str] = []
    message = Inbound("sms", "SM-x", PHONE, Text("DELETE"), 0.0, "en")
    for _ in range(6):
        try:
            await whole.inbox.accept(message)
            texts += await talk.settle(talk.partition("sms", PHONE), "sms")
        except StoreConnectionError:
            continue
    texts += [one.text.reveal() for one in talk._loops["sms"].taken()]
    assert len([text for text in texts if text.startswith("Done.")]) == 1
    await whole.sweep.run()
    assert await left_of(whole) == []


async def test_messages_behind_delete_begin_a_new_talk_once(talk: Stage, whole: Hotline) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    for number, text in enumerate(["DELETE", "they locked me in"]):
        await whole.inbox.accept(Inbound("sms", f"SM{number}", PHONE, Text(text), 0.0, "en"))
    texts = await talk.settle(talk.partition("sms", PHONE), "sms")
    assert texts[0].startswith("Done.")
    assert len(await whole.cases.rows()) == 1


async def test_the_hard_age_limit_holds_for_whoever_never_falls_silent(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    first, hours = await conversation_of(whole), 0.0
    while await whole.store.exists(keys.of(first, "key")):
        await talk.say("sms", PHONE, "and the contract", "en")
        clock.move(30 * 60)
        hours += 0.5
        await whole.sweep.run()
        await talk.settle(talk.partition("sms", PHONE), "sms")
    assert 23.5 <= hours <= 24


async def test_an_open_case_lives_past_silence_and_not_past_a_day(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "they locked me in", "en")
    for hours, lives in ((3, True), (20, True), (2, False)):
        clock.move(hours * 3600)
        await whole.sweep.run()
        await talk.settle(talk.partition("sms", PHONE), "sms")
        assert bool(await left_of(whole)) == lives
        assert bool(await whole.cases.rows()) == lives


async def test_a_message_that_waits_for_a_worker_stays_readable_for_a_day(
    talk: Stage, whole: Hotline
) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    key = keys.of(await conversation_of(whole), "key")
    assert await whole.store.ttl(key) <= keys.HOUR + keys.GRACE
    await whole.inbox.accept(Inbound("sms", "SM-x", PHONE, Text("they locked me in"), 0.0, "en"))
    assert await whole.store.ttl(key) > 23 * keys.HOUR
    await whole.store.delete(key.replace(":key", ":card"), key.replace(":key", ":talk"))  # hours later
    assert await talk.settle(talk.partition("sms", PHONE), "sms")
    assert [row.risk for row in await whole.cases.rows()] == ["emergency"]


async def test_the_key_goes_with_the_talk_once_nothing_is_on_its_way(talk: Stage, whole: Hotline) -> None:
    await whole.inbox.accept(Inbound("sms", "SM-x", PHONE, Text("is this job real?"), 0.0, "en"))
    await talk._turns(talk.partition("sms", PHONE))
    key = keys.of(await conversation_of(whole), "key")
    assert await whole.store.ttl(key) > 23 * keys.HOUR, "its answer is not out yet"
    await talk.settle(talk.partition("sms", PHONE), "sms")
    assert await whole.store.ttl(key) <= keys.HOUR + keys.GRACE
    assert not await whole.store.exists(key.replace(":key", ":way"))


def test_a_process_of_ours_leaves_no_core_dump_and_cannot_be_looked_into() -> None:
    code = (
        "import ctypes, resource; from bot.process import no_dumps; no_dumps(); "
        f"print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0), "
        "resource.getrlimit(resource.RLIMIT_CORE))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["0", "(0,", "0)"]
