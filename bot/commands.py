"""Commands: a whole message that is a known word always works, in every language, whoever has the talk."""

from dataclasses import dataclass
from typing import Literal

from bot.wording import LANGUAGES, folded, wording

Name = Literal["stop", "delete", "cover", "language", "person", "start"]
Answer = Literal["yes", "no", "dont_know"]
MAX_LENGTH = 40
"""A longer message is never a command: somebody who writes `I can't stop crying` is not opting out."""
SLASH: dict[str, Name] = {"/stop": "stop", "/delete": "delete", "/person": "person", "/start": "start"}


@dataclass(frozen=True, slots=True)
class Command:
    name: Name
    language: str = ""
    """For `language`: the one asked for. Otherwise the language whose word it was."""


def command_in(text: str, language: str) -> Command | None:
    """The command a message is, if it is one; the person's own language is asked first."""
    if len(text) > MAX_LENGTH:
        return None
    stripped = text.strip().casefold()
    if stripped.split("@", 1)[0].split(" ", 1)[0] in SLASH:
        return Command(SLASH[stripped.split("@", 1)[0].split(" ", 1)[0]], language)
    words = folded(text)
    if not words:
        return None
    for name in ("stop", "delete", "cover", "person"):
        for spoken in _languages(language):
            if words in wording(spoken).words[name]:
                return Command(name, spoken)
    for spoken in LANGUAGES:
        if words in wording(spoken).words["language"]:
            return Command("language", spoken)
    return None


def answer_in(text: str, language: str) -> Answer | None:
    """Yes, no or don't know, if that is all a message says."""
    if len(text) > MAX_LENGTH:
        return None
    words = folded(text)
    for spoken in _languages(language):
        for name in ("yes", "no", "dont_know"):
            if words in wording(spoken).words[name]:
                return name
    return None


def _languages(first: str) -> list[str]:
    return sorted(LANGUAGES, key=lambda code: code != first)
