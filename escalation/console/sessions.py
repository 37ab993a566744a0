"""Sign-in sessions in the store: counsellors' only, nothing of a person who texts.

hl:{staff}:session:<sha256 of the token>  hash: account, version, step, form, until, agent, label, opened,
                                          seen, tries, note; 8 h at most
hl:{staff}:of:<account>                   set of session keys, so that all can be ended; 8 h
hl:{staff}:once:<session hash>:<id>       that this form was sent already; 10 min

A session is bound to the browser that opened it (its User-Agent, as keyed hash) and to the account as it was
then: one that was reset, disabled or given another role has another version. It is not bound to an address:
phones change theirs all day.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from redis.asyncio import Redis

from bot import keys
from bot.clock import Clock
from escalation.console.browsers import described
from escalation.console.familiar import Familiar
from escalation.console.limits import Challenges, Limits
from escalation.console.staff_account import Account

IDLE = 30 * 60
ABSOLUTE = 8 * 3600
HALFWAY = 5 * 60
"""Between password and one-time code."""
RENEWING = 20 * 60
"""For choosing a password and setting up a code app."""
CODE_TRIES = 5
ONCE_SECONDS = 10 * 60

type Field = bytes | bytearray | memoryview[int] | str | int | float
"""What the store's client takes."""
type Step = Literal["code", "renew", "in"]
_STEPS: dict[str, Step] = {"code": "code", "renew": "renew", "in": "in"}

# A session that has ended meanwhile must not come back as a key without a lifetime: all look first.
# KEYS: session. Returns the count of wrong codes, 0 if the session is gone.
_COUNT = "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HINCRBY', KEYS[1], 'tries', 1) or 0"
# KEYS: session. ARGV: field, value.
_SET = "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) or 0"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, or has given its password and owes a code or new factors (`step`)."""

    key: str = field(repr=False)
    account: str
    step: Step
    form: str = field(repr=False)
    """Goes into every form of this session; a request without it changes nothing."""
    until: float
    version: int = 1
    label: str = ""
    """Which kind of browser, for its owner to know it by."""
    opened: float = 0.0
    seen: float = 0.0

    @property
    def id(self) -> str:
        """Names it in its owner's list; opens nothing."""
        return self.key.rsplit(":", 1)[-1][:16]

    def good_for(self, account: Account | None) -> bool:
        """Whether the account is still as it was when this session began."""
        return account is not None and not account.disabled and account.version == self.version


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
        self.limits = Limits(store, key)
        self.challenges = Challenges(store)
        self.familiar = Familiar(key, self._clock)

    async def open(self, account: str, step: Step, version: int = 1, agent: str = "") -> str:
        """A new session; returns its token, which is kept nowhere here."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        key, until = _key(token), now + {"in": self._absolute, "code": HALFWAY, "renew": RENEWING}[step]
        kept: dict[Field, Field] = {
            "account": account,
            "version": version,
            "step": step,
            "form": secrets.token_urlsafe(24),
            "until": until,
            "agent": self._agent(agent),
            "label": described(agent),
            "opened": now,
            "seen": now,
        }
        async with self._store.pipeline(transaction=True) as together:
            together.hset(key, mapping=kept)
            together.expire(key, self._lifetime(step, until))
            together.sadd(_of(account), key)
            together.expire(_of(account), self._absolute)
            await together.execute()
        return token

    async def load(self, token: str, agent: str = "") -> Session | None:
        """The session of a token, if it is still good. Does not lengthen it.

        A token in another browser than its own was stolen: then the session ends for both.
        """
        if not 20 <= len(token) <= 100:
            return None
        kept = await self._kept(_key(token))
        session = _session(_key(token), kept)
        if session is None or session.until <= self._clock.now():
            return None
        if not hmac.compare_digest(kept.get("agent", ""), self._agent(agent)):
            await self.drop(session)
            return None
        return session

    async def read(self, key: str) -> Session | None:
        """The session under a key of ours, whichever browser has it."""
        session = _session(key, await self._kept(key))
        if session is None or session.until <= self._clock.now():
            await self._store.delete(key)
            return None
        return session

    async def touch(self, session: Session) -> None:
        """Somebody did something: the idle time begins again. Never revives an ended session."""
        async with self._store.pipeline(transaction=True) as together:
            together.eval(_SET, 1, session.key, "seen", str(self._clock.now()))
            together.expire(session.key, self._lifetime(session.step, session.until), xx=True)
            await together.execute()

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

    async def all_of(self, account: str) -> list[Session]:
        """The signed-in sessions of an account, latest first."""
        found = []
        for raw in await self._store.smembers(_of(account)):
            session = await self.read(_text(raw))
            if session is None:
                await self._store.srem(_of(account), raw)
            elif session.step == "in":
                found.append(session)
        return sorted(found, key=lambda one: one.opened, reverse=True)

    async def open_sessions(self, account: str) -> int:
        """How many signed-in sessions an account has."""
        return len(await self.all_of(account))

    async def wrong_code(self, session: Session) -> bool:
        """Count a wrong code; True when this sign-in has to begin again."""
        tries = await self._store.eval(_COUNT, 1, session.key)
        if 0 < int(tries) < CODE_TRIES:
            return False
        await self.drop(session)
        return True

    async def note(self, session: Session, word: str) -> None:
        """Leave one fixed word for the next page to show."""
        await self._set(session, "note", word)

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

    def _lifetime(self, step: Step, until: float) -> int:
        left = int(until - self._clock.now())
        return max(1, min(self._idle, left) if step == "in" else left)

    def _agent(self, agent: str) -> str:
        return hmac.new(self._key, f"agent\0{agent}".encode(), hashlib.sha256).hexdigest()[:32]

    async def _kept(self, key: str) -> dict[str, str]:
        return {_text(name): _text(value) for name, value in (await self._store.hgetall(key)).items()}

    async def _set(self, session: Session, name: str, value: str) -> None:
        await self._store.eval(_SET, 1, session.key, name, value)

    def _once(self, session: Session, form_id: str) -> str:
        return keys.staff(f"once:{session.key.rsplit(':', 1)[-1][:32]}:{form_id}")


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _key(token: str) -> str:
    return keys.staff(f"session:{hashlib.sha256(token.encode()).hexdigest()}")


def _of(account: str) -> str:
    return keys.staff(f"of:{account}")


def _session(key: str, kept: dict[str, str]) -> Session | None:
    # A field written to a session that ended meanwhile makes no session.
    if not {"account", "step", "form", "until"} <= kept.keys() or kept["step"] not in _STEPS:
        return None
    return Session(
        key,
        kept["account"],
        _STEPS[kept["step"]],
        kept["form"],
        float(kept["until"]),
        int(kept.get("version", 0)),
        kept.get("label", ""),
        float(kept.get("opened", 0)),
        float(kept.get("seen", 0)),
    )
