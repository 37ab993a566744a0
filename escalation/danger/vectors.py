"""Vectors of our own examples, kept between trainings so that an edit of one line embeds one line.

The file holds checksums and vectors, for one state of the encoder; never anything a person wrote.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.embedding import DIMENSIONS, embed_many
from bot.encoder import fingerprint

STORE = Path(__file__).resolve().parents[2] / "build" / "danger_vectors.npz"
STRETCH = 2048  # texts after which what was embedded is written: an interrupted training goes on from there


def vectors_of(texts: Sequence[str], store: Path = STORE) -> NDArray[np.float32]:
    """The vectors (n, 384) of normalised texts, rounded; only those the store does not know are embedded."""
    known = read(store)
    keys = [key_of(text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    wanted = list(missing)
    for start in range(0, len(wanted), STRETCH):
        part = wanted[start : start + STRETCH]
        found = embed_many([missing[key] for key in part]).astype(np.float16)
        known.update(zip(part, found, strict=True))
        write(store, known)
    out = np.empty((len(keys), DIMENSIONS), dtype=np.float32)
    for row, key in enumerate(keys):
        out[row] = known[key]
    return out


def key_of(text: str) -> str:
    """What a text is known by."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read(store: Path) -> dict[str, NDArray[np.float16]]:
    """What is known for the encoder as it is now; nothing where the file is missing, damaged or older."""
    try:
        with np.load(store, allow_pickle=False) as file:
            if str(file["encoder"]) != fingerprint():
                return {}
            return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
    except Exception:  # a damaged archive fails in many ways, and costs a few minutes only
        return {}


def write(store: Path, known: dict[str, NDArray[np.float16]]) -> None:
    """The store, whole or not at all."""
    store.parent.mkdir(parents=True, exist_ok=True)
    partial = store.with_suffix(".partial.npz")
    np.savez(
        partial,
        encoder=np.array(fingerprint()),
        keys=np.array(list(known)),
        vectors=np.stack(list(known.values())),
    )
    partial.replace(store)
