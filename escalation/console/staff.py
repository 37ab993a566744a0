"""Staff accounts in a small SQLite file: who may sign in, as what, and a trail of who did. Never any talk.

A password is kept as argon2 hash, a recovery code as keyed hash, a code app's secret sealed under a key the
caller gives. Accounts live until they are removed by hand; the trail is cut after `TRAIL_DAYS`.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path

import pyotp

from bot.clock import Clock
from escalation.console import password as passwords
from escalation.console.factors import ISSUER, STEP_SECONDS, Factors, good, uri_of
from escalation.console.staff_account import (
    DESK_ROLES,
    LANGUAGES,
    ROLES,
    Account,
    Invitation,
    Passkey,
    Provision,
    StaffError,
    Trace,
    account_of,
    checked_name,
    existing,
    one_of,
)
from escalation.console.staff_file import opened, reading
from escalation.console.staff_passkeys import Passkeys
from escalation.console.staff_rows import LOCK_AFTER, LOCK_SECONDS, TRAIL_DAYS, Rows

__all__ = [
    "DESK_ROLES",
    "ISSUER",
    "LANGUAGES",
    "LOCK_AFTER",
    "LOCK_SECONDS",
    "ROLES",
    "SHELL",
    "STEP_SECONDS",
    "TRAIL_DAYS",
    "Account",
    "Invitation",
    "Passkey",
    "Provision",
    "Staff",
    "StaffError",
    "Trace",
]

SHELL = "shell"
"""Who did it, in the trail: somebody at the command line."""
INVITED_SECONDS = 3 * 86_400
"""How long a password that an administrator gave is good for beginning."""

type Accounts = list[Account]
type Trail = list[Trace]


class Staff(Factors):
    """The accounts. Calls block for milliseconds (a password check for tens): call from a thread."""

    def __init__(self, path: str, key: bytes, clock: Clock | None = None) -> None:
        super().__init__(path, key, clock)
        self.passkeys = Passkeys(self._file, self._clock)
        with opened(self._file) as rows:
            rows.cut(self._clock.now())

    def add(
        self,
        name: str,
        role: str,
        languages: Sequence[str] = (),
        password: str | None = None,
        by: str = SHELL,
    ) -> Provision:
        """Make an account that is whole at once; the password is generated when none is given."""
        name = checked_name(name)
        password = passwords.generated() if password is None else good(password, name)
        secret = pyotp.random_base32()
        account = self._insert(name, role, languages, password, secret, by)
        return Provision(account, password, secret, uri_of(account.name, secret))

    def invite(self, name: str, role: str, languages: Sequence[str] = (), by: str = SHELL) -> Invitation:
        """Make an account whose owner chooses a password and sets up a code app at their first sign-in."""
        password = passwords.generated()
        account = self._insert(checked_name(name), role, languages, password, "", by, invited=True)
        return Invitation(account, password)

    def reset(self, name: str, by: str = SHELL) -> Invitation:
        """For somebody who lost their factors: all of them go, every session ends, and they begin anew."""
        password = passwords.generated()
        hashed, now = passwords.hashed(password), self._clock.now()
        with opened(self._file) as rows:
            before = account_of(existing(rows.find(name)))
            account_id = before.id
            if by != SHELL:
                _not_the_last(rows, before)
            rows.set(
                account_id,
                hash=hashed,
                renew_until=now + INVITED_SECONDS,
                pending_until=0.0,
                **dict.fromkeys(("fails", "locked_until", "code_fails", "code_until"), 0),
            )
            rows.connection.execute("UPDATE accounts SET secret = x'' WHERE id = ?", (account_id,))
            rows.connection.execute("DELETE FROM passkeys WHERE account = ?", (account_id,))
            rows.set_recovery(account_id, [])
            rows.count_up(account_id)
            rows.trace(now, account_id, "reset", actor=by)
            return Invitation(account_of(existing(rows.get(account_id))), password)

    def list(self) -> Accounts:
        with reading(self._file) as rows:
            return [account_of(row) for row in rows.all()]

    def get(self, account_id: str) -> Account | None:
        with reading(self._file) as rows:
            row = rows.get(account_id)
        return None if row is None else account_of(row)

    def named(self, name: str) -> Account | None:
        with reading(self._file) as rows:
            row = rows.find(name)
        return None if row is None else account_of(row)

    def mark(self) -> tuple[int, ...]:
        """Another one once anything in the file has changed, whoever changed it."""
        return self._file.mark()

    def names(self) -> dict[str, str]:
        """Every account's name by its id, for the queue's "held by"."""
        return {account.id: account.name for account in self.list()}

    def last_sign_ins(self) -> dict[str, float]:
        """When each account was last signed in to, as far as the trail goes back."""
        with reading(self._file) as rows:
            return rows.last_sign_ins()

    def disable(self, name: str, by: str = SHELL) -> Account:
        """From now on nobody can sign in as this account, and open sessions end at their next request."""
        return self._change(name, "disabled", by, ends=True, disabled=1)

    def enable(self, name: str, by: str = SHELL) -> Account:
        return self._change(name, "enabled", by, disabled=0, fails=0, locked_until=0.0)

    def unlock(self, name: str, by: str = SHELL) -> Account:
        return self._change(name, "unlocked", by, fails=0, locked_until=0.0, code_fails=0, code_until=0.0)

    def set_role(self, name: str, role: str, by: str = SHELL) -> Account:
        """Sessions end: what a page of the old role shows is not for the new one."""
        one_of(role, ROLES, "role")
        return self._change(name, "role", by, detail=role, ends=True, role=role)

    def set_languages(self, name: str, languages: Sequence[str], by: str = SHELL) -> Account:
        spoken = _languages(languages)
        return self._change(name, "languages", by, detail=spoken, languages=spoken)

    def set_interface(self, account_id: str, language: str) -> None:
        one_of(language, ("", *LANGUAGES), "language")
        with opened(self._file) as rows:
            rows.set(account_id, interface=language)

    def trace(self, account_id: str, event: str, detail: str = "", by: str = "") -> None:
        """Add to the trail. `event` and `detail` are fixed words of ours."""
        self._trace(account_id, event, detail, by)

    def trail(self, account_id: str | None = None, limit: int = 100) -> Trail:
        """The latest lines first, of one account or of all."""
        since = self._clock.now() - TRAIL_DAYS * 86_400
        with reading(self._file) as rows:
            return [
                Trace(row["at"], row["account"], row["event"], row["detail"], row["actor"], row["times"])
                for row in rows.trail(account_id, limit, since)
            ]

    def copy_to(self, target: Path) -> None:
        """A backup, readable by its owner only; it opens with the same deployment secret."""
        self._file.copy_to(target)

    def _insert(
        self,
        name: str,
        role: str,
        languages: Sequence[str],
        password: str,
        secret: str,
        by: str,
        *,
        invited: bool = False,
    ) -> Account:
        one_of(role, ROLES, "role")
        spoken = tuple(_languages(languages).split())
        hashed, account_id, now = passwords.hashed(password), secrets.token_hex(8), self._clock.now()
        with opened(self._file) as rows:
            if rows.find(name) is not None:
                raise StaffError("There is an account of this name already.", "taken")
            rows.insert(account_id, name, role, hashed, secret, spoken, now)
            if invited:
                rows.set(account_id, renew_until=now + INVITED_SECONDS)
            rows.trace(now, account_id, "added", role, by)
            return account_of(existing(rows.get(account_id)))

    def _change(
        self,
        name: str,
        event: str,
        by: str,
        detail: str = "",
        *,
        ends: bool = False,
        **values: str | int | float,
    ) -> Account:
        with opened(self._file) as rows:
            before = account_of(existing(rows.find(name)))
            if values.get("disabled") or values.get("role", "administrator") != "administrator":
                _not_the_last(rows, before)
            rows.set(before.id, **values)
            if ends:
                rows.count_up(before.id)
            rows.trace(self._clock.now(), before.id, event, detail, by)
            return account_of(existing(rows.get(before.id)))


def _not_the_last(rows: Rows, account: Account) -> None:
    ready = account.role == "administrator" and not account.disabled and not account.renew_until
    if ready and rows.administrators() == 1:
        raise StaffError("This is the last administrator: make another one first.", "last")


def _languages(languages: Sequence[str]) -> str:
    for language in languages:
        one_of(language, LANGUAGES, "language")
    return " ".join(dict.fromkeys(languages))
