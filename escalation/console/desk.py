"""What the pages ask of the desk: all that a counsellor can do to a case."""

from collections.abc import AsyncIterator
from typing import Protocol

from escalation.cases.case import CaseRow, CaseView, Outcome


class Desk(Protocol):
    """The queue and its cases, as far as the console needs them."""

    async def queue(self) -> list[CaseRow]:
        """Waiting cases, most urgent first, then the held ones."""

    async def case(self, case_id: str) -> CaseView | None:
        """A case with its lines, whoever asks: who may see them is decided here, in the console."""

    async def claim(self, case_id: str, counsellor: str) -> Outcome: ...
    async def release(self, case_id: str, counsellor: str) -> Outcome: ...
    async def answer(self, case_id: str, counsellor: str, text: str, *, anyway: bool = False) -> Outcome:
        """Send the holder's words; "covered" where somebody else may be reading, unless sent `anyway`."""

    async def close(self, case_id: str, counsellor: str, *, wipe_chat: bool) -> Outcome:
        """Tell the person, then erase everywhere; the case may be there for moments after "done"."""

    async def to_bot(self, case_id: str, counsellor: str) -> Outcome: ...
    async def present(self, counsellor: str, languages: tuple[str, ...]) -> None:
        """A page of this counsellor is open."""

    async def absent(self, counsellor: str) -> None: ...
    def changes(self) -> AsyncIterator[tuple[str, str]]:
        """("queue", "") or ("case", id): what to fetch again, nothing of its content."""
