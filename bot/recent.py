"""The vectors of a person's last few texts: each is made once, and the next text is judged beside them.

They rest in the talk's card, sealed and erased with it: what a vector tells of a text is as private.
"""

import base64
import zlib
from collections.abc import Sequence

import numpy as np

from bot.sessions import Card
from escalation.danger.context import TOGETHER
from escalation.danger.features import Vector, directions, small


def known(card: Card, texts: Sequence[str]) -> dict[str, Vector]:
    """The vectors (384,) that are kept of these texts; those of others are not there."""
    found = {text: card.vectors.get(_name(text)) for text in texts[-TOGETHER + 1 :]}
    return {text: _opened(kept) for text, kept in found.items() if kept is not None}


def keep(card: Card, texts: Sequence[str], vector: Vector | None) -> None:
    """Keep the vector of the newest text, and no more than the next one needs; None: there is none."""
    if vector is not None:
        card.vectors[_name(texts[-1])] = base64.b64encode(small(vector).tobytes()).decode()
    needed = {_name(text) for text in texts[-TOGETHER + 1 :]}
    card.vectors = {name: kept for name, kept in card.vectors.items() if name in needed}


def _name(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _opened(kept: str) -> Vector:
    return directions(np.frombuffer(base64.b64decode(kept), dtype=np.int8).astype(np.float32))
