"""Tells those who wait (tests, the phone page, long polls) that something is new."""

import asyncio
from collections.abc import Callable


class Changes:
    """A version that rises with every change, and a way to wait for the next."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self._next = asyncio.Event()

    def mark(self) -> None:
        self.version += 1
        self._next.set()
        self._next = asyncio.Event()

    def close(self) -> None:
        """Sends everybody home who still waits."""
        self.closed = True
        self.mark()

    async def wait(self, seen: int, timeout: float) -> int:
        """The version once it is not `seen` any more, or `seen` after the timeout."""
        if self.version == seen:
            try:
                async with asyncio.timeout(timeout):
                    await self._next.wait()
            except TimeoutError:
                pass
        return self.version

    async def until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Returns as soon as the condition holds; `TimeoutError` if it does not in time."""
        async with asyncio.timeout(timeout):
            while not condition():
                await self._next.wait()
