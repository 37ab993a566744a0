"""Numbers for the fixed texts: emergency and first line of a country, from the staff's directory files.

An entry past its next check is never shown. The dialogue engine answers in depth from the same files.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "dialogues" / "directory"
GENERAL = "112"
SPOKEN_IN = {"sq": ("AL", "XK"), "bcms": ("RS", "HR", "BA", "ME"), "ro": ("RO", "MD"), "en": ()}
"""Where a language is at home: used only while we do not know the country, and then all are named."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a fixed text shows: emergency number(s) and who answers now."""

    emergency: str
    lines: str


@cache
def _country(code: str) -> dict[str, Any]:
    path = FOLDER / f"{code}.yml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.exists() else {}


def known(code: str | None) -> bool:
    return bool(code) and bool(_country(str(code)))


def numbers(country: str | None, language: str, today: date | None = None) -> Numbers:
    """The numbers of a country; without one, those of the countries where the language is spoken, named.

    Never fails: a directory file that was broken by an edit must not keep an answer from anybody.
    """
    try:
        return _numbers(country, language, today)
    except Exception:
        return Numbers(GENERAL, "findahelpline.com")


def _numbers(country: str | None, language: str, today: date | None) -> Numbers:
    day = today or date.today()
    if country and known(country):
        line = _first_line(country, day)
        return Numbers(str(_country(country)["emergency"]), line or "findahelpline.com")
    home = SPOKEN_IN.get(language, ())
    others = [f"{code} {_country(code)['emergency']}" for code in home if _emergency(code) != GENERAL]
    lines = [f"{code} {_phone(code, day)}" for code in home if _phone(code, day)]
    emergency = f"{GENERAL} ({', '.join(others)})" if others else GENERAL
    return Numbers(emergency, ", ".join(lines) if lines else "findahelpline.com")


def _emergency(code: str) -> str:
    return str(_country(code).get("emergency", GENERAL))


def _entry(code: str, day: date) -> dict[str, Any] | None:
    country = _country(code)
    for entry in country.get("entries", ()):
        if entry["id"] == country.get("first_line") and entry["next_check"] >= day:
            return dict(entry)
    return None


def _phone(code: str, day: date) -> str:
    entry = _entry(code, day)
    return str(entry["phone"][0]) if entry and entry["phone"] else ""


def _first_line(code: str, day: date) -> str:
    entry = _entry(code, day)
    if entry is None:
        return ""
    parts = [*(str(phone) for phone in entry["phone"][:1]), *(str(chat) for chat in entry["chat"][:1])]
    return " / ".join(parts)


def services(country: str | None, language: str) -> list[tuple[str, str]]:
    """A country's services for a counsellor's answer: (what it is, words to put in)."""
    day = date.today()
    listed = _country(country).get("entries", ()) if country else ()
    found = []
    for entry in listed:
        reach = [*(str(phone) for phone in entry["phone"]), *(str(chat) for chat in entry["chat"])]
        if entry["next_check"] >= day and reach:
            hours = f" ({entry['hours']})" if entry.get("hours") else ""
            found.append((str(entry["name_en"]), f"{entry['name']}: {', '.join(reach)}{hours}"))
    return found
