"""A counsellor's answer as the person gets it."""

from typing import Literal

from bot.directory import numbers
from bot.script import Script
from bot.wording import fixed, pieces, rendered
from escalation.cases.case import CaseRow

MAX_ANSWER = 1500


def as_sent(text: str, channel: str) -> list[str]:
    """The messages an answer becomes: as typed, by SMS without the marks that would triple its price."""
    return pieces(rendered(text, "", "latin", channel), channel)


def told(what: Literal["ended", "returned_to_bot", "muted"], row: CaseRow, **filled: str | int) -> str:
    """What the person will be told when their talk ends here."""
    emergency = numbers(row.country, row.language).emergency
    return fixed(what, row.language, script_named(row.script), row.channel, emergency=emergency, **filled)


def script_named(name: str) -> Script:
    return "cyrillic" if name == "cyrillic" else "latin"
