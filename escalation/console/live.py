"""Live updates: which parts of a page changed, never what is in them.

One subscription to the desk serves all open pages of this process. A page that was away misses nothing: it is
told "all" whenever it (or we) connected anew, and fetches what it shows.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from escalation.console.desk import Desk

EVERYTHING, QUEUE, SOON = "all", "queue", "soon"
_AGAIN_SECONDS = 1.0
QUEUE_SECONDS, SOON_SECONDS = 0.25, 2.0
"""Pages are told of the queue no more often than this: when somebody more waits or is in danger, and when
something else changed, as it does with every message. The first change after a pause is told at once."""


class Listener:
    """What one open page has not been told yet; the same change twice is one."""

    def __init__(self) -> None:
        self._changes: dict[str, None] = {}
        self._woken = asyncio.Event()

    def tell(self, change: str) -> None:
        self._changes[change] = None
        self._woken.set()

    async def next(self, seconds: float) -> list[str]:
        """The changes since last time; empty when none came within `seconds`."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return []
        self._woken.clear()
        changes, self._changes = list(self._changes), {}
        return [EVERYTHING] if EVERYTHING in changes else changes


class Hub:
    """Hands each change of the desk to every open page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._queue_told = float("-inf")
        self._queue_due: asyncio.TimerHandle | None = None
        self._turns = asyncio.Lock()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Listener]:
        listener = Listener()
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def turn(self) -> None:
        """All pages fetch at the same moment: one after the other, between two whatever else was asked."""
        async with self._turns:
            await asyncio.sleep(0)

    async def stop(self) -> None:
        if self._queue_due is not None:
            self._queue_due.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            # Between asking for changes and being subscribed some may pass unseen: look again a moment later.
            again = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._tell, EVERYTHING)
            try:
                async for kind, case_id in self._desk.changes():
                    if kind in (QUEUE, SOON):
                        self._tell_of_queue(QUEUE_SECONDS if kind == QUEUE else SOON_SECONDS)
                    else:
                        self._tell(f"{kind} {case_id}")
            except Exception:  # noqa: S110 - whatever broke, the pages fetch by themselves until this works again
                pass
            finally:
                again.cancel()
            await asyncio.sleep(_AGAIN_SECONDS)
            self._tell(EVERYTHING)

    def _tell_of_queue(self, apart: float) -> None:
        """Now, or once it was not told for so long; what is told then says all that changed by then."""
        loop = asyncio.get_running_loop()
        due = self._queue_told + apart
        if self._queue_due is not None:
            if self._queue_due.when() <= due:
                return
            self._queue_due.cancel()
            self._queue_due = None
        if due <= loop.time():
            self._now()
        else:
            self._queue_due = loop.call_at(due, self._now)

    def _now(self) -> None:
        self._queue_told, self._queue_due = asyncio.get_running_loop().time(), None
        self._tell(QUEUE)

    def _tell(self, change: str) -> None:
        for listener in self._listeners:
            listener.tell(change)
