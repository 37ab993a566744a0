"""What is remembered of an address beside its talk: that it is muted, that a counsellor talked with it.

A keyed hash with a lifetime each, never a number. A mute outlives DELETE, or it would be none; that somebody
talked before does not.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from bot import keys
from bot.clock import Clock
from bot.private import Unshown
from bot.scripts import Store

MUTE_HOURS = (1, 8, 24)
"""For how long a counsellor can mute; the longest is as long as anything of a person may be kept."""
SAID_S = keys.HOUR
"""During a mute one short text is said at most this often."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of one address."""

    muted: bool = False
    before: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Mute(Unshown):
    """A mute as the console lists it; `id` is random, `alias` what the person was called in that talk."""

    id: str
    alias: str
    by: str
    until: float


class Marks:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, partition: int, hashed: str) -> Known:
        muted, before = await self._store.mget(keys.muted(partition, hashed), keys.before(partition, hashed))
        return Known(muted is not None, before is not None)

    async def talked(self, conversation: str, hashed: str) -> None:
        """A counsellor's talk with this address ends."""
        await self._store.set(keys.before(keys.partition_of(conversation), hashed), b"1", ex=keys.CAP)

    async def forget(self, conversation: str, hashed: str) -> None:
        """The person ended it themselves: nothing says any more that they wrote."""
        await self._store.delete(keys.before(keys.partition_of(conversation), hashed))

    async def mute(self, conversation: str, hashed: str, alias: str, by: str, hours: int) -> None:
        """Answer this address no more for so long; safe to repeat."""
        partition, until = keys.partition_of(conversation), self._clock.now() + hours * keys.HOUR
        await self._store.set(keys.muted(partition, hashed), b"1", ex=hours * keys.HOUR)
        listed = json.dumps([secrets.token_hex(8), alias, by, until])
        pipe = self._store.pipeline(transaction=True)
        pipe.hset(keys.MUTES, f"{partition} {hashed}", listed)
        pipe.expire(keys.MUTES, keys.CAP)
        await pipe.execute()

    async def may_say(self, conversation: str, hashed: str) -> bool:
        """Whether the short text of a mute may be said now; then not again for a while."""
        place = keys.told(keys.partition_of(conversation), hashed)
        return bool(await self._store.set(place, b"1", nx=True, ex=SAID_S))

    async def mutes(self) -> list[Mute]:
        """Those that last, the one that ends first in front."""
        return sorted((one for one, _ in await self._listed()), key=lambda one: one.until)

    async def lift(self, mute: str) -> bool:
        """End a mute before its time; False where there is none of this id any more."""
        for one, field in await self._listed():
            if one.id == mute:
                partition, hashed = field.split(" ")
                await self._store.delete(
                    keys.muted(int(partition), hashed), keys.told(int(partition), hashed)
                )
                await self._store.hdel(keys.MUTES, field)
                return True
        return False

    async def _listed(self) -> list[tuple[Mute, str]]:
        found: Mapping[bytes, bytes] = await self._store.hgetall(keys.MUTES)
        listed = [(Mute(*json.loads(raw)), field.decode()) for field, raw in found.items()]
        over = [field for one, field in listed if one.until <= self._clock.now()]
        if over:
            await self._store.hdel(keys.MUTES, *over)
        return [(one, field) for one, field in listed if field not in over]
