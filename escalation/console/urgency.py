"""Who is next for a counsellor, and whom they owe an answer."""

from collections.abc import Iterable, Sequence

from escalation.cases.alarm import LOUDEST
from escalation.cases.case import ANSWER_ELSE_S, ANSWER_S, TYPING_S, CaseRow
from escalation.console.staff import Account

OFFERED_S = 2 * 60
"""A case handed to one colleague, language or role is theirs alone to take for so long, then anybody's."""
REMIND_S = 60
"""From when on a counsellor is reminded that somebody waits for their answer;"""
LATE = 0.6
"""from this share of the time after which it is offered to somebody else, loudly."""
ANY_LANGUAGE_S = 2 * 60
"""An emergency that waits longer than this is next for everybody, whatever its language."""


def is_meant_for(row: CaseRow, account: Account) -> bool:
    """Whether it was handed to this counsellor by name, language or role."""
    kind, _, whom = row.meant_for.partition(":")
    return (
        (kind == "account" and whom == account.id)
        or (kind == "role" and whom == account.role)
        or (kind == "language" and whom in account.languages)
    )


def ranked(waiting: Iterable[CaseRow], account: Account, now: float) -> list[CaseRow]:
    """Waiting cases as this counsellor should take them; within each group the desk's order stays.

    Their languages and what was handed to them, then other languages, then what was just handed to others.
    """

    def group(row: CaseRow) -> int:
        if is_meant_for(row, account):
            return 0
        if row.meant_for and now - row.passed_at < OFFERED_S:
            return 2
        urgent = row.risk == "emergency" and now - row.opened_at > ANY_LANGUAGE_S
        return 0 if urgent or not account.languages or row.language in account.languages else 1

    return sorted(waiting, key=group)


def needs_reason(row: CaseRow, waiting: Sequence[CaseRow], account: Account, now: float) -> bool:
    """Whether taking this one means passing over somebody more urgent."""
    return passes_over(row, ranked(waiting, account, now), account)


def passes_over(row: CaseRow, order: Sequence[CaseRow], account: Account) -> bool:
    """The same, with those who wait `ranked` already."""
    return bool(order) and order[0].id != row.id and not is_meant_for(row, account)


def reminder(mine: Iterable[CaseRow], now: float) -> tuple[int, float]:
    """How loudly a counsellor is reminded of answers they owe, as `alarm` counts, and the longest wait.

    Whoever types is answering, and is left in peace.
    """
    level, longest = 0, 0.0
    for row in mine:
        waits, limit = owed(row, now)
        if waits < REMIND_S or now - row.typing_at < TYPING_S:
            continue
        level, longest = max(level, LOUDEST if waits > limit * LATE else 2), max(longest, waits)
    return level, longest


def owed(row: CaseRow, now: float) -> tuple[float, float]:
    """Seconds the person waits for their holder's answer (or 0), and after how many it is offered again."""
    waits = now - row.owes_since if row.owes_since else 0.0
    return waits, ANSWER_S.get(row.risk, ANSWER_ELSE_S)
