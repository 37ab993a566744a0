"""What is still to be deleted at a provider: provider ids only, tried until it is done.

Twilio refuses to delete a message that is not final yet, and for a while after (20009): "wait at least
1 minute, then several minutes", in rare cases up to 14 days. https://www.twilio.com/docs/api/errors/20009
"""

import base64
from collections.abc import Mapping, Sequence

from bot import keys, logs
from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import ChannelError, KeyGone
from bot.scripts import Store
from bot.vault import Vault

WAITS = (5, 60, 120, 600, keys.HOUR, 6 * keys.HOUR) + (keys.DAY,) * 14
LIFETIME = 15 * keys.DAY
BEING_TRIED = 60
"""While one worker tries an id, no other does; if it dies, another tries after this."""
AT_ONCE = 50


class Deletions:
    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def add(self, channel: Channel, provider_ids: Sequence[str], *, wait: float = 0.0) -> None:
        """Queue ids for deletion; ids that hold an address (a chat) are sealed under the day key."""
        due = self._clock.now() + wait
        members = {f"{channel.name}|0|{await self._shut(channel, one)}": due for one in provider_ids}
        if members:
            pipe = self._store.pipeline(transaction=True)
            pipe.zadd(keys.DELETIONS, members)
            pipe.expire(keys.DELETIONS, LIFETIME)
            await pipe.execute()

    async def hasten(self, channel: str, provider_id: str) -> None:
        """The message reached its final state: what is queued for it can be tried now."""
        await self._store.zadd(keys.DELETIONS, {f"{channel}|0|{provider_id}": self._clock.now()}, xx=True)

    async def waiting(self) -> int:
        return int(await self._store.zcard(keys.DELETIONS))

    async def run(self, channels: Mapping[str, Channel]) -> int:
        """Try what is due; returns how many were deleted."""
        now, done = self._clock.now(), 0
        for raw in await self._store.zrangebyscore(keys.DELETIONS, "-inf", now, start=0, num=AT_ONCE):
            if await self._store.zadd(keys.DELETIONS, {raw: now + BEING_TRIED}, xx=True, gt=True, ch=True):
                done += await self._try(raw.decode(), channels)
        return done

    async def _try(self, member: str, channels: Mapping[str, Channel]) -> int:
        name, tried, shut = member.split("|", 2)
        channel, tries = channels.get(name), int(tried)
        if channel is None:
            return 0
        try:
            await channel.delete([await self._opened(channel, shut)])
        except KeyGone:
            pass  # Older than the provider lets us delete anyway.
        except ChannelError as error:
            logs.event(
                "deletion_failed", channel=name, error=type(error).__name__, code=error.code, tries=tries + 1
            )
            if error.retry and tries < len(WAITS):
                again = self._clock.now() + max(WAITS[tries], error.after)
                pipe = self._store.pipeline(transaction=True)
                pipe.zrem(keys.DELETIONS, member)
                pipe.zadd(keys.DELETIONS, {f"{name}|{tries + 1}|{shut}": again})
                await pipe.execute()
                return 0
        await self._store.zrem(keys.DELETIONS, member)
        return 1

    async def _shut(self, channel: Channel, provider_id: str) -> str:
        if not channel.wipes_chat:
            return provider_id
        day, key = await self._vault.day_key()
        return f"{day}.{base64.b64encode(key.seal(keys.DELETIONS, provider_id.encode())).decode()}"

    async def _opened(self, channel: Channel, shut: str) -> str:
        if not channel.wipes_chat:
            return shut
        day, _, sealed = shut.partition(".")
        key = await self._vault.day_key_of(int(day))
        return key.open(keys.DELETIONS, base64.b64decode(sealed)).decode()
