"""Sending what is in the outbox: in order within a conversation, conversations side by side.

What is retried is decided here, by the class of the error alone:

TryLater        wait (the provider's own time, or longer each time) and send again
OutcomeUnknown  look whether it went out, where the provider can be asked; send again if not
OperatorNeeded  as TryLater, slowly; operators see it in the logs and metrics
NeverAgain      out of the outbox
PersonLeft      out of the outbox, and the conversation is erased
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

from redis.exceptions import RedisError

from bot import logs, metrics
from bot.channels.base import Channel, Outgoing, Sent
from bot.clock import Clock
from bot.deletions import Deletions
from bot.errors import ChannelError, KeyGone, OperatorNeeded, OutcomeUnknown, PersonLeft, StoreDown
from bot.inbox import Inbox
from bot.outbox import Outbox, Waiting, Went
from bot.private import Address

WAITS = (0.5, 1, 2, 5, 10, 30, 60)
TRIES = 40
AT_ONCE = 200
STOP_S = 3.0
STORE_AGAIN_S = 0.5
OPERATOR_WAIT = 30.0
FINAL_AFTER = 60.0
"""When an accepted message is first tried to be deleted at the provider, if no callback says it is final."""


type Entries = Sequence[tuple[str, dict[bytes, bytes]]]


class HeldBack(Exception):
    """Somebody else may be reading: a counsellor's answer waits until the person is back."""


