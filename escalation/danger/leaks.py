"""Whether the exam is known beforehand: held-out messages that stand, nearly, in what training reads.

`python -m escalation.danger.leaks` prints them; a test holds that there are none. Very short messages
("help me") are everybody's and no leak.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from bot.embedding import normalise
from escalation.danger import data, rules
from escalation.danger.evaluate import HELD_OUT

HashingVectorizer: Any = import_module("sklearn.feature_extraction.text").HashingVectorizer

FEWEST_WORDS = 6  # a message with fewer is no leak
SHARED = 0.75  # of the letter groups of two texts, from which they are nearly the same
GROUP = 5  # letters


def leaks(held_out: Sequence[str], trained: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs (held out, trained on) that are nearly the same."""
    mine = [text for text in held_out if len(normalise(text).split()) >= FEWEST_WORDS]
    if not mine or not trained:
        return []
    reader = HashingVectorizer(
        preprocessor=normalise,
        analyzer="char_wb",
        ngram_range=(GROUP, GROUP),
        binary=True,
        norm=None,
        n_features=1 << 20,
        alternate_sign=False,
    )
    left, right = reader.transform(mine), reader.transform(trained)
    sizes, others = np.asarray(left.sum(axis=1)).ravel(), np.asarray(right.sum(axis=1)).ravel()
    shared = (left @ right.T).tocoo()
    near = shared.data >= SHARED * (sizes[shared.row] + others[shared.col] - shared.data)
    return [
        (mine[row], trained[column]) for row, column in zip(shared.row[near], shared.col[near], strict=True)
    ]


def held_out_texts() -> list[str]:
    """Every message of the held-out part; a talk is one as a whole, no single line of it is a leak."""
    paths = [path for path in sorted(HELD_OUT.rglob("*.yml")) if path.parent.name != "talks"]
    return [example.text for path in paths for example in data.read_file(path)]


def trained_texts() -> list[str]:
    """Every message that training reads, and the examples that rules were written with."""
    texts = [example.text for example in [*data.danger_examples(), *data.topic_examples()]]
    texts += [message for talk in data.talks() for message in talk.messages]
    for book in rules.read_books()[0]:
        texts += [text for rule in book.rules for text in (*rule.examples, *rule.counter_examples)]
    return texts


def main() -> int:
    """Print the leaks; exit code 1 where there are any."""
    found = leaks(held_out_texts(), trained_texts())
    for mine, theirs in found:
        print(f"held out: {mine}\n trained: {theirs}")
    print(f"{len(found)} held-out messages are nearly known to training.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
