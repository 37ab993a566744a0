"""The answers of one language: read, and held to what the rules need."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from engine.content import ContentError, load, short, switch

PLACEHOLDER = re.compile(r"{([^{}]*)}")
# Which placeholders a text may have; everywhere else none.
ALLOWED = {
    "utter_help_list": {"country", "numbers", "emergency"},
    "utter_country_unknown": {"country", "numbers", "emergency"},
    "utter_default_again": {"numbers", "emergency"},
    "utter_disclosure": {"numbers", "emergency"},
    "utter_seek_help__police": {"emergency"},
    "utter_seek_help__doctor": {"emergency"},
    "utter_worried_about_someone__missing": {"emergency"},
    "utter_returning_home__threats": {"emergency"},
    "utter_worried_about_someone__child": {"emergency"},
    "utter_check_verdict_some": {"flags"},
    "utter_check_verdict_many": {"flags"},
    "utter_trip_todo": {"todo"},
}
NEEDED = {
    "utter_help_list": {"numbers"},
    "utter_check_verdict_some": {"flags"},
    "utter_check_verdict_many": {"flags"},
    "utter_trip_todo": {"todo"},
}
SIMPLE = "__simple"  # ends the key of an answer said more simply; one form serves both channels


@dataclass
class Texts:
    """One language's texts by key and form, its button titles, and what is wrong with them."""

    language: str
    forms: dict[str, dict[str, str]] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # those problems that English can stand in for

    def lacks(self, problem: str) -> None:
        self.problems.append(problem)
        self.missing.add(problem)


def wanted(language: str) -> tuple[str, ...]:
    return ("text", "sms", "sms_cyrillic") if language == "bcms" else ("text", "sms")


def read_texts(
    folder: Path, language: str, keys: Collection[str], spare: Collection[str], buttons: Collection[str]
) -> Texts:
    """All texts in a folder."""
    texts = Texts(language)
    _read_buttons(folder, texts, buttons)
    homes: dict[str, str] = {}
    for path in sorted(folder.glob("[a-z]*.yml")):
        try:
            content = load(path) or {}
        except ContentError as error:
            texts.problems += error.problems
            continue
        for key, forms in content.items():
            if key in homes:
                texts.problems.append(f"{short(path)}: {key} stands in {homes[key]} too")
            elif key not in keys and key not in spare:
                texts.problems.append(f"{short(path)}: {key} is a text that no rule uses")
            else:
                homes[key] = path.name
                _take(texts, key, forms, path)
    for key in keys:
        if key not in homes:
            texts.lacks(f"texts/{language}: {key} is missing")
    return texts


def _read_buttons(folder: Path, texts: Texts, names: Collection[str]) -> None:
    path = folder / "_buttons.yml"
    try:
        raw = load(path) if path.is_file() else {}
    except ContentError as error:
        texts.problems += error.problems
        return
    texts.buttons = {switch(name): str(title) for name, title in (raw or {}).items()}
    for name in sorted(set(names) - texts.buttons.keys()):
        texts.lacks(f"{short(path)}: the button {name} has no title")


def _take(texts: Texts, key: str, forms: object, path: Path) -> None:
    """One key's forms, each checked."""
    if not isinstance(forms, dict):
        texts.problems.append(f"{short(path)}: {key} has no text: and sms: forms")
        return
    unknown = sorted(str(form) for form in forms if form not in wanted(texts.language))
    texts.problems += [f"{short(path)}: {key} has an unknown form {form}" for form in unknown]
    taken: dict[str, str] = {}
    for form in wanted(texts.language):
        text = forms.get(form)
        if isinstance(text, str) and text.strip():
            taken[form] = text.strip()
            texts.problems += [f"{short(path)}: {key}, {form}: {fault}" for fault in _faults(key, text)]
        elif form == "text" or not key.endswith(SIMPLE):
            texts.lacks(f"{short(path)}: {key} has no {form} form")
    if "text" in taken:
        for form in wanted(texts.language):
            taken.setdefault(form, taken.get("sms", taken["text"]))
        texts.forms[key] = taken


def _faults(key: str, text: str) -> list[str]:
    found = set(PLACEHOLDER.findall(text))
    faults = [f"no placeholder {{{name}}} here" for name in sorted(found - ALLOWED.get(key.removesuffix(SIMPLE), set()))]
    faults += [f"the placeholder {{{name}}} is missing" for name in sorted(NEEDED.get(key, set()) - found)]
    if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
        faults.append("a single { or }")
    return faults
