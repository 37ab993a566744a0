"""A store spread over the nodes of a cluster, each with the slots of some partitions.

Every script's and transaction's keys share a hash tag and so a slot (bot/keys.py): they are one step on one
node. Pipelines without a transaction are split among the nodes by redis-py.
"""

import asyncio
from contextlib import suppress
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.cluster import (
    ClusterNode,
    ClusterPipeline,
    RedisCluster,
    TransactionStrategy,
)
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, RedisClusterException, RedisError

from bot import keys
from bot.store_address import StoreAddress

AT_ONCE = 64
"""Commands under way at once; more wait. redis-py would refuse them."""
CONNECTIONS = 512
"""To one node, at most: pipelines and subscriptions come on top of the commands."""
TRIES = 5
TIME = "return redis.call('TIME')"


class Cluster(RedisCluster):
    """What the rest asks of a single store's client, answered by a cluster.

    redis-py's own errors about the cluster are no RedisError: here they are, so that whoever waits for a
    store that is down waits for this one, too.
    """

    @classmethod
    def at(cls, address: StoreAddress, **connecting: Any) -> Self:
        made = cls(
            startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
            # While a node fails over its slots are nobody's; those of the others are served.
            require_full_coverage=False,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), TRIES),
            max_connections=CONNECTIONS,
            **address.options,
            **connecting,
        )
        made.connecting = address.options | connecting
        made.room = asyncio.Semaphore(AT_ONCE)
        return made

    connecting: dict[str, Any]
    room: asyncio.Semaphore

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        async with self.room:
            try:
                return await super().execute_command(*args, **kwargs)
            except RedisClusterException as error:
                raise ConnectionError(type(error).__name__) from None

    async def aclose(self) -> None:
        """Also the lines to nodes that are the cluster's no more: redis-py closes them on the side."""
        closing = list(self.nodes_manager._background_tasks)
        await super().aclose()
        await asyncio.gather(*closing, return_exceptions=True)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> "Pipeline":
        return Pipeline(self, transaction)  # type: ignore[abstract]

    async def time(self, **_: Any) -> tuple[int, int]:
        """Of the same node for everybody: nodes' clocks differ, and all of ours go by one."""
        seconds, micros = await self.eval(TIME, 1, keys.LOOKUP)
        return int(seconds), int(micros)

    async def nodes(self) -> list[Redis]:
        """A client for every node, primaries and replicas; to be closed by the caller."""
        try:
            await self.initialize()
        except RedisClusterException as error:
            raise ConnectionError(type(error).__name__) from None
        return [Redis(host=node.host, port=int(node.port), **self.connecting) for node in self.get_nodes()]


class Pipeline(ClusterPipeline):
    """Several commands in one trip to each node, or one transaction on one node."""

    def __init__(self, client: Cluster, transaction: bool | None = None) -> None:
        super().__init__(client, transaction)
        if transaction:
            self._execution_strategy = _Transaction(self)

    def time(self, **_: Any) -> Any:
        return self.execute_command("TIME")

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        try:
            await self.cluster_client.initialize()
            return await super().execute(raise_on_error, allow_redirections)
        except RedisClusterException as error:
            raise ConnectionError(type(error).__name__) from None


class _Transaction(TransactionStrategy):
    """redis-py starts a thread with an event loop of its own for every queued command, to learn its slot.

    All of ours name their key first: the slot is reckoned from it. And after a broken connection it looks who
    has the slots only at every fifth: here at each, since the node is likely gone.
    """

    def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        self._pipeline_slots.add(self._pipe.cluster_client.keyslot(args[1]))
        return super(TransactionStrategy, self).execute_command(*args, **kwargs)

    async def _reinitialize_on_error(self, error: Exception, failure_count: int) -> None:
        await super()._reinitialize_on_error(error, failure_count)  # type: ignore[no-untyped-call]
        self._pipe.cluster_client._initialize = True
        with suppress(RedisError, RedisClusterException, OSError):
            await self._pipe.cluster_client.initialize()
