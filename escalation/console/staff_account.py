"""What a staff account is, as the rest of the console sees it, and what its parts may be."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.errors import HotlineError

ROLES: Final = ("counsellor", "supervisor", "editor", "administrator")
DESK_ROLES: Final = frozenset({"counsellor", "supervisor"})
LANGUAGES: Final = ("en", "sq", "bcms", "ro")


class StaffError(HotlineError):
    """An account cannot be made or changed as asked; the text says why and holds no secret.

    `key` is the reason in one word, for pages that say it in their own language.
    """

    def __init__(self, text: str, key: str = "unknown") -> None:
        super().__init__(text)
        self.key = key


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
    """Until then strange browsers' passwords are not tried."""
    created_at: float
    code_until: float = 0.0
    """Until then one-time codes are not tried."""
    renew_until: float = 0.0
    """Not 0: the password is one somebody gave, good until then for setting up new factors only."""
    version: int = 1
    """A session or mark of another version is no good."""

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
class Invitation:
    """A password to begin with: whoever has it chooses their own, and sets up a code app."""

    account: Account
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the trail: what happened to which account, without any content."""

    at: float
    account: str
    event: str
    detail: str
    actor: str = ""
    """Id of the account that did it, "shell" for the command line; empty: its owner, or nobody knows."""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account: its public half, and how often its device says that it signed."""

    id: str
    account: str
    name: str
    public_key: bytes = field(repr=False)
    sign_count: int
    synced: bool
    blocked: bool
    """Its count went backwards: there are two of it."""
    created_at: float
    used_at: float


def account_of(row: sqlite3.Row) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        languages=tuple(str(row["languages"]).split()),
        interface=row["interface"],
        disabled=bool(row["disabled"]),
        locked_until=row["locked_until"],
        created_at=row["created_at"],
        code_until=row["code_until"],
        renew_until=row["renew_until"],
        version=row["version"],
    )


def existing(row: sqlite3.Row | None) -> sqlite3.Row:
    if row is None:
        raise StaffError("There is no account of this name.", "missing")
    return row


def checked_name(name: str) -> str:
    """A name for an account or a passkey, with single spaces."""
    name = " ".join(name.split())
    if not 2 <= len(name) <= 40 or not all(letter.isalnum() or letter in " .-_'" for letter in name):
        raise StaffError("A name has 2 to 40 letters, digits, spaces or . - _ '", "name")
    return name


def one_of(value: str, known: Sequence[str], what: str) -> None:
    if value not in known:
        raise StaffError(f"No such {what}. Known: {', '.join(word for word in known if word)}.", what)
