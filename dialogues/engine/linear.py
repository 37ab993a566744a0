"""A linear classifier as an array of numbers: fitted with scikit-learn, read and used without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Linear:
    """Labels, one row of weights and one bias for each."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]  # (labels, features)
    bias: NDArray[np.float32]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """One row of probabilities for each row of features."""
        scores = np.atleast_2d(features).astype(np.float64) @ self.weights.T.astype(np.float64) + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def rank(self, feature: NDArray[np.float32], length: int) -> list[tuple[str, float]]:
        """The likeliest labels with their probability, best first."""
        row = self.probabilities(feature)[0]
        order = np.argsort(-row, kind="stable")[:length]
        return [(self.labels[index], float(row[index])) for index in order]

    def write(self, path: Path) -> None:
        np.savez(path, labels=np.array(self.labels), weights=self.weights, bias=self.bias)

    @classmethod
    def read(cls, path: Path) -> Linear:
        with np.load(path, allow_pickle=False) as file:
            return cls(tuple(file["labels"].tolist()), file["weights"], file["bias"])


def fit(features: NDArray[np.float32], labels: Sequence[str], C: float) -> Linear:
    """Fit a multinomial logistic regression; a class counts by the root of its examples.

    Between examples alike (large classes win) and classes alike (off_topic loses): cross-validated, two
    points better than either. Deterministic: the order of examples does not matter, and lbfgs starts at zero.
    """
    from sklearn.linear_model import LogisticRegression

    counts = Counter(labels)
    share = sum(count**0.5 for count in counts.values()) / len(labels)
    weights = {label: count**-0.5 / share for label, count in counts.items()}
    order = np.lexsort((features[:, 0], np.asarray(labels)))
    model = LogisticRegression(C=C, class_weight=weights, max_iter=300, tol=1e-3)
    model.fit(features[order], np.asarray(labels)[order])
    return Linear(
        tuple(str(label) for label in model.classes_),
        model.coef_.astype(np.float32),
        model.intercept_.astype(np.float32),
    )
