"""The practice room: who comes when, what they hear, and the look back on a talk that is over.

Young people come while somebody is on duty, one more than there are counsellors, so that there is always a
most urgent one. They text into the real inbox and hear what the real sender sends.
"""

import asyncio
import secrets
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from bot.channels.base import Outgoing
from bot.errors import HotlineError
from bot.private import Address, Unshown
from escalation.practice.cues import Cues, cues
from escalation.practice.line import Line
from escalation.practice.look_back import LookBack
from escalation.practice.person import Person, Says
from escalation.practice.script import Script
from escalation.practice.seen import Seen

TICK_S = 1.0
ARRIVE_S = 20.0
"""Between two who come."""
SETTLE_S = 4.0
"""Somebody who is written to looks up once the counsellor has paused this long."""
CALL_S = 15.0
"""Whoever is not in the queue by then asks for a person."""
RETURN_S = 25.0
"""After the end, until somebody comes back who does."""
KEPT_S = 15 * 60
"""How long a look back can be read."""
MOST_KEPT = 200


@dataclass(repr=False)
class Visit(Unshown):
    """One talk of one young person, from the first text to its end."""

    conversation: str
    seen: Seen
    holder: str = ""
    opened: bool = False
    over: bool = False


@dataclass(repr=False)
class Guest(Unshown):
    """A made-up young person who is here."""

    script: Script
    cues: Cues
    phone: Address
    person: Person
    visit: Visit | None = None
    writing: bool = True
    """They have not written all they came with."""
    ears: "asyncio.Queue[str | None]" = field(default_factory=asyncio.Queue)
    """What the counsellor wrote; None: the talk is over."""


