"""Looking at a few numbers first finds the same examples as looking at all of them."""

from __future__ import annotations

import numpy as np
import pytest
from engine.known import SAME, SURE, Known

RANKING = [("other", 0.6), ("third", 0.4)]


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.002, 0.0023, 0.0025, 0.004, 0.05])
def test_an_example_is_known_exactly_where_its_direction_is(noise: float) -> None:
    chance = np.random.default_rng(7)
    features = chance.standard_normal((400, 384)).astype(np.float32)
    known = Known.of(features, [f"intent{number}" for number in range(400)])
    rows = known.rows.astype(np.float32)
    for number in range(0, 400, 7):
        length = np.linalg.norm(features[number])
        near = features[number] / length + noise * chance.standard_normal(384)
        direction = near / np.linalg.norm(near)
        alike = rows @ direction.astype(np.float32)
        found = known.ranked((20 * direction).astype(np.float32), RANKING)
        if alike.max() >= SAME:
            assert found[0] == (f"intent{alike.argmax()}", SURE)
        else:
            assert found == RANKING
