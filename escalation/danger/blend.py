"""What the last few messages say together, guessed from the vectors that each has already.

To read them as one text (`context.together`) costs three times what the newest alone does. What comes of that
is near a blend of the vectors there are: their mean by length, the first and the last, through one table.
Where danger may come of it they are read as one text all the same; how often that is wrong, training counts
on talks it did not learn from (`card.json`, "last few").
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.embedding import DIMENSIONS
from escalation.danger.features import Vector, directions

WIDTH = 3 * DIMENSIONS
LETTERS = 3.3
"""Of a word piece, on average: a text weighs as many pieces as it has, and one more."""
LEAST = 1e-6


def features(vectors: Sequence[Vector], texts: Sequence[str], mean: Vector) -> Vector:
    """The row (WIDTH,) of a few normalised texts and their vectors, oldest first."""
    rows = np.stack(vectors)
    weights = np.array([len(text) / LETTERS + 1 for text in texts], dtype=np.float32)
    middle = directions((rows * weights[:, None]).sum(axis=0))
    return np.concatenate([middle - mean, rows[0] - mean, rows[-1] - mean]).astype(np.float32)


def blended(row: NDArray[np.floating], table: NDArray[np.floating]) -> Vector:
    """The vector (..., 384) of length one that a row of features stands for; `table` (WIDTH + 1, 384)."""
    return directions(np.asarray(row @ table[:-1] + table[-1], dtype=np.float32))


def log_odds(chance: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Of a probability; ends at about ±14."""
    sure = np.asarray(chance, dtype=np.float64)
    return np.asarray(np.log((sure + LEAST) / (1 - sure + LEAST)))


def suspicion(near: float, worst: float, line: NDArray[np.floating]) -> float:
    """How probable danger is in a talk, by its blend and worst message; `line`: two weights and a shift."""
    score = line[0] * log_odds(near) + line[1] * log_odds(worst) + line[2]
    return float(1 / (1 + np.exp(-score)))
