"""Training gives the same model from the same examples, and keeps no text of them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import vectors
from engine.known import SURE, Known
from engine.linear import Linear, fit


def examples() -> tuple[NDArray[np.float32], list[str]]:
    random = np.random.default_rng(7)
    middles = random.normal(size=(4, 16))
    labels = [f"intent_{number % 4}" for number in range(80)]
    features = np.stack([middles[n % 4] + random.normal(scale=0.3, size=16) for n in range(80)])
    return features.astype(np.float32), labels


def test_the_same_examples_give_the_same_model_in_any_order(tmp_path: Path) -> None:
    features, labels = examples()
    order = np.random.default_rng(1).permutation(len(labels))
    first = fit(features, labels, 0.1)
    second = fit(features[order], [labels[i] for i in order], 0.1)
    assert np.array_equal(first.weights, second.weights)
    first.write(tmp_path / "model.npz")
    read = Linear.read(tmp_path / "model.npz")
    assert read.labels == first.labels
    assert np.array_equal(read.probabilities(features), first.probabilities(features))


def test_it_learns_what_can_be_learnt() -> None:
    features, labels = examples()
    model = fit(features, labels, 0.1)
    right = sum(model.rank(row, 1)[0][0] == label for row, label in zip(features, labels, strict=True))
    assert right >= 76
    assert np.allclose(model.probabilities(features).sum(axis=1), 1)


def test_an_example_is_understood_as_itself_whatever_the_line_says(tmp_path: Path) -> None:
    features, labels = examples()
    Known.of(features, labels).write(tmp_path / "known.npz")
    known = Known.read(tmp_path / "known.npz")
    wrong = [("intent_9", 0.7), (labels[5], 0.2)]
    ranked = known.ranked(features[5], wrong)
    assert ranked[0] == (labels[5], SURE)
    assert sum(share for _, share in ranked) <= 1
    assert known.ranked(features[5] + np.float32(0.2) * features[6], wrong) == wrong


def test_only_new_texts_are_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def embed(texts: list[str]) -> NDArray[np.float32]:
        asked.append(list(texts))
        return np.stack([np.full(384, len(text), dtype=np.float32) for text in texts])

    monkeypatch.setattr(vectors, "embed_many", embed)
    store = tmp_path / "vectors.npz"
    vectors.vectors_of(["Një", "dy"], store)
    found = vectors.vectors_of(["dy", "tre", "NJE"], store)
    assert asked == [["nje", "dy"], ["tre"]]
    assert found[:, 0].tolist() == [2, 3, 3]


def test_the_model_holds_no_example(model: Path) -> None:
    """What a young person wrote to help us train must not be readable from the model."""
    with tarfile.open(model) as archive:
        content = b"".join(
            archive.extractfile(member).read()  # type: ignore[union-attr]
            for member in archive.getmembers()
            if member.isfile()
        )
    for line in (b"kontrollo oferten time", b"i want to do the offer check", b"las-o balt"):
        assert line not in content.lower()
