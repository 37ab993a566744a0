"""Both projects embed a text in the same way."""

import json
from typing import Any

import numpy as np
import pytest

from engine.embedding import DIMENSIONS, LONGEST, embed, embed_many, normalise
from tests.conftest import CONTRACT

EXAMPLES: list[dict[str, Any]] = json.loads((CONTRACT / "embedding_examples.json").read_text())["examples"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["normalised"][:20] or "empty")
def test_an_example_has_the_agreed_form_and_vector(example: dict[str, Any]) -> None:
    assert normalise(example["text"]) == example["normalised"]
    vector = embed(example["normalised"])
    assert vector.shape == (DIMENSIONS,)
    assert np.allclose(vector[:8], example["vector_start"], atol=2e-3)
    assert np.isclose(np.linalg.norm(vector), 1, atol=1e-3)


def test_the_examples_cover_what_is_odd() -> None:
    assert len(EXAMPLES) == 30
    assert any(example["text"] == "" for example in EXAMPLES)
    assert any(len(example["text"]) > LONGEST for example in EXAMPLES)


def test_normalising_twice_changes_nothing() -> None:
    for example in EXAMPLES:
        if len(example["text"]) > LONGEST:
            continue  # the cut may leave a space at the end
        assert normalise(normalise(example["text"])) == example["normalised"]


def test_many_texts_have_the_vectors_of_each() -> None:
    texts = ["one text", "and another"]
    assert np.array_equal(embed_many(texts), np.stack([embed(text) for text in texts]))
