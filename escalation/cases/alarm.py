"""How loudly it has to be said that somebody waits."""

from collections.abc import Iterable

from escalation.cases.case import RANK, CaseRow
from escalation.cases.hours import Hours

# Seconds of waiting from which the alarm is at level 2 (repeated) and 3 (loud, until somebody comes).
LOUD = {"emergency": (0, 45), "danger": (45, 150), "concern": (300, 900)}
LOUD_ELSE = (600, 1800)
LOUDEST, URGENT = 3, RANK["danger"]


def expected(waiting: Iterable[CaseRow], hours: Hours, now: float) -> list[CaseRow]:
    """For whom somebody should come now: outside opening hours only whoever is in danger."""
    rows = list(waiting)
    closed = {one for one in {row.language for row in rows} if not hours.is_open(one, now)}
    return [row for row in rows if RANK.get(row.risk, 0) >= URGENT or row.language not in closed]


def alarm(waiting: Iterable[CaseRow], now: float) -> int:
    """0 nobody waits, 1 somebody does, 2 too long, 3 far too long for their danger."""
    level = 0
    for row in waiting:
        if row.muted and row.risk != "emergency":
            level = max(level, 1)  # in sight, without noise
            continue
        again, loud = LOUD.get(row.risk, LOUD_ELSE)
        waited = now - row.opened_at
        level = max(level, LOUDEST if waited >= loud else 2 if waited >= again else 1)
    return level
