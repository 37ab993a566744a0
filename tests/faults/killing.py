"""kill -9 of whatever there is, at random moments, one after the other; what was killed comes back."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from tests.faults.house import House, until
from tests.stand_ins.servers import Server, Watched

ROLES = ("gateway-0", "gateway-1", "worker-0", "worker-1", "engine", "console")
WEIGHTS = {"gateway": 3, "worker": 4, "engine": 2, "console": 1, "primary": 2, "replica": 1}
DOWN_S = 1.5
"""A killed process stays away for up to this."""
WHOLE_S = 30.0


@dataclass
class Killer:
    """Hits a house and the store under it; `hits` says when what was hit, in seconds from the beginning."""

    built: House
    store: Watched
    dice: random.Random
    only: Sequence[str] = tuple(WEIGHTS)
    """What may be hit."""
    killed: Counter[str] = field(default_factory=Counter)
    hits: list[tuple[float, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    async def strike(self, kills: int, seconds: float) -> None:
        """So many kills, spread over this time; a store that is mending is left to mend."""
        moments = sorted(self.dice.random() * seconds for _ in range(kills))
        async with asyncio.TaskGroup() as group:
            for moment in moments:
                await asyncio.sleep(max(0.0, self.began + moment - time.monotonic()))
                group.create_task(self._hit(self._choose()))

    def _choose(self) -> str:
        return self.dice.choices(self.only, [WEIGHTS[what] for what in self.only])[0]

    async def _hit(self, what: str) -> None:
        if what in ("primary", "replica"):
            await self._hit_store(what)
            return
        there = [name for name in self.built.running if name.partition("-")[0] == what]
        if not there:
            await asyncio.sleep(0.5)  # it is down just now: whoever is there is hit
            await self._hit(self._choose())
            return
        name = self.dice.choice(there)
        self._note(what)
        self.built.kill(name)
        await asyncio.sleep(self.dice.random() * DOWN_S)
        self.built.start(name)

    async def _hit_store(self, what: str) -> None:
        """One node at a time: two of three at once is more than any of it promises."""
        async with self._mending:
            await until(self._whole, WHOLE_S, "the store is whole")
            node = await asyncio.to_thread(self.store.primary if what == "primary" else self.store.replica)
            self._note(what)
            node.kill()
            await until(lambda: self._followed(node), WHOLE_S, "another is the primary")
            self.store.back(node)
            await until(self._whole, WHOLE_S, "the store is whole again")

    async def _followed(self, node: Server) -> bool:
        return await asyncio.to_thread(self.store.primary) is not node

    async def _whole(self) -> bool:
        with suppress(RedisError, OSError):  # a node that is starting, a Sentinel in the middle of it
            return await asyncio.to_thread(self.store.agreed)
        return False

    def _note(self, what: str) -> None:
        self.killed[what] += 1
        self.hits.append((time.monotonic() - self.began, what))

    _mending: asyncio.Lock = field(default_factory=asyncio.Lock)
