"""Sign-in sessions and limits in the store: counsellors' only, nothing of a person who texts.

hl:{staff}:session:<sha256 of the token>  hash: account, step, form, until, tries, note; 8 h at most
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

# A session that has ended meanwhile must not come back as a key without a lifetime: both look first.
# KEYS: session. Returns the count of wrong codes, 0 if the session is gone.
_COUNT = "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HINCRBY', KEYS[1], 'tries', 1) or 0"
# KEYS: session. ARGV: word.
_NOTE = "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HSET', KEYS[1], 'note', ARGV[1]) or 0"


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
        form = secrets.token_urlsafe(24)
        async with self._store.pipeline(transaction=True) as together:
            together.hset(key, mapping={"account": account, "step": step, "form": form, "until": until})
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
        kept = {_text(name): _text(value) for name, value in (await self._store.hgetall(key)).items()}
        # A field written to a session that ended meanwhile makes no session.
        if not {"account", "step", "form", "until"} <= kept.keys():
            return None
        until = float(kept["until"])
        if until <= self._clock.now():
            await self._store.delete(key)
            return None
        step: Step = "in" if kept["step"] == "in" else "code"
        return Session(key, kept["account"], step, kept["form"], until)

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
            key = _text(raw)
            if keep is None or key != keep.key:
                await self._store.delete(key)
                await self._store.srem(_of(account), key)

    async def open_sessions(self, account: str) -> int:
        """How many signed-in sessions an account has."""
        count = 0
        for raw in await self._store.smembers(_of(account)):
            session = await self.read(_text(raw))
            if session is None:
                await self._store.srem(_of(account), raw)
            elif session.step == "in":
                count += 1
        return count

    async def wrong_code(self, session: Session) -> bool:
        """Count a wrong code; True when this sign-in has to begin again."""
        tries = await self._store.eval(_COUNT, 1, session.key)
        if 0 < int(tries) < CODE_TRIES:
            return False
        await self.drop(session)
        return True

    async def note(self, session: Session, word: str) -> None:
        """Leave one fixed word for the next page to show."""
        await self._store.eval(_NOTE, 1, session.key, word)

    async def take_note(self, session: Session) -> str:
        async with self._store.pipeline(transaction=True) as together:
            together.hget(session.key, "note")
            together.hdel(session.key, "note")
            found: list[Any] = await together.execute()
        return _text(found[0]) if found[0] else ""

    async def once(self, session: Session, form_id: str) -> bool:
        """True the first time a form is sent; the same again (a double press, a retry) is not acted on."""
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


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _key(token: str) -> str:
    return f"hl:{{staff}}:session:{hashlib.sha256(token.encode()).hexdigest()}"


def _of(account: str) -> str:
    return f"hl:{{staff}}:of:{account}"
