"""A month's counts in the store, of all processes together: how many, never who.

They are what the donors' report is made of (bot/report.py). A month is the finest there is: from shorter
times a single talk could be told. A talk is counted once it has ended: nothing here is of one that is open.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from bot import keys, metrics
from bot.clock import Clock
from bot.scripts import Store

SINCE = "since"
Tables = dict[str, dict[str, int]]


class Counts:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self) -> None:
        """Add what this process has counted to the month; what cannot be written now is, next time.

        That it counts is written where there is nothing to count, too: so the day it began on is no talk's.
        """
        counted = metrics.drain()
        today = datetime.fromtimestamp(self._clock.now(), UTC).date()
        place = keys.counts(month_of(today))
        try:
            pipe = self._store.pipeline(transaction=True)
            for (table, value), number in counted.items():
                pipe.hincrby(place, f"{table}|{value}", number)
            pipe.hsetnx(place, SINCE, today.isoformat())
            pipe.expire(place, keys.COUNTS)
            await pipe.execute()
        except BaseException:
            metrics.put_back(counted)
            raise

    async def of(self, month: str) -> tuple[Tables, str]:
        """A month's tables, and the day from which on it was counted ("" where nothing was)."""
        found = {
            name.decode(): raw.decode()
            for name, raw in (await self._store.hgetall(keys.counts(month))).items()
        }
        since = found.pop(SINCE, "")
        tables: Tables = defaultdict(dict)
        for name, number in found.items():
            table, _, value = name.partition("|")
            tables[table][value] = int(number)
        return dict(tables), since


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def last_month(now: float) -> str:
    """The last month that is over."""
    first = datetime.fromtimestamp(now, UTC).date().replace(day=1)
    return month_of(first - timedelta(days=1))
