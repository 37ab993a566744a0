"""Both projects turn a text into the same vector: this side against the examples both read."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.embedding import DIMENSIONS, LONGEST, embed, embed_many, normalise

FILE = Path(__file__).with_name("embedding_examples.json")
EXAMPLES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["examples"]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_a_text_is_normalised_and_embedded_as_agreed(example: dict[str, Any]) -> None:
    normalised = normalise(example["text"])
    assert normalised == example["normalised"]
    start = np.asarray(example["vector_start"])
    np.testing.assert_allclose(embed(normalised)[: len(start)], start, atol=2e-4)


def test_vectors_have_length_one_and_the_agreed_size() -> None:
    vectors = embed_many([normalise("pomoc"), normalise("ndihmë")])
    assert vectors.shape == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_many_texts_give_the_vectors_of_each_alone() -> None:
    texts = ["da", "sunt inchisa intr-o camera"]
    np.testing.assert_array_equal(embed_many(texts), np.stack([embed(text) for text in texts]))


def test_no_texts_give_no_vectors() -> None:
    assert embed_many([]).shape == (0, DIMENSIONS)


def test_a_long_text_is_cut() -> None:
    assert len(normalise("a b " * 1000)) == LONGEST
