"""The time, in one place, so that tests can set it."""

import time


class Clock:
    """Wall-clock time in unix seconds."""

    def now(self) -> float:
        return time.time()


class SetClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def move(self, seconds: float) -> None:
        self._now += seconds
