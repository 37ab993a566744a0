"""Where the store is: one server, several Sentinels that know it, or a cluster.

redis://[[user]:password@]host[:port]         one server; unix://… a socket
redis+sentinel://[…@]host[:port],…/service    the Sentinels' hosts, and the primary's name there
redis+cluster://[…@]host[:port],…             some nodes of a cluster, which name the others

With rediss it goes over TLS. Options follow after `?`, as redis-py takes them (`ssl_ca_certs=…`); for
Sentinels that ask for a password of their own, `sentinel_password` and `sentinel_username`. User and password
in front are those of the store's nodes.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio.connection import SSLConnection, parse_url

from bot.private import Unshown

FORMS = ("", "sentinel", "cluster")


PORTS = {"": 6379, "sentinel": 26379, "cluster": 6379}
"""Where no port is given."""


@dataclass(frozen=True, slots=True, repr=False)
class StoreAddress(Unshown):
    """A store's address, read; it holds a password. `form` is sentinel, cluster or empty for one server."""

    form: str
    hosts: tuple[tuple[str, int], ...]
    service: str
    options: dict[str, Any] = field(repr=False)


def read(url: str) -> StoreAddress:
    """Raises ValueError for what is none."""
    parts = urlsplit(url)
    scheme, _, form = parts.scheme.partition("+")
    if form not in FORMS:
        raise ValueError("no such form")
    if not form:
        return StoreAddress("", (), "", {})
    if scheme not in ("redis", "rediss"):
        raise ValueError("no such scheme")
    user, at, _ = parts.netloc.rpartition("@")
    options = dict(parse_url(f"{scheme}://{user}{at}node?{parts.query}"))
    del options["host"]
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    service = unquote(parts.path.strip("/"))
    if (form == "sentinel") != bool(service):
        raise ValueError("a service belongs to sentinels, and to nothing else")
    return StoreAddress(form, hosts_of(url), service, options)


def hosts_of(url: str) -> tuple[tuple[str, int], ...]:
    """Every host an address names, with its port; raises ValueError where one has no name."""
    parts = urlsplit(url)
    port = PORTS[parts.scheme.partition("+")[2]]
    return tuple(_host(one, port) for one in parts.netloc.rpartition("@")[2].split(","))


def _host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or port
