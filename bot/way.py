"""The way to one provider: open, or shut while it takes nothing from anybody.

When it is tried again, one message goes for all, and whoever matters most is that one; as long as things get
through, twice as many go side by side each time. So a provider that is back, or asks for a slower pace
(429), is not run over by everything that waited.
"""

import asyncio
import heapq
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from bot.errors import ChannelError, OperatorNeeded

WAITS = (0.5, 1, 2, 5, 10, 30, 60)
"""Seconds until the next try, the longer the more often it failed; each a little more or less by chance."""
OPERATOR_WAIT = 30.0
SIDE_BY_SIDE = 64
TROUBLE = 2
"""So many different talks refused with nothing getting through between: it is the provider's trouble."""


def wait(error: ChannelError, tries: int) -> float:
    """Seconds until a message that failed for the n-th time is tried again: the provider's own, or ours."""
    if isinstance(error, OperatorNeeded):
        return OPERATOR_WAIT
    return max(error.after, WAITS[min(tries, len(WAITS)) - 1] * random.uniform(0.8, 1.2))  # noqa: S311 - no secret


class Way:
    """Construct and use inside one running loop."""

    def __init__(self) -> None:
        self._room = SIDE_BY_SIDE
        self._inside = 0
        self._refused: set[str] = set()
        self._shut = 0
        self._opens_at = 0.0
        self._waiting: list[tuple[int, str, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def shut(self) -> bool:
        return self._shut > 0

    async def enter(self, rank: int, entry: str) -> None:
        """Wait for one's turn: by rank, then by age (`entry` is an id of the outbox). `left` comes after."""
        if not self._waiting and self._may_enter():
            self._inside += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, _by_age(entry), next(self._numbers), turn))
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.left()
            raise

    def left(self) -> None:
        """One is through, whatever came of it."""
        self._inside -= 1
        self._let_in()

    @contextmanager
    def watching(self, talk: str) -> Iterator[None]:
        """Learns from what becomes of a sending."""
        try:
            yield
        except ChannelError as error:
            if error.everybody:
                self._refuses(talk, error)
            else:
                self._takes()
            raise
        else:
            self._takes()

    def _takes(self) -> None:
        self._refused.clear()
        self._shut, self._opens_at = 0, 0.0
        self._room = min(SIDE_BY_SIDE, self._room * 2)

    def _refuses(self, talk: str, error: ChannelError) -> None:
        self._refused.add(talk)
        now = asyncio.get_running_loop().time()
        if (len(self._refused) < TROUBLE and not self._shut) or now < self._opens_at:
            return  # what was under way when it was shut is no further failure
        self._shut += 1
        self._room = 1
        self._opens_at = now + wait(error, self._shut)

    def _may_enter(self) -> bool:
        return self._inside < self._room and asyncio.get_running_loop().time() >= self._opens_at

    def _let_in(self) -> None:
        while self._waiting and self._may_enter():
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._inside += 1
                turn.set_result(None)
        loop = asyncio.get_running_loop()
        if self._waiting and self._opens_at > loop.time():
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = loop.call_at(self._opens_at, self._let_in)


def _by_age(entry: str) -> str:
    """An outbox id (`<ms>-<n>`) so that the older one is less."""
    ms, _, number = entry.partition("-")
    return f"{ms:>15}-{number:>6}"
