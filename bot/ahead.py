"""Looking ahead in a partition's line: who is in danger does not wait behind everybody else's questions.

Turns are taken in the order in which messages came. Where several stand in line, each is looked at by itself;
a conversation in which one is urgent goes first, with all that it wrote before, in order, until its case is
open. Where danger is plain from rules this takes a millisecond; else the likelier by spelling are read first.
The verdict that counts is that of the turn. Nothing of this is written anywhere: what is lost with a process
is looked at again.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from redis.exceptions import RedisError

from bot import logs
from bot.errors import KeyGone
from bot.inbox import Inbox
from bot.judging import NOTHING, Foreseen, Judging
from bot.private import Unshown

LONG = 4
"""A line this long is looked at; where fewer stand in it each has a turn in a moment."""
PATIENCE_S = 10.0
"""Longer it is not waited for that all are looked at, before the next has a turn."""
AT_ONCE = 50
AT_MOST = 1_000
"""So many of a partition's line are known at a time; their vectors are 1.5 KB each."""
type Fields = Mapping[bytes, bytes]


@dataclass(slots=True, repr=False)
class Seen(Unshown):
    """What is known of one partition's line."""

    last: str = "0-0"
    entries: dict[str, Foreseen] = field(default_factory=dict, repr=False)
    unread: dict[str, tuple[float, Fields]] = field(default_factory=dict, repr=False)
    """Those the encoder has not read yet, sealed as they rest; how likely danger is."""
    of: dict[str, list[str]] = field(default_factory=dict)
    """Entries by conversation, oldest first."""
    urgent: dict[str, tuple[int, str]] = field(default_factory=dict)
    """How urgent a conversation is, and the entry up to which it goes first."""
    has_case: dict[str, int] = field(default_factory=dict)
    """How urgent it was when its case was opened."""
    looking: asyncio.Task[None] | None = None
    found: asyncio.Event = field(default_factory=asyncio.Event)