class Sender:
    def __init__(
        self,
        outbox: Outbox,
        inbox: Inbox,
        deletions: Deletions,
        channels: Mapping[str, Channel],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._deletions = deletions
        self._channels = channels
        self._clock = clock
        self._out: dict[str, Sent] = {}
        """What went out and the store does not know of yet, by outgoing id."""
        self._lines: dict[int, dict[str, dict[str, dict[bytes, bytes]]]] = {}
        self._turns: WeakValueDictionary[tuple[str, Address], asyncio.Lock] = WeakValueDictionary()
        self._tasks: dict[int, dict[str, asyncio.Task[None]]] = {}

    async def send(self, partition: int, entries: Entries) -> None:
        """Send these entries, and return when all are out or given up."""
        self.take(partition, entries)
        await asyncio.gather(*self._tasks.get(partition, {}).values())

    def take(self, partition: int, entries: Entries) -> None:
        """Begin to send: in order within a conversation, each conversation in a task of its own.

        So that one that has to wait holds up nobody else. What is being sent already is not begun again.
        """
        lines, tasks = self._lines.setdefault(partition, {}), self._tasks.setdefault(partition, {})
        for entry, fields in entries:
            talk = fields.get(b"c", b"").decode()
            line = lines.setdefault(talk, {})
            line.setdefault(entry, fields)
            if talk not in tasks:
                tasks[talk] = asyncio.create_task(self._send_in_order(partition, talk))

    def busy(self, partition: int) -> bool:
        """Too much is under way for more to be taken."""
        return len(self._tasks.get(partition, {})) >= AT_ONCE

    def in_hand(self, partition: int) -> int:
        """How many entries are being sent, or wait behind one that is."""
        return sum(len(line) for line in self._lines.get(partition, {}).values())

    async def stop(self, partition: int) -> None:
        """Let what is under way end, for a moment; what does not is the next worker's."""
        tasks = list(self._tasks.pop(partition, {}).values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.pop(partition, None)

    async def _send_in_order(self, partition: int, talk: str) -> None:
        line = self._lines[partition][talk]
        try:
            while line:
                entry = next(iter(line))
                try:
                    await self._send_one(partition, entry, line[entry])
                except (RedisError, OSError, StoreDown) as error:
                    # Until the store is back nothing of this talk is sent: what comes later would overtake.
                    logs.event("store_down", error=type(error).__name__, role="sender")
                    await asyncio.sleep(STORE_AGAIN_S)
                    continue
                self._out.pop(line[entry].get(b"o", b"").decode(), None)
                del line[entry]
        except Exception as error:  # one talk's trouble is not another's: its entries are read again
            logs.event("failed", role="sender", error=type(error).__name__, where=logs.where(error))
        finally:
            self._tasks.get(partition, {}).pop(talk, None)
            self._lines.get(partition, {}).pop(talk, None)

    async def _send_one(self, partition: int, entry: str, fields: dict[bytes, bytes]) -> None:
        try:
            waiting = await self._outbox.read(entry, fields)
        except (KeyGone, KeyError, ValueError):
            await self._outbox.done(partition, entry, fields, self._clock.now(), Went())
            return
        channel = self._channels.get(waiting.message.channel)
        try:
            sent = await self._until_done(channel, waiting) if channel is not None else None
        except HeldBack:
            return
        went = Went()
        if channel is not None and sent is not None:
            went = await self._went(channel, sent)
            if waiting.after and (span := channel.unheard(waiting.after, sent.provider_id)):
                await self._deletions.add(partition, [await self._deletions.resting(channel, span)])
        await self._outbox.done(partition, entry, fields, self._clock.now(), went)

    async def _until_done(self, channel: Channel, waiting: Waiting) -> Sent | None:
        """What the provider calls it once it is out; None where it will never be; raises HeldBack."""
        for tries in range(1, TRIES + 1):
            began = time.perf_counter()
            try:
                if await self._outbox.held_back(waiting):
                    if waiting.kind == "counsellor":
                        raise HeldBack  # it stays in the outbox, and goes out when the person is back
                    return None
                # One at a time to the same person: the last text does not overtake what is being sent.
                async with self._turn_of(waiting.message):
                    sent = await self._once(channel, waiting)
            except KeyGone:
                return None  # erased while it waited: to them nothing more is sent
            except PersonLeft as error:
                self._report(waiting, error, tries)
                await self._inbox.order(waiting.conversation, "left", wipe=True)
                return None
            except ChannelError as error:
                self._report(waiting, error, tries)
                if not error.retry:
                    return None
                await asyncio.sleep(_wait(error, tries))
            else:
                metrics.sent(channel.name, "sent")
                logs.event("sent", channel=channel.name, ms=round((time.perf_counter() - began) * 1000))
                return sent
        return None

    def _turn_of(self, message: Outgoing) -> asyncio.Lock:
        return self._turns.setdefault((message.channel, message.address), asyncio.Lock())

    async def _once(self, channel: Channel, waiting: Waiting) -> Sent:
        """Send, unless an earlier try turns out to have gone out."""
        if (out := self._out.get(waiting.message.id)) is not None:
            return out
        before = await self._outbox.begun(waiting, self._clock.now())
        if before is not None and channel.can_list:
            found = await channel.was_sent(waiting.message, before)
            if found is not None:
                return found
        try:
            sent = await channel.send(waiting.message)
        except OutcomeUnknown:
            raise
        except ChannelError as error:
            if before is not None and isinstance(error, PersonLeft):
                await self._deletions.suspect(channel, waiting.conversation, None)
            await self._outbox.refused(waiting)
            raise
        self._out[waiting.message.id] = sent
        if before is not None:
            await self._deletions.suspect(channel, waiting.conversation, sent.provider_id)
        return sent

    async def _went(self, channel: Channel, sent: Sent) -> Went:
        """By which ids it can be deleted: soon in the provider's log, on request in the person's chat."""
        resting = await self._deletions.resting(channel, sent.provider_id)
        return Went(
            resting if channel.deletes_log else "",
            self._clock.now() + FINAL_AFTER,
            resting if channel.wipes_chat else "",
        )

    @staticmethod
    def _report(waiting: Waiting, error: ChannelError, tries: int) -> None:
        name = waiting.message.channel
        metrics.sent(name, type(error).__name__)
        logs.event("send_failed", channel=name, error=type(error).__name__, code=error.code, tries=tries)


def _wait(error: ChannelError, tries: int) -> float:
    if isinstance(error, OperatorNeeded):
        return OPERATOR_WAIT
    return max(error.after, WAITS[min(tries, len(WAITS)) - 1])
