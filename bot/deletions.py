"""What is still to be deleted at a provider: ids only, tried until it is done.

They wait beside the conversation they belong to (same partition), so that the step that erases it also queues
them; and they outlive it. Ids that hold an address (a chat) rest sealed under the day key.

Twilio refuses to delete a message that is not final yet, and for a while after (20009): "wait at least
1 minute, then several minutes", in rare cases up to 14 days. https://www.twilio.com/docs/api/errors/20009
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import keys, logs
from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import ChannelError, KeyGone
from bot.scripts import Store
from bot.vault import Vault

AGAIN = (
    (60, 5),
    (10 * 60, 60),
    (keys.HOUR, 10 * 60),
    (keys.DAY, keys.HOUR),
    (keys.PROVIDER_IDS, 6 * keys.HOUR),
)
"""What has waited less than the first is tried again after the second; after the last it is given up."""
BEING_TRIED = 60
"""While one worker tries an id, no other does; if it dies, another tries after this."""
AT_ONCE = 50
LOOK_BACK = 10
LOOK_EVERY = 10 * keys.MINUTE
UNREACHED = 600
"""A code below is no answer about one message (0, or an HTTP status): the rest would fare alike just now."""


@dataclass(frozen=True, slots=True)
class Owing:
    """What operators are told of the deletions: how many wait, and for how many seconds the oldest has."""

    waiting: int
    oldest: float


class Deletions:
    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def resting(self, channel: Channel, provider_id: str) -> str:
        """A provider's id as it rests, with the channel's name: sealed where it holds an address."""
        if not channel.wipes_chat:
            return f"{channel.name}|{provider_id}"
        day, key = await self._vault.day_key()
        sealed = base64.b64encode(key.seal(PLACE, provider_id.encode())).decode()
        return f"{channel.name}|{day}.{sealed}"

    async def earlier(self, channel: Channel, conversation: str) -> str:
        """A message in the chat that is older than what may have gone out unheard; empty: none is known."""
        if not channel.wipes_chat:
            return ""
        listed = await self._store.lrange(keys.of(conversation, "shown"), -LOOK_BACK, -1)
        found = [one for one in [await self._opened(channel, raw.decode()) for raw in listed] if one]
        return found[0] if found else ""

    async def known(self, channel: Channel, conversation: str) -> set[str]:
        """Ids of what is known to be in the chat, of both sides."""
        listed = await self._store.lrange(keys.of(conversation, "shown"), 0, -1)
        return {await self._opened(channel, raw.decode()) for raw in listed} - {""}

    async def suspect(self, channel: Channel, conversation: str, after: str, before: str | None) -> None:
        """An earlier try may have gone out: what is between what we know of belongs to the chat, too."""
        after = after or await self.earlier(channel, conversation)
        span = channel.unheard(after, before) if after else None
        if span:
            resting, place = await self.resting(channel, span), keys.of(conversation, "shown")
            pipe = self._store.pipeline(transaction=True)
            pipe.rpush(place, resting)
            pipe.expire(place, keys.TELEGRAM_IDS)
            pipe.exists(keys.of(conversation, "key"))
            if not (await pipe.execute())[-1]:  # erased meanwhile: nobody will look there any more
                await self.add(keys.partition_of(conversation), [resting])
                await self._store.delete(place)

    async def add(self, partition: int, resting: Sequence[str]) -> None:
        """Queue ids for deletion, as they rest; what is queued already stays as old as it is."""
        now = self._clock.now()
        if resting:
            pipe = self._store.pipeline(transaction=True)
            pipe.zadd(keys.due(partition), dict.fromkeys(resting, now), nx=True)
            pipe.zadd(keys.since(partition), dict.fromkeys(resting, now), nx=True)
            pipe.expire(keys.due(partition), keys.PROVIDER_IDS)
            pipe.expire(keys.since(partition), keys.PROVIDER_IDS)
            await pipe.execute()

    async def hasten(self, channel: str, provider_id: str) -> None:
        """The message reached its final state: what is queued for it can be tried now."""
        now = self._clock.now()
        pipe = self._store.pipeline(transaction=False)
        for partition in range(keys.PARTITIONS):
            pipe.zadd(keys.due(partition), {f"{channel}|{provider_id}": now}, xx=True, lt=True)
        await pipe.execute()

    async def owing(self) -> Owing:
        """How much is still to be deleted, and how long the oldest has waited."""
        pipe = self._store.pipeline(transaction=False)
        for partition in range(keys.PARTITIONS):
            pipe.zcard(keys.due(partition))
            pipe.zrange(keys.since(partition), 0, 0, withscores=True)
        found = await pipe.execute()
        oldest = [first[0][1] for first in found[1::2] if first]
        age = self._clock.now() - min(oldest) if oldest else 0.0
        return Owing(sum(found[::2]), max(0.0, age))

    async def run(self, channels: Mapping[str, Channel]) -> int:
        """Try what is due; returns how many were deleted."""
        done = 0
        unreached: dict[str, ChannelError] = {}
        for partition in range(keys.PARTITIONS):
            mine = await self._claimed(partition)
            for name, channel in channels.items():
                resting = [member for member in mine if member.startswith(f"{name}|")]
                # One call for many where the provider takes many at once; elsewhere one may be refused alone.
                size = len(resting) if channel.wipes_chat else 1
                while resting and name not in unreached:
                    error = await self._try(partition, channel, resting[:size])
                    done += 0 if error else len(resting[:size])
                    resting = resting[size:]
                    if error is not None and error.retry and error.code < UNREACHED:
                        unreached[name] = error
                if resting:
                    await self._failed(partition, channel, resting, unreached[name])
        return done

    async def look_through(self, channels: Mapping[str, Channel]) -> int:
        """Queue what stands in a provider's log and nobody knows of or needs; returns how many were found.

        One worker does it every ten minutes: the provider answers people by itself, and a process can die
        between sending a message and hearing what it is called.
        """
        if not await self._store.set(keys.LOOKED, 1, nx=True, ex=LOOK_EVERY):
            return 0
        found: list[str] = []
        for channel in channels.values():
            try:
                ids = await channel.leftovers(self._clock.now())
            except ChannelError as error:
                logs.event("look_failed", channel=channel.name, error=type(error).__name__, code=error.code)
            else:
                found += [await self.resting(channel, one) for one in ids]
        await self.add(0, found)
        return len(found)

    async def _claimed(self, partition: int) -> list[str]:
        """What is due and no other worker tries just now."""
        now, place = self._clock.now(), keys.due(partition)
        due = await self._store.zrangebyscore(place, "-inf", now, start=0, num=AT_ONCE)
        if not due:
            return []
        pipe = self._store.pipeline(transaction=False)
        for raw in due:
            pipe.zadd(place, {raw: now + BEING_TRIED}, xx=True, gt=True, ch=True)
        return [raw.decode() for raw, mine in zip(due, await pipe.execute(), strict=True) if mine]

    async def _try(self, partition: int, channel: Channel, resting: Sequence[str]) -> ChannelError | None:
        opened = [await self._opened(channel, one) for one in resting]
        try:
            await channel.delete([one for one in opened if one])
        except ChannelError as error:
            await self._failed(partition, channel, resting, error)
            return error
        await self._done(partition, resting)
        return None

    async def _failed(
        self, partition: int, channel: Channel, resting: Sequence[str], error: ChannelError
    ) -> None:
        """Try again later, the more seldom the longer it has waited; what never will be is given up."""
        now = self._clock.now()
        over: list[str] = []
        for one in resting:
            since = await self._store.zscore(keys.since(partition), one)
            age = now - since if since is not None else 0.0
            wait = next((again for limit, again in AGAIN if age < limit), None)
            if not error.retry or wait is None:
                over.append(one)
            else:
                at = now + max(wait, error.after)
                await self._store.zadd(keys.due(partition), {one: at}, xx=True)
        await self._done(partition, over)
        logs.event(
            "deletion_failed",
            channel=channel.name,
            error=type(error).__name__,
            code=error.code,
            waiting=len(resting) - len(over),
            given_up=len(over),
        )

    async def _done(self, partition: int, resting: Sequence[str]) -> None:
        if resting:
            pipe = self._store.pipeline(transaction=True)
            pipe.zrem(keys.due(partition), *resting)
            pipe.zrem(keys.since(partition), *resting)
            await pipe.execute()

    async def _opened(self, channel: Channel, resting: str) -> str:
        """The provider's own id; empty where its day is over: older than can be deleted there anyway."""
        rest = resting.partition("|")[2]
        if not channel.wipes_chat:
            return rest
        day, _, sealed = rest.partition(".")
        try:
            key = await self._vault.day_key_of(int(day))
            return key.open(PLACE, base64.b64decode(sealed)).decode()
        except KeyGone:
            return ""


PLACE = "deletions"
