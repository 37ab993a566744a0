"""What a worker does beside the turns: ends what is silent, offers cases again, tells those who wait."""

from collections.abc import Sequence

from bot import keys
from bot.clock import Clock
from bot.directory import numbers
from bot.erase import Eraser
from bot.errors import KeyGone
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.outlook import Outlook
from bot.script import Script
from bot.scripts import Store
from bot.sessions import Line, Sessions
from bot.wording import LANGUAGES, fixed, spoken
from escalation.cases.case import CaseRow
from escalation.cases.closing import LAST_WORDS_S, Closing, last_words
from escalation.cases.queue import Cases

NOTE_AFTER = (3 * 60, 10 * 60, 30 * 60)
"""Seconds of waiting after which the person is told honestly that it takes time."""

ORDERED_S = 60
"""So long after it was ordered, an end that did not come is ordered again."""
CLOSED_S = 5
"""The same, for an end that waited only for its last words."""
OUTLASTS_S = 600
"""So long a talk goes on at a time, over its end, while something of it is on its way in or out."""


class Sweep:
    def __init__(
        self,
        store: Store,
        inbox: Inbox,
        outbox: Outbox,
        sessions: Sessions,
        cases: Cases,
        closing: Closing,
        outlook: Outlook,
        eraser: Eraser,
        clock: Clock,
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._outbox = outbox
        self._sessions = sessions
        self._cases = cases
        self._closing = closing
        self._outlook = outlook
        self._eraser = eraser
        self._clock = clock

    async def run(self) -> None:
        await self._clock.agree(self._store)
        await self._end_silent()
        await self._cases.offer_again()
        await self._tell_waiting()

    async def _end_silent(self) -> None:
        """A conversation whose time has come is ended in its turn, like every other message."""
        now = self._clock.now()
        for partition in range(keys.PARTITIONS):
            place = keys.ends(partition)
            for raw in await self._store.zrangebyscore(place, "-inf", now, start=0, num=100):
                if not await self._store.exists(keys.of(raw.decode(), "key")):
                    await self._eraser.settle(raw.decode())
                elif await self._outlasts(raw.decode()):
                    continue
                # Only one worker orders it: whoever moves the mark on; the others come back if it dies.
                elif await self._store.zadd(place, {raw: now + ORDERED_S}, xx=True, ch=True, gt=True):
                    await self._inbox.order(raw.decode(), "silence")

    async def _outlasts(self, conversation: str) -> bool:
        """Put off the end of a talk whose answer still waits for its provider: it is nobody's silence."""
        if int(await self._store.get(keys.of(conversation, "way")) or 0) <= 0:
            return False
        try:
            talk = await self._sessions.read(conversation, talk=False)
        except KeyGone:
            return False
        if talk is None:
            return False
        now, partition = self._clock.now(), keys.partition_of(conversation)
        until = min(now + OUTLASTS_S, talk.card.began + keys.CAP - keys.GRACE)
        if until <= now:
            return False
        pipe = self._store.pipeline(transaction=True)
        pipe.zadd(keys.ends(partition), {conversation: until}, xx=True, gt=True)
        names = [keys.of(conversation, part) for part in ("key", "card", "talk")]
        for name in (*names, keys.at(partition, talk.card.hashed)):
            pipe.expire(name, int(until - now) + keys.GRACE, gt=True)
        await pipe.execute()
        return True

    async def _tell_waiting(self) -> None:
        rows = await self._cases.queue()  # lets go of cases whose conversation is gone
        nobody = await self._cases.on_duty() == 0
        is_open = {language: self._outlook.is_open(language) for language in LANGUAGES}
        await self._close([row for row in rows if row.closing])
        for row in rows:
            if row.state == "waiting":
                await self._tell_if_lost(row)
                # Where nobody is here they were told so, and who answers meanwhile.
                if is_open[spoken(row.language)] and not nobody:
                    await self._tell(row)

    async def _close(self, rows: Sequence[CaseRow]) -> None:
        """Where its last words are out, or are waited for no longer, the end that was ordered can come."""
        now = self._clock.now()
        parts = {keys.partition_of(row.id) for row in rows}
        said = {partition: await self._outbox.kinds(partition) for partition in parts}
        for row in rows:
            kinds = said[keys.partition_of(row.id)][row.id]
            waits = last_words(kinds, covered=row.covered_at > 0) and now - row.closing_at < LAST_WORDS_S
            # One worker orders it; if that one dies, another soon does.
            if not waits and await self._cases.first_time(row.id, f"closed_{int(now // CLOSED_S)}"):
                await self._inbox.order(row.id, row.closing, wipe=row.closing_wipe)

    async def _tell_if_lost(self, row: CaseRow) -> None:
        """Their counsellor is gone, or did not answer: they should not think that nobody will. Said once."""
        if row.came_back and await self._cases.first_time(row.id, "told_came_back"):
            await self._say(row, "still_here")

    async def _tell(self, row: CaseRow) -> None:
        waited = self._clock.now() - row.opened_at
        due = sum(waited > after for after in NOTE_AFTER)
        if due <= row.noted or not await self._cases.first_time(row.id, f"noted_{due}"):
            return
        await self._say(row, "waiting_note")

    async def _say(self, row: CaseRow, name: str) -> None:
        try:
            talk = await self._sessions.read(row.id)
        except KeyGone:
            return
        if talk is not None and not talk.card.covered:
            card = talk.card
            script: Script = "cyrillic" if card.script == "cyrillic" else "latin"
            where = numbers(card.country, card.language)
            name, filled = await self._outlook.told(name, row.id, card)
            text = fixed(
                name,
                card.language,
                script,
                card.channel,
                **{"emergency": where.emergency, "numbers": where.lines, **filled},
            )
            await self._outbox.say(row.id, talk.key, card, Line("notice", text, self._clock.now()))
