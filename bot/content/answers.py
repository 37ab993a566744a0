"""The bot's answers, dialogues/texts: alike in all languages, short, easy, without numbers of their own."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.channels.sms.segments import count
from bot.content.finding import ROOT, Entry, Finding, keyed
from bot.content.reading import lix, longest_sentence
from bot.content.services import phones
from bot.script import plain_latin, to_cyrillic
from bot.wording import LANGUAGES

TEXTS = ROOT / "dialogues" / "texts"
MODEL = "en"  # the language that says which texts there are
MOST_SEGMENTS, WANTED_SEGMENTS = 3, 2
SIMPLE = "__simple"  # ends the key of an answer said more simply
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# How long a filled placeholder is at most; two lines of numbers are cut to this by the directory.
FILLED = {"numbers": 105, "emergency": 3, "country": 22}
LISTED = {"flags": "utter_check_red_", "todo": "utter_trip_todo_"}  # placeholders that list other texts
HARDEST, LONGEST = 40, 30  # LIX, and words in one sentence
ENOUGH = 20  # words, from which a formula says anything
NUMBER = re.compile(r"(?<![\w.])\+?\d[\d ]{1,14}\d(?![\w%])")
YEAR = re.compile(r"(19|20)\d\d")
SHORTEST_NUMBER = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One text of one language, with where it stands."""

    key: str
    forms: dict[str, str]
    path: Path
    line: int


def read(language: str, texts: Path = TEXTS) -> dict[str, Answer]:
    """All answers of a language by key; raises Unreadable."""
    out: dict[str, Answer] = {}
    for path in sorted((texts / language).glob("[a-z]*.yml")):
        for key, entry in keyed(path).items():
            out[key] = Answer(key, _forms(entry), path, entry.line)
    return out


def findings(texts: Path = TEXTS) -> Iterator[Finding]:
    """Everything wrong with the answers of all languages; raises Unreadable."""
    spoken = {language: read(language, texts) for language in LANGUAGES}
    avoided = {key: entry.value for key, entry in keyed(texts / "_avoid.yml").items()}
    known = phones()
    for language, answers in spoken.items():
        yield from _parity(language, answers, spoken[MODEL], texts)
        yield from _buttons(language, texts)
        for answer in answers.values():
            yield from _length(answer, answers)
            yield from _easy(answer)
            yield from _avoided(answer, avoided.get(language) or ())
            yield from _numbers(answer, known)


def _forms(entry: Entry) -> dict[str, str]:
    value = entry.value if isinstance(entry.value, dict) else {}
    return {str(form): str(text) for form, text in value.items()}


def _parity(
    language: str, answers: dict[str, Answer], model: dict[str, Answer], texts: Path
) -> Iterator[Finding]:
    for key, first in model.items():
        here = answers.get(key)
        if here is None:
            path = texts / language / first.path.name
            yield Finding(
                path, 1, f"{key} is missing", f"write it; English has it in {first.path.name}:{first.line}"
            )
            continue
        for form in sorted(first.forms.keys() - here.forms.keys()):
            yield Finding(here.path, here.line, f"{key} has no form `{form}`", "write it under the key")
        for form in sorted(first.forms.keys() & here.forms.keys()):
            wanted = set(PLACEHOLDER.findall(first.forms[form]))
            found = set(PLACEHOLDER.findall(here.forms[form]))
            for name in sorted(wanted ^ found):
                what = "lacks" if name in wanted else "has, and English has not,"
                yield Finding(
                    here.path, here.line, f"{key}, {form}, {what} {{{name}}}", "use the same placeholders"
                )
    for key in sorted(answers.keys() - model.keys()):
        answer = answers[key]
        yield Finding(answer.path, answer.line, f"English has no {key}", "write it there too, or remove it")


def _buttons(language: str, texts: Path) -> Iterator[Finding]:
    path = texts / language / "_buttons.yml"
    missing = keyed(texts / MODEL / "_buttons.yml").keys() - keyed(path).keys()
    for name in sorted(missing):
        yield Finding(path, 1, f"the button `{name}` has no title", "add it; English has one")


def _length(answer: Answer, all_: dict[str, Answer]) -> Iterator[Finding]:
    for form, segments in segments_of(answer, all_).items():
        if segments > MOST_SEGMENTS:
            yield Finding(
                answer.path,
                answer.line,
                f"{answer.key}, {form}, takes {segments} SMS segments",
                f"shorten it to {WANTED_SEGMENTS}, at most {MOST_SEGMENTS}",
            )


def segments_of(answer: Answer, all_: dict[str, Answer]) -> dict[str, int]:
    """How many segments each SMS form takes, placeholders filled as long as they get."""

    def longest(name: str, form: str) -> str:
        listed = LISTED.get(name)
        if not listed:
            return "x" * FILLED.get(name, 30)
        texts = [other.forms for key, other in all_.items() if key.startswith(listed)]
        return " ".join(forms.get(form) or forms.get("sms", "") for forms in texts)

    out = {}
    for form in ("sms", "sms_cyrillic"):
        text = answer.forms.get(form) or (answer.forms.get("text", "") if form == "sms" else "")
        if text:
            filled = PLACEHOLDER.sub(partial(_filled, longest, form), text)
            sent = to_cyrillic(filled) if form == "sms_cyrillic" else plain_latin(filled)
            out[form] = count(sent).segments
    return out


def _filled(longest: Callable[[str, str], str], form: str, name: re.Match[str]) -> str:
    return longest(name[1], form)


def _easy(answer: Answer) -> Iterator[Finding]:
    text = PLACEHOLDER.sub("x", answer.forms.get("text", ""))
    hard, words = lix(text), longest_sentence(text)
    if len(text.split()) >= ENOUGH and hard > HARDEST:
        yield Finding(
            answer.path,
            answer.line,
            f"{answer.key} is hard to read (LIX {hard:.0f}, at most {HARDEST})",
            "use shorter words and sentences",
        )
    if words > LONGEST:
        yield Finding(
            answer.path, answer.line, f"{answer.key} has a sentence of {words} words", "cut it in two"
        )


def _avoided(answer: Answer, words: list[str] | tuple[str, ...]) -> Iterator[Finding]:
    for form, text in answer.forms.items():
        flat = plain_latin(text).casefold()
        for word in words:
            if re.search(rf"\b{re.escape(plain_latin(str(word)).casefold())}", flat):
                yield Finding(
                    answer.path,
                    answer.line,
                    f"{answer.key}, {form}, has `{word}`, which we avoid",
                    "say it without blame (texts/_avoid.yml)",
                )


def _numbers(answer: Answer, known: set[str]) -> Iterator[Finding]:
    for form, text in answer.forms.items():
        for found in NUMBER.findall(text):
            digits = re.sub(r"\D", "", found)
            if len(digits) < SHORTEST_NUMBER or YEAR.fullmatch(digits) or digits in known:
                continue
            yield Finding(
                answer.path,
                answer.line,
                f"{answer.key}, {form}, has the number {found.strip()}, which is not in the directory",
                "use {numbers} or {emergency}, or add it to dialogues/directory with its source",
            )
