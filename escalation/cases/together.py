"""Many who ask the same at once are answered by one read, never by one that had begun before they asked."""

import asyncio
from collections.abc import Awaitable, Callable


class Together[T]:
    """After a change every open page asks for the queue at the same moment; what is read nobody keeps."""

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read = read
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def ask(self) -> T:
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
            self._next.add_done_callback(_noticed)
        # Whoever leaves takes nothing from the others.
        return await asyncio.shield(self._next)

    async def _after(self, earlier: "asyncio.Task[T] | None") -> T:
        if earlier is not None:
            await asyncio.wait([earlier])
        # From here on it has begun: who comes later gets a later one.
        self._running, self._next = self._next, None
        try:
            return await self._read()
        finally:
            if self._running is asyncio.current_task():
                self._running = None


def _noticed(done: "asyncio.Task[object]") -> None:
    """Everybody who asked may have left before it failed."""
    if not done.cancelled():
        done.exception()
