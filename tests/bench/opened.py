"""Whether a message costs the same however many talks are open; how much of the store an open talk takes."""

import asyncio
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import keys
from bot.private import Address
from bot.sessions import Conversation
from bot.vault import Key
from tests.bench.figures import Round
from tests.bench.phones import Line, Phone
from tests.bench.rounds import Bounds, Speech, play

AT_ONCE = 250
IDLE_S = 5.0
MODELS = 24
"""So many played talks are what the others are made after."""
OF_A_TALK = ("key", "card", "talk", "way", "owed", "shown")


@dataclass(slots=True)
class Level:
    """The same messages, one after the other, while so many talks are open."""

    talks: int
    round: Round
    trips: float
    """Reads of the store from its clients for each message, less what the roles read while nobody writes."""


@dataclass(slots=True)
class Opened:
    """All levels, and bytes of the store for each open talk."""

    levels: list[Level] = field(default_factory=list)
    played_bytes: float | None = None
    """MEMORY USAGE of all that belongs to a played talk, ids of its messages included."""
    filled_bytes: float | None = None
    """What the store's used memory grew by, for each talk that was added."""

    def flat(self, figure: Mapping[int, float]) -> float | None:
        """The largest deviation from the mean of all levels, as a share of it."""
        if len(figure) < len(self.levels) or not figure:
            return None
        mean = sum(figure.values()) / len(figure)
        return round(max(abs(value - mean) for value in figure.values()) / mean, 3)

    @property
    def cpu_ms(self) -> dict[int, float]:
        return {level.talks: level.round.cpu_ms for level in self.levels if level.round.cpu_ms}

    @property
    def p50_ms(self) -> dict[int, float]:
        return {level.talks: level.round.answered.p50 for level in self.levels if level.round.answered}

    @property
    def trips(self) -> dict[int, float]:
        return {level.talks: level.trips for level in self.levels}


async def grow(
    line: Line,
    texts: dict[str, list[str]],
    played: Sequence[Phone],
    sizes: Sequence[int],
    messages: int,
    roles: Mapping[str, int],
) -> Opened:
    """Measure at each size; in between talks are added that look as the played ones do."""
    found, models = Opened(), []
    for phone in played[-MODELS:]:
        resting = await line.rests(phone)
        models += [resting] if resting is not None and not resting.card.case else []
    if not models:
        return found
    found.played_bytes = await _usage(line, [model.id for model in models], models)
    added = 0
    before = await _used(line)
    for size in sizes:
        there = await _open_now(line)
        new = max(0, size - there)
        await _fill(line, models, new)
        added += new
        found.filled_bytes = round((await _used(line) - before) / added, 1) if added > 1000 else None
        found.levels.append(await _level(line, texts, size, messages, roles))
    return found


async def _level(
    line: Line, texts: dict[str, list[str]], size: int, messages: int, roles: Mapping[str, int]
) -> Level:
    speech = Speech(texts)
    before = await _reads(line)
    await asyncio.sleep(IDLE_S)
    reads, own = await _reads(line), line.trips
    idle = (reads - before) / IDLE_S
    played = await play(line.ask, speech, 1, Bounds(60.0, messages), roles)
    trips = (await _reads(line) - reads) - (line.trips - own) - idle * played.seconds
    return Level(size, played, round(trips / max(1, len(played.times)), 1))


async def _reads(line: Line) -> int:
    return int((await line.store.info("stats"))["total_reads_processed"])


async def _used(line: Line) -> int:
    return int((await line.store.info("memory"))["used_memory"])


async def _open_now(line: Line) -> int:
    pipe = line.store.pipeline(transaction=False)
    for partition in range(keys.PARTITIONS):
        pipe.zcard(keys.ends(partition))
    return sum(map(int, await pipe.execute()))


async def _fill(line: Line, models: Sequence[Conversation], count: int) -> None:
    """Talks as `commit.lua` leaves them: another number, a key of their own, sealed anew."""
    await line.vault.agree()
    for some in itertools.batched(range(count), AT_ONCE):
        pipe = line.store.pipeline(transaction=False)
        for number in some:
            await _add(line, pipe, models[number % len(models)], number)
        await pipe.execute()


async def _add(line: Line, pipe: Any, model: Conversation, number: int) -> None:
    card = model.card
    address = Address(f"+3837{number:08d}")
    card.address, card.hashed = address.reveal(), line.vault.hashed("sms", address)
    partition = line.vault.partition(card.hashed)
    conversation, key = line.vault.new_conversation(partition)
    life = keys.HOUR + keys.GRACE
    pipe.set(keys.at(partition, card.hashed), conversation, ex=life)
    pipe.set(keys.of(conversation, "key"), await line.vault.wrap(conversation, key), ex=life)
    pipe.set(keys.of(conversation, "card"), line.sessions.seal_card(conversation, key, card), ex=life)
    pipe.rpush(keys.of(conversation, "talk"), *_lines(line, conversation, key, model))
    pipe.expire(keys.of(conversation, "talk"), life)
    pipe.zadd(keys.ends(partition), {conversation: card.ends_at + keys.HOUR})
    for _ in range(sum(one.who == "person" for one in model.talk)):
        pipe.set(keys.seen(partition, os.urandom(32).hex()), 1, ex=48 * keys.HOUR)


def _lines(line: Line, conversation: str, key: Key, model: Conversation) -> Iterator[bytes]:
    for one in model.talk:
        yield line.sessions.seal_line(conversation, key, one)


async def _usage(line: Line, conversations: Sequence[str], models: Sequence[Conversation]) -> float:
    """Bytes for each of these talks: its own keys, and its share of those named after messages."""
    pipe = line.store.pipeline(transaction=False)
    for model in models:
        partition = keys.partition_of(model.id)
        names = [keys.of(model.id, part) for part in OF_A_TALK]
        names += [keys.at(partition, model.card.hashed), keys.pace(partition, model.card.hashed)]
        for name in names:
            pipe.memory_usage(name, samples=0)
    own = sum(int(size or 0) for size in await pipe.execute())
    seen = [name async for name in line.store.scan_iter(match="hl:*:seen:*", count=1000)][:200]
    pipe = line.store.pipeline(transaction=False)
    for name in seen:
        pipe.memory_usage(name)
    each = [int(size or 0) for size in await pipe.execute()]
    wrote = sum(one.who == "person" for model in models for one in model.talk)
    named = sum(each) / len(each) * wrote if each else 0.0
    return round((own + named) / len(conversations), 1)
