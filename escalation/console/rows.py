"""A case and its lines, in words for a page. All text of a person comes out of here made fit to be shown."""

from dataclasses import dataclass
from typing import Final

from escalation.cases.case import CaseLine, CaseRow
from escalation.console.catalogue import Words
from escalation.console.moments import hour, iso
from escalation.console.reasons import Reason, told
from escalation.console.shown import line, shown
from escalation.console.staff import Account
from escalation.console.urgency import LATE, is_meant_for, owed

LEVELS: Final = ("emergency", "danger", "concern", "none")
WRITING_SECONDS = 120
"""Somebody who wrote this short a time ago is likely writing still."""

OWED_SHOWN_S = 60
"""From when on a row says that its person waits for an answer."""

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
    """waiting, mine, joined (a supervisor who reads with its holder) or other."""
    level: str
    level_name: str
    reasons: tuple[Reason, ...]
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
    asks: bool
    """Taking it needs a reason: somebody more urgent waits."""
    handed: str
    """Whom it was handed to and by whom, in words."""
    came_back: bool
    why_picked: str
    """Only for supervisors and its holder."""
    safe: str
    owed: str
    """How long the person waits for an answer; empty while they do not have to."""
    late: bool
    """Soon it will be offered to somebody else."""
    joined: str
    """The supervisor who reads with its holder."""
    muted: bool
    """It was muted before this case was opened."""
    before: bool
    """They wrote in the last 24 hours."""
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
    reasons: tuple[Reason, ...]
    delivery: str
    delivery_name: str


def present(
    row: CaseRow, words: Words, now: float, me: Account, names: dict[str, str], *, asks: bool = False
) -> Row:
    """The row as the account `me` sees it."""
    level = row.risk if row.risk in LEVELS else "danger"
    waits, limit = owed(row, now)
    state = _state(row, me)
    return Row(
        id=row.id,
        alias=line(row.alias, 60),
        state=state,
        level=level,
        level_name=words(f"level.{level}"),
        reasons=tuple(told(reason, words) for reason in row.reasons[:12]),
        signals=tuple(words.either(f"signal.{signal}", line(signal, 40)) for signal in row.signals[:18]),
        language=language_name(row.language, row.script, words),
        channel=words.either(f"channel.{row.channel}", line(row.channel, 20)),
        sms=row.channel == "sms",
        country=line(row.country or "", 20),
        waited=duration(now - row.opened_at, words),
        opened=iso(row.opened_at),
        writing=0 <= now - row.wrote_at < WRITING_SECONDS and row.wrote_at > row.opened_at + 1,
        unread=max(0, row.unread),
        holder=_name(row.holder or "", words, names),
        place=row.place,
        asks=asks and state == "waiting",
        handed=_handed(row, words, me, names) if state == "waiting" else "",
        came_back=row.came_back and state == "waiting",
        why_picked=line(row.why_picked) if me.role == "supervisor" or state == "mine" else "",
        safe=row.safe,
        owed=duration(waits, words) if waits >= OWED_SHOWN_S else "",
        late=waits > limit * LATE,
        joined=_name(row.joined, words, names) if row.joined else "",
        muted=row.muted,
        before=row.before,
        covered=duration(now - row.covered_at, words) if row.covered_at else "",
    )


def _state(row: CaseRow, me: Account) -> str:
    if row.state != "held":
        return "waiting"
    return "mine" if row.holder == me.id else "joined" if row.joined == me.id else "other"


def _name(account: str, words: Words, names: dict[str, str]) -> str:
    return line(names.get(account, ""), 60) or words("queue.somebody")


def _handed(row: CaseRow, words: Words, me: Account, names: dict[str, str]) -> str:
    kind, _, whom = row.meant_for.partition(":")
    if not kind:
        return ""
    by = _name(row.passed_by, words, names)
    if is_meant_for(row, me):
        return words("hand.to_you", by=by)
    to = {"account": _name(whom, words, names), "role": words.either(f"role.{whom}", line(whom, 20))}
    return words("hand.to", by=by, to=to.get(kind) or words.either(f"language.{whom}", line(whom, 20)))


def show_line(entry: CaseLine, words: Words, mine_since: float | None) -> Shown:
    """A line as it is shown to the holder since `mine_since`, or (None) to somebody who reads with them."""
    others = entry.who == "counsellor" and (mine_since is None or entry.at < mine_since)
    level = entry.risk if entry.risk in LEVELS and entry.who == "person" else "none"
    return Shown(
        who=entry.who,
        who_name=words("role.counsellor" if others else f"who.{entry.who}"),
        text=shown(entry.text),
        clock=hour(entry.at),
        at=iso(entry.at),
        level=level,
        level_name=words(f"level.{level}"),
        reasons=tuple(told(reason, words) for reason in entry.reasons[:12]) if level != "none" else (),
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