class Ahead:
    def __init__(self, inbox: Inbox, judging: Judging) -> None:
        self._inbox = inbox
        self._judging = judging
        self._seen: dict[int, Seen] = {}

    async def look(self, partition: int, length: int) -> None:
        """So many stand in line. Where that is long, all are looked at; returns once one in danger is found.

        Meanwhile nobody else's turn is begun: it would only wait for the same processors.
        """
        seen = self._seen.setdefault(partition, Seen())
        if seen.looking is None or seen.looking.done():
            if length < LONG or len(seen.entries) > length:  # begun anew: some of them are there no more
                seen = self._seen[partition] = Seen(has_case=seen.has_case if length else {})
            if length < LONG:
                return
            seen.looking = asyncio.create_task(self._look(partition, seen))
        if self.next(partition) is None:
            seen.found.clear()
            found = asyncio.ensure_future(seen.found.wait())
            await asyncio.wait({seen.looking, found}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            found.cancel()

    async def all(self, partition: int) -> None:
        """Look at everybody who stands in line by now."""
        await self.look(partition, LONG)
        looking = self._seen[partition].looking
        if looking is not None:
            await looking

    def next(self, partition: int) -> str | None:
        """The entry that goes before its turn: of the most urgent conversation, the oldest; None for none."""
        seen = self._seen.get(partition)
        if seen is None:
            return None
        first = {one: seen.of[one][0] for one in seen.urgent if one in seen.of}
        seen.urgent = {
            one: (how, until)
            for one, (how, until) in seen.urgent.items()
            if one in first and _age(first[one]) <= _age(until)
        }
        if not seen.urgent:
            return None
        return first[min(seen.urgent, key=lambda one: (-seen.urgent[one][0], _age(first[one])))]

    def taken(self, partition: int, entry_id: str, conversation: str) -> Foreseen:
        """An entry's turn has come: what is known of it."""
        seen = self._seen.get(partition)
        if seen is None:
            return NOTHING
        line = seen.of.get(conversation, [])
        if entry_id in line:
            line.remove(entry_id)
        if not line:
            seen.of.pop(conversation, None)
        seen.unread.pop(entry_id, None)
        found = seen.entries.pop(entry_id, NOTHING)
        # What they wrote before their cry for help must not wait for the processors behind others' lines.
        how, _ = seen.urgent.get(conversation, (0, ""))
        return replace(found, urgency=max(found.urgency, how))

    def gone(self, partition: int, entry_id: str) -> None:
        """There is no such entry any more."""
        seen = self._seen[partition]
        for conversation in [one for one, line in seen.of.items() if entry_id in line]:
            self.taken(partition, entry_id, conversation)

    def opened(self, partition: int, conversation: str) -> None:
        """Its case is open: from here on it goes first only if it becomes more urgent."""
        seen = self._seen.get(partition)
        if seen is not None and conversation in seen.urgent:
            seen.has_case[conversation] = seen.urgent.pop(conversation)[0]

    async def stop(self, partition: int) -> None:
        """The partition is another worker's."""
        seen = self._seen.pop(partition, None)
        if seen is not None and seen.looking is not None:
            seen.looking.cancel()
            await asyncio.gather(seen.looking, return_exceptions=True)

    async def _look(self, partition: int, seen: Seen) -> None:
        """The likeliest first: what comes in meanwhile is put in its place before the next is looked at."""
        with suppress(RedisError, OSError):  # looked at again, or taken in turn
            while True:
                room = min(AT_ONCE, AT_MOST - len(seen.entries))
                standing = await self._inbox.standing(partition, seen.last, room) if room > 0 else []
                for entry_id, fields in standing:
                    await self._suspect(seen, entry_id, fields)
                    seen.last = entry_id
                if not seen.unread:
                    return
                entry_id = max(
                    seen.unread, key=lambda one: (seen.unread[one][0], -_age(one)[0], -_age(one)[1])
                )
                _, sealed = seen.unread.pop(entry_id)
                text = await self._text(entry_id, sealed)
                if text is not None and entry_id in seen.entries:
                    self._found(seen, entry_id, sealed, await self._judging.foresee(text))

    async def _suspect(self, seen: Seen, entry_id: str, fields: Fields) -> None:
        if entry_id in seen.entries:
            return
        text = await self._text(entry_id, fields)
        seen.of.setdefault(_of(fields), []).append(entry_id)
        seen.entries[entry_id] = NOTHING
        if text is None:
            return
        likely = await self._judging.suspects(text)
        seen.unread[entry_id] = likely, fields
        if likely > 1:  # it is plain: its turn judges it
            del seen.unread[entry_id]
            self._found(seen, entry_id, fields, Foreseen(round(likely)))

    @staticmethod
    def _found(seen: Seen, entry_id: str, fields: Fields, found: Foreseen) -> None:
        if entry_id not in seen.entries:
            return  # its turn has come meanwhile
        seen.entries[entry_id] = found
        conversation = _of(fields)
        if found.urgency > seen.has_case.get(conversation, 0):
            how, until = seen.urgent.get(conversation, (0, entry_id))
            seen.urgent[conversation] = max(how, found.urgency), max(until, entry_id, key=_age)
            seen.found.set()

    async def _text(self, entry_id: str, fields: Fields) -> str | None:
        """What an entry says; None for an order, and for what only its turn can put away."""
        try:
            entry, _ = await self._inbox.read(entry_id, _of(fields), dict(fields))
        except (KeyGone, KeyError, ValueError):
            return None
        except (RedisError, OSError):
            raise
        except Exception as error:
            logs.event("failed", role="worker", error=type(error).__name__, where=logs.where(error))
            return None
        return entry.message.text.reveal() if entry.message is not None else None


def _of(fields: Fields) -> str:
    return fields.get(b"c", b"").decode()


def _age(entry_id: str) -> tuple[int, int]:
    """A stream's id (`<ms>-<n>`) so that the older one is less."""
    ms, _, number = entry_id.partition("-")
    return int(ms), int(number or 0)
