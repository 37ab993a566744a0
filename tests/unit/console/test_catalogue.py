"""The console's words: the same in every language, and every one that a page asks for."""

import re
import string

import pytest

from escalation.cases.case import RANK
from escalation.console.catalogue import LANGUAGES, asked, texts, words
from escalation.console.pages import HERE
from escalation.console.staff import ROLES
from escalation.danger.taxonomy import SIGNALS


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_language_has_the_same_keys_and_places(language: str) -> None:
    english, other = texts("en"), texts(language)
    assert other.keys() == english.keys()
    assert {key: places(text) for key, text in other.items()} == {
        key: places(text) for key, text in english.items()
    }
    assert [key for key, text in other.items() if not text.strip()] == []
    # Names of the world's own (SMS, Telegram, OK) may be alike; sentences may not.
    assert [
        key for key, text in other.items() if text == english[key] and len(text) > 18 and not places(text)
    ] == []


def test_every_word_that_a_template_or_view_asks_for_is_there() -> None:
    wanted = set()
    for path in [*HERE.rglob("*.html"), *HERE.rglob("*.py")]:
        wanted |= set(
            re.findall(r"""(?:\bt|words|say)\(["']([a-z_]+\.[a-z_]+)["'][,)]""", path.read_text("utf-8"))
        )
    assert len(wanted) > 80
    assert wanted - texts("en").keys() == set()


@pytest.mark.parametrize(
    ("section", "names"), [("signal", SIGNALS), ("level", RANK), ("role", ROLES), ("language", LANGUAGES)]
)
def test_every_label_has_a_word(section: str, names: list[str]) -> None:
    assert {f"{section}.{name}" for name in names} - texts("en").keys() == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("sq-AL,sq;q=0.9,en;q=0.8", "sq"),
        ("de-DE,de;q=0.9,hr;q=0.8", "bcms"),
        ("sr-Cyrl", "bcms"),
        ("RO", "ro"),
        ("mo", "ro"),
        ("fr,de", "en"),
        ("," * 5000, "en"),
    ],
)
def test_the_browser_asks_for_a_language(header: str, language: str) -> None:
    assert asked(header) == language


def test_an_unknown_label_is_shown_as_it_is() -> None:
    assert words("sq").either("signal.newly_added", "newly_added") == "newly_added"
