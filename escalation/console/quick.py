"""Quick answers: sentences staff keep in `quick/<language>.toml`; put into an answer, never sent alone."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from bot.wording import rendered, spoken
from escalation.cases.answer import script_named

FOLDER = Path(__file__).parent / "quick"
MOST = 40


@dataclass(frozen=True, slots=True)
class Quick:
    """One sentence: what it is for, and the words."""

    title: str
    text: str


def quick(language: str, script: str = "latin") -> tuple[Quick, ...]:
    """The quick answers in the language we answer this person in, in their alphabet.

    Read each time, so that an edit is there at once; a file broken by an edit only means that there are none.
    """
    try:
        found = read(FOLDER / f"{spoken(language)}.toml")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    alphabet = script_named(script)
    return tuple(Quick(one.title, rendered(one.text, language, alphabet, "")) for one in found[:MOST])


def read(path: Path) -> list[Quick]:
    """One file; raises ValueError, KeyError or TypeError for what is not a list of title and text."""
    with path.open("rb") as file:
        listed = tomllib.load(file)["answer"]
    return [Quick(one["title"].strip(), one["text"].strip()) for one in listed]
