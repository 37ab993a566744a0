"""What the classifier looks at: the sentence vector, centred and rounded, and hashed groups of letters."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from escalation.danger.normalise import tokens

BUCKETS = 1 << 15
SIZES = (2, 3, 4, 5)
STEP = 400.0  # one unit of a centred vector in int8 steps; its numbers lie within 0.3
READ = 1200  # letters; a longer text is judged in windows anyway

Vector = NDArray[np.float32]


def centred(vectors: NDArray[np.floating], mean: Vector) -> NDArray[np.int8]:
    """Vectors less their mean, of length one, in int8 steps: training and judging see the same numbers."""
    moved = np.asarray(vectors, dtype=np.float64) - mean.astype(np.float64)
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    scaled = np.rint(moved / np.where(lengths > 0, lengths, 1.0) * STEP)
    out: NDArray[np.int8] = np.clip(scaled, -127, 127).astype(np.int8)
    return out


def groups(text: str) -> NDArray[np.int32]:
    """The buckets of a text's letter groups, each once; alphabets and disguises fall on the same ones."""
    line = f" {' '.join(tokens(text))} "[:READ].encode("ascii", "ignore")
    found = {
        zlib.crc32(line[start : start + size]) % BUCKETS
        for size in SIZES
        for start in range(len(line) - size + 1)
    }
    return np.array(sorted(found), dtype=np.int32)


def weight(found: NDArray[np.int32]) -> float:
    """What each bucket of a text counts, so that long texts do not shout."""
    return 1.0 / float(np.sqrt(max(1, len(found))))


def kernel(rows: NDArray[np.int8], others: NDArray[np.int8], gamma: float) -> NDArray[np.float64]:
    """How alike rounded vectors are (radial basis), exact and the same on every machine."""
    left, right = rows.astype(np.float32), others.astype(np.float32)
    products = (left @ right.T).astype(np.float64)  # whole numbers below 2**24: no rounding
    distances = (
        (left * left).sum(axis=1, dtype=np.float64)[:, None]
        + (right * right).sum(axis=1, dtype=np.float64)[None, :]
        - 2 * products
    )
    out: NDArray[np.float64] = np.exp(-gamma * distances / STEP**2)
    return out


def many_groups(texts: Sequence[str]) -> list[NDArray[np.int32]]:
    """The letter groups of many texts."""
    return [groups(text) for text in texts]
