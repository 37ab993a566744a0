"""Sealing: every text and address rests only under its conversation's key.

deployment secrets ─wrap→ day key ─wraps→ conversation key ─seals→ texts, addresses, state

All sealing is AES-256-GCM with a random 12-byte nonce and the place it rests in as associated data, so that a
sealed value cannot be moved to another place. Erasing drops the conversation's key: from then on every copy
of anything sealed under it is noise.
"""

import hashlib
import hmac
import math
import os
import time
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot import keys
from bot.clock import Clock
from bot.errors import KeyGone
from bot.private import Address, Unshown
from bot.scripts import HERE, Scripts, Store

NONCE = 12
AGREE_S = 2.0


class Key(Unshown):
    """A 32-byte key that shows nothing of itself."""

    __slots__ = ("_aead", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._aead = AESGCM(raw)

    def seal(self, place: str, value: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, value, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Raises KeyGone if this is not the key, or not the place, it was sealed under."""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
        except InvalidTag:
            raise KeyGone("sealed under another key or place") from None

    def hashed(self, message: bytes) -> str:
        return hmac.new(self._raw, message, hashlib.sha256).hexdigest()

    def wrap(self, place: str, key: "Key") -> bytes:
        return self.seal(place, key._raw)

    def unwrap(self, place: str, sealed: bytes) -> "Key":
        return Key(self.open(place, sealed))


class Vault:
    """Makes, wraps and finds keys; `hashed` finds an address without keeping it.

    What is shared by all processes (day keys, and the key addresses are hashed with) is random, and rests
    wrapped under every deployment secret that is in use: to change the secret is to wrap these few anew.
    """

    def __init__(self, secret: str, store: Store, clock: Clock, previous: Sequence[str] = ()) -> None:
        self._secrets = {_mark(one): Key(derived(one, b"wrap")) for one in (secret, *previous)}
        self._store = store
        self._scripts = Scripts(store, HERE)
        self._clock = clock
        self._lookup: Key | None = None
        self._days: dict[int, Key] = {}
        self._agreed_at = -math.inf

    def hashed(self, channel: str, address: Address) -> str:
        """Keyed hash of an address: HMAC-SHA256, hex; useless without the vault. `agree` comes first."""
        if self._lookup is None:
            raise KeyGone("the key for addresses was not fetched yet")
        return self._lookup.hashed(f"{channel}:{address.reveal()}".encode())

    def partition(self, hashed: str) -> int:
        return int(hashed[:8], 16) % keys.PARTITIONS

    def new_conversation(self, partition: int) -> tuple[str, Key]:
        """A random id in this partition, and a new key."""
        return f"{partition}-{os.urandom(12).hex()}", Key(os.urandom(32))

    async def wrap(self, conversation: str, key: Key) -> bytes:
        """The conversation's key as it rests: the day it was wrapped on, then the sealed key."""
        await self.agree()
        day = self._today()
        return day.to_bytes(4, "big") + (await self._day(day)).wrap(keys.of(conversation, "key"), key)

    async def agree(self) -> None:
        """Hold the same keys as the others: after a restart, a new secret, a store that came back empty."""
        now = time.monotonic()
        if now - self._agreed_at > AGREE_S:
            await self._clock.agree(self._store)
            day = self._today()
            self._days[day] = await self._held(keys.day(day), 3 * keys.DAY, self._days.get(day))
            self._lookup = await self._held(keys.LOOKUP, keys.PROVIDER_IDS, self._lookup, again=True)
            self._agreed_at = now

    async def unwrap(self, conversation: str, wrapped: bytes) -> Key:
        day = int.from_bytes(wrapped[:4], "big")
        try:
            return (await self._day(day)).unwrap(keys.of(conversation, "key"), wrapped[4:])
        except KeyGone:
            self._days.pop(day, None)
            return (await self._day(day)).unwrap(keys.of(conversation, "key"), wrapped[4:])

    async def key(self, conversation: str) -> Key:
        """Raises KeyGone once the conversation is erased or expired."""
        wrapped = await self._store.get(keys.of(conversation, "key"))
        if wrapped is None:
            raise KeyGone("no such conversation")
        return await self.unwrap(conversation, wrapped)

    async def day_key(self) -> tuple[int, Key]:
        """Today's key, for what outlives its conversation (ids to delete at a provider)."""
        await self.agree()
        day = self._today()
        return day, await self._day(day)

    async def day_key_of(self, day: int) -> Key:
        return await self._day(day)

    def _today(self) -> int:
        return int(self._clock.now() // keys.DAY)

    async def _day(self, day: int) -> Key:
        """The key of a day, made by whoever needs it first."""
        known = self._days.get(day)
        if known is not None:
            return known
        name = keys.day(day)
        if abs(day - self._today()) > 1 and not await self._store.exists(name):
            raise KeyGone("the key of that day has expired")
        key = await self._held(name, 3 * keys.DAY, None)
        self._days = {**{d: k for d, k in self._days.items() if d >= day - 2}, day: key}
        return key

    async def _held(self, name: str, lifetime: int, mine: Key | None, *, again: bool = False) -> Key:
        """The vault's key of that name; ours, or a new one, where there is none that we can open.

        Wrapped under all secrets we know. Whoever knows one only, and has replaced others, takes those away.
        """
        mine = mine or Key(os.urandom(32))
        marks = list(self._secrets)
        offered = [secret.wrap(name, mine) for secret in self._secrets.values()]
        answer = await self._scripts.run(
            "wrapping", [name], [lifetime, int(again), len(marks), *marks, *offered]
        )
        mark, wrapped, missing = answer[0].decode(), answer[1], [raw.decode() for raw in answer[2:]]
        key = self._secrets[mark].unwrap(name, wrapped)
        if missing:
            more = [part for one in missing for part in (one, self._secrets[one].wrap(name, key))]
            await self._scripts.run("share", [name], [mark, wrapped, *more])
        return key


def _mark(secret: str) -> str:
    """Tells secrets apart without telling anything of them."""
    return derived(secret, b"mark")[:6].hex()


def derived(secret: str, purpose: bytes) -> bytes:
    """A key for one purpose, from a deployment secret."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"hotline", info=purpose).derive(secret.encode())
