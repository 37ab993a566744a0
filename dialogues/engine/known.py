"""What stands among the examples word for word is understood as its intent, whatever the line would say.

A line over the vector gets short texts wrong that it was shown ("jam e merzitur", I am sad). Here each example
is remembered by the direction of its feature, no text with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAME = 0.999  # cosine from which two features are of one text
SURE = 0.95  # the share of an intent that is known
FIRST = 16  # numbers of a direction that are compared before all of them are
NEAR = 0.004  # squared distance above which these few rule out SAME: 2 - 2 * SAME, and what float16 rounds

Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Known:
    """The directions of all examples (n, width), and the intent of each."""

    rows: NDArray[np.float16]
    labels: NDArray[np.str_]

    @classmethod
    def of(cls, features: NDArray[np.float32], labels: Sequence[str]) -> Known:
        return cls(_directions(features).astype(np.float16), np.asarray(labels))

    def ranked(self, feature: NDArray[np.float32], ranking: Ranking) -> Ranking:
        """The ranking, led by the intent of the example that this is, if it is one."""
        direction = _directions(feature)
        apart = self._first - direction[:FIRST]
        near = np.flatnonzero(np.einsum("ij,ij->i", apart, apart) <= NEAR)
        alike = self.rows[near].astype(np.float32) @ direction
        if not near.size or alike.max() < SAME:
            return ranking
        label = str(self.labels[near[alike.argmax()]])
        rest = [(name, share * (1 - SURE)) for name, share in ranking if name != label]
        return [(label, SURE), *rest]

    @cached_property
    def _first(self) -> NDArray[np.float32]:
        return np.ascontiguousarray(self.rows[:, :FIRST], dtype=np.float32)

    def write(self, path: Path) -> None:
        np.savez(path, rows=self.rows, labels=self.labels)

    @classmethod
    def read(cls, path: Path) -> Known:
        with np.load(path, allow_pickle=False) as file:
            return cls(file["rows"], file["labels"])


def _directions(features: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(features, axis=-1, keepdims=True)
    return np.asarray(features / np.maximum(1e-6, lengths), dtype=np.float32)
