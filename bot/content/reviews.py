"""Who has read which texts as a native speaker: _reviews.yml in dialogues/texts and escalation/practice.

Per file, by its checksum: an edit opens the review again.
"""

import datetime
import zlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.content.answers import TEXTS
from bot.wording import LANGUAGES

FILE = "_reviews.yml"
HEAD = "# What a native speaker has read: hotline content reviewed FILE --by NAME. An edit opens it again.\n"


@dataclass(frozen=True, slots=True)
class Review:
    """One file of one language; `by` is empty while nobody has read it as it is."""

    name: str
    by: str = ""
    on: str = ""


def reviews(texts: Path = TEXTS) -> list[Review]:
    """Every file of texts, read or not."""
    done = yaml.safe_load((texts / FILE).read_text(encoding="utf-8")) if (texts / FILE).exists() else {}
    out = []
    for language in LANGUAGES:
        for path in sorted((texts / language).glob("*.yml")):
            name = f"{language}/{path.name}"
            known = (done or {}).get(name) or {}
            fresh = known.get("sum") == _sum(path)
            out.append(Review(name, str(known["by"]), str(known["on"])) if fresh else Review(name))
    return out


def reviewed(path: Path, by: str, today: datetime.date, texts: Path = TEXTS) -> str:
    """Note that somebody has read a file as it is now; raises ValueError for one that is no file of texts."""
    path = path.resolve()
    if not path.is_file() or path.parent.parent != texts.resolve() or path.parent.name not in LANGUAGES:
        raise ValueError(
            f"{path.name} is not a file in dialogues/texts/<language>/ or escalation/practice/<language>/"
        )
    record = texts / FILE
    done = (yaml.safe_load(record.read_text(encoding="utf-8")) if record.exists() else None) or {}
    name = f"{path.parent.name}/{path.name}"
    done[name] = {"by": by, "on": today.isoformat(), "sum": _sum(path)}
    text = yaml.safe_dump(done, allow_unicode=True, sort_keys=True)
    record.write_text(HEAD + text, encoding="utf-8")
    return name


def _sum(path: Path) -> str:
    return f"{zlib.crc32(path.read_bytes()):08x}"
