"""What the classifier looks at: the sentence vector, centred, and stretched so that lines over it are steep
enough.
"""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
SHARPNESS = 20.0
STEPS = 127.0  # a stored vector's numbers in int8, the largest of each at the end of the range


def sharp(vectors: NDArray[np.floating], mean: Vector) -> Vector:
    """Vectors (…, 384) less their mean, stretched."""
    return ((np.asarray(vectors, dtype=np.float32) - mean) * np.float32(SHARPNESS)).astype(np.float32)


def directions(rows: Vector) -> Vector:
    """Rows of length one, for comparing."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(1e-6, lengths), dtype=np.float32)


def small(rows: Vector) -> NDArray[np.int8]:
    """Directions of rows in eight bits, to be stored."""
    found = directions(rows)
    largest = np.maximum(1e-6, np.abs(found).max(axis=-1, keepdims=True))
    out: NDArray[np.int8] = np.rint(found / largest * STEPS).astype(np.int8)
    return out
