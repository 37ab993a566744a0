"""The file of opening hours, as `hours.example.yml` shows it, read with everything that is wrong in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import yaml

from bot.private import Unshown
from bot.wording import LANGUAGES

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS_OF = {"sq": ("AL", "XK"), "bcms": ("RS", "HR", "BA", "ME"), "ro": ("RO",), "en": ()}
"""Whose public holidays a language keeps, where its `holidays_of` does not say."""
ALWAYS, CLOSED = "always", "closed"
NAMES = {"zone", "holidays_of", "holiday", "days", *DAYS}
SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
SHAPE = "write it as 09:00-17:00, several with a comma between, or closed"
MIDNIGHT = 24 * 60

type Spans = tuple[tuple[int, int], ...]
"""Minutes of a day from and to; beyond 1440 it is the next day."""


@dataclass(frozen=True, slots=True, repr=False)
class Problem(Unshown):
    """What is wrong, where: near which words, below which language; and what mends it."""

    near: str
    says: str
    mend: str
    language: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Week(Unshown):
    """One language's hours."""

    zone: ZoneInfo
    days: tuple[Spans, ...]
    holiday: Spans = ()
    single: Mapping[date, Spans] = field(default_factory=dict)
    calendars: Mapping[str, holidays.HolidayBase] = field(default_factory=dict, repr=False)

    def of(self, day: date) -> Spans:
        """The hours of a day: its own, else those of a holiday, else those of its day of the week."""
        if day in self.single:
            return self.single[day]
        return self.holiday if self.holiday_names(day) else self.days[day.weekday()]

    def holiday_names(self, day: date) -> tuple[str, ...]:
        """What is celebrated on a day, `AL: …`; nothing on a day like any other."""
        found = ((code, calendar.get(day)) for code, calendar in self.calendars.items())
        return tuple(f"{code}: {name}" for code, name in found if name)


class _Wrong(ValueError):
    def __init__(self, near: str, says: str, mend: str) -> None:
        super().__init__(says)
        self.near, self.mend = near, mend


def read(path: Path) -> tuple[dict[str, Week], list[Problem]]:
    """Hours by language, and what is wrong; raises OSError where there is no file.

    A language in which something is wrong has no hours: it counts as open.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else ""
        return {}, [Problem("", f"it cannot be read{where}", "look at colons, quotes and indents there")]
    if not isinstance(loaded, dict):
        return {}, [Problem("", "it holds no languages", "begin with `sq:`, as in hours.example.yml")]
    weeks: dict[str, Week] = {}
    problems = [
        Problem(str(name), f"{name} is no language of ours", f"use {', '.join(LANGUAGES)}")
        for name in loaded
        if name not in LANGUAGES
    ]
    for language in LANGUAGES:
        if language not in loaded:
            problems.append(Problem("", f"{language} is missing", f"write hours, or `{language}: always`"))
        elif loaded[language] != ALWAYS:
            try:
                weeks[language] = _week(language, loaded[language])
            except _Wrong as error:
                problems.append(Problem(error.near, str(error), error.mend, language))
    return weeks, problems


def _week(language: str, written: Any) -> Week:
    if not isinstance(written, dict):
        raise _Wrong(f"{language}:", f"{language} has no hours", "write mon to sun below it, or `always`")
    for name in written:
        if name not in NAMES:
            raise _Wrong(f"{name}:", f"{language}: {name} means nothing", f"use {', '.join(sorted(NAMES))}")
    missing = [day for day in DAYS if day not in written]
    if missing:
        raise _Wrong(f"{language}:", f"{language}: {', '.join(missing)} missing", "write hours, or closed")
    week = tuple(tuple(_spans(f"{language}: {day}", written[day])) for day in DAYS)
    single = dict(_single(language, written.get("days") or {}))
    holiday = tuple(_spans(f"{language}: holiday", written.get("holiday", CLOSED)))
    if not any(week):
        raise _Wrong(f"{language}:", f"{language} is never open", "give it hours, or take the file away")
    return Week(_zone(language, written.get("zone")), week, holiday, single, _calendars(language, written))


def _spans(where: str, written: Any) -> Iterator[tuple[int, int]]:
    if written == CLOSED or written == []:
        return
    parts = written if isinstance(written, list) else str(written).split(",")
    last = 0
    for part in sorted(parts, key=lambda one: _minutes(where, one)):
        begins, ends = _minutes(where, part)
        if begins < last:
            raise _Wrong(where.split(" ")[-1], f"{where}: its times overlap", "let one end before the next")
        last = ends
        yield begins, ends


def _minutes(where: str, part: Any) -> tuple[int, int]:
    found = SPAN.fullmatch(str(part).strip())
    near = where.split(" ")[-1]
    if found is None:
        raise _Wrong(near, f"{where}: {str(part)[:30]} is no time of day", SHAPE)
    hours, minutes, until, past = map(int, found.groups())
    begins, ends = hours * 60 + minutes, until * 60 + past
    if begins >= MIDNIGHT or ends > MIDNIGHT or max(minutes, past) > 59 or begins == ends:
        raise _Wrong(near, f"{where}: {part} is no time of day", SHAPE)
    return begins, ends if ends > begins else ends + MIDNIGHT


def _single(language: str, written: Any) -> Iterator[tuple[date, Spans]]:
    if not isinstance(written, dict):
        raise _Wrong("days:", f"{language}: days are no list of dates", "write `2026-12-24: closed` below it")
    for day, hours in written.items():
        if type(day) is not date:
            raise _Wrong(f"{day}:", f"{language}: {day} is no date", "write it as 2026-12-24")
        yield day, tuple(_spans(f"{language}: {day}", hours))


def _zone(language: str, name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise _Wrong(
            "zone:" if name else f"{language}:",
            f"{language}: {name or 'no zone'} is no time zone",
            "write zone: Europe/Tirane, or where they work",
        ) from None


def _calendars(language: str, written: Mapping[str, Any]) -> dict[str, holidays.HolidayBase]:
    codes = written.get("holidays_of", HOLIDAYS_OF[language])
    known = holidays.list_supported_countries(include_aliases=False)
    if not isinstance(codes, list | tuple) or any(code not in known for code in codes):
        raise _Wrong(
            "holidays_of:", f"{language}: holidays_of names an unknown country", "write it as [AL, XK], or []"
        )
    return {code: holidays.country_holidays(code) for code in codes}
