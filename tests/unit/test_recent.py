"""The vectors of the last few texts, as they rest with a talk."""

import numpy as np
import pytest

from bot import recent
from bot.sessions import Card
from escalation.danger.features import Vector, directions


@pytest.fixture
def card() -> Card:
    return Card("sms", "+355691234567", "hashed", 1.0)


def vector(seed: int) -> Vector:
    found = np.random.default_rng(seed).normal(size=384).astype(np.float32)
    return directions(found)


def test_what_was_kept_is_the_same_direction_again_also_after_it_rested(card: Card) -> None:
    recent.keep(card, ["hello"], vector(1))
    again = Card.from_json(card.to_json())
    found = recent.known(again, ["hello"])["hello"]
    assert found @ vector(1) > 0.9999
    assert abs(np.linalg.norm(found) - 1) < 1e-6


def test_no_more_is_kept_than_the_next_text_needs(card: Card) -> None:
    said = [f"text {number}" for number in range(9)]
    for number in range(len(said)):
        recent.keep(card, said[: number + 1], vector(number))
    assert list(recent.known(card, said)) == said[-3:]
    assert len(card.vectors) == 3
    assert len(card.to_json()) < 2_000


def test_of_a_text_without_a_vector_nothing_is_known(card: Card) -> None:
    recent.keep(card, ["one"], vector(1))
    recent.keep(card, ["one", "two"], None)
    assert list(recent.known(card, ["one", "two"])) == ["one"]
    assert recent.known(card, ["others"]) == {}


def test_the_card_shows_no_text(card: Card) -> None:
    recent.keep(card, ["i am locked in"], vector(1))
    assert b"locked" not in card.to_json()
    assert "vectors" not in repr(card)
