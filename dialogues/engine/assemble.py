"""Puts together what Rasa reads, in build/: the domain with all texts, and all examples.

Languages never share a file where staff edit; here each text becomes a variation of one response, chosen by
the language slot and the channel. Every problem found is listed with its file; nothing is written if there is
one.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine import examples, paths
from engine.content import ContentError, load, short
from engine.texts import Texts, read_texts

SPARE = {"utter_talk_to_human"}  # written for the day a person is not announced by the worker


@dataclass(frozen=True)
class Sources:
    """Where everything is read from; tests point this elsewhere."""

    domain: Path = paths.DOMAIN
    rules: Path = paths.RULES
    texts: Path = paths.TEXTS
    own_nlu: Path = paths.OWN_NLU
    nlu_data: Path = paths.NLU_DATA
    build: Path = paths.BUILD


def domain_files(sources: Sources) -> list[Path]:
    return [path for path in sorted(sources.domain.glob("*.yml")) if path.name != "buttons.yml"]


def declared(sources: Sources) -> tuple[list[str], list[str]]:
    """The intents and the text keys that the domain names."""
    intents: list[str] = []
    keys: list[str] = []
    for path in domain_files(sources):
        content = load(path)
        intents += content.get("intents", [])
        keys += [action for action in content.get("actions", []) if action.startswith("utter_")]
    return intents, keys


def variation(
    text: str, buttons: list[dict[str, str]], language: str | None, channel: str | None
) -> dict[str, Any]:
    """One variation of a response, in Rasa's form."""
    result: dict[str, Any] = {"text": text}
    if language:
        result["condition"] = [{"type": "slot", "name": "language", "value": language}]
    if channel:
        result["channel"] = channel
    if buttons and not channel:
        result["buttons"] = buttons
    return result


def response(key: str, texts: dict[str, Texts], buttons: list[str]) -> list[dict[str, Any]]:
    """All variations of one key; English without condition is what any other language gets."""
    result = []
    for language in paths.LANGUAGES:
        text = texts[language].forms.get(key) or texts["en"].forms[key]
        titles = texts[language].buttons if texts[language].forms.get(key) else texts["en"].buttons
        shown = [{"title": titles[name], "payload": name} for name in buttons if name in titles]
        condition = None if language == "en" else language
        result.append(variation(text["text"], shown, condition, None))
        result.append(variation(text["sms"], [], condition, "sms"))
        if language == "bcms":
            result.append(variation(text["sms_cyrillic"], [], condition, "sms_cyrillic"))
    return result


def write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(
            {"version": "3.1", **content}, file, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False
        )


def assemble(sources: Sources | None = None, allow_missing: bool = False) -> None:
    """Write build/, or raise ContentError with every problem."""
    sources = sources or Sources()
    intents, keys = declared(sources)
    buttons: dict[str, list[str]] = load(sources.domain / "buttons.yml")
    problems = [f"domain/buttons.yml: {key} is no known text" for key in buttons if key not in keys]
    names = {name for row in buttons.values() for name in row}
    texts = {}
    for language in paths.LANGUAGES:
        texts[language] = read_texts(sources.texts / language, language, keys, SPARE, names)
        problems += texts[language].problems
        if allow_missing:
            problems = [problem for problem in problems if problem not in texts[language].missing]
    lines, found = examples.collect(sources.nlu_data, sources.own_nlu, intents)
    problems += found
    if problems:
        raise ContentError(problems)
    missing_english = sorted(set(keys) - texts["en"].forms.keys())
    if missing_english:
        raise ContentError(
            [f"texts/en: {key} is missing, and no language can stand in" for key in missing_english]
        )
    _write_all(sources, texts, keys, buttons, lines)


def _write_all(
    sources: Sources,
    texts: dict[str, Texts],
    keys: list[str],
    buttons: dict[str, list[str]],
    lines: list[examples.Example],
) -> None:
    for folder in ("domain", "nlu", "rules"):
        shutil.rmtree(sources.build / folder, ignore_errors=True)
    for path in domain_files(sources):
        (sources.build / "domain").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, sources.build / "domain" / path.name)
    responses = {key: response(key, texts, buttons.get(key, [])) for key in keys}
    write(sources.build / "domain" / "responses.yml", {"responses": responses})
    shutil.copytree(sources.rules, sources.build / "rules")
    for name, group in examples.by_file(lines).items():
        write(sources.build / "nlu" / f"{name}.yml", {"nlu": group})


def report(error: ContentError) -> str:
    """The problems as staff read them."""
    count = len(error.problems)
    return "\n".join([*error.problems, f"{count} problem{'s' if count != 1 else ''}; nothing was built."])


__all__ = ["Sources", "assemble", "declared", "report", "short"]
