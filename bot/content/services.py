"""The directory of services, dialogues/directory: what has lapsed, what soon will, and every number in it."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.content.finding import ROOT, Finding, Unreadable, items

DIRECTORY = ROOT / "dialogues" / "directory"
SOON = datetime.timedelta(days=30)
NEEDED = ("id", "phone", "hours", "free", "languages", "sources", "checked", "next_check")
LAST_RESORT = "x-find"  # never lapses: it is what is left when all else has


def findings(today: datetime.date, directory: Path = DIRECTORY) -> Iterator[Finding]:
    """Entries that are past their next check, or will be soon, or lack what is needed to trust them."""
    for path in sorted(directory.glob("[A-Z_]*.yml")):
        if path.name == "_words.yml":
            continue
        try:
            entries = items(path, "entries")
        except Unreadable as error:
            yield error.finding
            continue
        for entry in entries:
            yield from _entry(entry.value, entry.line, path, today)


def _entry(entry: dict[str, Any], line: int, path: Path, today: datetime.date) -> Iterator[Finding]:
    name = entry.get("id", "an entry without id")
    for field in NEEDED:
        if field not in entry:
            yield Finding(path, line, f"{name} has no `{field}`", "fill it in, or take the entry out")
    due = entry.get("next_check")
    if not isinstance(due, datetime.date) or name == LAST_RESORT:
        return
    if today > due:
        yield Finding(
            path,
            line,
            f"{name} lapsed on {due} and is no longer shown",
            "call it, then move `checked` and `next_check`",
        )
    elif today + SOON > due:
        yield Finding(path, line, f"{name} lapses on {due}", "call it before then", soon=True)


def phones(directory: Path = DIRECTORY) -> set[str]:
    """The digits of every number that may be shown."""
    out = {"112"}
    for path in sorted(directory.glob("[A-Z_]*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        out |= {digits(number) for number in (content.get("numbers") or {}).values() if number}
        for entry in content.get("entries") or ():
            written = [
                *(entry.get("phone") or ()),
                *(entry.get("chat") or ()),
                entry.get("phone_from_abroad") or "",
            ]
            out |= {digits(number) for number in written}
    return out - {""}


def digits(number: object) -> str:
    """A number without spaces and signs."""
    return re.sub(r"\D", "", str(number))
