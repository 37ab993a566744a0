"""A store whose primary is told by Sentinels: every new connection asks them who it is just now.

After a fail-over a broken connection comes back to the new primary, and what was asked on it is asked again:
each script is safe to repeat. What may have been lost with the old primary is bot/copies.py's.
"""

from typing import Any, Self

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool

from bot.store_address import StoreAddress

ASKING_S = 1.0
"""A Sentinel that is silent this long is passed over for the next."""


class _Pool(SentinelConnectionPool, BlockingConnectionPool):
    """In a burst, a request waits for a connection instead of being refused."""


class Following(Redis):
    """A client of whichever node is the primary."""

    sentinels: Sentinel
    service: str
    connecting: dict[str, Any]

    @classmethod
    def at(cls, address: StoreAddress, **connecting: Any) -> Self:
        """`connecting` is what redis-py's connections and its blocking pool take."""
        options = dict(address.options)
        asking = {"username": options.pop("sentinel_username", None)}
        asking["password"] = options.pop("sentinel_password", None)
        asking |= {name: value for name, value in options.items() if name.startswith("ssl")}
        made: Any = Sentinel  # its stubs are half done
        sentinels = made(
            address.hosts,
            sentinel_kwargs={**asking, "socket_timeout": ASKING_S, "socket_connect_timeout": ASKING_S},
        )
        client = sentinels.master_for(
            address.service, redis_class=cls, connection_pool_class=_Pool, **options, **connecting
        )
        assert isinstance(client, cls)
        client.sentinels, client.service = sentinels, address.service
        client.connecting = options | {
            name: connecting[name] for name in ("socket_timeout", "socket_connect_timeout")
        }
        return client

    async def nodes(self) -> list[Redis]:
        """A client for every node that is up, primary and replicas; to be closed by the caller."""
        found = [await self.sentinels.discover_master(self.service)]
        found += [(str(host), int(port)) for host, port in await self.sentinels.discover_slaves(self.service)]
        return [Redis(host=host, port=port, **self.connecting) for host, port in dict.fromkeys(found)]

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        await self.sentinels.aclose()
