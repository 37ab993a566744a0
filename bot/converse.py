"""Playing conversations through the real turn, store and engine, without a provider."""

import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot import bootstrap
from bot.bootstrap import Hotline
from bot.channels.base import Inbound, Kind, Outgoing
from bot.children import Child, page_answers, start_engine, stop, wait_for
from bot.clock import Clock
from bot.judging import Judge
from bot.loopback import Loopback
from bot.private import Address, Text, Unshown
from bot.sender import Sender
from bot.settings import Settings
from bot.store import Embedded, connect
from bot.turn import Taken
from bot.worker import Worker

ENGINE_S = 60.0
MAX_TEXT = 1600


@dataclass(frozen=True, slots=True, repr=False)
class Played(Unshown):
    """One message and what came of it."""

    replies: list[str] = field(repr=False)
    buttons: list[str] = field(repr=False)
    taken: Taken


class Stage:
    """A worker of one hand: each message is taken in, its turn taken and its answers sent before the next."""

    def __init__(self, whole: Hotline, judge: Judge) -> None:
        self.whole = whole
        self._loops = {
            name: channel for name, channel in whole.channels.items() if isinstance(channel, Loopback)
        }
        self._worker: Worker = whole.worker(judge)
        self._sender = Sender(
            whole.outbox, whole.inbox, whole.deletions, whole.channels, whole.clock, whole.deliveries.out
        )
        self._numbers = itertools.count(1)

    async def ready(self) -> None:
        await self._worker.hold()

    def caller(self, channel: str) -> Address:
        """An address nobody has."""
        random = secrets.randbelow(10**8)
        return Address(f"+99900{random:08d}" if channel == "sms" else f"{9_000_000_000 + random}")

    async def say(self, channel: str, address: Address, text: str, hint: str | None = None) -> Played:
        """One message through the whole turn."""
        words = Text(text[:MAX_TEXT])
        kind: Kind = "text" if text.strip() else "unreadable"
        message = Inbound(
            channel, f"{next(self._numbers)}", address, words, self.whole.clock.now(), hint, kind
        )
        await self.whole.inbox.accept(message)
        taken = await self._turns(self.partition(channel, address))
        sent = await self._deliver(channel, self.partition(channel, address))
        return Played([one.text.reveal() for one in sent], [b for one in sent for b in one.buttons], taken)

    async def settle(self, partition: int, channel: str) -> list[str]:
        """Whatever is still to be done in a partition; returns what was sent."""
        await self._turns(partition)
        return [one.text.reveal() for one in await self._deliver(channel, partition)]

    def partition(self, channel: str, address: Address) -> int:
        return self.whole.vault.partition(self.whole.vault.hashed(channel, address))

    async def _turns(self, partition: int) -> Taken:
        last = Taken("lost")
        while True:
            taken = await self._worker.turn_once(partition, again=False, block_ms=0)
            if taken is None:
                taken = await self._worker.turn_once(partition, again=True, block_ms=0)
            if taken is None:
                return last
            last = taken

    async def _deliver(self, channel: str, partition: int) -> list[Outgoing]:
        while entries := await self.whole.outbox.next(partition, again=False, block_ms=0):
            await self._sender.send(partition, entries)
        return self._loops[channel].taken()


@asynccontextmanager
async def stage(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Stage]:
    """An embedded store, the engine and the danger detectors, for as long as this lasts."""
    engine: Child | None = None
    with Embedded() as store:
        try:
            engine, at, _ = start_engine()
            settings = replace(
                settings,
                secret=secrets.token_urlsafe(48),
                store_url=store.url,
                engine_url=at.url,
                engine_token=at.token,
            )
            judge = bootstrap.judge()
            client = connect(store.url)
            loops = {name: Loopback(name) for name in ("sms", "telegram")}
            whole = Hotline(settings, client, clock or Clock(), loops)
            played = Stage(whole, judge)
            await played.ready()
            wait_for(engine, page_answers(f"{at.url}/health"), ENGINE_S)
            yield played
            await whole.engine.aclose()
            await client.aclose()
        finally:
            if engine is not None:
                stop([engine])
