"""Reading and writing the staff file within one transaction; the arithmetic of lock-outs."""

import sqlite3
import unicodedata
from typing import Final, Protocol

LOCK_AFTER = 50
"""Wrong passwords from strange browsers before those have to wait; the owner's own browser does not."""
LOCK_SECONDS = 15 * 60
CODE_LOCK_AFTER = 5
"""Wrong one-time codes before codes rest. Whoever gets here has the password: no stranger can cause it."""
CODE_LOCK_SECONDS, CODE_LOCK_LONGEST = 15 * 60, 24 * 3600
TRAIL_DAYS = 90
_TOGETHER_SECONDS = 3600
_REPEATED: Final = frozenset({"failed", "refused", "unknown_name"})
"""Events a stranger can cause: the same again within an hour is counted, so that they fill no disk."""

_SETTABLE: Final = frozenset(
    "role hash last_step languages interface disabled fails locked_until renew_until pending_until"
    " code_fails code_until".split()
)


class Seals(Protocol):
    def seal(self, account_id: str, secret: str) -> bytes: ...
    def unseal(self, account_id: str, sealed: bytes) -> str | None: ...


class Rows:
    """What can be asked of the file and changed in it."""

    def __init__(self, file: Seals, connection: sqlite3.Connection) -> None:
        self._file, self.connection = file, connection

    def get(self, account_id: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM accounts WHERE id = ?", account_id)

    def find(self, name: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM accounts WHERE folded = ?", folded(name))

    def all(self) -> list[sqlite3.Row]:
        return self.connection.execute("SELECT * FROM accounts ORDER BY folded").fetchall()

    def administrators(self) -> int:
        """How many could sign in and mend things."""
        count: int = self.connection.execute(
            "SELECT count(*) FROM accounts WHERE role = 'administrator' AND NOT disabled AND renew_until = 0"
        ).fetchone()[0]
        return count

    def insert(
        self,
        account_id: str,
        name: str,
        role: str,
        hashed: str,
        secret: str,
        languages: tuple[str, ...],
        now: float,
    ) -> None:
        self.connection.execute(
            "INSERT INTO accounts (id, name, folded, role, hash, secret, languages, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account_id,
                name,
                folded(name),
                role,
                hashed,
                self._file.seal(account_id, secret),
                " ".join(languages),
                now,
            ),
        )

    def set(self, account_id: str, **values: str | int | float) -> None:
        for column, value in values.items():
            if column not in _SETTABLE:
                raise ValueError("no such column")
            self.connection.execute(
                f"UPDATE accounts SET {column} = ? WHERE id = ?",  # noqa: S608 - from the list above
                (value, account_id),
            )

    def count_up(self, account_id: str) -> None:
        """From now on sessions and marks of before are no good."""
        self.connection.execute("UPDATE accounts SET version = version + 1 WHERE id = ?", (account_id,))

    def secret(self, row: sqlite3.Row) -> str | None:
        return self._file.unseal(row["id"], row["secret"])

    def pending(self, row: sqlite3.Row) -> str | None:
        return self._file.unseal(row["id"], row["pending"]) if row["pending"] else None

    def set_secret(self, account_id: str, secret: str) -> None:
        """The same secret, sealed anew."""
        self.connection.execute(
            "UPDATE accounts SET secret = ? WHERE id = ?", (self._file.seal(account_id, secret), account_id)
        )

    def set_pending(self, account_id: str, secret: str, until: float) -> None:
        self.connection.execute(
            "UPDATE accounts SET pending = ?, pending_until = ? WHERE id = ?",
            (self._file.seal(account_id, secret), until, account_id),
        )

    def use_pending(self, account_id: str, step: int) -> None:
        """The code app that was being set up is the account's now; its first code is used."""
        self.connection.execute(
            "UPDATE accounts SET secret = pending, pending = x'', pending_until = 0, last_step = ?,"
            " code_fails = 0, code_until = 0 WHERE id = ?",
            (step, account_id),
        )

    def use_step(self, account_id: str, step: int) -> bool:
        """True the first time: a code of this step or an older one passes never again."""
        changed = self.connection.execute(
            "UPDATE accounts SET last_step = ? WHERE id = ? AND last_step < ?", (step, account_id, step)
        )
        return changed.rowcount == 1

    def fail(self, account_id: str, now: float) -> bool:
        """Count a wrong password of a strange browser; True when those have to wait now."""
        row = self.get(account_id)
        if row is None:
            return False
        fails = 1 + (row["fails"] if now - row["failed_at"] < LOCK_SECONDS else 0)
        locked = fails >= LOCK_AFTER
        self.connection.execute(
            "UPDATE accounts SET fails = ?, failed_at = ?, locked_until = ? WHERE id = ?",
            (0 if locked else fails, now, now + LOCK_SECONDS if locked else row["locked_until"], account_id),
        )
        return locked

    def fail_code(self, account_id: str, now: float) -> bool:
        """Count a wrong code; every few, codes rest twice as long. A right one sets the count to nothing."""
        row = self.get(account_id)
        if row is None:
            return False
        fails = row["code_fails"] + 1
        times, rest = divmod(fails, CODE_LOCK_AFTER)
        # 2 ** 20 is longer than the longest already.
        until = now + min(CODE_LOCK_LONGEST, CODE_LOCK_SECONDS * 2 ** min(times - 1, 20)) if not rest else 0.0
        self.set(account_id, code_fails=fails, code_until=until)
        return not rest

    def trace(self, now: float, account_id: str, event: str, detail: str = "", actor: str = "") -> None:
        if event not in _REPEATED or not self._counted(now, account_id, event, detail):
            self.connection.execute(
                "INSERT INTO trail (at, account, event, detail, actor) VALUES (?, ?, ?, ?, ?)",
                (now, account_id, event, detail, actor),
            )
        self.cut(now)

    def cut(self, now: float) -> None:
        self.connection.execute("DELETE FROM trail WHERE at < ?", (now - TRAIL_DAYS * 86_400,))

    def _counted(self, now: float, account_id: str, event: str, detail: str) -> bool:
        changed = self.connection.execute(
            "UPDATE trail SET times = times + 1, at = ? WHERE rowid = (SELECT rowid FROM trail"
            " WHERE account = ? AND event = ? AND detail = ? AND at > ? ORDER BY at DESC LIMIT 1)",
            (now, account_id, event, detail, now - _TOGETHER_SECONDS),
        )
        return changed.rowcount == 1

    def trail(self, account_id: str | None, limit: int, since: float) -> list[sqlite3.Row]:
        return self.connection.execute(
            "SELECT * FROM trail WHERE at >= ? AND (? IS NULL OR account = ?)"
            " ORDER BY at DESC, rowid DESC LIMIT ?",
            (since, account_id, account_id, limit),
        ).fetchall()

    def last_sign_ins(self) -> dict[str, float]:
        rows = self.connection.execute(
            "SELECT account, max(at) AS at FROM trail WHERE event = 'signed_in' GROUP BY account"
        )
        return {row["account"]: row["at"] for row in rows}

    def set_recovery(self, account_id: str, hashes: list[str]) -> None:
        self.connection.execute("DELETE FROM recovery WHERE account = ?", (account_id,))
        self.connection.executemany(
            "INSERT INTO recovery VALUES (?, ?)", [(account_id, hashed) for hashed in hashes]
        )

    def use_recovery(self, account_id: str, hashed: str) -> bool:
        """True once: the code is gone with it."""
        gone = self.connection.execute(
            "DELETE FROM recovery WHERE account = ? AND hash = ?", (account_id, hashed)
        )
        return gone.rowcount == 1

    def recovery_left(self, account_id: str) -> int:
        count: int = self.connection.execute(
            "SELECT count(*) FROM recovery WHERE account = ?", (account_id,)
        ).fetchone()[0]
        return count

    def _one(self, query: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute(query, values).fetchone()
        return row


def folded(name: str) -> str:
    """A name as it is looked up: case, width and spaces do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
