"""The arithmetic of training: a line for each label, and what turns its scores into probabilities."""

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escalation.danger import letters
from escalation.danger.classifier import LEVELS

# scikit-learn, which only training needs, has no types.
LogisticRegression: Any = import_module("sklearn.linear_model").LogisticRegression
minimize: Any = import_module("scipy.optimize").minimize
csr_matrix: Any = import_module("scipy.sparse").csr_matrix

# The encoder was tuned to tell the levels apart, on the very rows the lines are fitted on: a line that
# follows them freely learns what the encoder remembers of its lessons, and finds less in new messages. So
# each begins as the line the encoder was tuned with, and only rows it does not know yet move it.
FREEDOM, LETTER_FREEDOM, TOPIC_FREEDOM, ITERATIONS = 1e-4, 4.0, 1e-3, 200
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


def moved(
    rows: NDArray[np.float32], yes: NDArray[np.bool_], counts: Floats, start: Floats, freedom: float = FREEDOM
) -> Floats:
    """The line (width + 1) that tells the yes rows from the others and stays near `start`."""
    used = counts > 0
    if not used.any():
        return start
    ones = np.ones((int(used.sum()), 1))
    inside = np.hstack([rows[used].astype(np.float64), ones])
    sign, weights = np.where(yes[used], 1.0, -1.0), freedom * counts[used]

    def cost(line: Floats) -> tuple[float, Floats]:
        margins = sign * (inside @ line)
        away = line - start
        slope = -weights * sign / (1 + np.exp(np.clip(margins, -50, 50)))
        return float(weights @ np.logaddexp(0, -margins) + away @ away / 2), inside.T @ slope + away

    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return np.asarray(found.x, dtype=np.float64)


def topic_lines(rows: NDArray[np.float32], topics: NDArray[np.int64], counts: Floats, kinds: int) -> Floats:
    """One line (width + 1) for each of `kinds` topics, told from each other.

    Rows count more the rarer their topic is (by the root), or every doubt would fall to the commonest.
    """
    return _told_apart(rows.astype(np.float64), topics, counts, kinds, TOPIC_FREEDOM)


def topic_letters(table: Any, topics: NDArray[np.int64], counts: Floats, kinds: int) -> Floats:
    """The same (BUCKETS + 1) over a sparse table of letter groups: short words a vector blurs."""
    return _told_apart(table, topics, counts, kinds, LETTER_FREEDOM)


def _told_apart(rows: Any, topics: NDArray[np.int64], counts: Floats, kinds: int, freedom: float) -> Floats:
    used = counts > 0
    frequent = np.bincount(topics[used], minlength=kinds).astype(float)
    weights = counts[used] * (frequent.mean() / np.maximum(1, frequent[topics[used]])) ** 0.5
    fitted = LogisticRegression(C=freedom, max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so many steps are enough: more changes no answer
        fitted.fit(rows[used], topics[used], sample_weight=weights)
    out = np.full((kinds, rows.shape[1] + 1), 0.0)
    out[:, -1] = NEVER
    out[fitted.classes_] = np.column_stack([fitted.coef_, fitted.intercept_])
    return out


def letter_line(table: Any, yes: NDArray[np.bool_], counts: Floats) -> Floats:
    """The line (BUCKETS + 1) over a sparse table of letter groups."""
    used = counts > 0
    if yes[used].all() or not yes[used].any():
        return np.array([0.0] * table.shape[1] + [NEVER])
    fitted = LogisticRegression(C=LETTER_FREEDOM, solver="liblinear", random_state=0, max_iter=ITERATIONS)
    fitted.fit(table[used], yes[used], sample_weight=counts[used])
    return np.array([*fitted.coef_[0], fitted.intercept_[0]])


def scores(rows: NDArray[np.float32], lines: Floats) -> Floats:
    """The scores (rows, lines) of each line."""
    return np.asarray(rows.astype(np.float64) @ lines[:, :-1].T + lines[:, -1], dtype=np.float64)


def calibration(
    scores: Floats, spelt: Floats, yes: NDArray[np.bool_], counts: Floats
) -> tuple[float, float, float]:
    """Weights and shift that make both scores of rows nobody trained on a probability (Platt 1999)."""
    used = counts > 0
    fitted = LogisticRegression(C=100.0, solver="liblinear", random_state=0, intercept_scaling=10.0)
    fitted.fit(np.column_stack([scores, spelt])[used], yes[used], sample_weight=counts[used])
    first, second = fitted.coef_[0]
    return round(float(first), 5), round(float(second), 5), round(float(fitted.intercept_[0]), 5)


def letter_table(texts: Sequence[str]) -> Any:
    """The sparse table (texts, BUCKETS) of letter groups of normalised texts."""
    values, columns, starts = letters.table(texts)
    return csr_matrix((values, columns, starts), shape=(len(texts), letters.BUCKETS))


def letter_scores(table: Any, lines: NDArray[np.floating]) -> Floats:
    """The scores (texts, lines) of a table's rows."""
    wide = lines.astype(np.float64)
    return np.asarray(table @ wide[:, :-1].T + wide[:, -1], dtype=np.float64)
