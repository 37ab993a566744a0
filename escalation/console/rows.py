"""A case and its lines, in words for a page. All text of a person comes out of here made fit to be shown."""

from dataclasses import dataclass
from typing import Final

from escalation.cases.case import CaseLine, CaseRow
from escalation.console.catalogue import Words
from escalation.console.moments import hour, iso
from escalation.console.shown import line, shown

LEVELS: Final = ("emergency", "danger", "concern", "none")
WRITING_SECONDS = 120
"""Somebody who wrote this short a time ago is likely writing still."""

# (language, script) -> tag for screen readers and hyphenation.
LANGUAGE_TAGS: Final = {
    ("en", "latin"): "en",
    ("sq", "latin"): "sq",
    ("ro", "latin"): "ro",
    ("bcms", "latin"): "bs-Latn",
    ("bcms", "cyrillic"): "sr-Cyrl",
    ("mk", "cyrillic"): "mk",
    ("bg", "cyrillic"): "bg",
    ("it", "latin"): "it",
}


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One case as a page shows it."""

    id: str
    alias: str
    state: str
    """waiting, mine or other."""
    level: str
    level_name: str
    reasons: tuple[str, ...]
    signals: tuple[str, ...]
    language: str
    channel: str
    sms: bool
    country: str
    waited: str
    opened: str
    writing: bool
    unread: int
    holder: str
    place: int
    covered: str
    """Since how long somebody else may be reading; empty: nobody, as far as is known."""


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """One line of a talk as a page shows it."""

    who: str
    who_name: str
    text: str
    clock: str
    at: str
    level: str
    level_name: str
    reasons: tuple[str, ...]
    delivery: str
    delivery_name: str


def present(row: CaseRow, words: Words, now: float, me: str, names: dict[str, str]) -> Row:
    """The row as the account `me` sees it."""
    held_by_me = row.state == "held" and row.holder == me
    level = row.risk if row.risk in LEVELS else "danger"
    return Row(
        id=row.id,
        alias=line(row.alias, 60),
        state="mine" if held_by_me else "other" if row.state == "held" else "waiting",
        level=level,
        level_name=words(f"level.{level}"),
        reasons=tuple(line(reason) for reason in row.reasons[:12]),
        signals=tuple(words.either(f"signal.{signal}", line(signal, 40)) for signal in row.signals[:18]),
        language=language_name(row.language, row.script, words),
        channel=words.either(f"channel.{row.channel}", line(row.channel, 20)),
        sms=row.channel == "sms",
        country=line(row.country or "", 20),
        waited=duration(now - row.opened_at, words),
        opened=iso(row.opened_at),
        writing=0 <= now - row.wrote_at < WRITING_SECONDS and row.wrote_at > row.opened_at + 1,
        unread=max(0, row.unread),
        holder=line(names.get(row.holder or "", ""), 60) or words("queue.somebody"),
        place=row.place,
        covered=duration(now - row.covered_at, words) if row.covered_at else "",
    )


def show_line(entry: CaseLine, words: Words) -> Shown:
    level = entry.risk if entry.risk in LEVELS and entry.who == "person" else "none"
    return Shown(
        who=entry.who,
        who_name=words(f"who.{entry.who}"),
        text=shown(entry.text),
        clock=hour(entry.at),
        at=iso(entry.at),
        level=level,
        level_name=words(f"level.{level}"),
        reasons=tuple(line(reason) for reason in entry.reasons[:12]) if level != "none" else (),
        delivery=entry.delivery,
        delivery_name=words.either(f"delivery.{entry.delivery}", ""),
    )


def language_name(language: str, script: str, words: Words) -> str:
    name = words.either(f"language.{language}", line(language, 20))
    # Only where one language has two alphabets does it help to say which.
    return f"{name} ({words('language.cyrillic')})" if (language, script) == ("bcms", "cyrillic") else name


def duration(seconds: float, words: Words) -> str:
    minutes = max(0, int(seconds // 60))
    if minutes < 1:
        return words("time.moment")
    if minutes < 60:
        return words("time.minutes", minutes=minutes)
    return words("time.hours", hours=minutes // 60, minutes=minutes % 60)
