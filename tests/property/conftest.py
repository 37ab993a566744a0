"""A client in a process that can die, and no encoder: what is promised here holds whatever a text says."""

from collections.abc import AsyncIterator
from typing import cast

import numpy as np
import pytest

from tests.stand_ins.mortal import Fate, Mortal


@pytest.fixture
async def mortal(store_url: str) -> AsyncIterator[Mortal]:
    client = cast(Mortal, Mortal.from_url(store_url))
    client.connection_pool.fate = Fate()  # type: ignore[attr-defined]
    yield client
    await client.aclose()


@pytest.fixture(autouse=True)
def _no_embedding(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = np.zeros(384, dtype=np.float32)
    monkeypatch.setattr("bot.judging.embed", lambda text: vector)
    monkeypatch.setattr("bot.dialogue.embed", lambda text: vector)
