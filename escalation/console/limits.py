"""How often somebody may try, and what a passkey is to sign: short-lived counts and numbers in the store.

hl:{staff}:tries:<what>:<hmac>  wrong tries; 15 min
hl:{staff}:challenge:<sha256>   32 random bytes, good for one use; 3 min
"""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from typing import Final

from redis.asyncio import Redis
from starlette.requests import Request

from bot import keys

TRIES_SECONDS: Final = 15 * 60
TRIES_OF: Final = {"pair": 10, "source": 40, "browser": 10, "confirm": 10, "knock": 200}
"""Tries before somebody has to wait: a source with one name; a source with any (a team may share one: hence
the 40); a browser its owner signed in with before; a signed-in session asked for its password again; a
passkey's beginnings."""
CHALLENGE_SECONDS: Final = 180

type Counter = tuple[str, str]
"""What is counted (a word of `TRIES_OF`), and for whom."""


class Limits:
    """Counts of wrong tries. Names and addresses are in the store as keyed hash only."""

    def __init__(self, store: "Redis", key: bytes) -> None:
        self._store, self._key = store, key

    async def may_try(self, what: str, value: str) -> bool:
        """Whether this one has wrong tries left."""
        count = await self._store.get(self._name(what, value))
        return count is None or int(count) < TRIES_OF[what]

    async def wrong_try(self, what: str, value: str) -> None:
        name = self._name(what, value)
        async with self._store.pipeline(transaction=True) as together:
            together.set(name, 0, nx=True, ex=TRIES_SECONDS)
            together.incr(name)
            await together.execute()

    async def forget_tries(self, what: str, value: str) -> None:
        await self._store.delete(self._name(what, value))

    async def all_may(self, counters: Iterable[Counter]) -> bool:
        return all([await self.may_try(*counter) for counter in counters])

    async def all_wrong(self, counters: Iterable[Counter]) -> None:
        for counter in counters:
            await self.wrong_try(*counter)

    def _name(self, what: str, value: str) -> str:
        hashed = hmac.new(self._key, f"{what}\0{value}".encode(), hashlib.sha256).hexdigest()
        return keys.staff(f"tries:{what}:{hashed[:32]}")


class Challenges:
    """Numbers a passkey signs: each for one owner and purpose, each once."""

    def __init__(self, store: "Redis") -> None:
        self._store = store

    async def make(self, owner: str, purpose: str) -> bytes:
        challenge = secrets.token_bytes(32)
        await self._store.set(_challenge(owner, purpose), challenge, ex=CHALLENGE_SECONDS)
        return challenge

    async def take(self, owner: str, purpose: str) -> bytes | None:
        """The number, which is gone with it; None when there is none or it is too old."""
        found = await self._store.getdel(_challenge(owner, purpose))
        return found if isinstance(found, bytes) else None


def source_of(request: Request, *, behind_proxy: bool) -> str:
    """Where a request comes from: an IPv4 address, or the network of an IPv6 one.

    Behind our proxy it is what the proxy wrote last into X-Forwarded-For. Somebody else's word for it is
    worth little: then the limits of the account itself are left.
    """
    peer = request.client.host if request.client else ""
    if behind_proxy and _private(peer):
        peer = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip() or peer
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer[:64]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def _challenge(owner: str, purpose: str) -> str:
    return keys.staff(f"challenge:{hashlib.sha256(f'{purpose}\0{owner}'.encode()).hexdigest()}")
