"""What the pages ask of the desk: all that a counsellor can do to a case."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from bot.marks import Mute
from escalation.cases.case import Away, CaseRow, CaseView, Crew, Outcome, Safe


class Desk(Protocol):
    """The queue and its cases, as far as the console needs them."""

    async def queue(self) -> list[CaseRow]:
        """Waiting cases, most urgent first, then the held ones; without reasons and notes."""

    async def opened(self, rows: Sequence[CaseRow]) -> list[CaseRow]:
        """These with reasons and notes: those that are to be shown. Without those that are gone meanwhile."""

    async def case(self, case_id: str) -> CaseView | None:
        """A case with its lines, whoever asks: who may see them is decided here, in the console."""

    async def seen(self, row: CaseRow) -> None:
        """The holder has the lines that came with this row on the screen."""

    async def claim(self, case_id: str, counsellor: str, why_picked: str = "") -> Outcome: ...
    async def hand_on(self, case_id: str, counsellor: str, meant_for: str = "", note: str = "") -> Outcome:
        """Back to the queue: for anybody, or for `account:<id>`, `language:<code>` or `role:supervisor`."""

    async def answer(self, case_id: str, counsellor: str, text: str, *, anyway: bool = False) -> Outcome:
        """Send the holder's words; "covered" where somebody else may be reading, unless sent `anyway`."""

    async def typing(self, case_id: str, counsellor: str) -> None:
        """An answer is being written: the case is not offered to others yet."""

    async def set_safe(self, case_id: str, counsellor: str, safe: Safe) -> Outcome: ...
    async def join(self, case_id: str, supervisor: str) -> Outcome:
        """Read with the holder; the holder sees it and the person is told."""

    async def leave(self, case_id: str, supervisor: str) -> Outcome: ...
    async def close(self, case_id: str, counsellor: str, *, wipe_chat: bool) -> Outcome:
        """Tell the person, then erase everywhere; the case may be there for moments after "done"."""

    async def mute(self, case_id: str, counsellor: str, hours: int, *, wipe_chat: bool) -> Outcome:
        """Close, and answer this address nothing but danger for so many hours."""

    async def mutes(self) -> list[Mute]: ...
    async def lift(self, mute: str) -> bool:
        """End a mute before its time; False where it is over."""

    async def to_bot(self, case_id: str, counsellor: str) -> Outcome: ...
    async def present(self, counsellor: str, languages: tuple[str, ...]) -> None:
        """A page of this counsellor is open."""

    async def absent(self, counsellor: str) -> None: ...
    async def crew(self) -> list[Crew]:
        """Who is on duty, on a break, or holds a case."""

    async def away(self, counsellor: str) -> Away | None: ...
    async def go(self, counsellor: str, away: Away) -> int:
        """A break or the shift's end: what they hold is handed on; returns how many cases."""

    async def come(self, counsellor: str) -> None: ...
    def changes(self) -> AsyncIterator[tuple[str, str]]:
        """What to fetch again, nothing of its content: ("case", id), ("queue", "") or ("soon", "").

        soon: the queue, but nobody more waits or is in danger.
        """
