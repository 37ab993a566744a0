"""How a text is spelt, as groups of letters: what the sentence encoder's word pieces blur.

Each group of two to five letters within a word, and each word and pair of words, falls into one of many
buckets (hashing: Weinberger et al. 2009); lines over the buckets are one more opinion about the levels.
"""

import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16
SHORTEST, LONGEST = 2, 5
WORDS = 400  # of a text are looked at

Floats = NDArray[np.float32]


def groups(text: str) -> list[bytes]:
    """The groups of a normalised text, each once."""
    words = text.split()[:WORDS]
    out: dict[str, None] = {}
    for word in words:
        edged = f" {word[:40]} "
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(len(edged) - length + 1):
                out[edged[start : start + length]] = None
    out |= dict.fromkeys(f"={word}" for word in words)
    out |= dict.fromkeys(f"={one} {two}" for one, two in pairwise(words))
    return [group.encode() for group in out]


def buckets(text: str) -> NDArray[np.int64]:
    """The buckets of a normalised text, sorted, each once."""
    return np.unique(np.array([zlib.crc32(group) % BUCKETS for group in groups(text)], dtype=np.int64))


def scores(text: str, lines: Floats) -> NDArray[np.float64]:
    """What lines (n, BUCKETS + 1) say of a normalised text: a text counts the same however long it is."""
    found = buckets(text)
    weighed = lines[:, found].astype(np.float64).sum(axis=1) / max(1.0, float(len(found))) ** 0.5
    return np.asarray(weighed + lines[:, -1], dtype=np.float64)


def table(texts: Sequence[str]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Values, columns and row starts of a sparse matrix (texts, BUCKETS), for training."""
    rows = [buckets(text) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    values = np.array([max(1, len(row)) ** -0.5 for row in rows for _ in row], dtype=np.float32)
    return values, np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int64), starts
