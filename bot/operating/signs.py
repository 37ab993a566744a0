"""Signs: when each part last worked, or since when it fails; in the store, so that every role can tell.

Whoever uses a part leaves its sign: the worker for the engine and the providers. One sign of working, by
anybody, ends a failing.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from redis.exceptions import RedisError

from bot import keys
from bot.channels.base import Channel, Inbound, Outgoing, Sent
from bot.clock import Clock
from bot.errors import ChannelError, NeverAgain, PersonLeft
from bot.private import Address
from bot.scripts import Store

SELDOM_S = 5.0
"""The same sign is written no more often than this by one process."""
WORKS, FAILS = "works", "fails"


@dataclass(frozen=True, slots=True)
class Sign:
    """Unix seconds; None: never, or too long ago to say."""

    works_at: float | None = None
    fails_since: float | None = None


class Signs:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._last: dict[str, tuple[str, float]] = {}

    async def works(self, part: str) -> None:
        """Never raises: a sign is not worth an answer."""
        if not self._worth(part, WORKS):
            return
        pipe = self._store.pipeline(transaction=True)
        pipe.hset(keys.SIGNS, f"{part}:{WORKS}", repr(self._clock.now()))
        pipe.hdel(keys.SIGNS, f"{part}:{FAILS}")
        pipe.expire(keys.SIGNS, keys.HOUR)
        with suppress(RedisError, OSError):
            await pipe.execute()

    async def fails(self, part: str) -> None:
        """Never raises."""
        if not self._worth(part, FAILS):
            return
        pipe = self._store.pipeline(transaction=True)
        pipe.hsetnx(keys.SIGNS, f"{part}:{FAILS}", repr(self._clock.now()))
        pipe.expire(keys.SIGNS, keys.HOUR)
        with suppress(RedisError, OSError):
            await pipe.execute()

    def _worth(self, part: str, sign: str) -> bool:
        now = self._clock.now()
        before, at = self._last.get(part, ("", 0.0))
        if before == sign and now - at < SELDOM_S:
            return False
        self._last[part] = (sign, now)
        return True


def read_signs(raw: dict[bytes, bytes]) -> dict[str, Sign]:
    """What the store holds under `keys.SIGNS`, by part."""
    found: dict[str, dict[str, float]] = {}
    for name, value in raw.items():
        part, _, sign = name.decode().partition(":")
        found.setdefault(part, {})[sign] = float(value)
    return {part: Sign(signs.get(WORKS), signs.get(FAILS)) for part, signs in found.items()}


class Watched:
    """A channel that leaves a sign at each sending; in all else the channel it is given."""

    def __init__(self, channel: Channel, signs: Signs) -> None:
        self._channel = channel
        self._signs = signs
        self.name = channel.name
        self.deletes_log = channel.deletes_log
        self.wipes_chat = channel.wipes_chat
        self.can_list = channel.can_list

    def owed_id(self, message: Inbound) -> str | None:
        return self._channel.owed_id(message)

    def shown_id(self, message: Inbound) -> str | None:
        return self._channel.shown_id(message)

    async def send(self, message: Outgoing) -> Sent:
        try:
            sent = await self._channel.send(message)
        except (NeverAgain, PersonLeft):
            await self._signs.works(self.name)  # the provider answered; it is this message that cannot go
            raise
        except ChannelError:
            await self._signs.fails(self.name)
            raise
        await self._signs.works(self.name)
        return sent

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        return await self._channel.was_sent(message, since)

    async def missed(self, since: float) -> list[Inbound]:
        return await self._channel.missed(since)

    async def delete(self, provider_ids: Sequence[str]) -> None:
        await self._channel.delete(provider_ids)

    def numbered(self, address: Address, number: int) -> str:
        return self._channel.numbered(address, number)

    def unheard(self, after: str, before: str | None) -> str | None:
        return self._channel.unheard(after, before)

    async def holds_back(self) -> bool:
        return await self._channel.holds_back()

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        await self._channel.take_back(address, numbers, known)

    async def leftovers(self, now: float) -> list[str]:
        return await self._channel.leftovers(now)

    async def aclose(self) -> None:
        await self._channel.aclose()
