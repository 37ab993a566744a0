"""The SQLite file under the staff accounts: its tables, its sealing, its lock-out arithmetic.

The file is readable by its owner only. No table has a column that could hold a word of a conversation.
"""

import hashlib
import os
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LOCK_AFTER = 10
"""Wrong tries in a row before an account is locked: enough for a tired counsellor, too few for guessing."""
LOCK_SECONDS = 15 * 60
TRAIL_DAYS = 400

_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    hash TEXT NOT NULL, secret BLOB NOT NULL, last_step INTEGER NOT NULL DEFAULT 0,
    languages TEXT NOT NULL DEFAULT '', interface TEXT NOT NULL DEFAULT '',
    disabled INTEGER NOT NULL DEFAULT 0, fails INTEGER NOT NULL DEFAULT 0,
    failed_at REAL NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0, created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS trail (
    at REAL NOT NULL, account TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS trail_of ON trail (account, at);
"""
_SETTABLE = frozenset(
    {"role", "hash", "last_step", "languages", "interface", "disabled", "fails", "locked_until"}
)


class StaffFile:
    """Where the file is, and the key its secrets are sealed under."""

    def __init__(self, path: str, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("the staff key needs at least 16 bytes")
        self.path = Path(path)
        self._sealer = AESGCM(hashlib.sha256(b"hotline staff\0" + key).digest())
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made before SQLite opens it: its journals copy the mode of the file they belong to.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self.path.chmod(0o600)
        with closing(self.connect()) as connection:
            connection.executescript(_TABLES)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5, isolation_level=None)
        connection.row_factory = sqlite3.Row
        # What is overwritten or deleted is zeroed in the file.
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    def seal(self, account_id: str, secret: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._sealer.encrypt(nonce, secret.encode(), account_id.encode())

    def unseal(self, account_id: str, sealed: bytes) -> str | None:
        try:
            return self._sealer.decrypt(sealed[:12], sealed[12:], account_id.encode()).decode()
        except InvalidTag:
            return None


@contextmanager
def opened(file: StaffFile) -> "Iterator[Rows]":
    """The file's rows in one transaction, which another process cannot come between."""
    with closing(file.connect()) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield Rows(file, connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


class Rows:
    """Reading and writing within one transaction."""

    def __init__(self, file: StaffFile, connection: sqlite3.Connection) -> None:
        self._file, self._connection = file, connection

    def get(self, account_id: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM accounts WHERE id = ?", account_id)

    def find(self, name: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM accounts WHERE folded = ?", folded(name))

    def all(self) -> list[sqlite3.Row]:
        return self._connection.execute("SELECT * FROM accounts ORDER BY folded").fetchall()

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
        self._connection.execute(
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
            self._connection.execute(
                f"UPDATE accounts SET {column} = ? WHERE id = ?",  # noqa: S608 - from the list above
                (value, account_id),
            )

    def secret(self, row: sqlite3.Row) -> str | None:
        return self._file.unseal(row["id"], row["secret"])

    def set_secret(self, account_id: str, secret: str) -> None:
        self._connection.execute(
            "UPDATE accounts SET secret = ? WHERE id = ?", (self._file.seal(account_id, secret), account_id)
        )

    def use_step(self, account_id: str, step: int) -> bool:
        """True the first time: a code of this step or an older one passes never again."""
        changed = self._connection.execute(
            "UPDATE accounts SET last_step = ? WHERE id = ? AND last_step < ?", (step, account_id, step)
        )
        return changed.rowcount == 1

    def fail(self, account_id: str, now: float) -> bool:
        """Count a wrong try; True when it locks the account."""
        row = self.get(account_id)
        if row is None:
            return False
        fails = 1 + (row["fails"] if now - row["failed_at"] < LOCK_SECONDS else 0)
        locked = fails >= LOCK_AFTER
        self._connection.execute(
            "UPDATE accounts SET fails = ?, failed_at = ?, locked_until = ? WHERE id = ?",
            (0 if locked else fails, now, now + LOCK_SECONDS if locked else row["locked_until"], account_id),
        )
        return locked

    def trace(self, now: float, account_id: str, event: str, detail: str = "") -> None:
        self._connection.execute("INSERT INTO trail VALUES (?, ?, ?, ?)", (now, account_id, event, detail))
        self._connection.execute("DELETE FROM trail WHERE at < ?", (now - TRAIL_DAYS * 86_400,))

    def trail(self, account_id: str | None, limit: int) -> list[sqlite3.Row]:
        if account_id is None:
            return self._connection.execute(
                "SELECT * FROM trail ORDER BY at DESC, rowid DESC LIMIT ?", (limit,)
            ).fetchall()
        return self._connection.execute(
            "SELECT * FROM trail WHERE account = ? ORDER BY at DESC, rowid DESC LIMIT ?", (account_id, limit)
        ).fetchall()

    def _one(self, query: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
        return row


def folded(name: str) -> str:
    """A name as it is looked up: case, width and spaces do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
