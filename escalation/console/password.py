"""Passwords: what will do, how one is made, and how it is kept."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 12, 200
# No i, l, o, 0, 1: read aloud and typed without doubt. 16 letters of 31 are 79 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# RFC 9106's second choice in time, with half of its memory: two sign-ins at once must fit beside the rest.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def generated(length: int = 16, group: int = 4) -> str:
    """Letters by chance, 5 bits each, in groups."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(length))
    return "-".join(letters[start : start + group] for start in range(0, length, group))


def plain(code: str) -> str:
    """A generated code as it is compared: case, spaces and dashes are nobody's fault."""
    return "".join(letter for letter in code.casefold() if letter.isalnum())


def fault(password: str, name: str) -> str:
    """Why this password will not do for the account of this name; empty when it will."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters."
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        return "This password is too easy to guess."
    return ""


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether it was hashed with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)
