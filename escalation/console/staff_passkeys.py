"""The accounts' passkeys in the staff file: public halves and counts. What they sign is checked elsewhere."""

import sqlite3

from bot.clock import Clock
from escalation.console.staff_account import Account, Passkey, StaffError, account_of, checked_name
from escalation.console.staff_file import StaffFile, opened, reading

MOST = 10
"""Passkeys of one account."""


class Passkeys:
    """Calls block for milliseconds: call from a thread."""

    def __init__(self, file: StaffFile, clock: Clock) -> None:
        self._file, self._clock = file, clock

    def of(self, account_id: str) -> list[Passkey]:
        """An account's passkeys, oldest first."""
        with reading(self._file) as rows:
            found = rows.connection.execute(
                "SELECT * FROM passkeys WHERE account = ? ORDER BY created_at, id", (account_id,)
            )
            return [_passkey(row) for row in found]

    def find(self, passkey_id: str) -> Passkey | None:
        with reading(self._file) as rows:
            row = rows.connection.execute("SELECT * FROM passkeys WHERE id = ?", (passkey_id,)).fetchone()
        return None if row is None else _passkey(row)

    def add(
        self, account_id: str, name: str, passkey_id: str, public_key: bytes, count: int, synced: bool
    ) -> None:
        """Raises StaffError for a name that will not do, one too many, and one that is known already."""
        name, now = checked_name(name), self._clock.now()
        with opened(self._file) as rows:
            ask = rows.connection.execute
            (many,) = ask("SELECT count(*) FROM passkeys WHERE account = ?", (account_id,)).fetchone()
            if many >= MOST:
                raise StaffError(f"An account has {MOST} passkeys at most.", "many")
            try:
                ask(
                    "INSERT INTO passkeys (id, account, name, public_key, sign_count, synced, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (passkey_id, account_id, name, public_key, count, synced, now),
                )
            except sqlite3.IntegrityError:
                raise StaffError("This passkey is known already.", "known") from None
            rows.trace(now, account_id, "passkey_added")

    def used(self, passkey_id: str, count: int) -> Account | None:
        """A passkey signed, and its signature was good: the account, unless it may not sign in so.

        A count that did not go up means that there are two of this passkey: it is blocked, and the trail says
        so. (WebAuthn level 3, section 6.1.1; passkeys that are synced count nothing and always say 0.)
        """
        now = self._clock.now()
        with opened(self._file) as rows:
            found = rows.connection.execute("SELECT * FROM passkeys WHERE id = ?", (passkey_id,)).fetchone()
            account = None if found is None else rows.get(found["account"])
            if found is None or account is None or found["blocked"]:
                return None
            if account["disabled"] or account["renew_until"]:
                rows.trace(now, account["id"], "refused", "disabled")
                return None
            if (count or found["sign_count"]) and count <= found["sign_count"]:
                rows.connection.execute("UPDATE passkeys SET blocked = 1 WHERE id = ?", (passkey_id,))
                rows.trace(now, account["id"], "passkey_blocked")
                return None
            rows.connection.execute(
                "UPDATE passkeys SET sign_count = ?, used_at = ? WHERE id = ?", (count, now, passkey_id)
            )
            rows.set(account["id"], fails=0, locked_until=0.0)
            rows.trace(now, account["id"], "signed_in", "passkey")
            return account_of(account)

    def remove(self, account_id: str, passkey_id: str) -> bool:
        with opened(self._file) as rows:
            gone = rows.connection.execute(
                "DELETE FROM passkeys WHERE id = ? AND account = ?", (passkey_id, account_id)
            )
            if gone.rowcount:
                rows.trace(self._clock.now(), account_id, "passkey_removed")
            return gone.rowcount == 1


def _passkey(row: sqlite3.Row) -> Passkey:
    return Passkey(
        id=row["id"],
        account=row["account"],
        name=row["name"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        synced=bool(row["synced"]),
        blocked=bool(row["blocked"]),
        created_at=row["created_at"],
        used_at=row["used_at"],
    )
