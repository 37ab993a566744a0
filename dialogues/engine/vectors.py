"""Vectors of training examples, kept between trainings so that an edit of one line embeds one line.

The file holds hashes and vectors of the project's own examples, never anything a person wrote.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.embedding import DIMENSIONS, embed_many, normalise
from engine.encoder import fingerprint
from engine.paths import BUILD

STORE = BUILD / "vectors.npz"


def key_of(normalised: str) -> str:
    return hashlib.sha256(normalised.encode()).hexdigest()[:32]


def read(store: Path) -> dict[str, NDArray[np.float32]]:
    """What is known for the encoder as it is now: vectors of another one are worth nothing."""
    if not store.is_file():
        return {}
    with np.load(store) as file:
        if "encoder" not in file.files or str(file["encoder"]) != fingerprint():
            return {}
        return dict(zip(file["keys"].tolist(), file["vectors"].astype(np.float32), strict=True))


def write(store: Path, known: dict[str, NDArray[np.float32]]) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    partial = store.with_suffix(".partial.npz")
    vectors = np.stack(list(known.values()))
    np.savez(partial, encoder=np.array(fingerprint()), keys=np.array(list(known)), vectors=vectors)
    partial.replace(store)


def vectors_of(texts: Sequence[str], store: Path = STORE) -> NDArray[np.float32]:
    """The vectors (n, 384) of texts, embedding only those the store does not know."""
    normalised = [normalise(text) for text in texts]
    keys = [key_of(text) for text in normalised]
    known = read(store)
    missing = {key: text for key, text in zip(keys, normalised, strict=True) if key not in known}
    if missing:
        known.update(zip(missing, embed_many(list(missing.values())), strict=True))
        write(store, known)
    result = np.empty((len(keys), DIMENSIONS), dtype=np.float32)
    for row, key in enumerate(keys):
        result[row] = known[key]
    return result
