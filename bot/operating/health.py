"""How the whole is: read from the store in two trips, without anybody's words, number or id.

What is in trouble is told here once; `/health/ready`, the gauges and the doctor all ask this.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError

from bot import keys
from bot.clock import Clock
from bot.operating.signs import Sign, read_signs
from bot.scripts import Store
from bot.wording import LANGUAGES, spoken
from escalation.cases.case import RANK
from escalation.cases.duty import ON_DUTY_S
from escalation.cases.hours import Hours

ANSWERS_S = 2.0
ALIVE_S = 10.0
"""A worker that has not renewed its leases for this long is not there."""
FAILING_S = 1800.0
"""An id that waits this long has been refused again and again (bot/deletions.py)."""
AT_MOST = 5_000
INBOX_S, OUTBOX_S, DANGER_S, PART_S = 30.0, 120.0, 180.0, 60.0
"""Older than this is trouble: a message without its turn, an answer not out, danger without a human, a part
that fails."""
DELETIONS_S = 900.0


@dataclass(frozen=True, slots=True)
class Health:
    """Counts and ages in seconds; `failing` holds the parts that fail and for how long."""

    workers: int = 0
    unserved: int = 0
    """Partitions no worker has: who is in one of them gets no answer."""
    inbox: int = 0
    inbox_s: float = 0.0
    outbox: int = 0
    outbox_s: float = 0.0
    cases: int = 0
    expected: int = 0
    """Of these, for how many somebody should come now: within opening hours, or in danger."""
    danger: int = 0
    danger_s: float = 0.0
    on_duty: int = 0
    deletions: int = 0
    deletions_failing: int = 0
    deletions_s: float = 0.0
    failing: dict[str, float] = field(default_factory=dict)

    def parts(self) -> dict[str, dict[str, bool | int | float]]:
        """By name: is it as it should be, and by which figures."""
        unhelped = self.on_duty == 0 and self.expected > 0
        return {
            "worker": {"ok": self.workers > 0 and not self.unserved, "count": self.workers},
            "inbox": _aged(self.inbox, self.inbox_s, INBOX_S),
            "outbox": _aged(self.outbox, self.outbox_s, OUTBOX_S),
            "danger": _aged(self.danger, self.danger_s, DANGER_S),
            "counsellors": {"ok": not unhelped, "on_duty": self.on_duty, "cases_waiting": self.cases},
            "deletions": {
                "ok": not self.deletions_failing and self.deletions_s < DELETIONS_S,
                "waiting": self.deletions,
                "failing": self.deletions_failing,
            },
            **{
                part: {"ok": seconds < PART_S, "failing_seconds": round(seconds)}
                for part, seconds in sorted(self.failing.items())
            },
        }


def _aged(count: int, age: float, limit: float) -> dict[str, bool | int | float]:
    return {"ok": age < limit, "waiting": count, "oldest_seconds": round(age)}


async def takes_messages(store: Store) -> bool:
    """Whether the store takes a write just now; one that is full or a mere replica answers, but does not."""
    pipe = store.pipeline(transaction=True)
    pipe.hset(keys.SIGNS, "door:works", "0")
    pipe.expire(keys.SIGNS, keys.HOUR)
    try:
        async with asyncio.timeout(ANSWERS_S):
            await pipe.execute()
    except (RedisError, OSError):
        return False
    return True


async def look(store: Store, clock: Clock, parts: Iterable[str], hours: Hours) -> Health:
    """Read it; `parts` are engine and channels. Raises RedisError or OSError when the store is silent."""
    now = clock.now()
    pipe = store.pipeline(transaction=False)
    pipe.time()
    pipe.zcount(keys.WORKERS, now - ALIVE_S, "+inf")
    pipe.zcount(keys.ON_DUTY, now - ON_DUTY_S, "+inf")
    pipe.zrange(keys.WAITING, 0, AT_MOST)
    pipe.zrange(keys.HELD, 0, AT_MOST)
    pipe.hgetall(keys.SIGNS)
    for partition in range(keys.PARTITIONS):
        pipe.exists(keys.lease(partition))
        for place in (keys.inbox(partition), keys.outbox(partition)):
            pipe.xlen(place)
            pipe.xrange(place, count=1)
        pipe.zcard(keys.due(partition))
        pipe.zrange(keys.due(partition), 0, 0, withscores=True)
        pipe.zcount(keys.since(partition), "-inf", now - FAILING_S)
    read = await pipe.execute()
    (seconds, micro), workers, on_duty, waiting, held, signs = read[:6]
    by_partition = [read[at : at + 8] for at in range(6, len(read), 8)]
    server = seconds + micro / 1e6
    open_to = {one for one in LANGUAGES if hours.is_open(one, now)}
    expected, danger = await _people(store, waiting, held, open_to, now)
    return Health(
        workers=int(workers),
        unserved=sum(not one[0] for one in by_partition),
        inbox=sum(one[1] for one in by_partition),
        inbox_s=max(_age(one[2], server) for one in by_partition),
        outbox=sum(one[3] for one in by_partition),
        outbox_s=max(_age(one[4], server) for one in by_partition),
        cases=len(waiting),
        expected=expected,
        danger=len(danger),
        danger_s=max(danger, default=0.0),
        on_duty=int(on_duty),
        deletions=sum(one[5] for one in by_partition),
        deletions_failing=sum(one[7] for one in by_partition),
        deletions_s=max([now - first[0][1] for *_, first, _ in by_partition if first] + [0.0]),
        failing=_failing(read_signs(signs), parts, now),
    )


def _age(first: Any, server: float) -> float:
    """Age of a stream's first entry: an entry leaves when it is done, and its id is its time in ms."""
    return max(0.0, server - int(first[0][0].split(b"-")[0]) / 1000) if first else 0.0


def _failing(signs: dict[str, Sign], parts: Iterable[str], now: float) -> dict[str, float]:
    """Seconds each part has been failing; 0 for one that works or was not used."""
    since = {part: signs.get(part, Sign()).fails_since for part in parts}
    return {part: max(0.0, now - at) if at is not None else 0.0 for part, at in since.items()}


async def _people(
    store: Store, waiting: list[bytes], held: list[bytes], open_to: set[str], now: float
) -> tuple[int, list[float]]:
    """For how many who wait somebody should come now, outside opening hours only for danger; and for each in
    danger, how long they have waited: nobody took the case, or they wrote again and it was not read."""
    if not waiting and not held:
        return 0, []
    pipe = store.pipeline(transaction=False)
    for raw in [*waiting, *held]:
        names = ("rank", "state", "opened_at", "wrote_at", "wrote", "read", "language")
        pipe.hmget(keys.case(raw.decode()), *names)
    expected, waits = 0, []
    for rank, state, opened, wrote_at, wrote, read, language in await pipe.execute():
        urgent = rank is not None and int(rank) >= RANK["danger"]
        if rank is not None and state != b"held":
            expected += urgent or spoken((language or b"").decode()) in open_to
        if urgent and state != b"held":
            waits.append(max(0.0, now - float(opened)))
        elif urgent and int(wrote or 0) > int(read or 0):
            waits.append(max(0.0, now - float(wrote_at)))
    return expected, waits
