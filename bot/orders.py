"""Orders from the console or the clock, each in its turn: close, mute, to the bot, end after silence."""

from dataclasses import dataclass

from bot import keys, metrics
from bot.channels.base import Inbound
from bot.clock import Clock
from bot.erase import Eraser
from bot.errors import KeyGone
from bot.handover import ends_case
from bot.heard import Heard
from bot.inbox import Entry, Inbox
from bot.marks import Marks
from bot.outbox import Outbox
from bot.private import Text, Unshown
from bot.sessions import Conversation, Sessions
from bot.wording import spoken
from escalation.cases.case import RANK
from escalation.cases.closing import LAST_WORDS_S, Closing, last_words
from escalation.cases.queue import Cases
from escalation.danger.verdict import nothing

FAREWELLS = {"close": "ended", "mute": "muted"}
"""What a counsellor's end of a talk says last; `mute:8` is for eight hours."""


@dataclass(frozen=True, slots=True, repr=False)
class Ordered(Unshown):
    """What became of an order; with `heard` the talk goes on, and what is in it is still to be written."""

    heard: Heard | None = None
    language: str = ""
    escalated: bool = False
    erased: bool = False


class Orders:
    def __init__(
        self,
        inbox: Inbox,
        outbox: Outbox,
        sessions: Sessions,
        cases: Cases,
        closing: Closing,
        marks: Marks,
        eraser: Eraser,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._sessions = sessions
        self._cases = cases
        self._closing = closing
        self._marks = marks
        self._eraser = eraser
        self._clock = clock

    async def take(self, entry: Entry) -> Ordered:
        """Carry out one order; safe to repeat after a crash anywhere."""
        try:
            talk = await self._sessions.read(entry.conversation)
        except KeyGone:
            await self._eraser.settle(entry.conversation, wipe=entry.wipe)
            talk = None
        over = talk is not None and (entry.order != "silence" or self._sessions.is_over(talk))
        if talk is None or not over:
            return await self._nothing(entry, "")
        if entry.order == "to_bot":
            return await self._to_bot(entry, talk)
        why, _, hours = entry.order.partition(":")
        if why in FAREWELLS and await self._goes_on(entry, talk, why):
            return await self._nothing(entry, talk.card.language, escalated=True)
        says_so = why in FAREWELLS and not talk.card.covered
        farewell = self._heard(talk).fixed(FAREWELLS[why], hours=hours) if says_so else ""
        if why in FAREWELLS:
            await self._remember(talk, hours)
        await self._eraser.erase(talk, why, entry=entry.id, farewell=farewell, wipe=entry.wipe)
        count(talk, why)
        return Ordered(language=talk.card.language, erased=True)

    async def _remember(self, talk: Conversation, hours: str) -> None:
        """What stays of a talk a counsellor ends, as keyed hash: that it was; and the mute, if it is one."""
        await self._marks.talked(talk.id, talk.card.hashed)
        if hours:
            row = await self._cases.row(talk.id)
            alias, by = (row.alias, row.holder or "") if row else ("", "")
            await self._marks.mute(talk.id, talk.card.hashed, alias, by, int(hours))

    async def _nothing(self, entry: Entry, language: str, *, escalated: bool = False) -> Ordered:
        await self._inbox.drop(entry.id, entry.conversation)
        return Ordered(language=language, escalated=escalated)

    def _heard(self, talk: Conversation) -> Heard:
        nothing_said = Inbound(talk.card.channel, "", talk.card.where(), Text(""), 0.0)
        return Heard(talk, nothing_said, "", self._clock.now(), nothing(talk.card.language))

    async def _to_bot(self, entry: Entry, talk: Conversation) -> Ordered:
        if await self._unread(talk):
            return await self._nothing(entry, talk.card.language, escalated=True)
        heard = self._heard(talk)
        ends_case(talk.card, heard.now)
        heard.say(heard.fixed("returned_to_bot"), who="notice")
        await self._cases.erase(talk.id)
        return Ordered(heard)

    async def _unread(self, talk: Conversation, why: str = "") -> bool:
        """They wrote while it was being ended: what nobody has read is neither erased nor left.

        Whoever writes without an end could not be muted then: there only unread danger counts.
        """
        row = await self._cases.row(talk.id)
        if row is None or not row.unread:
            return False
        lines = [line for line in talk.talk if line.who == "person"][-row.unread :]
        if why == "mute" and all(RANK.get(line.risk, 0) < RANK["danger"] for line in lines):
            return False
        await self._closing.stop(talk.id)
        await self._cases.not_ended(talk.id)
        return True

    async def _goes_on(self, entry: Entry, talk: Conversation, why: str) -> bool:
        """Something stands before the end: words nobody has read, or an answer that is not out yet."""
        if await self._unread(talk, why):
            return True
        kinds = (await self._outbox.kinds(keys.partition_of(talk.id)))[talk.id]
        if not last_words(kinds, covered=talk.card.covered):
            return False
        since = await self._closing.since(talk.id, entry.order, wipe=entry.wipe)
        return self._clock.now() - since < LAST_WORDS_S


def count(talk: Conversation, why: str) -> None:
    """A talk that is over, in the counts of nobody."""
    card = talk.card
    risk = max((line.risk for line in talk.talk), key=lambda name: RANK[name], default=card.risk)
    metrics.ended(card.channel, spoken(card.language), card.country, risk, card.topics, why)
    if card.case:
        metrics.case("closed")
