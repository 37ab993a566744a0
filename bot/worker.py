"""The worker: holds partitions, takes turns, sends answers, ends and erases what is over."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

from redis.exceptions import RedisError, ResponseError

from bot import keys, logs, metrics
from bot.ahead import Ahead
from bot.catchup import CatchUp
from bot.channels.base import Channel
from bot.clock import Clock
from bot.deletions import Deletions
from bot.errors import KeyGone, StoreDown
from bot.inbox import Entry, Inbox
from bot.judging import Foreseen
from bot.outbox import Outbox
from bot.scripts import Scripts, Store
from bot.sender import Sender
from bot.turn import Taken, Turns
from bot.vault import Key

LEASE_MS = 10_000
RENEW_S = 2.0
BLOCK_MS = 2_000
AGAIN_COUNT = 500
PAUSE_S = 0.05
TRIES = 3
"""A message whose turn fails this often goes to a human as it is."""
LAST_TRY = 6
"""If that fails as well, this often, it is set aside: others are behind it."""


class Worker:
    """Takes turns and sends for the partitions it has leased; any number of workers share them."""

    def __init__(
        self,
        store: Store,
        scripts: Scripts,
        inbox: Inbox,
        outbox: Outbox,
        turns: Turns,
        sender: Sender,
        deletions: Deletions,
        channels: dict[str, Channel],
        clock: Clock,
        catch_up: CatchUp,
        ahead: Ahead,
    ) -> None:
        self._store = store
        self._scripts = scripts
        self._inbox = inbox
        self._outbox = outbox
        self._turns = turns
        self._sender = sender
        self._deletions = deletions
        self._channels = channels
        self._clock = clock
        self._catch_up = catch_up
        self._ahead = ahead
        self._token = secrets.token_hex(8)
        self._held: dict[int, list[asyncio.Task[None]]] = {}

    async def run(self, sweep: Callable[[], Awaitable[None]]) -> None:
        """Run until cancelled; `sweep` is what is done every few seconds beside the turns."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_leases())
                group.create_task(self._every(2.0, sweep))
                group.create_task(self._every(1.0, self._delete))
                group.create_task(self._every(1.0, self._catch_up.run))
        finally:
            for partition in list(self._held):
                await self._let_go(partition, gone=False)
            with suppress(RedisError, OSError):
                await self._store.zrem(keys.WORKERS, self._token)

    async def _keep_leases(self) -> None:
        while True:
            try:
                await self._share()
            except (RedisError, OSError) as error:
                logs.event("store_down", error=type(error).__name__, role="worker")
            await asyncio.sleep(RENEW_S)

    async def _share(self) -> None:
        """Renew what we hold, take what is free, up to our share of all partitions."""
        now = self._clock.now()
        await self._store.zadd(keys.WORKERS, {self._token: now})
        await self._store.expire(keys.WORKERS, keys.MINUTE)
        await self._store.zremrangebyscore(keys.WORKERS, "-inf", now - LEASE_MS / 1000)
        workers = max(1, int(await self._store.zcard(keys.WORKERS)))
        share = -(-keys.PARTITIONS // workers)
        for partition in list(self._held):
            kept = await self._scripts.run("renew", [keys.lease(partition)], [self._token, LEASE_MS])
            ended = any(task.done() for task in self._held[partition])
            if not kept or ended:
                await self._let_go(partition, gone=not kept)
        for partition in list(self._held)[share:]:
            await self._let_go(partition, gone=False)
        for partition in range(keys.PARTITIONS):
            if len(self._held) >= share:
                break
            if partition not in self._held and await self._store.set(
                keys.lease(partition), self._token, nx=True, px=LEASE_MS
            ):
                await self._take_up(partition)

    async def _take_up(self, partition: int) -> None:
        await self._inbox.prepare(partition)
        await self._outbox.prepare(partition)
        self._held[partition] = [
            asyncio.create_task(self._looping(partition, self._turn_loop)),
            asyncio.create_task(self._looping(partition, self._send_loop)),
        ]
        logs.event("lease", partition=partition, state="taken")

    async def _let_go(self, partition: int, *, gone: bool) -> None:
        tasks = self._held.pop(partition, [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._ahead.stop(partition)
        await self._sender.stop(partition)
        if not gone:
            with suppress(RedisError, OSError):
                await self._scripts.run("release", [keys.lease(partition)], [self._token])
        logs.event("lease", partition=partition, state="lost" if gone else "released")

    async def _looping(self, partition: int, loop: Callable[[int], Awaitable[None]]) -> None:
        """Run a partition's loop again after whatever went wrong, first with what was begun."""
        while True:
            try:
                await loop(partition)
            except ResponseError as error:
                if str(error).startswith("NOGROUP"):
                    await self._inbox.prepare(partition)
                    await self._outbox.prepare(partition)
                else:
                    logs.event("store_down", error=type(error).__name__, role="worker")
                    await asyncio.sleep(0.5)
            except (RedisError, OSError, StoreDown) as error:
                logs.event("store_down", error=type(error).__name__, role="worker")
                await asyncio.sleep(0.5)
            except Exception as error:
                logs.event("failed", role="worker", error=type(error).__name__, where=logs.where(error))
                await asyncio.sleep(0.5)

    async def _turn_loop(self, partition: int) -> None:
        while True:
            # What was begun comes first, each time: also what a broken connection made us lose sight of.
            if await self.turn_once(partition, again=True, block_ms=0) is not None:
                continue
            await self._ahead.look(partition, await self._inbox.length(partition))
            if await self.urgent_once(partition) is None:
                await self.turn_once(partition, again=False, block_ms=BLOCK_MS)

    async def look(self, partition: int) -> None:
        """Look at all who stand in line, for a run that takes turns one by one."""
        await self._ahead.all(partition)

    async def urgent_once(self, partition: int) -> Taken | None:
        """Take a turn of somebody in line who is in danger; None where nobody is."""
        while (entry_id := self._ahead.next(partition)) is not None:
            found = await self._inbox.begin(partition, entry_id)
            if found is not None:
                return await self._turn_of(partition, *found)
            self._ahead.gone(partition, entry_id)
        return None

    async def turn_once(self, partition: int, *, again: bool, block_ms: int) -> Taken | None:
        """Take the next turn of a partition; None when there is none."""
        found = await self._inbox.next(partition, again=again, block_ms=block_ms)
        if found is not None and not again and await self._inbox.first_begun(partition) != found[0]:
            # A read whose answer was lost with its connection was made again: what it had read comes first.
            found = await self._inbox.next(partition, again=True, block_ms=0)
        return await self._turn_of(partition, *found) if found is not None else None

    async def _turn_of(
        self, partition: int, entry_id: str, conversation: str, fields: dict[bytes, bytes]
    ) -> Taken:
        foreseen = self._ahead.taken(partition, entry_id, conversation)
        try:
            entry, key = await self._inbox.read(entry_id, conversation, fields)
        except (KeyGone, KeyError, ValueError):
            await self._inbox.drop(entry_id, conversation or f"{partition}-gone")
            logs.event("lost", role="worker")
            return Taken("lost")
        try:
            taken = await self._take(partition, entry, key, foreseen)
        except KeyGone:
            await self._inbox.drop(entry_id, conversation)
            logs.event("lost", role="worker")
            return Taken("lost")
        if taken.escalated:
            self._ahead.opened(partition, conversation)
        return taken

    async def _take(self, partition: int, entry: Entry, key: Key | None, foreseen: Foreseen) -> Taken:
        """One's turn. What fails too often goes to a human as it is; where that fails as well, aside.

        A store that is down, or a process that died, is no failure of the message.
        """
        try:
            return await self._turns.take(self._token, entry, key, foreseen)
        except (RedisError, OSError, StoreDown, KeyGone):
            raise
        except Exception as error:
            tries = await self._failed(partition, entry, error)
        if tries < TRIES:
            return Taken("lost", done=False)
        if entry.message is not None and key is not None:
            try:
                return await self._turns.give_up(self._token, entry, key)
            except (RedisError, OSError, StoreDown, KeyGone):
                raise
            except Exception as error:
                tries = await self._failed(partition, entry, error)
            if tries <= LAST_TRY:
                return Taken("lost", done=False)
        await self._set_aside(entry, key)
        return Taken("lost")

    async def _failed(self, partition: int, entry: Entry, error: Exception) -> int:
        """How often this message has been begun, now that it failed."""
        tries = await self._inbox.tries(partition, entry.id)
        logs.event("turn_failed", error=type(error).__name__, where=logs.where(error), tries=tries)
        return tries

    async def _set_aside(self, entry: Entry, key: Key | None) -> None:
        """Nothing can be done with it; the person is told, if that can be done."""
        if entry.message is not None and key is not None:
            with suppress(Exception):
                await self._turns.apologise(entry, key)
        await self._inbox.drop(entry.id, entry.conversation)
        logs.event("lost", role="worker")

    async def _send_loop(self, partition: int) -> None:
        after = await self._take_up_begun(partition, "0")
        while after != "0":  # a dead worker may have left many
            after = await self._take_up_begun(partition, after)
        while True:
            if self._sender.busy(partition):
                await asyncio.sleep(PAUSE_S)
                continue
            entries = await self._outbox.next(partition, again=False, block_ms=BLOCK_MS)
            missed = (
                await self._outbox.begun_in_all(partition) - len(entries) - self._sender.in_hand(partition)
            )
            if not entries or missed > 0:
                # A quiet moment, or a read whose answer was lost with its connection: what was begun and is
                # in nobody's hands comes before what is new.
                after = await self._take_up_begun(partition, after)
            self._sender.take(partition, entries)

    async def _take_up_begun(self, partition: int, after: str) -> str:
        """Take up a page of what was begun and is in nobody's hands; returns where the next begins."""
        page = await self._outbox.next(partition, again=True, block_ms=0, count=AGAIN_COUNT, after=after)
        self._sender.take(partition, page)
        return page[-1][0] if len(page) == AGAIN_COUNT else "0"

    async def _delete(self) -> None:
        await self._deletions.look_through(self._channels)
        await self._deletions.run(self._channels)
        owing = await self._deletions.owing()
        metrics.deletions(owing.waiting, owing.oldest)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError) as error:
                logs.event("store_down", error=type(error).__name__, role="worker")
            except Exception as error:
                logs.event("failed", role="worker", error=type(error).__name__, where=logs.where(error))
            await asyncio.sleep(seconds)

    @property
    def token(self) -> str:
        """Whose the leases are; a single-handed run takes them all with `hold`."""
        return self._token

    async def hold(self) -> None:
        """Lease every partition without starting loops: for a run that takes turns one by one."""
        for partition in range(keys.PARTITIONS):
            await self._store.set(keys.lease(partition), self._token, px=keys.HOUR * 1000)
            await self._inbox.prepare(partition)
            await self._outbox.prepare(partition)
