"""The store: forgets, refuses rather than forgets too much, takes writes; and what is waiting in it."""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from bot import keys
from bot.bootstrap import Hotline
from bot.operating.checks import Wrong
from bot.operating.health import look, takes_messages
from bot.settings import name_of
from bot.store import every_node, refuse_if_persistent
from bot.store_address import hosts_of

NOWHERE = "redis://127.0.0.1:1"
"""Stands for no store: the embedded one lives inside `hotline run`."""
OLDEST = (7, 2)
FULL = 0.8
THROUGH_NO_FILE = ("swapdb", "flush-before-load")
"""With `on-empty-db` a replica that holds something already is filled through a file."""


async def forgets(whole: Hotline) -> str:
    """Raises StoreDown, StoreRefused or SettingsError beside Wrong."""
    if whole.settings.store_url == NOWHERE:
        return "embedded (with hotline run)"
    await refuse_if_persistent(whole.store)
    nodes = await every_node(whole.store)
    try:
        for node in nodes:
            info: dict[str, Any] = await node.info()
            config = await node.config_get("*")
            _judge(info, {_text(name): _text(value) for name, value in config.items()})
    except (RedisError, OSError) as error:
        raise Wrong(
            f"does not tell its settings ({type(error).__name__})", "allow INFO and CONFIG GET"
        ) from None
    finally:
        for node in nodes:
            await node.aclose()
    if not await takes_messages(whole.store):
        raise Wrong("takes no writes", "see that the address is the primary's and that memory is not full")
    _judge_line(whole.settings.store_url)
    return "answers, takes writes, keeps nothing on disk"


def _judge(info: dict[str, Any], said: dict[str, str]) -> None:
    version = str(info.get("valkey_version") or info.get("redis_version") or "0")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise Wrong(f"version {version} is too old", "use Valkey or Redis 7.2 or newer")
    if said.get("maxmemory-policy", "noeviction") != "noeviction":
        raise Wrong(
            "throws messages away when its memory is full",
            "set maxmemory-policy noeviction: refused comes again",
        )
    replicas = int(info.get("connected_slaves", 0))
    if replicas and said.get("repl-diskless-sync", "yes") != "yes":
        raise Wrong("copies itself to replicas through a file", "set repl-diskless-sync yes")
    if (replicas or info.get("role") == "slave") and said.get(
        "repl-diskless-load", "swapdb"
    ) not in THROUGH_NO_FILE:
        raise Wrong("a replica is filled through a file", "set repl-diskless-load swapdb on every node")
    if replicas > 1 and said.get("min-replicas-to-write", said.get("min-slaves-to-write", "0")) == "0":
        raise Wrong(
            "a primary that is cut off would go on taking messages, and lose them",
            "set min-replicas-to-write 1 on every node",
        )
    most = int(said.get("maxmemory", "0"))
    if most and int(info.get("used_memory", 0)) > FULL * most:
        raise Wrong("its memory is nearly full", "raise maxmemory", soon=True)


def _judge_line(url: str) -> None:
    """Over a network that is not private, the line has to be encrypted."""
    if urlsplit(url).scheme.partition("+")[0] != "redis":
        return
    try:
        found = [
            one
            for host, port in hosts_of(url)
            for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
    except OSError:
        return
    if not all(ipaddress.ip_address(str(address[4][0])).is_private for address in found):
        raise Wrong(
            "is reached over a public network in plain text", f"use rediss:// in {name_of('store_url')}"
        )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def the_whole(whole: Hotline) -> str:
    """What the running hotline itself reports: as `/health/ready`, in a sentence."""
    if whole.settings.store_url == NOWHERE:
        return "not running"
    try:
        health = await look(whole.store, whole.clock, whole.watched_parts, whole.hours)
    except (RedisError, OSError) as error:
        raise Wrong(f"cannot be seen ({type(error).__name__})", "mend the store first") from None
    troubled = [name for name, part in health.parts().items() if not part["ok"]]
    if troubled:
        raise Wrong(f"in trouble: {', '.join(troubled)}", "see its alert in bot/operating/RUNBOOK.md")
    return f"{health.workers} workers, {health.on_duty} counsellors on, nobody waits too long"


async def deleted(whole: Hotline) -> str:
    """Twilio may refuse for minutes, seldom for days; an outage of ours or theirs lasts hours."""
    if whole.settings.store_url == NOWHERE:
        return "embedded (with hotline run)"
    owing = await whole.deletions.owing()
    if not owing.waiting:
        return "nothing is still to be deleted at a provider"
    said = f"{owing.waiting} still to be deleted at a provider, the oldest for {span(owing.oldest)}"
    if owing.oldest > keys.DAY:
        raise Wrong(said, "see that a worker runs and that the provider accepts our credentials")
    return said


def span(seconds: float) -> str:
    """A time as an operator says it."""
    for unit, name in ((keys.DAY, "d"), (keys.HOUR, "h"), (keys.MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"
