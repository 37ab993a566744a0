"""Opening hours as a page shows them: what is open, what opens when, and which holidays come."""

from dataclasses import dataclass
from datetime import date

from bot.wording import LANGUAGES
from escalation.console.catalogue import Words
from escalation.console.moments import moment
from escalation.console.shown import line
from escalation.console.visit import Visit

DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True, repr=False)
class Tongue:
    """One language: whether it is open now, and until when or from when."""

    name: str
    is_open: bool
    says: str


@dataclass(frozen=True, slots=True, repr=False)
class Feast:
    """One holiday of one language: the day for machines and for people, and what it is in which country."""

    at: str
    day: str
    language: str
    names: str


@dataclass(frozen=True, slots=True, repr=False)
class Opening:
    """Every language now, and the holidays to come, the first in front."""

    tongues: tuple[Tongue, ...]
    feasts: tuple[Feast, ...]


def opening(visit: Visit) -> Opening | None:
    """What a page may show of the opening hours; None where none are set."""
    hours, words, now = visit.console.settings.hours, visit.words, visit.now
    if not hours.weeks:
        return None
    tongues = (
        Tongue(words(f"language.{code}"), hours.is_open(code, now), _says(visit, code, words))
        for code in LANGUAGES
    )
    days = sorted(
        (one.day, code, one.names) for code in LANGUAGES for one in hours.holidays(code, now, DAYS_AHEAD)
    )
    return Opening(tuple(tongues), tuple(_feast(*one, words) for one in days))


def _feast(day: date, code: str, names: tuple[str, ...], words: Words) -> Feast:
    shown = line("; ".join(names), 120)
    return Feast(day.isoformat(), f"{day.day}.{day.month}.", words(f"language.{code}"), shown)


def _says(visit: Visit, code: str, words: Words) -> str:
    hours, now = visit.console.settings.hours, visit.now
    if code not in hours.weeks:
        return words("hours.always")
    if (closes := hours.closes(code, now)) is not None:
        return words("hours.until", time=moment(closes, now))
    opens = hours.opens(code, now)
    return words("hours.closed", time=moment(opens, now)) if opens is not None else words("hours.far")
