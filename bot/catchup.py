"""Catching up: what still stands in a provider's log, and never came to us, is taken in.

A webhook that fails is not brought again for long, and for what looks machine-made none is called at all. But
a message is deleted at the provider only once it is answered: what still stands there and is not known to us
was missed. So after any outage of ours it is enough to look; one worker does, every two minutes, and soon
after a gateway has come back.
"""

from collections.abc import Mapping

from bot import keys, logs
from bot.channels.base import Channel
from bot.channels.intake import Accept
from bot.clock import Clock
from bot.errors import ChannelError
from bot.scripts import Store

LOOK_EVERY = 2 * keys.MINUTE
LOOK_AGAIN = 15
"""Seconds until the next look, where the provider did not answer, or may still be trying to reach us."""
LOOK_BACK = 47 * keys.HOUR
"""An hour less than a message is known by (`inbox.SEEN`), so that none is answered twice.

What is older and was never seen is deleted unanswered (`Channel.leftovers`): after two days an answer to a
text is as good as writing first, and nobody knows who holds the phone.
"""


async def soon(store: Store) -> None:
    """A gateway has come back: what was sent to it meanwhile is missed from now on."""
    await store.expire(keys.CAUGHT_UP, LOOK_AGAIN, lt=True)


class CatchUp:
    def __init__(self, store: Store, accept: Accept, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._store = store
        self._accept = accept
        self._channels = channels
        self._clock = clock

    async def run(self) -> int:
        """Look, if it is time and no other worker does; returns how many were taken in."""
        if not await self._store.set(keys.CAUGHT_UP, 1, nx=True, ex=LOOK_EVERY):
            return 0
        taken, failed = 0, True
        try:
            taken, failed = await self._look()
        finally:
            if failed:
                await self._store.expire(keys.CAUGHT_UP, LOOK_AGAIN)
        return taken

    async def _look(self) -> tuple[int, bool]:
        taken, failed = 0, False
        for channel in self._channels.values():
            try:
                missed = await channel.missed(self._clock.now() - LOOK_BACK)
            except ChannelError as error:
                failed = True
                logs.event("look_failed", channel=channel.name, error=type(error).__name__, code=error.code)
                continue
            new = sum([await self._accept(message) for message in missed])
            taken += new
            if new:
                logs.event("caught_up", channel=channel.name, waiting=new)
        return taken, failed
