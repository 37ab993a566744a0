"""The desk: everything a counsellor can do to a case. The console's pages work on this alone."""

from collections.abc import AsyncIterator, Callable

from bot import metrics
from bot.clock import Clock
from bot.errors import KeyGone
from bot.inbox import Inbox
from bot.outbox import HARMLESS, Outbox
from bot.script import Script
from bot.sessions import Conversation, Line, Sessions
from bot.wording import fixed, pieces, rendered
from escalation.cases.case import CaseLine, CaseRow, CaseView, Outcome
from escalation.cases.queue import Cases

MAX_ANSWER = 1500


class Desk:
    def __init__(self, cases: Cases, sessions: Sessions, outbox: Outbox, inbox: Inbox, clock: Clock) -> None:
        self._cases = cases
        self._sessions = sessions
        self._outbox = outbox
        self._inbox = inbox
        self._clock = clock

    async def queue(self) -> list[CaseRow]:
        return await self._cases.rows()

    async def case(self, case_id: str) -> CaseView | None:
        """The case with its talk; whether the asker may see it is the console's rule (`row.holder`)."""
        row = await self._cases.row(case_id)
        talk = await self._talk(case_id)
        if row is None or talk is None:
            return None
        if row.state == "held":
            await self._cases.read(case_id)
        waiting = await self._outbox.waiting(case_id)
        return CaseView(row, tuple(_shown(line, waiting) for line in talk.talk))

    async def claim(self, case_id: str, counsellor: str) -> Outcome:
        """Take a case; the person is told that somebody is here, once, and not while others may read it."""
        outcome = await self._cases.claim(case_id, counsellor)
        if outcome == "done":
            await self._count(case_id, metrics.waited)
        talk = await self._talk(case_id) if outcome == "done" else None
        joins = talk is not None and not any(line.who == "counsellor" for line in talk.talk)
        if talk is not None and joins and not talk.card.covered:
            card = talk.card
            text = fixed("joined", card.language, _script(card.script), card.channel)
            if not any(line.who == "notice" and line.text == text for line in talk.talk):
                await self._say(talk, Line("notice", text, self._clock.now()))
        return outcome

    async def release(self, case_id: str, counsellor: str) -> Outcome:
        return await self._cases.release(case_id, counsellor)

    async def answer(self, case_id: str, counsellor: str, text: str, *, anyway: bool = False) -> Outcome:
        """Send the holder's words; on SMS without the marks that would triple the price.

        While somebody else may be reading they are refused, and not kept for later: written before the
        counsellor knew, they could be the wrong ones by then. `anyway`: the counsellor knows, and sends.
        """
        if len(text) > MAX_ANSWER:
            return "too_long"
        refused = await self._refused(case_id, counsellor)
        talk = await self._talk(case_id)
        if refused or talk is None:
            return refused or "gone"
        if talk.card.covered and not anyway:
            return "covered"
        kind = HARMLESS if talk.card.covered else ""
        text = rendered(text, talk.card.language, "latin", talk.card.channel)
        for piece in pieces(text, talk.card.channel):
            if not await self._say(talk, Line("counsellor", piece, self._clock.now()), kind):
                return "gone"
        await self._count(case_id, metrics.answered)
        return "done"

    async def close(self, case_id: str, counsellor: str, *, wipe_chat: bool) -> Outcome:
        """End the talk: the person is told, then it is erased everywhere, behind what they wrote before."""
        refused = await self._refused(case_id, counsellor)
        if refused:
            return refused
        await self._inbox.order(case_id, "close", wipe=wipe_chat)
        return "done"

    async def to_bot(self, case_id: str, counsellor: str) -> Outcome:
        """The bot answers again; the talk stays."""
        refused = await self._refused(case_id, counsellor)
        if refused:
            return refused
        await self._inbox.order(case_id, "to_bot")
        return "done"

    async def present(self, counsellor: str, languages: tuple[str, ...]) -> None:
        await self._cases.present(counsellor)

    async def absent(self, counsellor: str) -> None:
        await self._cases.absent(counsellor)

    async def changes(self) -> AsyncIterator[tuple[str, str]]:
        """What to fetch again: the queue, or one case. Nothing of its content."""
        async for conversation in self._cases.changes():
            yield "queue", ""
            yield "case", conversation

    async def _refused(self, case_id: str, counsellor: str) -> Outcome | None:
        row = await self._cases.row(case_id)
        if row is None:
            return "gone"
        return None if row.state == "held" and row.holder == counsellor else "not_yours"

    async def _count(self, case_id: str, took: Callable[[float], None]) -> None:
        """How long it took since the case was opened, once for each case."""
        row = await self._cases.row(case_id)
        if row is not None and await self._cases.first_time(case_id, f"counted_{took.__name__}"):
            took(self._clock.now() - row.opened_at)

    async def _talk(self, case_id: str) -> Conversation | None:
        try:
            return await self._sessions.read(case_id)
        except KeyGone:
            return None

    async def _say(self, talk: Conversation, line: Line, kind: str = "") -> bool:
        done = await self._outbox.say(talk.id, talk.key, talk.card, line, kind)
        await self._cases.said(talk.id)
        return done


def _shown(line: Line, waiting: set[str]) -> CaseLine:
    delivery = ("queued" if line.outgoing in waiting else "sent") if line.outgoing else ""
    return CaseLine(line.who, line.text, line.at, line.risk, line.reasons, delivery)


def _script(name: str) -> Script:
    return "cyrillic" if name == "cyrillic" else "latin"
