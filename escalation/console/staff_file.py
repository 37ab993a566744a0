"""The SQLite file under the staff accounts: opening, sealing, steps of its tables, copies.

The file is readable by its owner only. It has SQLite's rollback journal and no write-ahead log: writes are
few, what is overwritten is zeroed in the file itself (`secure_delete`) and does not stay in a log beside it,
and the file alone is always the whole of it, for a backup too. Any number of processes may have it open.
"""

import hashlib
import hmac
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from escalation.console.staff_account import StaffError
from escalation.console.staff_rows import Rows
from escalation.console.staff_schema import MARK, STEPS

_PRAGMAS = ("secure_delete = ON", "foreign_keys = ON", "trusted_schema = OFF", "synchronous = FULL")
_PATIENCE_SECONDS = 10.0
"""How long a process waits for another one's write."""


class StaffFile:
    """Where the file is, and the key its secrets are sealed under."""

    def __init__(self, path: str, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("the staff key needs at least 16 bytes")
        self.path = Path(path)
        self._sealer = AESGCM(hashlib.sha256(b"hotline staff\0" + key).digest())
        self._hasher = hashlib.sha256(b"hotline recovery codes\0" + key).digest()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _ours_alone(self.path)
        self._bring_up_to_date()

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            for setting in _PRAGMAS:
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def mark(self) -> tuple[int, ...]:
        """Which file it is, and its count of changes.

        (Offset 24 of the header, counted up by each transaction that changes anything, where there is no
        write-ahead log: https://www.sqlite.org/fileformat2.html#file_change_counter)
        """
        file = os.open(self.path, os.O_RDONLY)
        try:
            return os.fstat(file).st_ino, int.from_bytes(os.pread(file, 4, 24), "big")
        finally:
            os.close(file)

    def seal(self, account_id: str, secret: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._sealer.encrypt(nonce, secret.encode(), account_id.encode())

    def unseal(self, account_id: str, sealed: bytes) -> str | None:
        try:
            return self._sealer.decrypt(sealed[:12], sealed[12:], account_id.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def recovery_hash(self, account_id: str, code: str) -> str:
        """A recovery code as it is kept. It has 49 bits of chance: a slow hash would add nothing."""
        return hmac.new(self._hasher, f"{account_id}\0{code}".encode(), hashlib.sha256).hexdigest()

    def copy_to(self, target: Path) -> None:
        """A copy as of one moment, while others go on writing; raises StaffError where a file is already."""
        if target.exists():
            raise StaffError("There is a file of this name already.", "exists")
        _ours_alone(target)
        with closing(self.connect()) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)

    def _bring_up_to_date(self) -> None:
        """Take the steps this file has not taken; of several processes at once, one does."""
        try:
            self._take_steps()
        except sqlite3.DatabaseError as error:
            raise StaffError(f"The staff file cannot be used ({type(error).__name__}).", "file") from None

    def _take_steps(self) -> None:
        with closing(self.connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            (mark,), (taken,) = (
                connection.execute(f"PRAGMA {what}").fetchone() for what in ("application_id", "user_version")
            )
            if mark not in (0, MARK) or taken > len(STEPS):
                raise StaffError(
                    "The staff file is of a newer hotline, or no staff file: update the hotline.", "file"
                )
            for step in STEPS[taken:]:
                for statement in step:
                    connection.execute(statement)
            if taken < len(STEPS):
                connection.execute(f"PRAGMA user_version = {len(STEPS)}")
                connection.execute(f"PRAGMA application_id = {MARK}")
            connection.execute("COMMIT")


def _ours_alone(path: Path) -> None:
    # Made before SQLite opens it: its journals copy the mode of the file they belong to.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


@contextmanager
def opened(file: StaffFile) -> Iterator[Rows]:
    """The file's rows in one transaction, which another process cannot come between."""
    with _transaction(file, "BEGIN IMMEDIATE") as rows:
        yield rows


@contextmanager
def reading(file: StaffFile) -> Iterator[Rows]:
    """The same for looking only: any number at once, and none waits for the others."""
    with _transaction(file, "BEGIN") as rows:
        yield rows


@contextmanager
def _transaction(file: StaffFile, begin: str) -> Iterator[Rows]:
    with closing(file.connect()) as connection:
        connection.execute(begin)
        try:
            yield Rows(file, connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
