"""Staff accounts in a small SQLite file: who may sign in, as what, and a trail of who did. Never any talk.

A password is kept as argon2 hash, the second factor's secret sealed under a key the caller gives. Accounts
live until they are removed by hand; the trail is cut after `TRAIL_DAYS`.
"""

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyotp

from bot.clock import Clock
from bot.errors import HotlineError
from escalation.console import password as passwords
from escalation.console.staff_file import LOCK_AFTER, LOCK_SECONDS, StaffFile, opened

ROLES: Final = ("counsellor", "supervisor", "editor", "administrator")
DESK_ROLES: Final = frozenset({"counsellor", "supervisor"})
LANGUAGES: Final = ("en", "sq", "bcms", "ro")
ISSUER = "Hotline"
STEP_SECONDS = 30

__all__ = ["LOCK_AFTER", "LOCK_SECONDS", "Account", "Provision", "Staff", "StaffError", "Trace"]


class StaffError(HotlineError):
    """An account cannot be made or changed as asked; the text says why and holds no secret."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    id: str
    name: str
    role: str
    languages: tuple[str, ...]
    interface: str
    """Language of the pages; empty: as the browser asks."""
    disabled: bool
    locked_until: float
    created_at: float

    @property
    def at_desk(self) -> bool:
        return self.role in DESK_ROLES


@dataclass(frozen=True, slots=True, repr=False)
class Provision:
    """What a new account's owner needs once, and nobody can read again."""

    account: Account
    password: str
    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the trail: what happened to which account, without any content."""

    at: float
    account: str
    event: str
    detail: str


type Accounts = list[Account]
type Trail = list[Trace]


class Staff:
    """The accounts. Calls block for milliseconds (a password check for tens): call from a thread."""

    def __init__(self, path: str, key: bytes, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._file = StaffFile(path, key)
        # Checked when a name is unknown, so that the answer takes as long.
        self._nobody = passwords.hashed(secrets.token_hex(16))

    def add(
        self, name: str, role: str, languages: Sequence[str] = (), password: str | None = None
    ) -> Provision:
        """Make an account; the password is generated when none is given."""
        name = _name(name)
        _one_of(role, ROLES, "role")
        for language in languages:
            _one_of(language, LANGUAGES, "language")
        password = passwords.generated() if password is None else _checked(password, name)
        hashed, secret, account_id = passwords.hashed(password), pyotp.random_base32(), secrets.token_hex(8)
        with opened(self._file) as rows:
            if rows.find(name) is not None:
                raise StaffError("There is an account of this name already.")
            rows.insert(account_id, name, role, hashed, secret, tuple(languages), self._clock.now())
            rows.trace(self._clock.now(), account_id, "added", role)
        return self._provision(account_id, password, secret)

    def reset(self, name: str) -> Provision:
        """A new password and second factor for somebody who lost theirs; also ends a lock-out."""
        password, secret = passwords.generated(), pyotp.random_base32()
        with opened(self._file) as rows:
            account_id = str(_existing(rows.find(name))["id"])
            rows.set(account_id, hash=passwords.hashed(password), fails=0, locked_until=0.0, last_step=0)
            rows.set_secret(account_id, secret)
            rows.trace(self._clock.now(), account_id, "reset")
        return self._provision(account_id, password, secret)

    def list(self) -> Accounts:
        with opened(self._file) as rows:
            return [_account(row) for row in rows.all()]

    def get(self, account_id: str) -> Account | None:
        with opened(self._file) as rows:
            row = rows.get(account_id)
        return None if row is None else _account(row)

    def named(self, name: str) -> Account | None:
        with opened(self._file) as rows:
            row = rows.find(name)
        return None if row is None else _account(row)

    def names(self) -> dict[str, str]:
        """Every account's name by its id, for the queue's "held by"."""
        return {account.id: account.name for account in self.list()}

    def disable(self, name: str) -> Account:
        """From now on nobody can sign in as this account, and open sessions end at their next request."""
        return self._change(name, "disabled", disabled=1)

    def enable(self, name: str) -> Account:
        return self._change(name, "enabled", disabled=0, fails=0, locked_until=0.0)

    def unlock(self, name: str) -> Account:
        return self._change(name, "unlocked", fails=0, locked_until=0.0)

    def set_role(self, name: str, role: str) -> Account:
        _one_of(role, ROLES, "role")
        return self._change(name, "role", detail=role, role=role)

    def set_languages(self, name: str, languages: Sequence[str]) -> Account:
        for language in languages:
            _one_of(language, LANGUAGES, "language")
        return self._change(name, "languages", detail=" ".join(languages), languages=" ".join(languages))

    def set_interface(self, account_id: str, language: str) -> None:
        _one_of(language, ("", *LANGUAGES), "language")
        with opened(self._file) as rows:
            rows.set(account_id, interface=language)

    def verify_password(self, name: str, password: str) -> Account | None:
        """First step: the account if name and password are right and it is neither locked nor disabled."""
        now = self._clock.now()
        with opened(self._file) as rows:
            row = rows.find(name)
        right = passwords.matches(self._nobody if row is None else str(row["hash"]), password)
        if row is None:
            with opened(self._file) as rows:
                # The name is left out: people type a password into the wrong box.
                rows.trace(now, "", "unknown_name")
            return None
        account = _account(row)
        if account.disabled or account.locked_until > now:
            self.trace(account.id, "refused", "disabled" if account.disabled else "locked")
            return None
        if not right:
            self._failed(account.id, "password")
            return None
        if passwords.outdated(str(row["hash"])):
            with opened(self._file) as rows:
                rows.set(account.id, hash=passwords.hashed(password))
        return account

    def verify_code(self, account_id: str, code: str) -> Account | None:
        """Second step: the account if the one-time code is right (a step aside will do) and not used yet."""
        now = self._clock.now()
        with opened(self._file) as rows:
            row = rows.get(account_id)
            secret = None if row is None else rows.secret(row)
            if row is None or secret is None or row["disabled"] or row["locked_until"] > now:
                return None
            step = _step(secret, "".join(code.split()), now)
            # One statement, so that the same code sent twice at once passes once.
            if step is not None and rows.use_step(account_id, step):
                rows.set(account_id, fails=0, locked_until=0.0)
                rows.trace(now, account_id, "signed_in")
                return _account(row)
        self._failed(account_id, "code")
        return None

    def verify(self, name: str, password: str, code: str) -> Account | None:
        """Both steps at once, for callers without a page between them."""
        account = self.verify_password(name, password)
        return None if account is None else self.verify_code(account.id, code)

    def change_password(self, account_id: str, old: str, new: str) -> bool:
        """False when the old one is wrong; raises StaffError when the new one will not do."""
        with opened(self._file) as rows:
            row = rows.get(account_id)
        if row is None or row["locked_until"] > self._clock.now():
            return False
        if not passwords.matches(str(row["hash"]), old):
            self._failed(account_id, "password")
            return False
        hashed = passwords.hashed(_checked(new, str(row["name"])))
        with opened(self._file) as rows:
            rows.set(account_id, hash=hashed)
            rows.trace(self._clock.now(), account_id, "password_changed")
        return True

    def trace(self, account_id: str, event: str, detail: str = "") -> None:
        """Add to the trail. `event` and `detail` are fixed words of ours."""
        with opened(self._file) as rows:
            rows.trace(self._clock.now(), account_id, event, detail)

    def trail(self, account_id: str | None = None, limit: int = 100) -> Trail:
        """The latest lines first, of one account or of all."""
        with opened(self._file) as rows:
            return [
                Trace(row["at"], row["account"], row["event"], row["detail"])
                for row in rows.trail(account_id, limit)
            ]

    def _change(self, name: str, event: str, detail: str = "", **values: str | int | float) -> Account:
        with opened(self._file) as rows:
            account_id = str(_existing(rows.find(name))["id"])
            rows.set(account_id, **values)
            rows.trace(self._clock.now(), account_id, event, detail)
            return _account(_existing(rows.get(account_id)))

    def _failed(self, account_id: str, what: str) -> None:
        now = self._clock.now()
        with opened(self._file) as rows:
            locked = rows.fail(account_id, now)
            rows.trace(now, account_id, "failed", what)
            if locked:
                rows.trace(now, account_id, "locked")

    def _provision(self, account_id: str, password: str, secret: str) -> Provision:
        account = self.get(account_id)
        assert account is not None
        uri = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=ISSUER)
        return Provision(account, password, secret, uri)


def _account(row: sqlite3.Row) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        languages=tuple(str(row["languages"]).split()),
        interface=row["interface"],
        disabled=bool(row["disabled"]),
        locked_until=row["locked_until"],
        created_at=row["created_at"],
    )


def _existing(row: sqlite3.Row | None) -> sqlite3.Row:
    if row is None:
        raise StaffError("There is no account of this name.")
    return row


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 2 <= len(name) <= 40 or not all(letter.isalnum() or letter in " .-_'" for letter in name):
        raise StaffError("A name has 2 to 40 letters, digits, spaces or . - _ '")
    return name


def _one_of(value: str, known: Sequence[str], what: str) -> None:
    if value not in known:
        raise StaffError(f"No such {what}. Known: {', '.join(word for word in known if word)}.")


def _checked(password: str, name: str) -> str:
    if fault := passwords.fault(password, name):
        raise StaffError(fault)
    return password


def _step(secret: str, code: str, now: float) -> int | None:
    """Which 30-second step this code belongs to, if any; clocks may be one step apart."""
    current = int(now) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found = None
    for step in (current - 1, current, current + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found
