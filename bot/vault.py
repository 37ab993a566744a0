"""Sealing: every text and address rests only under its conversation's key.

deployment secret ─wraps→ day key ─wraps→ conversation key ─seals→ texts, addresses, state

All sealing is AES-256-GCM with a random 12-byte nonce and the place it rests in as associated data, so that a
sealed value cannot be moved to another place. Erasing drops the conversation's key: from then on every copy
of anything sealed under it is noise.
"""

import hashlib
import hmac
import os
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot import keys
from bot.clock import Clock
from bot.errors import KeyGone
from bot.private import Address
from bot.scripts import Store

NONCE = 12
AGREE_S = 2.0


class Key:
    """A 32-byte key that shows nothing of itself."""

    __slots__ = ("_aead", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._aead = AESGCM(raw)

    def __repr__(self) -> str:
        return "<Key>"

    def seal(self, place: str, value: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, value, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Raises KeyGone if this is not the key, or not the place, it was sealed under."""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
        except InvalidTag:
            raise KeyGone("sealed under another key or place") from None

    def wrap(self, place: str, key: "Key") -> bytes:
        return self.seal(place, key._raw)

    def unwrap(self, place: str, sealed: bytes) -> "Key":
        return Key(self.open(place, sealed))


class Vault:
    """Makes, wraps and finds keys; `hashed` finds an address without keeping it."""

    def __init__(self, secret: str, store: Store, clock: Clock) -> None:
        self._deployment = Key(_derived(secret, b"wrap"))
        self._lookup = _derived(secret, b"address")
        self._store = store
        self._clock = clock
        self._days: dict[int, Key] = {}
        self._agreed_at = 0.0

    def hashed(self, channel: str, address: Address) -> str:
        """Keyed hash of an address: HMAC-SHA256, hex; useless without the deployment secret."""
        message = f"{channel}:{address.reveal()}".encode()
        return hmac.new(self._lookup, message, hashlib.sha256).hexdigest()

    def partition(self, hashed: str) -> int:
        return int(hashed[:8], 16) % keys.PARTITIONS

    def new_conversation(self, partition: int) -> tuple[str, Key]:
        """A random id in this partition, and a new key."""
        return f"{partition}-{os.urandom(12).hex()}", Key(os.urandom(32))

    async def wrap(self, conversation: str, key: Key) -> bytes:
        """The conversation's key as it rests: the day it was wrapped on, then the sealed key."""
        day = int(self._clock.now() // keys.DAY)
        now = time.monotonic()
        if now - self._agreed_at > AGREE_S:
            await self._agree(day)
            self._agreed_at = now
        return day.to_bytes(4, "big") + (await self._day(day)).wrap(keys.of(conversation, "key"), key)

    async def _agree(self, day: int) -> None:
        """Hold the same day key as the others, also after a store that came back empty."""
        name = keys.day(day)
        known = self._days.get(day)
        if known is not None:
            await self._store.set(name, self._deployment.wrap(name, known), nx=True, ex=3 * keys.DAY)
        self._days.pop(day, None)
        await self._day(day)

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
        day = int(self._clock.now() // keys.DAY)
        return day, await self._day(day)

    async def day_key_of(self, day: int) -> Key:
        return await self._day(day)

    async def _day(self, day: int) -> Key:
        """The key of a day, made by whoever needs it first; SET NX settles a race between processes."""
        known = self._days.get(day)
        if known is not None:
            return known
        name = keys.day(day)
        sealed = await self._store.get(name)
        if sealed is None:
            if abs(day - self._clock.now() // keys.DAY) > 1:
                raise KeyGone("the key of that day has expired")
            mine = self._deployment.wrap(name, Key(os.urandom(32)))
            await self._store.set(name, mine, nx=True, ex=3 * keys.DAY)
            sealed = await self._store.get(name)
        if sealed is None:
            raise KeyGone("the store lost the day key")
        key = self._deployment.unwrap(name, sealed)
        self._days = {**{d: k for d, k in self._days.items() if d >= day - 2}, day: key}
        return key


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"hotline", info=purpose).derive(secret.encode())
