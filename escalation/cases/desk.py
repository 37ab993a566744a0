"""The desk: everything a counsellor can do to a case. The console's pages work on this alone."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from bot import metrics
from bot.clock import Clock
from bot.errors import KeyGone
from bot.inbox import Inbox
from bot.marks import Marks, Mute
from bot.outbox import HARMLESS, Outbox
from bot.sessions import Conversation, Line, Sessions
from bot.wording import fixed
from escalation.cases.answer import MAX_ANSWER, as_sent, script_named
from escalation.cases.case import Away, CaseLine, CaseRow, CaseView, Crew, Outcome, Safe
from escalation.cases.deliveries import Deliveries
from escalation.cases.queue import Cases
from escalation.cases.waiting import Waiting


class Desk:
    def __init__(
        self,
        cases: Cases,
        sessions: Sessions,
        outbox: Outbox,
        inbox: Inbox,
        clock: Clock,
        deliveries: Deliveries,
        waiting: Waiting,
        marks: Marks,
    ) -> None:
        self._cases = cases
        self._sessions = sessions
        self._outbox = outbox
        self._inbox = inbox
        self._clock = clock
        self._deliveries = deliveries
        self._waiting = waiting
        self._marks = marks

    async def queue(self) -> list[CaseRow]:
        """Waiting cases, most urgent first, then the held ones; their words sealed."""
        return await self._cases.queue()

    async def opened(self, rows: Sequence[CaseRow]) -> list[CaseRow]:
        """These with their words: what is to be shown."""
        return await self._cases.opened(rows)

    async def case(self, case_id: str) -> CaseView | None:
        """The case with its talk; whether the asker may see it is the console's rule (`row.holder`)."""
        # The row first: what it counts as written stands in the talk that is read after it.
        row = await self._cases.row(case_id)
        talk = await self._talk(case_id)
        if row is None or talk is None:
            return None
        waiting, fates = await self._outbox.waiting(case_id), await self._deliveries.of(case_id)
        return CaseView(row, tuple(_shown(line, waiting, fates) for line in talk.talk))

    async def seen(self, row: CaseRow) -> None:
        """The holder has on the screen what the person had written when this row was read."""
        if row.unread or (row.covered_at and row.owes_since):
            await self._cases.read(row.id, row.wrote)

    async def claim(self, case_id: str, counsellor: str, why_picked: str = "") -> Outcome:
        """Take a case; the person is told that somebody is here, and later that another one is."""
        outcome, another = await self._cases.claim(case_id, counsellor, why_picked)
        if outcome == "done" and (row := await self._count(case_id, metrics.waited)) is not None:
            await self._waiting.took(row.language, row.opened_at)
        talk = await self._talk(case_id) if outcome == "done" else None
        if talk is not None:
            # Whoever answered first has said who they are; a new voice without a word would frighten.
            met = any(line.who == "counsellor" for line in talk.talk)
            if another and met:
                await self._tell(talk, "passed_on")
            elif not met:
                await self._tell(talk, "joined", once=True)
        return outcome

    async def hand_on(self, case_id: str, counsellor: str, meant_for: str = "", note: str = "") -> Outcome:
        """Back to the queue: for anybody, or for `account:<id>`, `language:<code>` or `role:supervisor`."""
        kind, _, whom = meant_for.partition(":")
        if kind == "account" and not await self._cases.duty.is_on(whom):
            return "absent"
        return await self._cases.hand_on(case_id, counsellor, meant_for, note)

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
        for piece in as_sent(text, talk.card.channel):
            if not await self._say(talk, Line("counsellor", piece, self._clock.now()), kind):
                return "gone"
        await self._cases.answered(case_id)
        await self._count(case_id, metrics.answered)
        return "done"

    async def typing(self, case_id: str, counsellor: str) -> None:
        await self._cases.typing(case_id, counsellor)

    async def set_safe(self, case_id: str, counsellor: str, safe: Safe) -> Outcome:
        return await self._refused(case_id, counsellor) or await self._cases.set_safe(
            case_id, counsellor, safe
        )

    async def join(self, case_id: str, supervisor: str) -> Outcome:
        """A supervisor reads with the holder: the person is told, and the holder sees who it is."""
        if not await self._cases.join(case_id, supervisor):
            row = await self._cases.row(case_id)
            return "gone" if row is None else "done" if row.joined == supervisor else "not_yours"
        if (talk := await self._talk(case_id)) is not None:
            await self._tell(talk, "another_reads")
        return "done"

    async def leave(self, case_id: str, supervisor: str) -> Outcome:
        """The supervisor reads no longer, and the person is told."""
        left = await self._cases.leave(case_id, supervisor)
        if left and (talk := await self._talk(case_id)) is not None:
            await self._tell(talk, "another_left")
        return "done" if left else "not_yours"

    async def close(self, case_id: str, counsellor: str, *, wipe_chat: bool) -> Outcome:
        """End the talk: the person is told, then it is erased everywhere, behind what they wrote before."""
        refused = await self._refused(case_id, counsellor)
        if refused:
            return refused
        await self._cases.ends(case_id)
        await self._inbox.order(case_id, "close", wipe=wipe_chat)
        return "done"

    async def mute(self, case_id: str, counsellor: str, hours: int, *, wipe_chat: bool) -> Outcome:
        """End the talk as `close` does, and answer this address nothing but danger for so long."""
        refused = await self._refused(case_id, counsellor)
        if refused:
            return refused
        await self._cases.ends(case_id)
        await self._inbox.order(case_id, f"mute:{hours}", wipe=wipe_chat)
        return "done"

    async def mutes(self) -> list[Mute]:
        return await self._marks.mutes()

    async def lift(self, mute: str) -> bool:
        """End a mute before its time."""
        return await self._marks.lift(mute)

    async def to_bot(self, case_id: str, counsellor: str) -> Outcome:
        """The bot answers again; the talk stays."""
        refused = await self._refused(case_id, counsellor)
        if refused:
            return refused
        await self._cases.ends(case_id)
        await self._inbox.order(case_id, "to_bot")
        return "done"

    async def present(self, counsellor: str, languages: tuple[str, ...]) -> None:
        await self._cases.duty.present(counsellor, languages)

    async def absent(self, counsellor: str) -> None:
        await self._cases.duty.absent(counsellor)

    async def crew(self) -> list[Crew]:
        return await self._cases.duty.crew()

    async def away(self, counsellor: str) -> Away | None:
        return await self._cases.duty.away(counsellor)

    async def go(self, counsellor: str, away: Away) -> int:
        """A break, or the end of the shift: open cases are handed on; returns how many."""
        await self._cases.duty.go(counsellor, away)
        mine = [one for one, holder in await self._cases.duty.held() if holder == counsellor]
        return sum([await self._cases.hand_on(one, counsellor) == "done" for one in mine])

    async def come(self, counsellor: str) -> None:
        await self._cases.duty.come(counsellor)

    async def changes(self) -> AsyncIterator[tuple[str, str]]:
        """What to fetch again: the queue, at once or soon, and one case. Nothing of its content."""
        async for conversation, now in self._cases.changes():
            yield "queue" if now else "soon", ""
            yield "case", conversation

    async def _refused(self, case_id: str, counsellor: str) -> Outcome | None:
        row = await self._cases.row(case_id)
        if row is None:
            return "gone"
        return None if row.state == "held" and row.holder == counsellor else "not_yours"

    async def _count(self, case_id: str, took: Callable[[float], None]) -> CaseRow | None:
        """How long it took since the case was opened, once for each case: else None is returned."""
        row = await self._cases.row(case_id)
        if row is None or not await self._cases.first_time(case_id, f"counted_{took.__name__}"):
            return None
        took(self._clock.now() - row.opened_at)
        return row

    async def _talk(self, case_id: str) -> Conversation | None:
        try:
            return await self._sessions.read(case_id)
        except KeyGone:
            return None

    async def _tell(self, talk: Conversation, name: str, *, once: bool = False) -> None:
        """A fixed text to the person, unless others may be reading; `once`: only if it was not said yet."""
        card = talk.card
        if card.covered:
            return
        text = fixed(name, card.language, script_named(card.script), card.channel)
        if not once or not any(line.who == "notice" and line.text == text for line in talk.talk):
            await self._say(talk, Line("notice", text, self._clock.now()))

    async def _say(self, talk: Conversation, line: Line, kind: str = "") -> bool:
        done = await self._outbox.say(talk.id, talk.key, talk.card, line, kind)
        await self._cases.said(talk.id)
        return done


def _shown(line: Line, waiting: set[str], fates: Mapping[str, str]) -> CaseLine:
    delivery = (
        fates.get(line.outgoing, "queued" if line.outgoing in waiting else "sent") if line.outgoing else ""
    )
    return CaseLine(line.who, line.text, line.at, line.risk, line.reasons, delivery)
