"""Scripts of the practice room: what made-up young people write, per language, in files staff edit.

`hotline content check` (bot/content/practice.py) says what is wrong with a file, and where.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from bot.errors import SettingsError
from bot.wording import LANGUAGES
from escalation.danger.taxonomy import Risk

FOLDER = Path(__file__).parent
CUES = "_cues.yml"
type Goes = Literal["thanks", "delete", "back", "quiet"]
"""How their part ends: they thank, write DELETE, come back after the end, or write no more."""
GOES: tuple[Goes, ...] = get_args(Goes.__value__)
HARSH = ("pressed", "blame")
"""What makes somebody fall silent until they hear something kind."""
HEARD = (*HARSH, "promise", "safe", "now", "place", "age", "name", "alone", "kind", "limit")
"""What a counsellor's answer can hold, as `_cues.yml` lists it; the first ones are answered first."""
ANSWERED = (*HEARD, "number", "again", "other")
NEEDED = ("safe", "now", "place", "age", "pressed", "again", "number", "other")
HOPES = (
    *("answered", "asked_safe", "asked_now", "asked_place", "gave_number", "kind", "set_limit"),
    *("no_promise", "no_blame", "no_pressure", "held_back", "let_finish"),
)
PAUSE_S = 6.0


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody comes near: after so many answers they write the cover word, and are back after a while."""

    after: int
    says: str
    seconds: float
    back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """One made-up young person."""

    name: str
    language: str
    about: str
    """Who it was, for the trainee to read afterwards."""
    risk: Risk
    channel: Literal["sms", "telegram"]
    begins: tuple[str, ...]
    answers: Mapping[str, tuple[str, ...]]
    after: int
    """After so many answers their part ends."""
    goes: Goes
    ends: tuple[str, ...]
    hopes: tuple[str, ...]
    returns: tuple[str, ...] = ()
    pause: float = PAUSE_S
    """Seconds between two of their texts."""
    cover: Cover | None = None


def paths(language: str, folder: Path = FOLDER) -> list[Path]:
    """The scripts of a language."""
    return sorted((folder / language).glob("[a-z]*.yml"))


def scripts(languages: tuple[str, ...] = LANGUAGES, folder: Path = FOLDER) -> Iterator[Script]:
    """All scripts of these languages; raises SettingsError naming a file that is not one."""
    for language in languages:
        for path in paths(language, folder):
            try:
                yield read(language, path)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
                name = f"{path.parent.name}/{path.name}"
                raise SettingsError(
                    f"The practice script {name} cannot be played: `hotline content check` says what to mend."
                ) from None


def read(language: str, path: Path) -> Script:
    """One file; raises what its mistakes raise."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    cover = found.get("cover")
    return Script(
        path.stem,
        language,
        str(found["about"]).strip(),
        found["risk"],
        found["channel"],
        _texts(found["begins"]),
        {str(cue): _texts(texts) for cue, texts in found["answers"].items()},
        int(found["after"]),
        cast(Goes, found["goes"]),
        _texts(found.get("ends")),
        _texts(found["hopes"]),
        _texts(found.get("returns")),
        float(found.get("pause", PAUSE_S)),
        _cover(cover) if cover else None,
    )


def _cover(found: Mapping[str, Any]) -> Cover:
    return Cover(int(found["after"]), str(found["says"]), float(found["seconds"]), _texts(found["back"]))


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(str(text).strip() for text in found or ())