class Room:
    """Plays scripts on a line. `speed`: 1.0 as young people write; smaller is faster, for tests."""

    def __init__(self, line: Line, scripts: Sequence[Script], numbers: Set[str], speed: float = 1.0) -> None:
        self._line, self._scripts, self._numbers, self._speed = line, scripts, numbers, speed
        self._to_come: list[Script] = []
        self._guests: dict[tuple[str, Address], Guest] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._came_at = 0.0
        self._over: dict[str, tuple[str, LookBack, float]] = {}

    async def run(self) -> None:
        """Until cancelled; then nobody of them writes any more."""
        try:
            while True:
                with suppress(RedisError, OSError, HotlineError):
                    await self._look()
                await asyncio.sleep(TICK_S * self._speed)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def hears(self, message: Outgoing) -> None:
        """Something reached their phone: a counsellor's words are heard, our fixed texts are not answered."""
        guest = self._guests.get((message.channel, message.address))
        visit = guest.visit if guest else None
        talk = await self._line.talk(visit.conversation) if visit else None
        if guest is None or visit is None or talk is None:
            return
        if any(one.outgoing == message.id and one.who == "counsellor" for one in talk.talk):
            words, now = message.text.reveal(), self._line.clock.now()
            await self._follow(guest)
            visit.seen.answer(words, now, covered=talk.card.covered, writing=guest.writing)
            guest.ears.put_nowait(words)

    def look_back(self, conversation: str, account: str) -> LookBack | None:
        """On a talk that is over, for whoever held it last; None for everybody else, and after a while."""
        holder, found, _ = self._over.get(conversation, ("", None, 0.0))
        if found is None:  # it ended within this second
            visits = [one.visit for one in self._guests.values() if one.visit]
            for visit in visits:
                if visit.conversation == conversation:
                    holder, found = visit.holder, visit.seen.look_back()
        return found if holder and holder == account else None

    async def _look(self) -> None:
        """Follow those who are here, forget what has been long, and let the next one come."""
        for guest in list(self._guests.values()):
            await self._follow(guest)
        now = self._line.clock.now()
        for one in [one for one, (_, _, at) in self._over.items() if now - at > KEPT_S]:
            del self._over[one]
        here = sum(one.away is None for one in await self._line.cases.duty.crew())
        if here and len(self._guests) <= here and now - self._came_at > ARRIVE_S * self._speed:
            self._came_at = now
            self._admit(self._next())

    def _next(self) -> Script:
        """All come before anybody comes again."""
        if not self._to_come:
            self._to_come = list(self._scripts)
            secrets.SystemRandom().shuffle(self._to_come)
        return self._to_come.pop()

    def _admit(self, script: Script) -> None:
        words, phone = cues(script.language), self._line.phone(script.channel)
        guest = Guest(script, words, phone, Person(script, words))
        self._guests[script.channel, phone] = guest
        task = asyncio.create_task(self._stay(guest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, guest: Guest) -> None:
        """Who holds their talk now, and whether it is over."""
        visit = guest.visit
        if visit is None or visit.over:
            return
        row = await self._line.cases.row(visit.conversation)
        if row is not None:
            visit.opened = True
            visit.holder = row.holder or visit.holder
            visit.seen.claimed_at = visit.seen.claimed_at or row.claimed_at
        elif visit.opened:
            self._end(visit)
            guest.ears.put_nowait(None)

    def _end(self, visit: Visit) -> None:
        visit.over = True
        self._over[visit.conversation] = (visit.holder, visit.seen.look_back(), self._line.clock.now())
        while len(self._over) > MOST_KEPT:
            del self._over[next(iter(self._over))]

    async def _stay(self, guest: Guest) -> None:
        """A young person from their first text to their last."""
        try:
            with suppress(RedisError, OSError, HotlineError):
                await self._talk(guest, guest.person.begins())
                if guest.script.goes == "back":
                    await asyncio.sleep(RETURN_S * self._speed)
                    await self._talk(guest, guest.person.returns())
        finally:
            self._guests.pop((guest.script.channel, guest.phone), None)

    async def _talk(self, guest: Guest, says: list[Says]) -> None:
        """One talk: what they come with, then an answer to whatever is said to them, until it is over."""
        guest.writing = True
        await self._say(guest, says)
        guest.writing = False
        await self._call(guest)
        while (words := await self._listen(guest)) is not None:
            await self._say(guest, guest.person.hears(words))
        visit = guest.visit
        if visit and await self._line.talk(visit.conversation) is not None:
            # The bot has it again: nothing practised waits for its hour of silence.
            await self._line.write(guest.script.channel, guest.phone, guest.cues.words["delete"])

    async def _call(self, guest: Guest) -> None:
        """Whatever the machine made of their texts, a trainee is to have them: they ask for a person."""
        for _ in range(int(CALL_S)):
            await asyncio.sleep(self._speed)
            await self._follow(guest)
            if guest.visit and guest.visit.opened:
                return
        await self._say(guest, [Says(guest.cues.words["person"], 0)])

    async def _listen(self, guest: Guest) -> str | None:
        """All that was said to them until the counsellor paused; None when the talk is over."""
        heard = [await guest.ears.get()]
        if heard[0] is not None:
            await asyncio.sleep(SETTLE_S * self._speed)
        while not guest.ears.empty():
            heard.append(guest.ears.get_nowait())
        return None if None in heard else "\n".join(one for one in heard if one is not None)

    async def _say(self, guest: Guest, says: list[Says]) -> None:
        for one in says:
            await asyncio.sleep(one.pause * self._speed)
            if guest.visit and guest.visit.over and not guest.writing:
                return  # ended while they typed
            conversation = await self._line.write(guest.script.channel, guest.phone, one.text)
            if conversation and (guest.visit is None or guest.visit.conversation != conversation):
                self._begin(guest, conversation)

    def _begin(self, guest: Guest, conversation: str) -> None:
        """What they wrote began a new talk: the first, a second, or it was ended while they wrote."""
        if guest.visit and not guest.visit.over:
            self._end(guest.visit)
        guest.visit = Visit(conversation, Seen(guest.script, guest.cues, self._numbers))
        guest.ears = asyncio.Queue()  # that the talk before is over is nothing to this one
