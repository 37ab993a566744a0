"""Sending what is in the outbox: in order within a conversation, conversations side by side.

What is retried is decided here, by the class of the error alone:

TryLater        wait (the provider's own time, or longer each time) and send again
OutcomeUnknown  look whether it went out, or take it back (bot/once.py); send again if it is not out
OperatorNeeded  as TryLater, slowly; operators see it in the logs and metrics
NeverAgain      out of the outbox
PersonLeft      out of the outbox, and the conversation is erased

Which errors are of which class, a provider's folder says. An answer waits as long as its conversation lives;
where nobody's are taken, all wait at the provider's `Way`, counsellors' words first.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace

from bot import keys, logs, metrics
from bot.channels.base import Channel, Sent
from bot.clock import Clock
from bot.delay import OLD_S, too_late
from bot.deletions import Deletions
from bot.errors import ChannelError, KeyGone, PersonLeft
from bot.inbox import Inbox
from bot.once import Once
from bot.one_by_one import OneByOne, Person
from bot.outbox import HARMLESS, NOBODY, HeldBack, Outbox, Waiting, Went
from bot.private import Text
from bot.sessions import Card
from bot.store import insist
from bot.way import Way, wait

AT_ONCE, STOP_S = 200, 3.0
MOST_WAITING = 20_000
"""Conversations of one partition that may wait here for their provider; more stay in the outbox."""
FINAL_AFTER = 60.0
"""When an accepted message is first tried to be deleted at the provider, if no callback says it is final."""
LATE_S, STAYS_S = 300.0, 1800.0
"""An answer that waited longer than the first: its conversation lives on for at least the second."""
RANKS = {"counsellor": 0, "bot": 1, HARMLESS: 1, "farewell": 1, "notice": 2}
"""Whose words go first when a provider is back."""
MOST_TRIES = 99

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
        self._once = Once(outbox, inbox, deletions, clock)
        self._lines: dict[int, dict[str, dict[str, dict[bytes, bytes]]]] = {}
        self._people = OneByOne()
        self._tasks: dict[int, dict[str, asyncio.Task[None]]] = {}
        self._ways: defaultdict[str, Way] = defaultdict(Way)
        self._waiting: Counter[int] = Counter()

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
        """Too much is under way for more to be taken; who only waits for a provider keeps up nobody."""
        waiting = self._waiting[partition]
        return waiting >= MOST_WAITING or len(self._tasks.get(partition, {})) - waiting >= AT_ONCE

    def in_hand(self, partition: int) -> int:
        """How many entries are being sent, or wait for that."""
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
                await self._send_one(partition, entry, line[entry])
                self._once.done(line[entry].get(b"o", b"").decode())
                del line[entry]
        except Exception as error:  # one talk's trouble is not another's: its entries are read again
            logs.event("failed", role="sender", error=type(error).__name__, where=logs.where(error))
        finally:
            self._tasks.get(partition, {}).pop(talk, None)
            self._lines.get(partition, {}).pop(talk, None)

    async def _send_one(self, partition: int, entry: str, fields: dict[bytes, bytes]) -> None:
        done, read = self._outbox.done, self._outbox.read
        try:
            waiting, whose, place = await self._people.joined(
                partition, lambda: insist(lambda: read(entry, fields)), _whose
            )
        except (KeyGone, KeyError, ValueError):
            await insist(lambda: done(partition, entry, fields, self._clock.now(), Went()))
            return
        with self._people.left(whose, place):
            with self._counted(waiting):
                await place
            await insist(lambda: self._send_waiting(partition, waiting, fields))

    async def _send_waiting(self, partition: int, waiting: Waiting, fields: dict[bytes, bytes]) -> None:
        channel = self._channels.get(waiting.message.channel)
        try:
            sent, card = await self._until_done(channel, waiting) if channel is not None else (None, None)
        except HeldBack:
            return
        went = Went()
        if channel is not None and sent is not None:
            went = await self._went(channel, sent, waiting, card)
        # First of all the store knows that it is out: whoever dies before that sends it again.
        this = self._once.named(waiting.message.id)
        if not await self._outbox.done(partition, waiting.entry, fields, self._clock.now(), went, this):
            # Another worker has begun it since, and will send it: this copy is not to stay beside.
            await self._deletions.add(partition, [went.shown] if went.shown else [])
            return
        out = sent.provider_id if sent is not None else None
        await self._fate(waiting.message.channel, waiting.conversation, waiting.message.id, out)
        with suppress(KeyGone):
            now = await self._outbox.card(waiting) if went.shown and waiting.kind != HARMLESS else None
            if now is not None and now.covered:
                # Somebody began to read while it was on its way: it leaves the chat again.
                await self._deletions.add(partition, [went.shown])

    async def _until_done(self, channel: Channel, waiting: Waiting) -> tuple[Sent | None, Card | None]:
        """What the provider calls it once it is out, None where it will never be; raises HeldBack.

        It is tried as long as its conversation lives; `begun` is what ends it.
        """
        tries = 0
        while True:
            tries += 1
            began = time.perf_counter()
            try:
                async with self._through(channel, waiting):
                    card = await self._outbox.card(waiting)
                    message = await self._to_send(channel, waiting, card)
                    sent = await self._tried(channel, message) if message is not None else None
            except KeyGone:
                return None, None  # erased while it waited: to them nothing more is sent
            except PersonLeft as error:
                self._report(waiting, error, tries)
                await self._inbox.order(waiting.conversation, "left", wipe=True)
                return None, None
            except ChannelError as error:
                self._report(waiting, error, tries)
                if not error.retry:
                    return None, None
                if not self._ways[channel.name].shut:  # else the way says when
                    with self._counted(waiting):
                        await asyncio.sleep(wait(error, tries))
            else:
                if sent is not None:
                    metrics.sent(channel.name, "sent")
                    logs.event("sent", channel=channel.name, ms=round((time.perf_counter() - began) * 1000))
                return sent, card

    @asynccontextmanager
    async def _through(self, channel: Channel, waiting: Waiting) -> AsyncIterator[None]:
        """One's turn on the way."""
        way = self._ways[channel.name]
        with self._counted(waiting):
            await way.enter(self._rank(waiting), waiting.entry)
        try:
            yield
        finally:
            way.left()

    @contextmanager
    def _counted(self, waiting: Waiting) -> Iterator[None]:
        """Counts among those who only wait."""
        self._waiting[keys.partition_of(waiting.conversation)] += 1
        try:
            yield
        finally:
            self._waiting[keys.partition_of(waiting.conversation)] -= 1

    def _rank(self, waiting: Waiting) -> int:
        """A talk goes by the words in its line that matter most, since they stay in order."""
        line = self._line_of(waiting)
        kinds = [waiting.kind, *(fields.get(b"k", b"").decode() for fields in line.values())]
        return min(RANKS.get(kind, max(RANKS.values())) for kind in kinds)

    def _line_of(self, waiting: Waiting) -> dict[str, dict[bytes, bytes]]:
        lines = self._lines.get(keys.partition_of(waiting.conversation), {})
        return lines.get(waiting.conversation, {})

    async def _to_send(self, channel: Channel, waiting: Waiting, card: Card | None) -> Waiting | None:
        """What is sent of it now; None: nothing. Raises HeldBack."""
        if card is not None and card.covered and waiting.kind != HARMLESS:
            await self._once.withdraw(channel, waiting)
            if waiting.kind == "counsellor":
                raise HeldBack  # it stays in the outbox, and goes out when the person is back
            return None
        if waiting.kind in ("counsellor", "farewell") or not self._is_old(waiting):
            return waiting
        if waiting.kind == HARMLESS or not await self._is_last_old(waiting):
            await self._once.withdraw(channel, waiting)
            return None
        text = Text(too_late(card, waiting.message.channel))
        return replace(waiting, message=replace(waiting.message, text=text, buttons=()))

    def _is_old(self, waiting: Waiting) -> bool:
        """A bot's answer after so long answers nothing any more."""
        return self._clock.now() - waiting.at > OLD_S

    async def _is_last_old(self, waiting: Waiting) -> bool:
        """One sentence stands for all that is too old: it takes the place of the last of them."""
        line = self._line_of(waiting)
        for entry in list(line)[list(line).index(waiting.entry) + 1 :] if waiting.entry in line else ():
            if line[entry].get(b"k") in (b"bot", b"notice") and self._is_old(
                await self._outbox.read(entry, line[entry])
            ):
                return False
        return True

    async def _tried(self, channel: Channel, waiting: Waiting) -> Sent:
        with self._ways[channel.name].watching(waiting.conversation):
            return await self._once.send(channel, waiting)

    async def _went(self, channel: Channel, sent: Sent, waiting: Waiting, card: Card | None) -> Went:
        """By which ids it can be deleted: soon in the provider's log, on request in the person's chat."""
        resting = await self._deletions.resting(channel, sent.provider_id)
        now = self._clock.now()
        late = card is not None and now - waiting.at > LATE_S
        span = channel.unheard(waiting.after, sent.provider_id) if waiting.after else None
        return Went(
            resting if channel.deletes_log else "",
            now + FINAL_AFTER,
            resting if channel.wipes_chat else "",
            min(now + STAYS_S, card.began + keys.CAP - keys.GRACE) if card is not None and late else 0.0,
            card.hashed if card is not None else NOBODY,
            channel.name,
            sent.number,
            await self._deletions.resting(channel, span) if span else "",
        )

    @staticmethod
    def _report(waiting: Waiting, error: ChannelError, tries: int) -> None:
        name, kind, tries = waiting.message.channel, type(error).__name__, min(tries, MOST_TRIES)
        metrics.sent(name, kind)
        logs.event("send_failed", channel=name, error=kind, code=error.code, tries=tries)


def _whose(waiting: Waiting) -> Person:
    return waiting.message.channel, waiting.message.address
