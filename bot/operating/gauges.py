"""Gauges for alerts worth waking somebody for (alerts.yml): of the whole, told by every gateway.

Ages and counts without labels, but for the part's name: no language, topic or person can be read from them.
"""

import asyncio
import time
from functools import cache

from prometheus_client import Gauge
from redis.exceptions import RedisError

from bot import keys, logs, metrics
from bot.bootstrap import Hotline
from bot.operating.health import ALIVE_S, Health, look

EVERY_S = 5.0


MEANINGS = {
    "beat_timestamp_seconds": "When this process last did its work with the store",
    "store_up": "1 while the store answers",
    "workers": "Workers alive",
    "partitions_unserved": "Partitions no worker has: who is in one gets no answer",
    "inbox_waiting": "Messages without their turn",
    "inbox_oldest_seconds": "Age of the oldest of them",
    "outbox_waiting": "Answers not out",
    "outbox_oldest_seconds": "Age of the oldest of them",
    "cases_waiting": "Cases no counsellor has taken",
    "cases_expected": "Those of them for whom somebody should come now: within opening hours, or in danger",
    "danger_unanswered": "People in danger that wait for a human",
    "danger_unanswered_oldest_seconds": "How long the first of them has waited",
    "counsellors_on_duty": "Counsellors with a page open",
    "deletions_failing": "Ids that have waited for their deletion at the provider for half an hour or more",
    "deletions_overdue_seconds": "How long the first deletion is overdue",
    "part_failing_seconds": "How long engine or channel has failed; 0: works",
}


@cache
def _gauge(name: str) -> Gauge:
    """Made when first set: a process that does not know a figure must not tell it as 0."""
    labels = ("part",) if name.startswith("part_") else ()
    return Gauge(f"hotline_{name}", MEANINGS[name], labels, registry=metrics.REGISTRY)


def show(health: Health) -> None:
    """Set all gauges of the whole to what was found."""
    found = {
        "store_up": 1,
        "workers": health.workers,
        "partitions_unserved": health.unserved,
        "inbox_waiting": health.inbox,
        "inbox_oldest_seconds": health.inbox_s,
        "outbox_waiting": health.outbox,
        "outbox_oldest_seconds": health.outbox_s,
        "cases_waiting": health.cases,
        "cases_expected": health.expected,
        "danger_unanswered": health.danger,
        "danger_unanswered_oldest_seconds": health.danger_s,
        "counsellors_on_duty": health.on_duty,
        "deletions_failing": health.deletions_failing,
        "deletions_overdue_seconds": health.deletions_s,
    }
    for name, value in found.items():
        _gauge(name).set(value)
    for part, seconds in health.failing.items():
        _gauge("part_failing_seconds").labels(part).set(seconds)


def beat() -> None:
    """This process has done its work just now."""
    _gauge("beat_timestamp_seconds").set(time.time())


async def look_for_ever(whole: Hotline) -> None:
    """The gateway's: read the whole and show it."""
    while True:
        try:
            show(await look(whole.store, whole.clock, whole.watched_parts, whole.hours))
            beat()
        except (RedisError, OSError) as error:
            _gauge("store_up").set(0)
            logs.event("store_down", error=type(error).__name__, role="gateway")
        except Exception as error:  # else one figure that cannot be read would end all of them, silently
            logs.event("failed", role="gateway", error=type(error).__name__, where=logs.where(error))
        await asyncio.sleep(EVERY_S)


async def beat_for_ever(whole: Hotline, worker: str) -> None:
    """The worker's: leave the engine's sign; say that this worker is alive while its leases are renewed."""
    while True:
        try:
            await feel(whole, worker)
        except (RedisError, OSError) as error:
            logs.event("store_down", error=type(error).__name__, role="worker")
        except Exception as error:
            logs.event("failed", role="worker", error=type(error).__name__, where=logs.where(error))
        await asyncio.sleep(EVERY_S)


async def feel(whole: Hotline, worker: str) -> None:
    """Once."""
    renewed = await whole.store.zscore(keys.WORKERS, worker)
    if renewed is not None and whole.clock.now() - renewed < ALIVE_S:
        beat()
    await (whole.signs.works if await whole.engine.ready() else whole.signs.fails)("engine")
