"""Sending a message once, whatever became of an earlier try.

A try may have gone out and nobody heard of it: the process died, the connection broke. Where the provider can
list what was sent, it is asked. Where it cannot, but messages can be taken out of the chat (Telegram), what
may have gone out is taken back first: the person sees it once, in its place.
"""

import asyncio
from collections import Counter
from contextlib import suppress

from bot import keys, logs
from bot.channels.base import Channel, Sent
from bot.clock import Clock
from bot.deletions import Deletions
from bot.errors import ChannelError, KeyGone, OutcomeUnknown, PersonLeft, TryLater
from bot.inbox import Inbox, mint
from bot.outbox import Begun, Outbox, Waiting

TRIES = 3
"""So often taking back may fail before a second copy is better than to wait on."""
LOOKS, LOOK_S = 20, 0.25
"""So often, and so far apart, it is looked whether the provider still holds something back."""
PAGE = 500


class Once:
    def __init__(self, outbox: Outbox, inbox: Inbox, deletions: Deletions, clock: Clock) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._deletions = deletions
        self._clock = clock
        self._out: dict[str, Sent] = {}
        """What went out and the store does not know of yet, by outgoing id."""
        self._tries: dict[str, str] = {}
        """The name of the try that was begun last, by outgoing id."""
        self._failed: Counter[str] = Counter()
        """How often it could not be taken back, by outgoing id."""

    async def send(self, channel: Channel, waiting: Waiting) -> Sent:
        """Send, unless an earlier try turns out to have gone out."""
        if (out := self._out.get(waiting.message.id)) is not None:
            return out
        # A name of its own: if another worker begins meanwhile, what this one says of it counts no more.
        self._tries[waiting.message.id] = this = mint()
        before = await self._outbox.begun(waiting, self._clock.now(), this)
        clear = True
        if before is not None:
            if channel.can_list:
                if (found := await channel.was_sent(waiting.message, before.at)) is not None:
                    return found
            else:
                clear = await self._taken_back(channel, waiting, before)
                await self._outbox.begun(waiting, self._clock.now(), this)  # it may be erased by now
        try:
            sent = await channel.send(waiting.message)
        except OutcomeUnknown:
            raise
        except ChannelError as error:
            if before is not None and isinstance(error, PersonLeft):
                await self._remember(channel, waiting, before, None)
            if clear:
                await self._begin_anew(waiting, this)
            raise
        self._out[waiting.message.id] = sent
        if before is not None:
            await self._remember(channel, waiting, before, sent.provider_id)
        return sent

    async def withdraw(self, channel: Channel, waiting: Waiting) -> None:
        """It is not to go out now: where an earlier try may have put it into the chat, it is taken back."""
        before = await self._outbox.begun_before(waiting) if channel.wipes_chat else None
        if before is None:
            return
        if not await self._taken_back(channel, waiting, before, at_once=True):
            await self._remember(channel, waiting, before, None)
        await self._begin_anew(waiting, before.who)

    def named(self, outgoing: str) -> str:
        """The name of the try that was begun here last; empty: none was."""
        return self._tries.get(outgoing, "")

    def done(self, outgoing: str) -> None:
        """The store knows what became of it."""
        self._out.pop(outgoing, None)
        self._tries.pop(outgoing, None)
        self._failed.pop(outgoing, None)

    async def _begin_anew(self, waiting: Waiting, who: str) -> None:
        """No try of it up to this one is out: there is none whose word could be late."""
        await self._outbox.refused(waiting, who)
        self._tries.pop(waiting.message.id, None)

    async def _taken_back(
        self, channel: Channel, waiting: Waiting, before: Begun, *, at_once: bool = False
    ) -> bool:
        """Whether no earlier try is in the chat any more; raises what is worth another try."""
        if not channel.wipes_chat or not before.number:
            return False
        message = waiting.message
        try:
            if not at_once and not await self._all_in(channel):
                logs.event("take_back_failed", channel=channel.name, error=TryLater.__name__, code=0)
                return False
            numbers = range(before.number + 1, await self._outbox.highest(message.channel) + 1)
            await channel.take_back(message.address, numbers, await self._known(channel, waiting))
        except ChannelError as error:
            self._failed[message.id] += 1
            if error.retry and self._failed[message.id] < TRIES:
                raise
            logs.event("take_back_failed", channel=channel.name, error=type(error).__name__, code=error.code)
            return False
        return True

    async def _all_in(self, channel: Channel) -> bool:
        """Whether we have what people wrote up to now, waiting a little: else it would be taken back, too."""
        for _ in range(LOOKS):
            if not await channel.holds_back():
                return True
            await asyncio.sleep(LOOK_S)
        return False

    async def _remember(self, channel: Channel, waiting: Waiting, before: Begun, until: str | None) -> None:
        """Where it may be goes with the chat, when that is emptied; after a last text that is over."""
        if waiting.kind != "farewell":
            address, number = waiting.message.address, before.number
            after = channel.numbered(address, number) if number else ""
            if after and until is None:
                until = channel.numbered(address, await self._outbox.highest(channel.name) + 1)
            await self._deletions.suspect(channel, waiting.conversation, after, until)

    async def _known(self, channel: Channel, waiting: Waiting) -> set[str]:
        """Ids in this chat that are somebody's: first of what waits for its turn, then of what had it.

        In this order, so that a message that has its turn meanwhile is found in one of the two; and again
        where they are in another talk by then.
        """
        known: set[str] = set()
        talk = await self._outbox.talk_of(waiting.message)
        for _ in range(TRIES):
            talks = {waiting.conversation, talk} - {""}
            for look in (self._standing, self._deletions.known):
                for one in talks:
                    known |= await look(channel, one)
            before, talk = talk, await self._outbox.talk_of(waiting.message)
            if talk == before:
                break
        return known

    async def _standing(self, channel: Channel, talk: str) -> set[str]:
        """Ids of what they wrote in this talk and waits for its turn."""
        found: set[str] = set()
        partition, after = keys.partition_of(talk), "0"
        while page := await self._inbox.standing(partition, after, PAGE):
            after = page[-1][0]
            for entry_id, fields in page:
                if fields.get(b"c") == talk.encode():
                    with suppress(KeyGone):  # erased just now: they are in another talk
                        entry, _ = await self._inbox.read(entry_id, talk, fields)
                        shown = channel.shown_id(entry.message) if entry.message is not None else None
                        found |= {shown} if shown else set()
        return found
