"""Background work that is held until it is done, and can be waited for or stopped together."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """The event loop holds tasks only weakly; this holds them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def drained(self) -> None:
        """Returns when nothing is under way any more."""
        while self._running:
            await asyncio.wait(self._running)

    async def cancel(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
