"""A desk without a store: cases in memory, and every request to it written down."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from bot.marks import Mute
from escalation.cases.case import Away, CaseLine, CaseRow, CaseView, Crew, Outcome, Safe

NOW = 1_800_000_000.0
LONGEST = 1500


def row(case_id: str = "3-aaaa", **values: Any) -> CaseRow:
    base: dict[str, Any] = {
        "id": case_id,
        "alias": "quiet heron",
        "state": "waiting",
        "risk": "danger",
        "score": 0.93,
        "signals": ("documents_taken", "threats"),
        "reasons": ("Somebody holds their passport.",),
        "language": "sq",
        "script": "latin",
        "channel": "sms",
        "country": "IT",
        "opened_at": NOW - 300,
        "wrote_at": NOW - 300,
        "holder": None,
        "unread": 0,
        "place": 1,
    }
    return CaseRow(**(base | values))


def line(text: str, who: str = "person", **values: Any) -> CaseLine:
    base: dict[str, Any] = {"at": NOW - 200, "risk": "none", "reasons": (), "delivery": ""}
    return CaseLine(who=who, text=text, **(base | values))  # type: ignore[arg-type]


class FakeDesk:
    """What the console asks of a desk; closing is done at once."""

    def __init__(self) -> None:
        self.cases: dict[str, CaseView] = {}
        self.calls: list[tuple[object, ...]] = []
        self.broken: Exception | None = None
        self.on: set[str] = set()
        self.gone: dict[str, Away] = {}
        self.most_held = 6
        self.muted: list[Mute] = []
        self._listening: set[asyncio.Queue[tuple[str, str]]] = set()

    def put(self, one: CaseRow, *lines: CaseLine) -> None:
        self.cases[one.id] = CaseView(one, lines)
        self._changed(one.id)

    def change(self, case_id: str, **values: Any) -> None:
        view = self.cases[case_id]
        self.put(replace(view.row, **values), *view.lines)

    def erase(self, case_id: str) -> None:
        """As when the person wrote DELETE."""
        del self.cases[case_id]
        self._changed(case_id)

    def say(self, case_id: str, *lines: CaseLine) -> None:
        view = self.cases[case_id]
        self.put(view.row, *view.lines, *lines)

    async def queue(self) -> list[CaseRow]:
        if self.broken:
            raise self.broken
        rows = sorted((view.row for view in self.cases.values()), key=lambda one: one.place)
        return sorted(rows, key=lambda one: one.state != "waiting")

    async def opened(self, rows: Sequence[CaseRow]) -> list[CaseRow]:
        self.calls.append(("opened", len(rows)))
        return list(rows)

    async def case(self, case_id: str) -> CaseView | None:
        return self.cases.get(case_id)

    async def seen(self, row: CaseRow) -> None:
        self.calls.append(("seen", row.id, row.wrote))

    async def claim(self, case_id: str, counsellor: str, why_picked: str = "") -> Outcome:
        self.calls.append(("claim", case_id, counsellor, why_picked))
        if case_id not in self.cases:
            return "gone"
        if self.cases[case_id].row.state == "held":
            return "taken"
        if sum(view.row.holder == counsellor for view in self.cases.values()) >= self.most_held:
            return "full"
        self.change(case_id, state="held", holder=counsellor, why_picked=why_picked)
        return "done"

    async def hand_on(self, case_id: str, counsellor: str, meant_for: str = "", note: str = "") -> Outcome:
        self.calls.append(("hand_on", case_id, counsellor, meant_for, note))
        kind, _, whom = meant_for.partition(":")
        if kind == "account" and whom not in self.on:
            return "absent"
        refused = self._refused(case_id, counsellor)
        if refused is None:
            handed = {"meant_for": meant_for, "passed_by": counsellor, "passed_at": NOW, "note": note}
            self.change(case_id, state="waiting", holder=None, **handed)
        return refused or "done"

    async def typing(self, case_id: str, counsellor: str) -> None:
        self.calls.append(("typing", case_id, counsellor))

    async def set_safe(self, case_id: str, counsellor: str, safe: Safe) -> Outcome:
        refused = self._refused(case_id, counsellor)
        if refused is None:
            self.change(case_id, safe=safe)
        return refused or "done"

    async def join(self, case_id: str, supervisor: str) -> Outcome:
        view = self.cases.get(case_id)
        if view is None or view.row.holder is None:
            return "gone" if view is None else "not_yours"
        self.change(case_id, joined=supervisor)
        return "done"

    async def leave(self, case_id: str, supervisor: str) -> Outcome:
        self.change(case_id, joined="")
        return "done"

    async def answer(self, case_id: str, counsellor: str, text: str, *, anyway: bool = False) -> Outcome:
        self.calls.append(("answer", case_id, counsellor, text))
        if len(text) > LONGEST:
            return "too_long"
        refused = self._refused(case_id, counsellor)
        if refused is None and self.cases[case_id].row.covered_at and not anyway:
            return "covered"
        if refused is None:
            self.say(case_id, line(text, "counsellor", delivery="queued"))
        return refused or "done"

    async def close(self, case_id: str, counsellor: str, *, wipe_chat: bool) -> Outcome:
        self.calls.append(("close", case_id, counsellor, wipe_chat))
        return self._end(case_id, counsellor)

    async def mute(self, case_id: str, counsellor: str, hours: int, *, wipe_chat: bool) -> Outcome:
        self.calls.append(("mute", case_id, counsellor, hours, wipe_chat))
        return self._end(case_id, counsellor)

    async def mutes(self) -> list[Mute]:
        return self.muted

    async def lift(self, mute: str) -> bool:
        self.calls.append(("lift", mute))
        before = len(self.muted)
        self.muted = [one for one in self.muted if one.id != mute]
        return len(self.muted) < before

    async def to_bot(self, case_id: str, counsellor: str) -> Outcome:
        self.calls.append(("to_bot", case_id, counsellor))
        return self._end(case_id, counsellor)

    async def present(self, counsellor: str, languages: tuple[str, ...]) -> None:
        self.calls.append(("present", counsellor, languages))
        if counsellor not in self.gone:
            self.on.add(counsellor)

    async def absent(self, counsellor: str) -> None:
        self.calls.append(("absent", counsellor))

    async def crew(self) -> list[Crew]:
        held = [view.row.holder for view in self.cases.values()]
        return [Crew(one, self.gone.get(one), held.count(one)) for one in sorted(self.on | self.gone.keys())]

    async def away(self, counsellor: str) -> Away | None:
        return self.gone.get(counsellor)

    async def go(self, counsellor: str, away: Away) -> int:
        self.gone[counsellor] = away
        self.on.discard(counsellor)
        mine = [one for one, view in self.cases.items() if view.row.holder == counsellor]
        for one in mine:
            self.change(one, state="waiting", holder=None)
        return len(mine)

    async def come(self, counsellor: str) -> None:
        self.gone.pop(counsellor, None)

    async def changes(self) -> AsyncIterator[tuple[str, str]]:
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._listening.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listening.discard(queue)

    def made(self, what: str) -> list[tuple[object, ...]]:
        """The requests of one kind, without the kind."""
        return [call[1:] for call in self.calls if call[0] == what]

    def _end(self, case_id: str, counsellor: str) -> Outcome:
        refused = self._refused(case_id, counsellor)
        if refused is None:
            self.erase(case_id)
        return refused or "done"

    def _refused(self, case_id: str, counsellor: str) -> Outcome | None:
        if case_id not in self.cases:
            return "gone"
        return None if self.cases[case_id].row.holder == counsellor else "not_yours"

    def _changed(self, case_id: str) -> None:
        for queue in self._listening:
            queue.put_nowait(("queue", ""))
            queue.put_nowait(("case", case_id))
