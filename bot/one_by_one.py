"""One text at a time to a person, in the order of the outbox, whichever talks they are of.

Who writes DELETE and goes on is in two talks: what belongs to the first must not arrive after the second's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bot.private import Address

type Person = tuple[str, Address]
"""Channel and address."""


class OneByOne:
    """Construct and use inside one running loop."""

    def __init__(self) -> None:
        self._doors: dict[int, asyncio.Lock] = {}
        self._lines: dict[Person, deque[asyncio.Future[None]]] = {}

    async def joined[T](
        self, partition: int, read: Callable[[], Awaitable[T]], person: Callable[[T], Person]
    ) -> tuple[T, Person, "asyncio.Future[None]"]:
        """Read an entry and join its person's line; those of a partition do so in the order they ask."""
        async with self._doors.setdefault(partition, asyncio.Lock()):
            found = await read()
            whose = person(found)
            place = asyncio.get_running_loop().create_future()
            line = self._lines.setdefault(whose, deque())
            line.append(place)
            if line[0] is place:
                place.set_result(None)
            return found, whose, place

    @contextmanager
    def left(self, whose: Person, place: "asyncio.Future[None]") -> Iterator[None]:
        """Afterwards the next in line may go. Await `place` inside: it is done when it is one's turn."""
        try:
            yield
        finally:
            line = self._lines[whose]
            line.remove(place)
            if not line:
                del self._lines[whose]
            elif not line[0].done():
                line[0].set_result(None)
