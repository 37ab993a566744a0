"""A counsellor's answer as the person gets it."""

from typing import Literal

from bot.script import Script
from bot.wording import fixed, pieces, rendered

MAX_ANSWER = 1500


def as_sent(text: str, channel: str) -> list[str]:
    """The messages an answer becomes: as typed, by SMS without the marks that would triple its price."""
    return pieces(rendered(text, "", "latin", channel), channel)


def told(what: Literal["ended", "returned_to_bot"], language: str, script: str, channel: str) -> str:
    """What the person will be told when their talk ends here."""
    return fixed(what, language, script_named(script), channel)


def script_named(name: str) -> Script:
    return "cyrillic" if name == "cyrillic" else "latin"
