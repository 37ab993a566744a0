"""How somebody proves who they are: password, one-time code, recovery code; and getting new ones."""

import secrets
import sqlite3

import pyotp

from bot.clock import Clock
from escalation.console import password as passwords
from escalation.console.staff_account import Account, StaffError, account_of
from escalation.console.staff_file import StaffFile, opened, reading
from escalation.console.staff_rows import Rows

ISSUER = "Hotline"
STEP_SECONDS = 30
PENDING_SECONDS = 20 * 60
"""How long a new code app may take to be set up."""
RECOVERY_CODES = 10


class Factors:
    """The accounts' factors. Calls block for milliseconds (a password check for tens): call from a thread."""

    def __init__(self, path: str, key: bytes, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._file = StaffFile(path, key)
        # Checked when a name is unknown, so that the answer takes as long.
        self._nobody = passwords.hashed(secrets.token_hex(16))

    def verify_password(self, name: str, password: str, *, familiar: bool = False) -> Account | None:
        """First step: the account if name and password are right and it is neither locked nor disabled.

        `familiar`: asked by a browser its owner signed in with before. What strangers did elsewhere does not
        lock it out, and its own wrong tries are for the caller to count.
        """
        now = self._clock.now()
        with reading(self._file) as rows:
            row = rows.find(name)
        right = passwords.matches(self._nobody if row is None else str(row["hash"]), password)
        if row is None:
            # The name is left out: people type a password into the wrong box.
            self._trace("", "unknown_name")
            return None
        account = account_of(row)
        refused = "disabled" if account.disabled else ""
        if not familiar and account.locked_until > now:
            refused = refused or "locked"
        if right and 0 < account.renew_until <= now:
            refused = refused or "expired"
        if refused:
            self._trace(account.id, "refused", refused)
            return None
        if not right:
            self._wrong_password(account.id, counts=not familiar)
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
            if row is None or secret is None or not _may_sign_in(row):
                return None
            if row["code_until"] > now:
                rows.trace(now, account_id, "refused", "codes_rest")
                return None
            step = matching_step(secret, code, now)
            # One statement, so that the same code sent twice at once passes once.
            if step is not None and rows.use_step(account_id, step):
                rows.set(account_id, fails=0, locked_until=0.0, code_fails=0, code_until=0.0)
                rows.trace(now, account_id, "signed_in", "code")
                return account_of(row)
            resting = rows.fail_code(account_id, now)
            rows.trace(now, account_id, "failed", "code")
            if resting:
                rows.trace(now, account_id, "locked", "codes")
        return None

    def verify(self, name: str, password: str, code: str) -> Account | None:
        """Both steps at once, for callers without a page between them."""
        account = self.verify_password(name, password)
        return None if account is None else self.verify_code(account.id, code)

    def verify_recovery(self, account_id: str, code: str) -> Account | None:
        """Second step without the phone: each recovery code passes once."""
        now, given = self._clock.now(), passwords.plain(code)
        with opened(self._file) as rows:
            row = rows.get(account_id)
            if row is None or not _may_sign_in(row):
                return None
            if rows.use_recovery(account_id, self._file.recovery_hash(account_id, given)):
                rows.set(account_id, fails=0, locked_until=0.0)
                rows.trace(now, account_id, "signed_in", "recovery")
                return account_of(row)
            rows.trace(now, account_id, "failed", "recovery")
        return None

    def confirms(self, account_id: str, password: str) -> bool:
        """Whether somebody signed in still knows their password, asked before a step that matters."""
        with reading(self._file) as rows:
            row = rows.get(account_id)
        if row is None or not passwords.matches(str(row["hash"]), password):
            self._trace(account_id, "failed", "password")
            return False
        return True

    def change_password(self, account_id: str, old: str, new: str) -> bool:
        """False when the old one is wrong; raises StaffError when the new one will not do."""
        if not self.confirms(account_id, old):
            return False
        with opened(self._file) as rows:
            row = rows.get(account_id)
            if row is None:
                return False
            rows.set(account_id, hash=passwords.hashed(good(new, str(row["name"]))))
            rows.count_up(account_id)
            rows.trace(self._clock.now(), account_id, "password_changed")
        return True

    def begin_app(self, account_id: str) -> None:
        """A code app is to be set up: from now on `pending_app` tells its secret, for some minutes."""
        until = self._clock.now() + PENDING_SECONDS
        with opened(self._file) as rows:
            rows.set_pending(account_id, pyotp.random_base32(), until)

    def pending_app(self, account_id: str) -> str | None:
        """The secret of the code app being set up."""
        with reading(self._file) as rows:
            row = rows.get(account_id)
            if row is None or row["pending_until"] <= self._clock.now():
                return None
            return rows.pending(row)

    def finish_app(self, account_id: str, code: str) -> bool:
        """From now on the new app's codes are good and the old one's are not; False if this code is wrong."""
        now = self._clock.now()
        with opened(self._file) as rows:
            return self._finished(rows.get(account_id), code, now, rows)

    def renew(self, account_id: str, password: str, code: str) -> bool:
        """The owner chose a password and set up a code app: an invited or reset account is whole again.

        False if the code is wrong or the time is over; raises StaffError when the password will not do.
        """
        now = self._clock.now()
        with reading(self._file) as rows:
            row = rows.get(account_id)
        if row is None or row["disabled"] or row["renew_until"] <= now:
            return False
        if passwords.matches(str(row["hash"]), password):
            raise StaffError("Choose a password of your own.", "weak")
        hashed = passwords.hashed(good(password, str(row["name"])))
        with opened(self._file) as rows:
            row = rows.get(account_id)
            if row is None or row["renew_until"] <= now or not self._finished(row, code, now, rows):
                return False
            rows.set(account_id, hash=hashed, renew_until=0.0)
            rows.count_up(account_id)
            rows.trace(now, account_id, "renewed")
            rows.trace(now, account_id, "signed_in", "renewed")
        return True

    def new_recovery(self, account_id: str) -> list[str]:
        """Fresh recovery codes, told once; those of before are no good any more."""
        codes = [passwords.generated(10, 5) for _ in range(RECOVERY_CODES)]
        hashes = [self._file.recovery_hash(account_id, passwords.plain(code)) for code in codes]
        with opened(self._file) as rows:
            rows.set_recovery(account_id, hashes)
            rows.trace(self._clock.now(), account_id, "recovery_made")
        return codes

    def recovery_left(self, account_id: str) -> int:
        with reading(self._file) as rows:
            return rows.recovery_left(account_id)

    def _finished(self, row: sqlite3.Row | None, code: str, now: float, rows: Rows) -> bool:
        secret = None if row is None or row["pending_until"] <= now else rows.pending(row)
        step = None if secret is None else matching_step(secret, code, now)
        if row is None or step is None:
            return False
        rows.use_pending(row["id"], step)
        rows.trace(now, row["id"], "app_changed")
        return True

    def _wrong_password(self, account_id: str, *, counts: bool) -> None:
        now = self._clock.now()
        with opened(self._file) as rows:
            locked = counts and rows.fail(account_id, now)
            rows.trace(now, account_id, "failed", "password")
            if locked:
                rows.trace(now, account_id, "locked", "password")

    def _trace(self, account_id: str, event: str, detail: str = "", by: str = "") -> None:
        with opened(self._file) as rows:
            rows.trace(self._clock.now(), account_id, event, detail, by)


def uri_of(name: str, secret: str) -> str:
    """What a code app reads from the square picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def good(password: str, name: str) -> str:
    if fault := passwords.fault(password, name):
        raise StaffError(fault, "weak")
    return password


def matching_step(secret: str, code: str, now: float) -> int | None:
    """Which 30-second step this code belongs to, if any; clocks may be one step apart."""
    current, given = int(now) // STEP_SECONDS, "".join(code.split())
    totp = pyotp.TOTP(secret)
    found = None
    for step in (current - 1, current, current + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), given.encode()):
            found = step
    return found


def _may_sign_in(row: sqlite3.Row) -> bool:
    return not row["disabled"] and row["renew_until"] == 0
