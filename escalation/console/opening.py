"""Opening hours as a page shows them: what is open, what opens when, and which holidays come."""

from dataclasses import dataclass

from bot.wording import LANGUAGES
from escalation.console.catalogue import Words
from escalation.console.moments import moment
from escalation.console.shown import line
from escalation.console.visit import Visit

DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: whether it is open now, and until when or from when."""

    name: str
    is_open: bool
    says: str
    holidays: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Day for machines, day, and what it is in which country."""


def opening(visit: Visit) -> tuple[Tongue, ...]:
    """Every language; empty where no hours are set."""
    hours = visit.console.settings.hours
    return tuple(_tongue(visit, code) for code in LANGUAGES) if hours.weeks else ()


def _tongue(visit: Visit, code: str) -> Tongue:
    hours, now, words = visit.console.settings.hours, visit.now, visit.words
    coming = tuple(
        (one.day.isoformat(), f"{one.day.day}.{one.day.month}.", tuple(line(name, 80) for name in one.names))
        for one in hours.holidays(code, now, DAYS_AHEAD)
    )
    return Tongue(words(f"language.{code}"), hours.is_open(code, now), _says(visit, code, words), coming)


def _says(visit: Visit, code: str, words: Words) -> str:
    hours, now = visit.console.settings.hours, visit.now
    if code not in hours.weeks:
        return words("hours.always")
    if (closes := hours.closes(code, now)) is not None:
        return words("hours.until", time=moment(closes, now))
    opens = hours.opens(code, now)
    return words("hours.closed", time=moment(opens, now)) if opens is not None else words("hours.far")
