"""What all tests share: a real store, a clock that stands still, and no network beyond loopback."""

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.loopback import Loopback
from bot.scripts import Store
from bot.settings import Settings
from bot.store import Embedded, connect
from tests.stand_ins.slots import OneSlot

SECRET = "a deployment secret for tests, long enough"


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the network fails."""
    real = socket.socket.connect

    def connect_checked(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError("a test reached for the network")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_checked)


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """An embedded store for the whole run."""
    with Embedded() as store:
        yield store.url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A client on an empty store; it refuses what a cluster would."""
    client = OneSlot.from_pool(connect(store_url).connection_pool)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def whole(store: Store, clock: SetClock) -> AsyncIterator[Hotline]:
    """All parts on the store, with channels that deliver nowhere."""
    channels = {name: Loopback(name) for name in ("sms", "telegram")}
    made = Hotline(Settings(secret=SECRET), store, clock, channels)
    yield made
    if "engine" in made.__dict__:
        await made.engine.aclose()
