"""The look back on a practice talk: what its script hoped for, and whether it was seen.

Nobody is scored and nothing is kept: it lives in memory for minutes (escalation/practice/room.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hope:
    """One thing the script hoped for; `name` is one of script.HOPES."""

    name: str
    seen: bool


@dataclass(frozen=True, slots=True)
class LookBack:
    """What a trainee reads after a talk."""

    about: str
    language: str
    minutes: int
    """Within how many an answer was hoped for."""
    hopes: tuple[Hope, ...]
    other_number: bool
    """A number was given that is not in the directory."""
