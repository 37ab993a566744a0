"""The console's own words, one file per language with the same keys; a word that is missing is English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "sq", "bcms", "ro")
FOLDER = Path(__file__).parent / "locales"

# Tags a browser asks with, as far as they mean one of ours.
_ASKED = {"sq": "sq", "ro": "ro", "mo": "ro", "en": "en"} | dict.fromkeys(
    ("bs", "hr", "sr", "cnr", "sh", "me"), "bcms"
)


class Words:
    """Words of one language: `words("queue.title")`, with values for its {places}."""

    def __init__(self, language: str, texts: Mapping[str, str], english: Mapping[str, str]) -> None:
        self.language, self._texts, self._english = language, texts, english

    def __call__(self, key: str, **values: str | int) -> str:
        text = self._texts.get(key) or self._english[key]
        return text.format(**values) if values else text

    def either(self, key: str, otherwise: str) -> str:
        """The words for a label from elsewhere, or the label itself when there are none."""
        return self._texts.get(key) or self._english.get(key) or otherwise


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of a language by `section.key`."""
    with (FOLDER / f"{language}.toml").open("rb") as file:
        sections: dict[str, dict[str, str]] = tomllib.load(file)
    return {
        f"{section}.{key}": text for section, entries in sections.items() for key, text in entries.items()
    }


@cache
def words(language: str) -> Words:
    return Words(language, texts(language), texts("en"))


def asked(accept_language: str) -> str:
    """The first of our languages that a browser asks for, else English."""
    for part in accept_language.split(",")[:10]:
        tag = part.split(";")[0].strip().lower().split("-")[0]
        if tag in _ASKED:
            return _ASKED[tag]
    return "en"
