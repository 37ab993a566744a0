"""Commands: a whole message that is a known word always works, in every language, whoever has the talk."""

from dataclasses import dataclass
from typing import Literal

from bot.places import is_bare_country
from bot.wording import LANGUAGES, folded, wording

Name = Literal["stop", "delete", "cover", "signal", "back", "language", "person", "start"]
Answer = Literal["yes", "no", "dont_know"]
MAX_LENGTH = 40
"""A longer message is never a command: somebody who writes `I can't stop crying` is not opting out."""
BY_WORD: tuple[Name, ...] = ("stop", "delete", "cover", "signal", "person")
HURRIED: tuple[Name, ...] = ("cover", "signal")
LONG = 8
"""Words of cover and signal of at least this many letters are heard with one letter wrong: they are typed in
a hurry, with somebody near."""
SLASH: dict[str, Name] = {"/stop": "stop", "/delete": "delete", "/person": "person", "/start": "start"}


@dataclass(frozen=True, slots=True)
class Command:
    name: Name
    language: str = ""
    """For `language`: the one asked for. Otherwise the language whose word it was."""


def command_in(text: str, language: str) -> Command | None:
    """The command a message is, if it is one; the person's own language is asked first."""
    words = folded(text) if len(text) <= 4 * MAX_LENGTH else ""  # however many signs follow them
    stripped = text.strip().casefold()
    if len(stripped) <= MAX_LENGTH and stripped.split("@", 1)[0].split(" ", 1)[0] in SLASH:
        return Command(SLASH[stripped.split("@", 1)[0].split(" ", 1)[0]], language)
    if not words or len(words) > MAX_LENGTH:
        return None
    for name in BY_WORD:
        for spoken in _languages(language):
            if words in wording(spoken).words[name]:
                return Command(name, spoken)
    for spoken in LANGUAGES:
        if words in wording(spoken).words["language"]:
            return Command("language", spoken)
    for name in HURRIED:
        for spoken in _languages(language):
            if any(almost(words, word) for word in wording(spoken).words[name]):
                return Command(name, spoken)
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


def almost(words: str, word: str) -> bool:
    """Whether words are this one, but for one letter missing, added, exchanged or swapped with the next."""
    if len(word) < LONG or abs(len(words) - len(word)) > 1:
        return words == word
    at = next((n for n, (a, b) in enumerate(zip(words, word, strict=False)) if a != b), len(words))
    mine, its = words[at:], word[at:]
    return (
        mine[1:] == its[1:]
        or mine == its[1:]
        or mine[1:] == its
        or (mine[:2] == its[1::-1] and mine[2:] == its[2:])
    )


def _languages(first: str) -> list[str]:
    return sorted(LANGUAGES, key=lambda code: code != first)


def says_no_language(text: str, language: str) -> bool:
    """Whether a message is too little to leave the talk's language for: a country's name, a yes, a no."""
    return is_bare_country(text) or answer_in(text, language) is not None
