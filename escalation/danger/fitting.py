"""The arithmetic of training: a line for each label, and what turns its scores into probabilities."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escalation.danger.classifier import LEVELS

# scikit-learn, which only training needs, has no types.
LogisticRegression: Any = import_module("sklearn.linear_model").LogisticRegression

# The encoder was tuned to tell the levels apart, on the very rows the lines are fitted on: a line that
# follows them freely learns what the encoder remembers of its lessons, and finds less in new messages.
LEVEL_STRICTNESS, LABEL_STRICTNESS, ITERATIONS = 1e-5, 0.03, 400
# How much a row of a level counts as a "no" for a head; the levels named here are not its "yes".
AGAINST = {
    "escalate": {"none": 1.0, "concern": 0.25},
    "emergency": {"none": 1.0, "concern": 0.5, "danger": 0.3},
    "concern": {"none": 1.0},
}
NEVER = -9.0  # where a line stands for a label that nobody has used

Floats = NDArray[np.float64]


def counted(levels: NDArray[np.str_], head: str) -> tuple[NDArray[np.bool_], Floats]:
    """Which rows are a "yes" of a head, and how much each row counts; unknown levels count nothing."""
    against = AGAINST[head]
    yes = ~np.isin(levels, [*against, ""])
    counts = np.array(
        [1.0 if positive else against.get(level, 0.0) for level, positive in zip(levels, yes, strict=True)]
    )
    return yes, counts


def targets(levels: NDArray[np.str_], asks: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], Floats]]:
    """For each of LEVELS: which rows are a "yes", and how much each counts."""
    return [counted(levels, head) for head in LEVELS[:-1]] + [(asks, np.ones(len(asks)))]


def strictness(head: str) -> float:
    """How freely the line of one of LEVELS may follow its rows."""
    return LABEL_STRICTNESS if head == "person" else LEVEL_STRICTNESS


def line(rows: NDArray[np.float32], yes: NDArray[np.bool_], counts: Floats, strictness: float) -> Floats:
    """The logistic line (width + 1) that tells the yes rows from the others."""
    used = counts > 0
    if yes[used].all() or not yes[used].any():
        return np.array([0.0] * rows.shape[1] + [NEVER])
    fitted = LogisticRegression(C=strictness, solver="liblinear", random_state=0, max_iter=ITERATIONS)
    fitted.fit(rows[used].astype(np.float64), yes[used], sample_weight=counts[used])
    return np.array([*fitted.coef_[0], fitted.intercept_[0]])


def scores(rows: NDArray[np.float32], lines: Floats) -> Floats:
    """The scores (rows, lines) of each line."""
    return np.asarray(rows.astype(np.float64) @ lines[:, :-1].T + lines[:, -1], dtype=np.float64)


def calibration(scores: Floats, yes: NDArray[np.bool_], counts: Floats) -> tuple[float, float]:
    """Slope and shift that make scores of rows nobody trained on into probabilities (Platt 1999)."""
    used = counts > 0
    fitted = LogisticRegression(C=100.0, solver="liblinear", random_state=0, intercept_scaling=10.0)
    fitted.fit(scores[used, None], yes[used], sample_weight=counts[used])
    return round(float(fitted.coef_[0, 0]), 5), round(float(fitted.intercept_[0]), 5)
