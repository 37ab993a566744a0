"""Training of the blend (`blend.py`): a few messages in a row, read as one text and guessed from each.

The rows are the labelled talks, message by message, and such as may come: harmless messages after each other,
one that is dangerous among them, long messages cut into pieces. Which are made depends on checksums of the
messages: an edit of one changes the few it is in. Three fifths teach, the others are what is counted on.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.embedding import normalise
from escalation.danger import data
from escalation.danger.blend import blended, features, log_odds, suspicion
from escalation.danger.context import TOGETHER, together
from escalation.danger.features import Vector
from escalation.danger.vectors import vectors_of

LogisticRegression: Any = import_module("sklearn.linear_model").LogisticRegression

HARMFUL = ("danger", "emergency")
SHORT, LONG = 140, (60, 300)
"""Letters: of a message among others, and of one that is cut into pieces."""
PIECES = re.compile(r"[.,;!?]\s+|\b(?:and|dhe|i|si)\b")
EVERY = {"harmless": 9, "worried": 16, "one bad": 13, "cut": 7}
"""One message in so many begins a row of that kind."""
RIDGE = 1.0
MISSED = 0.011
"""Of the rows that make danger only as one text, at most so many may go unread."""

type Few = tuple[str, ...]
type Chances = Callable[[Sequence[str], NDArray[np.float32]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Row:
    """A few messages one person wrote, the newest last."""

    messages: Few
    kind: str
    learned: bool
    harmful: bool | None
    """Whether they are danger together; None: it is not known."""


@dataclass(frozen=True, slots=True)
class Blend:
    """What was learned, and for the card what it does to rows it did not learn from."""

    table: NDArray[np.float16]
    line: NDArray[np.float64]
    bar: float
    counted: dict[str, float]


def rows(examples: Sequence[data.Example], talks: Sequence[data.Talk]) -> list[Row]:
    """All rows, always the same."""
    found: list[Row] = []
    for talk in talks:
        for end in range(2, len(talk.messages) + 1):
            until = talk.escalate_at
            kind = "harmless talk" if until is None else "danger" if end >= until else "before danger"
            harmful = None if kind == "before danger" else kind == "danger"
            few = talk.messages[:end][-TOGETHER:]
            found.append(Row(few, kind, _learned(talk.name + talk.language), harmful))
    for language in sorted({example.language for example in examples}):
        found += _made([example for example in examples if example.language == language])
    return found


def learn(
    examples: Sequence[data.Example], mean: Vector, chances: Chances, bars: tuple[float, float]
) -> Blend:
    """The blend of these examples and of our talks.

    `chances` gives of normalised texts and their vectors the first head's probability; `bars` are the
    verdict's thresholds, of a message and of a talk.
    """
    made = rows(examples, data.talks())
    alone = sorted({normalise(text) for row in made for text in row.messages})
    vectors = dict(zip(alone, vectors_of(alone), strict=True))
    worst_of = dict(zip(alone, chances(alone, np.stack([vectors[text] for text in alone])), strict=True))
    texts = [[normalise(text) for text in row.messages] for row in made]
    inside = np.stack([features([vectors[text] for text in few], few, mean) for few in texts])
    joined = [normalise(together(row.messages)) for row in made]
    whole = vectors_of(joined)
    learned = np.array([row.learned for row in made])
    table = _ridge(inside[learned], whole[learned]).astype(np.float16)
    near = chances(joined, blended(inside, table.astype(np.float32)))
    worst = np.array([max(worst_of[text] for text in few) for few in texts])
    newest = np.array([worst_of[few[-1]] for few in texts])
    line = _line(made, near, worst)
    suspected = np.array([suspicion(one, other, line) for one, other in zip(near, worst, strict=True)])
    only_together = (chances(joined, whole) >= bars[1]) & (newest < bars[0])
    bar = round(float(np.quantile(suspected[only_together & ~learned], MISSED)), 4)
    unread = (suspected < bar) & (newest < bars[0])
    return Blend(table, line, bar, _counted(made, unread, only_together))


def _made(examples: Sequence[data.Example]) -> Iterator[Row]:
    """Rows made of one language's messages."""
    ordered = sorted(examples, key=lambda example: (_sum(example.text), example.text))
    quiet = [one for one in ordered if one.risk == "none" and len(one.text) < SHORT]
    loose = [one for one in ordered if one.risk in ("none", "concern") and len(one.text) < SHORT]
    bad = [one for one in ordered if one.risk in HARMFUL and len(one.text) < SHORT]
    for kind, pool in (("harmless", quiet), ("worried", loose)):
        harmful = False if kind == "harmless" else None
        for start in range(len(pool) - TOGETHER):
            seed = _sum(pool[start].text)
            if seed % EVERY[kind] == 0:
                few = tuple(one.text for one in pool[start : start + 2 + seed // 100 % (TOGETHER - 1)])
                yield Row(few, kind, _learned(few[0]), harmful)
    for one in bad:
        seed = _sum(one.text)
        if seed % EVERY["one bad"] == 0 and len(quiet) > 2 * TOGETHER:
            place = seed // 100 % (len(quiet) - TOGETHER)
            among = [other.text for other in quiet[place : place + 1 + seed // 7 % (TOGETHER - 1)]]
            among.insert(seed // 1000 % (len(among) + 1), one.text)
            yield Row(tuple(among), "one bad", _learned(one.text), True)
    for one in ordered:
        if one.risk and LONG[0] < len(one.text) < LONG[1] and _sum(one.text) % EVERY["cut"] == 0:
            pieces = _cut(one.text)
            if len(pieces) > 1:
                harmful = None if one.risk == "concern" else one.risk in HARMFUL
                yield Row(pieces, f"cut {one.risk}", _learned(one.text), harmful)


def _cut(text: str) -> Few:
    """A message in two to four pieces."""
    pieces = [piece.strip() for piece in PIECES.split(text) if piece.strip()]
    while len(pieces) > TOGETHER:
        place = _sum(" ".join(pieces)) % (len(pieces) - 1)
        pieces[place : place + 2] = [f"{pieces[place]} {pieces[place + 1]}"]
    return tuple(pieces)


def _ridge(inside: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = np.hstack([inside, np.ones((len(inside), 1))]).astype(np.float64)
    return np.asarray(np.linalg.solve(wide.T @ wide + RIDGE * np.eye(wide.shape[1]), wide.T @ wanted))


def _line(made: Sequence[Row], near: NDArray[np.float64], worst: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of blend and worst message, and the shift, by which danger is told from none."""
    known = np.array([row.learned and row.harmful is not None for row in made])
    yes = np.array([bool(row.harmful) for row in made])
    sides = np.column_stack([log_odds(near), log_odds(worst)])
    fitted = LogisticRegression(C=1.0, solver="liblinear", random_state=0).fit(sides[known], yes[known])
    return np.round(np.array([*fitted.coef_[0], fitted.intercept_[0]]), 5)


def _counted(
    made: Sequence[Row], unread: NDArray[np.bool_], only_together: NDArray[np.bool_]
) -> dict[str, float]:
    """Of the rows that taught nothing: how many make danger only as one text and how many of these would go
    unread; of each kind, the share that is read as one text.
    """
    counts = np.array([not row.learned for row in made])
    kinds = np.array([row.kind for row in made])
    out: dict[str, float] = {
        "rows": int(counts.sum()),
        "danger only as one text": int((counts & only_together).sum()),
        "of these unread": int((counts & only_together & unread).sum()),
    }
    for kind in sorted(set(kinds)):
        out[f"read, {kind}"] = round(float(1 - unread[counts & (kinds == kind)].mean()), 3)
    return out


def _sum(text: str) -> int:
    return zlib.crc32(text.encode())


def _learned(name: str) -> bool:
    return _sum(name) % 5 > 1
