"""The help services: which ones to show for a country and a need, and how, in one or two short lines.

Rules that come with the numbers: README.md in directory/. An entry past its next check is never shown. What
never lapses is the country's emergency number and findahelpline.com, so that nobody is left without anything.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.content import ContentError, load, short
from engine.paths import DIRECTORY, LANGUAGES

TALKING = ("child", "trafficking", "violence", "suicide")  # needs where the line's language matters most
NEEDS = ("child", "trafficking", "police", "violence", "suicide", "missing", "doctor")
CANNOT_CALL = "cannot_call"
LAST_RESORT = "x-find"
EVERYWHERE = "112"
SMS_WIDTH = 80  # of all lines together: they stand inside a text that must stay within two messages
SMS_WIDTH_CLOSED = 105  # where the first line is not open day and night, a second one is worth its price
ALWAYS = "24h"
DAY = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
BY_PHONE = (
    "SMS ",
    "WhatsApp ",
)  # how a line that is written to by phone says so; anything else is a web address
SMS_LINES, TELEGRAM_LINES = 2, 3


@dataclass(frozen=True)
class Entry:
    """One service, as its file describes it."""

    id: str
    short: str | None
    label: str | None
    phone: tuple[str, ...]
    chats: tuple[str, ...]
    web: str | None
    hours: str | None
    free: bool | None
    languages: tuple[str, ...]
    warning: str | None
    next_check: datetime.date

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Entry:
        return cls(
            id=raw["id"],
            short=raw.get("short"),
            label=raw.get("label"),
            phone=tuple(raw["phone"]),
            chats=tuple(raw["chat"]),
            web=raw.get("web"),
            hours=raw["hours"],
            free=raw["free"],
            languages=tuple(raw["languages"]),
            warning=raw.get("warning"),
            next_check=raw["next_check"],
        )


@dataclass(frozen=True)
class Country:
    """One country's numbers."""

    code: str
    names: dict[str, str]
    emergency: str
    first_line: str
    needs: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Asking:
    """Who asks: what decides the order and the form of the lines."""

    language: str
    sms: bool
    cannot_call: bool = False
    today: datetime.date = field(default_factory=datetime.date.today)


class Directory:
    """All countries and entries, read once."""

    def __init__(self, folder: Path = DIRECTORY) -> None:
        self.words: dict[str, dict[str, Any]] = load(folder / "_words.yml")
        self.entries: dict[str, Entry] = {}
        self.countries: dict[str, Country] = {}
        self._take(load(folder / "_cross_border.yml")["entries"])
        for path in sorted(folder.glob("[A-Z][A-Z].yml")):
            raw = load(path)
            self._take(raw["entries"])
            needs = {need: tuple(ids) for need, ids in raw["needs"].items()}
            self.countries[raw["country"]] = Country(
                raw["country"], raw["names"], raw["emergency"], raw["first_line"], needs
            )
            named = {raw["first_line"], *(id for ids in needs.values() for id in ids)}
            unknown = sorted(named - self.entries.keys())
            if unknown or set(NEEDS) - needs.keys():
                raise ContentError(
                    [f"{short(path)}: needs name entries that are not there: {', '.join(unknown)}"]
                )

    def _take(self, raw: list[dict[str, Any]]) -> None:
        self.entries.update({entry["id"]: Entry.of(entry) for entry in raw})

    def knows(self, country: str | None) -> bool:
        return country in self.countries

    def name(self, country: str | None, language: str) -> str:
        """The country's name as `{country}` in a text; its code where it has no file here."""
        known = self.countries.get(country or "")
        return known.names.get(language, known.names["en"]) if known else (country or "")

    def emergency(self, country: str | None) -> str:
        known = self.countries.get(country or "")
        return known.emergency if known else EVERYWHERE

    def numbers(self, country: str | None, need: str, asking: Asking) -> str:
        """One to three lines of services for a need, best first."""
        lines: list[str] = []
        entries = self._chosen(country, need, asking)
        narrow = entries[0].hours == ALWAYS and not asking.cannot_call
        width = SMS_WIDTH if narrow else SMS_WIDTH_CLOSED
        for entry in entries:
            line = self._line(entry, asking)
            fits = not asking.sms or not lines or len("\n".join([*lines, line])) <= width
            if fits and line not in lines:
                lines.append(line)
        return "\n".join(lines[: SMS_LINES if asking.sms else TELEGRAM_LINES])

    def _chosen(self, country: str | None, need: str, asking: Asking) -> list[Entry]:
        known = self.countries.get(country or "")
        if known is None:
            return [self.entries[LAST_RESORT]]
        ids = list(known.needs[need])
        if asking.cannot_call:
            ids = [*known.needs.get(CANNOT_CALL, ()), *ids]
        entries = [self.entries[id] for id in dict.fromkeys([*ids, known.first_line])]
        current = [entry for entry in entries if asking.today <= entry.next_check or entry.id == LAST_RESORT]
        # Stable: what speaks the person's language comes first, and before that what can be written to.
        if need in TALKING:
            current.sort(key=lambda entry: bool(entry.languages) and asking.language not in entry.languages)
        if asking.cannot_call:
            current.sort(key=lambda entry: not entry.chats)
            if not any(entry.chats for entry in current):
                current.insert(1, self.entries[LAST_RESORT])
        return current or [self.entries[LAST_RESORT]]

    def _line(self, entry: Entry, asking: Asking) -> str:
        words = self.words[asking.language if asking.language in LANGUAGES else "en"]
        name = words[entry.label] if entry.label else entry.short
        if not entry.phone and not entry.chats:
            return entry.web or str(name)
        about = [word for word in (self._price(entry, words), self._hours(entry.hours, words)) if word]
        if entry.warning:
            about.append(words[entry.warning])
        call = self._with(entry.phone[0], about) if entry.phone else ""
        write = self._written(entry, asking, words)
        parts = [write, call] if asking.cannot_call or not entry.phone else [call, write]
        if asking.sms and asking.cannot_call and write:
            parts = [write]
        return f"{name}: {', '.join(part for part in parts if part)}"

    def _written(self, entry: Entry, asking: Asking, words: dict[str, Any]) -> str:
        """How to write to a service; in an SMS only to somebody who cannot call."""
        if not entry.chats or (asking.sms and entry.phone and not asking.cannot_call):
            return ""
        chat = self._hours(entry.chats[0], words)
        return chat if chat.startswith(BY_PHONE) else f"{words['chat']} {chat}"

    @staticmethod
    def _with(address: str, about: list[str]) -> str:
        return f"{address} ({', '.join(about)})" if about else address

    @staticmethod
    def _price(entry: Entry, words: dict[str, Any]) -> str:
        return "" if entry.free is None else str(words["free" if entry.free else "paid"])

    @staticmethod
    def _hours(hours: str | None, words: dict[str, Any]) -> str:
        return DAY.sub(lambda found: str(words["days"][found.group()]), hours or "")
