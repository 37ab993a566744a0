"""Sign-in sessions and limits in the store: counsellors' only, nothing of a person who texts.

hl:{staff}:session:<sha256 of the token>  hash: account, step, form, until, tries, note; idle time, 8 h at most
hl:{staff}:of:<account>                   set of session hashes, so that all can be ended; 8 h
hl:{staff}:tries:<what>:<hmac>            wrong tries of a source or a name; 15 min
hl:{staff}:once:<session hash>:<id>       that this form was sent already; 10 min
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from redis.asyncio import Redis

from bot.clock import Clock

IDLE = 30 * 60
ABSOLUTE = 8 * 3600
HALFWAY = 5 * 60
"""Between password and one-time code."""
CODE_TRIES = 5
TRIES_SECONDS = 15 * 60
TRIES_OF: dict[str, int] = {"name": 10, "source": 40}
"""Wrong tries before a name or a source has to wait. A whole team may share one address: hence the 40."""
ONCE_SECONDS = 10 * 60

type Step = Literal["code", "in"]


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, or has given its password and owes the code (`step` "code")."""

    key: str = field(repr=False)
    account: str
    step: Step
    form: str = field(repr=False)
    """Goes into every form of this session; a request without it changes nothing."""
    until: float


class SessionStore:
    """Server-side sessions. The browser holds a random token, the store only its hash."""

    def __init__(
        self,
        store: "Redis",
        key: bytes,
        clock: Clock | None = None,
        idle: int = IDLE,
        absolute: int = ABSOLUTE,
    ) -> None:
        self._store, self._key, self._clock = store, key, clock or Clock()
        self._idle, self._absolute = idle, absolute

    async def open(self, account: str, step: Step) -> str:
        """A new session; returns its token, which is kept nowhere here."""
        token = secrets.token_urlsafe(32)
        key, until = _key(token), self._clock.now() + (self._absolute if step == "in" else HALFWAY)
        kept = {"account": account, "step": step, "form": secrets.token_urlsafe(24), "until": str(until)}
        async with self._store.pipeline(transaction=True) as together:
            together.hset(key, mapping=kept)
            together.expire(key, self._lifetime(step, until))
            together.sadd(_of(account), key)
            together.expire(_of(account), self._absolute)
            await together.execute()
        return token

    async def load(self, token: str) -> Session | None:
        """The session of a token, if it is still good. Does not lengthen it."""
        if not 20 <= len(token) <= 100:
            return None
        return await self.read(_key(token))

    async def read(self, key: str) -> Session | None:
        kept: dict[bytes, bytes] = await self._store.hgetall(key)
        if b"account" not in kept or b"until" not in kept:
            return None
        until = float(kept[b"until"])
        if until <= self._clock.now():
            await self._store.delete(key)
            return None
        step: Step = "in" if kept[b"step"] == b"in" else "code"
        return Session(key, kept[b"account"].decode(), step, kept[b"form"].decode(), until)

    async def touch(self, session: Session) -> None:
        """Somebody did something: the idle time begins again. Never revives an ended session."""
        await self._store.expire(session.key, self._lifetime(session.step, session.until), xx=True)

    async def drop(self, session: Session) -> None:
        async with self._store.pipeline(transaction=True) as together:
            together.delete(session.key)
            together.srem(_of(session.account), session.key)
            await together.execute()

    async def drop_all(self, account: str, keep: Session | None = None) -> None:
        """End every session of an account, but `keep`."""
        for raw in await self._store.smembers(_of(account)):
            key = raw.decode()
            if keep is None or key != keep.key:
                await self._store.delete(key)
                await self._store.srem(_of(account), key)

    async def open_sessions(self, account: str) -> int:
        """How many signed-in sessions an account has."""
        found = [await self.read(raw.decode()) for raw in await self._store.smembers(_of(account))]
        return sum(1 for session in found if session is not None and session.step == "in")

    async def wrong_code(self, session: Session) -> bool:
        """Count a wrong code; True when this sign-in has to begin again."""
        if await self._store.hincrby(session.key, "tries", 1) < CODE_TRIES:
            return False
        await self.drop(session)
        return True

    async def note(self, session: Session, word: str) -> None:
        """Leave one fixed word for the next page to show."""
        if await self._store.exists(session.key):
            await self._store.hset(session.key, "note", word)

    async def take_note(self, session: Session) -> str:
        async with self._store.pipeline(transaction=True) as together:
            together.hget(session.key, "note")
            together.hdel(session.key, "note")
            found: list[Any] = await together.execute()
        return found[0].decode() if found[0] else ""

    async def once(self, session: Session, form_id: str) -> bool:
        """True the first time a form is sent; the same one again (a double press, a retry) is not acted on."""
        name = self._once(session, form_id)
        return bool(await self._store.set(name, b"1", nx=True, ex=ONCE_SECONDS))

    async def again(self, session: Session, form_id: str) -> None:
        """What the form asked could not be done: it may be sent again."""
        await self._store.delete(self._once(session, form_id))

    async def may_try(self, what: str, value: str) -> bool:
        """Whether a source or name has wrong tries left."""
        count = await self._store.get(self._tries(what, value))
        return count is None or int(count) < TRIES_OF[what]

    async def wrong_try(self, what: str, value: str) -> None:
        name = self._tries(what, value)
        async with self._store.pipeline(transaction=True) as together:
            together.set(name, 0, nx=True, ex=TRIES_SECONDS)
            together.incr(name)
            await together.execute()

    async def forget_tries(self, what: str, value: str) -> None:
        await self._store.delete(self._tries(what, value))

    def _lifetime(self, step: Step, until: float) -> int:
        left = int(until - self._clock.now())
        return max(1, min(self._idle, left) if step == "in" else left)

    def _tries(self, what: str, value: str) -> str:
        hashed = hmac.new(self._key, f"{what}\0{value}".encode(), hashlib.sha256).hexdigest()
        return f"hl:{{staff}}:tries:{what}:{hashed[:32]}"

    def _once(self, session: Session, form_id: str) -> str:
        return f"hl:{{staff}}:once:{session.key.rsplit(':', 1)[-1][:32]}:{form_id}"


def _key(token: str) -> str:
    return f"hl:{{staff}}:session:{hashlib.sha256(token.encode()).hexdigest()}"


def _of(account: str) -> str:
    return f"hl:{{staff}}:of:{account}"
