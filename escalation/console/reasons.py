"""Why a talk is here, said in the language of whoever reads it.

`escalation/danger` writes its reasons in English. `reasons/en.toml` holds the same sentences by name; what is
found there is said from the file of the reader's language. What is not (a rule that staff have just written)
stays as it is.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from escalation.console.catalogue import Words
from escalation.console.shown import line

FOLDER = Path(__file__).parent / "reasons"
type Sentences = Mapping[str, str]

_RULE = re.compile(r"(?P<reason>.+) \(rule (?P<rule>[a-z0-9-]+)\)", re.DOTALL)
_COMPOSED = ("sounds", "sounded", "together", "like", "adds_up", "late", "earlier")


@dataclass(frozen=True, slots=True, repr=False)
class Reason:
    """One reason as a page shows it."""

    text: str
    rule: str
    """Which phrase rule says so; empty where none does."""


@cache
def read(language: str) -> Mapping[str, Sentences]:
    """All sentences of a language by section and name."""
    with (FOLDER / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def told(reason: str, words: Words) -> Reason:
    """A reason as the detectors wrote it, in the reader's language and fit to be shown."""
    found = _RULE.fullmatch(reason)
    text = _said(found["reason"] if found else reason, words)
    return Reason(line(text[:1].upper() + text[1:]), found["rule"] if found else "")


def _said(reason: str, words: Words) -> str:
    into = read(words.language)
    if (name := _names("sentence").get(reason)) is not None:
        return into["sentence"][name]
    for name in _COMPOSED:
        if found := _pattern(name).fullmatch(reason):
            parts = {part: _part(part, value, words) for part, value in found.groupdict().items()}
            return into["composed"][name].format(**parts)
    return reason


def _part(name: str, value: str, words: Words) -> str:
    if name == "reason":
        return _said(value, words)
    if name == "level":
        return words.either(f"level.{value}", value)
    if name == "flags":
        flags, into = _names("flag"), read(words.language)["flag"]
        return ", ".join(into[flags[one]] if one in flags else one for one in value.split(", "))
    if name == "kinds":
        if value == read("en")["composed"]["no_kind"]:
            return read(words.language)["composed"]["no_kind"]
        kinds = (words.either(f"signal.{one.replace(' ', '_')}", one) for one in value.split(", "))
        return ", ".join(kinds).lower()
    return value


@cache
def _names(section: str) -> Mapping[str, str]:
    """What each English sentence is called."""
    return {sentence: name for name, sentence in read("en")[section].items()}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """The English sentence of this name, to be found with whatever it is about."""
    pieces = re.split(r"\{(\w+)\}", read("en")["composed"][name])
    wanted = [f"(?P<{piece}>.+)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)]
    return re.compile("".join(wanted), re.DOTALL)
