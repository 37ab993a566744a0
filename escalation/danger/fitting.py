"""The arithmetic of training: folds that keep likenesses together, heads, the last step."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escalation.danger.classifier import LEVELS
from escalation.danger.features import BUCKETS, kernel, weight

# scikit-learn, which only training needs, has no types.
LogisticRegression: Any = import_module("sklearn.linear_model").LogisticRegression
SVC: Any = import_module("sklearn.svm").SVC
csr_matrix: Any = import_module("scipy.sparse").csr_matrix

GAMMA, STRICTNESS, LETTER_STRICTNESS = 1.0, 3.0, 10.0
FOLDS = 5
ALIKE = 0.965  # cosine of two texts that say the same: they never stand on two sides of a fold
# How much a row of a level counts as a "no" for a head; the levels named here are not its "yes".
AGAINST = {
    "escalate": {"none": 1.0, "concern": 0.1},
    "emergency": {"none": 1.0, "concern": 0.5, "danger": 0.3},
    "concern": {"none": 1.0},
}

Rows = NDArray[np.int8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heads:
    """What is fitted on one set of rows: over their likeness, and over letter groups."""

    support: Rows
    coefficients: Floats
    intercepts: Floats
    letters: Floats
    letter_intercepts: Floats

    def inputs(self, rows: Rows, letters: Any) -> Floats:
        """What the last step sees of some rows."""
        alike = kernel(rows, self.support, GAMMA)
        return np.hstack(
            [
                alike @ self.coefficients.T + self.intercepts,
                letters @ self.letters.T + self.letter_intercepts,
                np.ones((len(rows), 1)),
            ]
        )


def folds(vectors: NDArray[np.float32], sources: Sequence[str]) -> NDArray[np.int64]:
    """A fold for each row; rows that say nearly the same, or come from the same talk, share one."""
    leader = list(range(len(vectors)))

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for start in range(0, len(vectors), 512):
        near = vectors[start : start + 512] @ vectors.T > ALIKE
        for row, other in zip(*np.nonzero(near), strict=True):
            leader[find(int(row) + start)] = find(int(other))
    first: dict[str, int] = {}
    for row, source in enumerate(sources):
        if source.startswith("talk:"):
            leader[find(row)] = find(first.setdefault(source, row))
    roots = np.array([find(row) for row in range(len(vectors))])
    unique = np.unique(roots)
    np.random.default_rng(7).shuffle(unique)
    of_root = {int(root): number % FOLDS for number, root in enumerate(unique)}
    return np.array([of_root[int(root)] for root in roots])


def letter_matrix(found: Sequence[NDArray[np.int32]]) -> Any:
    """Letter groups of texts as sparse rows."""
    ends = np.cumsum([0, *(len(row) for row in found)])
    values = np.concatenate([np.full(len(row), weight(row)) for row in found])
    return csr_matrix((values, np.concatenate(found), ends), shape=(len(found), BUCKETS))


def counted(levels: NDArray[np.str_], head: str) -> tuple[NDArray[np.bool_], Floats]:
    """Which rows are a "yes" of a head, and how much each row counts; unknown levels count nothing."""
    against = AGAINST[head]
    yes = ~np.isin(levels, [*against, ""])
    if head != "concern":
        yes &= levels != "concern"
    if head == "emergency":
        yes = levels == "emergency"
    counts = np.array(
        [1.0 if positive else against.get(level, 0.0) for level, positive in zip(levels, yes, strict=True)]
    )
    return yes, counts


def fit(rows: Rows, letters: Any, levels: NDArray[np.str_]) -> Heads:
    """All heads on some rows."""
    coefficients = np.zeros((len(LEVELS), len(rows)))
    intercepts, weights, letter_intercepts = [], [], []
    alike = kernel(rows, rows, GAMMA)
    for number, head in enumerate(LEVELS):
        yes, counts = counted(levels, head)
        used = np.nonzero(counts)[0]
        machine = SVC(C=STRICTNESS, kernel="precomputed", cache_size=500)
        machine.fit(alike[np.ix_(used, used)], yes[used], sample_weight=counts[used])
        coefficients[number, used[machine.support_]] = machine.dual_coef_[0]
        intercepts.append(machine.intercept_[0])
        line = LogisticRegression(C=LETTER_STRICTNESS, solver="liblinear", random_state=0, max_iter=400)
        line.fit(letters[used], yes[used], sample_weight=counts[used])
        weights.append(line.coef_[0])
        letter_intercepts.append(line.intercept_[0])
    kept = np.nonzero(np.abs(coefficients).sum(axis=0))[0]
    return Heads(
        rows[kept],
        coefficients[:, kept],
        np.array(intercepts),
        np.array(weights),
        np.array(letter_intercepts),
    )


def held_out(rows: Rows, letters: Any, levels: NDArray[np.str_], fold: NDArray[np.int64]) -> Floats:
    """What the last step would see of each row from heads that never saw it or its likeness."""
    out = np.zeros((len(rows), 2 * len(LEVELS) + 1))
    for number in range(FOLDS):
        inside = fold != number
        heads = fit(rows[inside], letters[inside], levels[inside])
        out[~inside] = heads.inputs(rows[~inside], letters[~inside])
    return out


def last_step(inputs: Floats, levels: NDArray[np.str_]) -> Floats:
    """Weights (levels, inputs) that turn held-out scores into probabilities."""
    out = []
    for head in LEVELS:
        yes, counts = counted(levels, head)
        used = counts > 0
        line = LogisticRegression(C=1.0, solver="liblinear", fit_intercept=False, random_state=0)
        line.fit(inputs[used], yes[used], sample_weight=counts[used])
        out.append(line.coef_[0])
    return np.array(out)


def probabilities(inputs: Floats, last: Floats) -> Floats:
    """Calibrated probabilities (rows, levels)."""
    return np.asarray(1 / (1 + np.exp(-(inputs @ last.T))), dtype=np.float64)


def lines(rows: Rows, targets: NDArray[np.bool_], strictness: float, shift: float = 0.0) -> Floats:
    """One logistic line per column of targets over rows of length one; `shift` moves where "yes" begins."""
    units = rows / np.maximum(1e-6, np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True))
    out = np.zeros((targets.shape[1], rows.shape[1] + 1))
    out[:, -1] = -9.0  # a label nobody has used is never said
    for column in range(targets.shape[1]):
        if targets[:, column].any():
            line = LogisticRegression(C=strictness, solver="liblinear", random_state=0, max_iter=400)
            line.fit(units, targets[:, column])
            out[column] = [*line.coef_[0], line.intercept_[0] + shift]
    return out
