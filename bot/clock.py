"""The time, in one place, so that tests can set it."""

import time
from typing import Any


class Clock:
    """Wall-clock time in unix seconds."""

    def now(self) -> float:
        return time.time()

    async def agree(self, store: Any) -> None:
        """Take over the store's time, where this clock goes by it."""


class SharedClock(Clock):
    """The store's time, carried on between two looks at it by this machine's steady clock.

    All processes and the store's own lifetimes then go by one clock: a clock that jumps on one machine
    neither ends an open talk nor keeps one longer.
    """

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()

    def now(self) -> float:
        return time.monotonic() + self._ahead

    async def agree(self, store: Any) -> None:
        seconds, micros = await store.time()
        self._ahead = seconds + micros / 1e6 - time.monotonic()


class SetClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def move(self, seconds: float) -> None:
        self._now += seconds


class AheadClock(Clock):
    """The real time, ahead by as much as it was moved."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def move(self, seconds: float) -> None:
        self._ahead += seconds
