"""The cost curve: what each threshold misses and alarms on, by held-out rows, and which is cheapest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What a miss costs against an alarm is a judgement, stated here: a missed danger is as bad as ten needless
# alarms, a missed emergency as bad as fifty. What is missed is still answered with a number to call, and as
# a concern with the offer of a person, while counsellors who drown in alarms miss everything. Rates are
# weighed by how often each kind is expected to come in.
COST_ALARM, COST_DANGER, COST_EMERGENCY = 1.0, 10.0, 50.0
SHARE_NONE, SHARE_DANGER, SHARE_EMERGENCY = 0.92, 0.06, 0.02
HARD = {"idiom", "negation", "school_film", "rambling"}  # styles of harmless messages that look dangerous
GRID = np.round(np.concatenate([np.arange(0.01, 0.2, 0.01), np.arange(0.2, 0.96, 0.02)]), 3)
FLOORS = np.array([0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.01])


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of the two thresholds and what it does to held-out messages."""

    escalate: float
    emergency_floor: float
    missed_emergency: float
    missed: float
    alarms: float
    alarms_hard: float
    cost: float


def points(
    chances: Floats,
    levels: NDArray[np.str_],
    hard: NDArray[np.bool_],
    own: NDArray[np.bool_],
    ruled: NDArray[np.bool_],
) -> list[Point]:
    """The curve over both thresholds, of both detectors together.

    `own` marks rows of the danger files: rates are of them alone; `ruled` those that a phrase rule sends to a
    human whatever the threshold.
    """
    harmless, emergency = own & (levels == "none"), own & (levels == "emergency")
    danger = own & (levels == "danger")
    out = []
    for floor in FLOORS:
        for threshold in GRID:
            raised = ruled | is_raised(chances, float(threshold), float(floor))
            missed_emergency = _share(~raised, emergency)
            missed_danger = _share(~raised, danger)
            alarms = _share(raised, harmless)
            cost = SHARE_NONE * COST_ALARM * alarms + SHARE_DANGER * COST_DANGER * missed_danger
            cost += SHARE_EMERGENCY * COST_EMERGENCY * missed_emergency
            out.append(
                Point(
                    float(threshold),
                    float(floor),
                    round(missed_emergency, 4),
                    round(_share(~raised, emergency | danger), 4),
                    round(alarms, 4),
                    round(_share(raised, harmless & hard), 4),
                    round(cost, 4),
                )
            )
    return out


def is_raised(chances: Floats, escalate: float, floor: float) -> NDArray[np.bool_]:
    """Which rows go to a human: over the threshold, or over the floor of `emergency` and not surely none."""
    chosen = (chances[:, 1] >= floor) & (chances[:, 0] >= sure_none(escalate))
    return np.asarray((chances[:, 0] >= escalate) | chosen, dtype=np.bool_)


def sure_none(escalate: float) -> float:
    """Below this, a message is harmless whatever else speaks for danger."""
    return round(escalate / 3, 3)


def cheapest(curve: list[Point]) -> Point:
    """The point of least cost; of equal ones that with fewer alarms."""
    return min(curve, key=lambda point: (point.cost, point.alarms, -point.escalate, -point.emergency_floor))


def front(curve: list[Point], floor: float) -> list[Point]:
    """The points of one floor, for the card and the picture."""
    return [point for point in curve if point.emergency_floor == floor]


def best_split(scores: Floats, yes: NDArray[np.bool_], beta: float) -> float:
    """The threshold with the best F-score; beta above 1 weighs missing more than alarming."""
    best, chosen = -1.0, 0.5
    for threshold in np.arange(0.05, 0.96, 0.01):
        said = scores >= threshold
        hits = float((said & yes).sum())
        score = (1 + beta**2) * hits / max(1.0, beta**2 * float(yes.sum()) + float(said.sum()))
        if score > best:
            best, chosen = score, round(float(threshold), 2)
    return chosen


def _share(rows: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    return float((rows & of).sum()) / max(1.0, float(of.sum()))
