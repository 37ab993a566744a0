"""What must hold when it matters: danger reaches the queue, and webhooks are acknowledged in a burst."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot import keys
from tests.bench.figures import Spread
from tests.bench.phones import PATIENCE_S, Line, Phone, Unanswered, new_phone
from tests.bench.rounds import PER_PHONE, Speech


@dataclass(slots=True)
class Queued:
    """From a danger message's webhook to its case in the store."""

    times: list[float] = field(default_factory=list, repr=False)
    missing: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """Examples of ours, with their language, that made no case although the judge alone hands them over."""

    @property
    def spread(self) -> Spread | None:
        return Spread.of(self.times)


async def danger(line: Line, messages: Sequence[tuple[str, str]]) -> Queued:
    """One after the other, each from a new phone."""
    found = Queued()
    listener = line.store.pubsub(ignore_subscribe_messages=True)
    await listener.subscribe(keys.CHANGES)
    try:
        for language, text in messages:
            phone, began = new_phone(language), time.monotonic()
            try:
                await line.text(phone, text)
                conversation = await line.conversation(phone)
                while await line.store.zscore(keys.WAITING, conversation) is None:
                    if time.monotonic() - began > PATIENCE_S:
                        raise Unanswered("no case")
                    await listener.get_message(timeout=1.0)
                found.times.append((time.monotonic() - began) * 1000)
            except Unanswered:
                found.missing.append((language, text))
    finally:
        await listener.aclose()
    return found


@dataclass(slots=True)
class Burst:
    """Messages at a fixed rate, whatever the hotline is doing; then how the backlog is worked off."""

    rate: int
    seconds: float
    times: list[float] = field(default_factory=list, repr=False)
    """From the moment a message was due, so that a late sender does not flatter."""
    refused: int = 0
    refused_of: set[str] = field(default_factory=set, repr=False)
    worked_off_s: float | None = None
    """From the first message until nothing waits any more."""
    unanswered: int = 0
    doubled: int = 0

    @property
    def spread(self) -> Spread | None:
        return Spread.of(self.times)


async def burst(line: Line, speech: Speech, rate: int, seconds: float, patience_s: float) -> Burst:
    """Send, wait until inbox and outbox are empty, and count what each phone got."""
    done = Burst(rate, seconds)
    count = round(rate * seconds)
    phones = [speech.phone() for _ in range(-(-count // PER_PHONE))]
    wrote = dict.fromkeys((phone.number for phone in phones), 0)
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for index in range(count):
            due = began + index / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            phone = phones[index % len(phones)]
            wrote[phone.number] += 1
            group.create_task(_post(line, done, phone, speech.text(phone), due))
    while time.monotonic() - began < patience_s:
        if await waiting(line) == 0:
            done.worked_off_s = round(time.monotonic() - began, 2)
            break
        await asyncio.sleep(0.05)
    if done.worked_off_s is not None:
        await _count(line, done, phones, wrote)
    return done


async def _post(line: Line, done: Burst, phone: Phone, text: str, due: float) -> None:
    try:
        await line.text(phone, text)
        done.times.append((time.monotonic() - due) * 1000)
    except Unanswered:
        done.refused += 1
        done.refused_of.add(phone.number)


async def waiting(line: Line) -> int:
    """How many messages wait for their turn, or to be sent."""
    pipe = line.store.pipeline(transaction=False)
    for partition in range(keys.PARTITIONS):
        pipe.xlen(keys.inbox(partition))
        pipe.xlen(keys.outbox(partition))
    return sum(map(int, await pipe.execute()))


async def _count(line: Line, done: Burst, phones: Sequence[Phone], wrote: dict[str, int]) -> None:
    """Every message the hotline wrote into a talk was posted once, no more and no less."""
    for phone in phones:
        if phone.number in done.refused_of:
            continue  # whether it was taken in all the same is not known
        owed, posted = await line.said_in_all(phone, wrote[phone.number])
        done.unanswered += max(0, owed - posted)
        done.doubled += max(0, posted - owed)
