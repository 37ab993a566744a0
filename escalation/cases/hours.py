"""When somebody is here, per language: a small file that staff edit, and its countries' public holidays.

Hours decide what a person who waits is told, and who is alerted; never whether their danger is in the queue.
Without a file, and where it cannot be read, everything counts as open: `hotline doctor` says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.private import Unshown
from bot.wording import spoken
from escalation.cases.hours_file import Problem, Week, read

LOOK_AHEAD = 60
"""Days in which the next opening is looked for."""
ZONES = {
    **dict.fromkeys(("AL",), "Europe/Tirane"),
    **dict.fromkeys(("BA", "HR", "ME", "MK", "RS", "XK"), "Europe/Belgrade"),
    **{"AT": "Europe/Vienna", "DE": "Europe/Berlin", "IT": "Europe/Rome"},
    **{"BG": "Europe/Sofia", "GR": "Europe/Athens", "MD": "Europe/Chisinau", "RO": "Europe/Bucharest"},
}
"""Whose clock a person in that country reads."""


@dataclass(frozen=True, slots=True, repr=False)
class Holiday(Unshown):
    """A day on which a language keeps its hours for holidays, and what it is called in which country."""

    day: date
    names: tuple[str, ...]


class Hours:
    """The hours as the file says them now: an edit is there at once."""

    def __init__(self, path: str = "") -> None:
        self._path = Path(path) if path else None
        self._changed: tuple[int, int] | None = None
        self._weeks: Mapping[str, Week] = {}

    @property
    def path(self) -> Path | None:
        """Where the hours are written, if anywhere."""
        return self._path

    def problems(self) -> list[Problem]:
        """What is wrong in the file; raises OSError where there is none."""
        return read(self._path)[1] if self._path else []

    @property
    def weeks(self) -> Mapping[str, Week]:
        """Languages with hours of their own; the others are always open."""
        if self._path is None:
            return {}
        try:
            found = self._path.stat()
            if (now := (found.st_mtime_ns, found.st_size)) != self._changed:
                self._weeks, self._changed = read(self._path)[0], now
        except OSError:
            self._weeks, self._changed = {}, None
        return self._weeks

    def is_open(self, language: str, now: float) -> bool:
        week = self.weeks.get(spoken(language))
        return week is None or _closes(week, now) is not None

    def closes(self, language: str, now: float) -> float | None:
        """When it closes, unix seconds; None where it is closed, or always open."""
        week = self.weeks.get(spoken(language))
        return None if week is None else _closes(week, now)

    def opens(self, language: str, now: float) -> float | None:
        """When it opens next, unix seconds; None where it is always open, or not in the next two months."""
        week = self.weeks.get(spoken(language))
        if week is None:
            return None
        today = _local(week, now).date()
        starts = (
            start
            for ahead in range(LOOK_AHEAD)
            for start, _ in spans(week, today + timedelta(days=ahead))
            if start > now
        )
        return next(starts, None)

    def local(self, language: str, at: float, country: str | None = None) -> datetime:
        """A time as the clock shows it where the person is, or where those are who work in this language."""
        week = self.weeks.get(spoken(language))
        if country in ZONES:
            return datetime.fromtimestamp(at, ZoneInfo(ZONES[country]))
        return _local(week, at) if week else datetime.fromtimestamp(at).astimezone()

    def holidays(self, language: str, now: float, days: int) -> list[Holiday]:
        """Holidays from today on."""
        week = self.weeks.get(spoken(language))
        if week is None:
            return []
        today = _local(week, now).date()
        listed = ((today + timedelta(days=ahead)) for ahead in range(days))
        return [Holiday(day, names) for day in listed if (names := week.holiday_names(day))]


def spans(week: Week, day: date) -> Iterator[tuple[float, float]]:
    """The times of a day, unix seconds, earliest first; the last may end on the next day."""
    for begins, ends in sorted(week.of(day)):
        yield _at(week, day, begins), _at(week, day, ends)


def _closes(week: Week, now: float) -> float | None:
    """The end of what is open now; where one ends as the next begins, of the last."""
    today = _local(week, now).date()
    end: float | None = None
    for ahead in range(-1, 8):
        for begins, ends in spans(week, today + timedelta(days=ahead)):
            if begins <= (now if end is None else end) < ends:
                end = ends
    return end


def _local(week: Week, at: float) -> datetime:
    return datetime.fromtimestamp(at, week.zone)


def _at(week: Week, day: date, minutes: int) -> float:
    """A minute of the clock on the wall; where the clock jumps over it, as much later."""
    return (datetime.combine(day, time()) + timedelta(minutes=minutes)).replace(tzinfo=week.zone).timestamp()
