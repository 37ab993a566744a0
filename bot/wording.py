"""The fixed texts and words of the hotline, per language: there even when the dialogue engine is not.

Staff edit `bot/texts/<language>.toml`. What a person reads is made here too: in their alphabet and standard,
and fit for their channel.
"""

import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from bot.channels.sms.segments import split
from bot.script import Script, plain_latin, to_cyrillic, to_ekavian, to_latin

TEXTS = Path(__file__).resolve().parent / "texts"
TITLES = Path(__file__).resolve().parent.parent / "dialogues" / "texts"
EKAVIAN = TITLES / "bcms" / "_ekavian.yml"
MOST_SEGMENTS = 3
LANGUAGES = ("en", "sq", "bcms", "ro")
SPOKEN = {"mk": "bcms", "bg": "bcms", "it": "en", "el": "en"}
"""In which of our languages we answer somebody who writes in another one."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's fixed texts and command words."""

    language: str
    texts: dict[str, str] = field(repr=False)
    cyrillic: dict[str, str] = field(repr=False)
    """Short forms for Cyrillic SMS, which has 70 characters a segment."""
    words: dict[str, frozenset[str]] = field(repr=False)


@cache
def wording(language: str) -> Wording:
    """The wording of a language we answer in; others get the one nearest to them."""
    language = spoken(language)
    with (TEXTS / f"{language}.toml").open("rb") as file:
        loaded = tomllib.load(file)
    words = {name: frozenset(map(folded, listed)) for name, listed in loaded["words"].items()}
    return Wording(language, loaded["texts"], loaded.get("texts_cyrillic", {}), words)


@cache
def titles() -> frozenset[str]:
    """The titles of our own buttons in every language, as whole messages are compared."""
    found: set[str] = set()
    for language in LANGUAGES:
        path = TITLES / language / "_buttons.yml"
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        found |= {folded(str(title)) for title in loaded.values()}
    return frozenset(found)


def spoken(language: str) -> str:
    """The language we answer in."""
    return language if language in LANGUAGES else SPOKEN.get(language, "en")


def folded(text: str) -> str:
    """A whole message as it is compared with command words: no case, marks, punctuation; Latin."""
    bare = plain_latin(to_latin(unicodedata.normalize("NFKC", text))).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


@cache
def _ekavian() -> dict[str, str]:
    return dict(yaml.safe_load(EKAVIAN.read_text(encoding="utf-8"))) if EKAVIAN.exists() else {}


def fixed(name: str, language: str, script: Script, channel: str, **filled: str | int) -> str:
    """A fixed text with its placeholders filled, as this person reads it on this channel."""
    found = wording(language)
    text = found.texts.get(f"{name}_{channel}", found.texts[name])
    if script == "cyrillic" and channel == "sms":
        text = found.cyrillic.get(name, text)
    return rendered(text.format_map(_Filled(filled)), language, script, channel)


class _Filled(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return ""


def pieces(text: str, channel: str) -> list[str]:
    """A text as it is sent: an SMS takes at most three segments, and is cut at the end of a sentence."""
    return split(text, MOST_SEGMENTS) if channel == "sms" else [text]


def rendered(text: str, language: str, script: Script, channel: str) -> str:
    """A text in the person's alphabet; Latin SMS without the letters that would triple its price.

    (One letter outside GSM 03.38 turns 160 characters a segment into 70.)
    """
    if script == "cyrillic" and spoken(language) == "bcms":
        return to_cyrillic(to_ekavian(text, _ekavian()))
    return plain_latin(text) if channel == "sms" else text
