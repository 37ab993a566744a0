"""Gauges for alerts worth waking somebody for (alerts.yml): of the whole, told by every gateway.

Ages and counts without labels, but for the part's name: no language, topic or person can be read from them.
"""

import asyncio
import time

from prometheus_client import Gauge
from redis.exceptions import RedisError

from bot import keys, logs, metrics
from bot.bootstrap import Hotline
from bot.operating.health import ALIVE_S, Health, look
from bot.operating.signs import Signs

EVERY_S = 5.0


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"hotline_{name}", meaning, labels, registry=metrics.REGISTRY)


_beat = _gauge("beat_timestamp_seconds", "When this process last did its work with the store")
_store = _gauge("store_up", "1 while the store answers")
_workers = _gauge("workers", "Workers alive")
_unserved = _gauge("partitions_unserved", "Partitions no worker has: who is in one gets no answer")
_inbox = _gauge("inbox_waiting", "Messages without their turn")
_inbox_s = _gauge("inbox_oldest_seconds", "Age of the oldest of them")
_outbox = _gauge("outbox_waiting", "Answers not out")
_outbox_s = _gauge("outbox_oldest_seconds", "Age of the oldest of them")
_cases = _gauge("cases_waiting", "Cases no counsellor has taken")
_danger = _gauge("danger_unanswered", "People in danger that wait for a human")
_danger_s = _gauge("danger_unanswered_oldest_seconds", "How long the first of them has waited")
_on_duty = _gauge("counsellors_on_duty", "Counsellors with a page open")
_failing = _gauge("deletions_failing", "Ids whose deletion at the provider has failed four times or more")
_overdue = _gauge("deletions_overdue_seconds", "How long the first deletion is overdue")
_part = _gauge("part_failing_seconds", "How long engine or channel has failed; 0: works", "part")


def show(health: Health) -> None:
    """Set all gauges to what was found."""
    _store.set(1)
    _workers.set(health.workers)
    _unserved.set(health.unserved)
    _inbox.set(health.inbox)
    _inbox_s.set(health.inbox_s)
    _outbox.set(health.outbox)
    _outbox_s.set(health.outbox_s)
    _cases.set(health.cases)
    _danger.set(health.danger)
    _danger_s.set(health.danger_s)
    _on_duty.set(health.on_duty)
    _failing.set(health.deletions_failing)
    _overdue.set(health.deletions_s)
    for part, seconds in health.failing.items():
        _part.labels(part).set(seconds)


async def look_for_ever(whole: Hotline) -> None:
    """The gateway's: read the whole and show it."""
    while True:
        try:
            show(await look(whole.store, whole.clock, whole.watched_parts))
            _beat.set(time.time())
        except (RedisError, OSError) as error:
            _store.set(0)
            logs.event("store_down", error=type(error).__name__, role="gateway")
        await asyncio.sleep(EVERY_S)


async def beat_for_ever(whole: Hotline, worker: str) -> None:
    """The worker's: leave the engine's sign; say that this worker is alive while its leases are renewed."""
    while True:
        await feel(whole, worker)
        await asyncio.sleep(EVERY_S)


async def feel(whole: Hotline, worker: str) -> None:
    """Once."""
    signs: Signs = whole.signs
    try:
        renewed = await whole.store.zscore(keys.WORKERS, worker)
        if renewed is not None and whole.clock.now() - renewed < ALIVE_S:
            _beat.set(time.time())
        await (signs.works if await whole.engine.ready() else signs.fails)("engine")
    except (RedisError, OSError) as error:
        logs.event("store_down", error=type(error).__name__, role="worker")
