"""How often open pages are told of the queue: of somebody new at once, of all else in one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from escalation.console import live
from escalation.console.live import Hub
from tests.unit.console.fake_desk import FakeDesk

PATIENCE = 5.0
AGES = 3600.0


class Saying(FakeDesk):
    """Changes as they are put in."""

    def __init__(self) -> None:
        super().__init__()
        self.said: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def changes(self) -> AsyncIterator[tuple[str, str]]:
        while True:
            yield await self.said.get()

    def say(self, *kinds: str) -> None:  # type: ignore[override]
        for kind in kinds:
            self.said.put_nowait((kind, "3-a" if kind == "case" else ""))


@pytest.fixture(autouse=True)
def _no_looking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_AGAIN_SECONDS", AGES)


async def test_after_a_pause_every_change_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SOON_SECONDS", AGES)
    desk = Saying()
    hub = Hub(desk)
    async with hub.listen() as listener, asyncio.timeout(PATIENCE):
        desk.say("soon")
        assert await listener.next(PATIENCE) == ["queue"]
    await hub.stop()


async def test_small_changes_wait_and_are_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SOON_SECONDS", 0.2)
    desk = Saying()
    hub = Hub(desk)
    async with hub.listen() as listener, asyncio.timeout(PATIENCE):
        desk.say("soon", "case")
        assert sorted(await listener.next(PATIENCE)) == ["case 3-a", "queue"]
        desk.say("soon", "soon", "case", "soon")
        assert await listener.next(PATIENCE) == ["case 3-a"]
        assert await listener.next(PATIENCE) == ["queue"]
        assert await listener.next(0.3) == []
    await hub.stop()


async def test_somebody_new_does_not_wait_for_small_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SOON_SECONDS", AGES)
    monkeypatch.setattr(live, "QUEUE_SECONDS", 0.05)
    desk = Saying()
    hub = Hub(desk)
    async with hub.listen() as listener, asyncio.timeout(PATIENCE):
        desk.say("soon")
        assert await listener.next(PATIENCE) == ["queue"]
        desk.say("soon", "soon", "queue", "queue")
        assert await listener.next(PATIENCE) == ["queue"]
        # What was told told it all: no small change is left to be told.
        assert await listener.next(0.2) == []
    await hub.stop()
