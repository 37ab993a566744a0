"""The training examples of all languages: three sources, one list without repetitions.

First this project's own (nlu/), then nlu_data/<language>/, then the messages without danger from
nlu_data/danger/<language>/. nlu_data/heldout is for judging only and is never opened.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.content import ContentError, load, short
from engine.embedding import normalise
from engine.paths import LANGUAGES

MOST = 150  # danger messages that one intent learns from in each language
HARMLESS = ("none", "concern")  # what of the labelled messages reaches the dialogue
MARKUP = re.compile(r"[\[\](){}|]")  # what Rasa would read as an entity


@dataclass(frozen=True)
class Example:
    """One line somebody could write, and what is meant."""

    text: str
    intent: str
    language: str
    source: str  # own, nlu or danger
    file: str


Reader = Callable[[Path], list[Example]]


def own(path: Path) -> list[Example]:
    """The examples of intents that only this project knows: {intent: {language: [lines]}}."""
    result = []
    for intent, languages in (load(path) or {}).items():
        for language, lines in languages.items():
            result += [Example(str(line), intent, language, "own", short(path)) for line in lines]
    return result


def labelled(path: Path, language: str) -> list[Example]:
    """The examples of one Rasa NLU file."""
    result = []
    for group in load(path)["nlu"]:
        for line in group["examples"].splitlines():
            text = line.strip().removeprefix("- ").strip()
            result.append(Example(text, group["intent"], language, "nlu", short(path)))
    return result


def harmless(path: Path, language: str, intents: Collection[str]) -> list[Example]:
    """The messages of one danger file that a bot may answer; a bare topic says too little and is skipped."""
    bare = {intent.partition("__")[0] for intent in intents if "__" in intent}
    result = []
    for group in load(path) or []:
        topic = group["topic"]
        if group["risk"] not in HARMLESS or (topic in bare and topic not in intents):
            continue
        result += [Example(str(text), topic, language, "danger", short(path)) for text in group["texts"]]
    return result


def _files(nlu_data: Path, own_nlu: Path, intents: Collection[str]) -> Iterator[tuple[Path, Reader]]:
    """Every file with what reads it, in order of precedence."""
    for path in sorted(own_nlu.glob("*.yml")):
        yield path, own
    for language in LANGUAGES:
        for path in sorted((nlu_data / language).glob("*.yml")):
            yield path, partial(labelled, language=language)
    for language in LANGUAGES:
        for path in sorted((nlu_data / "danger" / language).glob("*.yml")):
            yield path, partial(harmless, language=language, intents=intents)


def collect(nlu_data: Path, own_nlu: Path, intents: Collection[str]) -> tuple[list[Example], list[str]]:
    """Every example once, and the problems: unknown intents, and one line with two meanings."""
    kept: dict[str, Example] = {}
    problems: list[str] = []
    for path, reader in _files(nlu_data, own_nlu, intents):
        try:
            found = reader(path)
        except ContentError as error:
            problems += error.problems
            continue
        except (KeyError, TypeError, AttributeError):
            problems.append(f"{short(path)}: is not in the agreed form")
            continue
        unknown = sorted({example.intent for example in found} - set(intents))
        problems += [f"{short(path)}: the intent {name} does not exist" for name in unknown]
        for example in found:
            _keep(example, kept, problems)
    return fair(list(kept.values())), problems


def fair(examples: list[Example]) -> list[Example]:
    """All of nlu/ and nlu_data/<language>/; of the many danger messages so many for each intent and language.

    Which ones is decided by a checksum of each: the choice hardly changes when messages are added.
    """
    many: dict[tuple[str, str], list[Example]] = {}
    for example in examples:
        if example.source == "danger":
            many.setdefault((example.language, example.intent), []).append(example)
    left_out = {
        id(example)
        for group in many.values()
        for example in sorted(group, key=lambda one: zlib.crc32(one.text.encode()))[MOST:]
    }
    return [example for example in examples if id(example) not in left_out]


def _keep(example: Example, kept: dict[str, Example], problems: list[str]) -> None:
    key = normalise(example.text)
    if not key:
        return
    first = kept.setdefault(key, example)
    clash = first.intent != example.intent and first.source == example.source == "nlu"
    if clash and first.language == example.language:
        problems.append(
            f"{example.file}: '{example.text}' means {example.intent} here and {first.intent} in {first.file}"
        )


def by_file(examples: list[Example]) -> dict[str, list[dict[str, Any]]]:
    """The examples as Rasa's NLU files: one for each language and source."""
    files: dict[str, dict[str, list[str]]] = {}
    for example in examples:
        text = " ".join(MARKUP.sub(" ", example.text).split())
        group = files.setdefault(f"{example.language}_{example.source}", {})
        group.setdefault(example.intent, []).append(text)
    return {
        name: [
            {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
            for intent, lines in sorted(group.items())
        ]
        for name, group in files.items()
    }
