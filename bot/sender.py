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
from collections.abc import Awaitable, Callable, Mapping, Sequence

from redis.exceptions import RedisError

from bot import keys, logs, metrics
from bot.channels.base import Channel, Sent
from bot.clock import Clock
from bot.deletions import Deletions
from bot.errors import ChannelError, KeyGone, OperatorNeeded, OutcomeUnknown, PersonLeft
from bot.inbox import Inbox
from bot.outbox import Outbox, Waiting

WAITS = (0.5, 1, 2, 5, 10, 30, 60)
TRIES = 40
AT_ONCE = 200
STOP_S = 3.0
OPERATOR_WAIT = 30.0
FINAL_AFTER = 60.0
"""When an accepted message is first tried to be deleted at the provider, if no callback says it is final."""


type Fate = Callable[[str, str, str, str | None], Awaitable[None]]
"""Told how each message ended: channel, conversation, our id, the provider's, or None if it never went."""
type Entries = Sequence[tuple[str, dict[bytes, bytes]]]


class Sender:
    def __init__(
        self,
        outbox: Outbox,
        inbox: Inbox,
        deletions: Deletions,
        channels: Mapping[str, Channel],
        clock: Clock,
        fate: Fate,
    ) -> None:
        self._fate = fate
        self._outbox = outbox
        self._inbox = inbox
        self._deletions = deletions
        self._channels = channels
        self._clock = clock
        self._lines: dict[int, dict[str, dict[str, dict[bytes, bytes]]]] = {}
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
                await self._send_one(partition, entry, line[entry])
                del line[entry]
        except (RedisError, OSError) as error:
            logs.event("store_down", error=type(error).__name__, role="sender")
        except Exception as error:  # one talk's trouble is not another's: its entries are read again
            logs.event("failed", role="sender", error=type(error).__name__, where=logs.where(error))
        finally:
            self._tasks.get(partition, {}).pop(talk, None)
            self._lines.get(partition, {}).pop(talk, None)

    async def _send_one(self, partition: int, entry: str, fields: dict[bytes, bytes]) -> None:
        try:
            waiting = await self._outbox.read(entry, fields)
        except (KeyGone, KeyError, ValueError):
            await self._outbox.done(partition, entry, f"{partition}-gone", "gone", 0, None)
            return
        await self._until_done(partition, waiting)

    async def _until_done(self, partition: int, waiting: Waiting) -> None:
        channel = self._channels.get(waiting.message.channel)
        if channel is None:
            await self._out(partition, waiting, None, None)
            return
        for tries in range(1, TRIES + 1):
            if not await self._outbox.lives(waiting.conversation):
                break  # erased while it waited: to them nothing more is sent
            if await self._outbox.held_back(waiting):
                if waiting.kind == "counsellor":
                    return  # it stays in the outbox, and goes out when the person is back
                break
            began = time.perf_counter()
            try:
                sent = await self._once(channel, waiting)
            except PersonLeft as error:
                self._report(waiting, error, tries)
                await self._out(partition, waiting, channel, None)
                await self._inbox.order(waiting.conversation, "left")
                return
            except ChannelError as error:
                self._report(waiting, error, tries)
                if not error.retry:
                    await self._out(partition, waiting, channel, None)
                    return
                await asyncio.sleep(_wait(error, tries))
            else:
                metrics.sent(channel.name, "sent")
                logs.event("sent", channel=channel.name, ms=round((time.perf_counter() - began) * 1000))
                await self._out(partition, waiting, channel, sent)
                return
        await self._out(partition, waiting, channel, None)

    async def _once(self, channel: Channel, waiting: Waiting) -> Sent:
        """Send, unless an earlier try turns out to have gone out."""
        before = await self._outbox.begun(waiting, self._clock.now())
        if before is not None and channel.can_list:
            found = await channel.was_sent(waiting.message, before)
            if found is not None:
                return found
        try:
            return await channel.send(waiting.message)
        except OutcomeUnknown:
            raise
        except ChannelError:
            await self._outbox.refused(waiting)
            raise

    async def _out(
        self, partition: int, waiting: Waiting, channel: Channel | None, sent: Sent | None
    ) -> None:
        """Out, or never to be: queue what may now be deleted at the provider, then leave the outbox."""
        owed: list[str] = []
        shown: bytes | None = None
        # What could not be answered stays in the provider's log: there it stands as owed.
        if channel is not None and channel.deletes_log and sent is not None:
            owed = await self._outbox.owed(waiting.conversation)
            await self._deletions.add(channel, owed)
            await self._deletions.add(channel, [sent.provider_id], wait=FINAL_AFTER)
        if channel is not None and channel.wipes_chat and sent is not None:
            place = keys.of(waiting.conversation, "shown")
            shown = waiting.key.seal(place, sent.provider_id.encode())
        provider_id = None if sent is None else sent.provider_id
        await self._fate(waiting.message.channel, waiting.conversation, waiting.message.id, provider_id)
        await self._outbox.done(
            partition, waiting.entry, waiting.conversation, waiting.message.id, len(owed), shown
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
