"""Copies: where the store has replicas, some steps count only once one of them has the step, too.

A primary answers before its replicas have what it answered. If it dies in that moment, what it acknowledged
is gone: a text the provider believes to be with us; a turn whose answer is out, and which is taken again; a
case whose person was told that a human comes. So these steps wait for the replicas: what is taken in
(before the provider's 200), that sending begins (before it is sent), that a case is open (before the turn
goes on), a counsellor's words, and an end that was ordered. Replication keeps the order: all that one node
did before is copied with them.

All of them, since Sentinels may promote any; one that does not keep up is not waited for, but one has to. If
none has it in time: StoreDown, and whoever asked asks again; all of these are safe to repeat. Where the
primary has no replica at all (one server, or its last replica is gone) nothing is waited for: there is nobody
to fail over to, and a hotline on one leg answers.
"""

import time
from typing import Any

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisClusterException

from bot import keys
from bot.errors import StoreDown

WAIT_MS = 1_000
LOOK_S, LOOK_ALONE_S = 2.0, 0.25
"""So long it is believed how many replicas keep up, and that there is none."""
LAGS_S = 10.0
"""A replica that did not keep up is not waited for again for so long."""


class Copies:
    def __init__(self, store: Any) -> None:
        self._store = store
        self._known: dict[str, tuple[float, int]] = {}
        """By node: how many replicas keep up, and until when that is believed."""

    async def made(self, key: str) -> None:
        """All that the node of this key did so far is on its replicas; raises StoreDown if on none."""
        node, at = await self._node(key)
        wanted = await self._replicas(node, at)
        if not wanted:
            return
        # WAIT is about the connection's own last write: so there has to be one.
        pipe = self._store.pipeline(transaction=False)
        pipe.set(keys.copied(key), 1, ex=keys.MINUTE)
        pipe.execute_command("WAIT", wanted, WAIT_MS, **node)
        _, copies = await pipe.execute()
        if copies >= wanted:
            return
        self._known.pop(at, None)
        if copies:
            self._known[at] = time.monotonic() + LAGS_S, int(copies)
        elif await self._replicas(node, at):
            raise StoreDown("no replica has it")

    async def _node(self, key: str) -> tuple[dict[str, Any], str]:
        """Which node is asked, as redis-py's cluster client wants it said; a single store is its own."""
        if not isinstance(self._store, RedisCluster):
            return {}, ""
        slot = self._store.keyslot(key)
        if slot not in self._store.nodes_manager.slots_cache:
            await self._store.time()  # any command reads anew who has which slots
        try:
            node = self._store.nodes_manager.get_node_from_slot(slot)
        except RedisClusterException:
            raise StoreDown("nobody has its slot") from None
        return {"target_nodes": node}, node.name

    async def _replicas(self, node: dict[str, Any], at: str) -> int:
        """How many replicas keep up: those that are still being filled do not."""
        now = time.monotonic()
        until, found = self._known.get(at, (0.0, 0))
        if now >= until:
            info = await self._store.info("replication", **node)
            listed = [one for name, one in info.items() if name.startswith("slave") and isinstance(one, dict)]
            found = sum(one.get("state") == "online" for one in listed)
            self._known[at] = now + (LOOK_S if found else LOOK_ALONE_S), found
        return found
