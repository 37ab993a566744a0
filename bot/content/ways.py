"""Where every message leads: intents to answers, buttons to what is understood, guided talks to a person."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.content.finding import ROOT, Finding, items, keyed, line_of
from bot.wording import LANGUAGES, folded, wording

DIALOGUES = ROOT / "dialogues"
NLU_DATA = ROOT / "nlu_data"
PERSON, DISCLOSURE = "talk_to_human", "disclosure"
DECIDED = {
    "job_offer__unclear",
    "talk_to_human",
    "talk_to_human__declined",
}  # by the engine, or by the worker


def findings(dialogues: Path = DIALOGUES, nlu_data: Path = NLU_DATA) -> Iterator[Finding]:
    """Dead ends; raises Unreadable."""
    rules = [rule for path in _files(dialogues, "rules", "stories") for rule in _rules(path)]
    yield from _unanswered(dialogues, rules)
    yield from _without_person(dialogues, rules)
    yield from _buttons(dialogues, nlu_data)


Rule = tuple[Path, int, dict[str, Any]]


def _files(dialogues: Path, *folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((dialogues / folder).glob("*.yml"))]


def _rules(path: Path) -> Iterator[Rule]:
    for kind in ("rules", "stories"):
        for entry in items(path, kind):
            yield path, entry.line, entry.value


def _steps(rule: dict[str, Any], what: str) -> list[str]:
    return [str(step[what]) for step in rule.get("steps") or () if what in step]


def _unanswered(dialogues: Path, rules: list[Rule]) -> Iterator[Finding]:
    answered = {intent for _, _, rule in rules for intent in _steps(rule, "intent")}
    for path in _files(dialogues, "domain"):
        for entry in items(path, "intents"):
            if entry.value not in answered | DECIDED:
                yield Finding(
                    path,
                    entry.line,
                    f"nothing answers the intent {entry.value}",
                    f"write a rule for it in dialogues/rules/{path.name}",
                )


def _without_person(dialogues: Path, rules: list[Rule]) -> Iterator[Finding]:
    """Guided talks that somebody could not leave for a person, and disclosures that lead to none."""
    left = {
        str(condition["active_loop"])
        for _, _, rule in rules
        if PERSON in _steps(rule, "intent")
        for condition in rule.get("condition") or ()
        if "active_loop" in condition
    }
    for path in _files(dialogues, "domain"):
        forms = keyed(path).get("forms")
        for form in forms.value if forms else ():
            if form not in left:
                yield Finding(
                    path,
                    line_of(path, f"{form}:"),
                    f"the guided talk {form} has no way to a human",
                    f"write a rule with active_loop: {form} and intent: {PERSON} that ends it",
                )
    for path, line, rule in rules:
        intents, said = _steps(rule, "intent"), _steps(rule, "action")
        if DISCLOSURE in intents and not (f"utter_{DISCLOSURE}" in said or PERSON in intents):
            name = rule.get("rule") or rule.get("story")
            yield Finding(
                path,
                line,
                f"`{name}` answers a disclosure without a way to a human",
                f"let it say utter_{DISCLOSURE}, which offers one, or go on to {PERSON}",
            )


def _buttons(dialogues: Path, nlu_data: Path) -> Iterator[Finding]:
    used = {
        str(name) for entry in keyed(dialogues / "domain" / "buttons.yml").values() for name in entry.value
    }
    used = {{"True": "yes", "False": "no"}.get(name, name) for name in used}
    for language in LANGUAGES:
        known = _understood(language, dialogues, nlu_data)
        path = dialogues / "texts" / language / "_buttons.yml"
        titles = {{"true": "yes", "false": "no"}.get(key, key): entry for key, entry in keyed(path).items()}
        for name in sorted(used & titles.keys()):
            if folded(str(titles[name].value)) not in known:
                yield Finding(
                    path,
                    titles[name].line,
                    f"the button `{titles[name].value}` leads nowhere: pressed, its words are not understood",
                    "add them as an example in dialogues/nlu/plain.yml",
                )


def _understood(language: str, dialogues: Path, nlu_data: Path) -> set[str]:
    """Whole messages that are surely understood: command words and training examples."""
    out = {word for words in wording(language).words.values() for word in words}
    for path in _files(dialogues, "nlu"):
        for entry in keyed(path).values():
            out |= {folded(str(line)) for line in (entry.value or {}).get(language) or ()}
    for path in sorted((nlu_data / language).glob("*.yml")):
        for entry in items(path, "nlu"):
            lines = str(entry.value.get("examples") or "").splitlines()
            out |= {folded(line.removeprefix("- ")) for line in lines}
    return out
