"""Phrase rules that staff edit, nlu_data/danger/rules/<language>.yml.

A rule has an id, a level, signals, a reason in plain words, patterns (see patterns.py), phrases that silence
it (`unless`), and examples it must and must not match. A negation just before a match silences it, unless the
rule says `negated: counts`; talk of films, games and school work does, unless it says `frame: counts`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from escalation.danger.data import Example
from escalation.danger.normalise import BREAK, PAUSE, STOP, tokens
from escalation.danger.patterns import Pattern, PatternError, alike, compiled, joined
from escalation.danger.taxonomy import RISKS, RULE_LEVELS, SIGNALS, Risk, higher

FOLDER = Path(__file__).resolve().parents[2] / "nlu_data" / "danger" / "rules"
EASY = 0.2  # share of harmless messages among all that a rule matches in our data, above which it is refused
FEW = 2  # harmless messages that a rule which is right elsewhere may hit
FRAMED = 2  # messages after which a film or a game is no longer what the talk is about
REACH = 3  # words before a match in which a negation counts


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one language, ready to search."""

    id: str
    language: str
    level: str
    signals: tuple[str, ...]
    reason: str
    flags: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    negated_counts: bool
    frame_counts: bool
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched, and whether it needed earlier messages or the newest one."""

    rule: Rule
    now: bool


@dataclass(slots=True)
class Book:
    """The rules of one language with what they share: negations, frames, spellings that are the same."""

    language: str
    negations: frozenset[str]
    sounds: dict[str, str]
    frames: tuple[Pattern, ...]
    rules: tuple[Rule, ...]
    by_word: dict[str, list[tuple[Rule, Pattern]]] = field(default_factory=dict)
    by_beginning: dict[str, list[tuple[Rule, Pattern]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            for pattern in rule.patterns:
                for word in pattern.words:
                    self.by_word.setdefault(word, []).append((rule, pattern))
                for (
                    beginning
                ) in pattern.beginnings:  # an empty one: nothing in the pattern narrows the search
                    self.by_beginning.setdefault(beginning, []).append((rule, pattern))

    def matches(self, words: Sequence[str]) -> list[Match]:
        """The rules that match a talk: the tokens of its messages, oldest first, with BREAK between them."""
        words = [alike(word, self.sounds) for word in words]
        line = joined(words)
        newest = line.rfind(f" {BREAK} ") + 1
        found: dict[str, Match] = {}
        for rule, pattern in self._candidates(words):
            if rule.id in found and found[rule.id].now:
                continue
            for hit in pattern.regex.finditer(line):
                if self._counts(rule, line, hit.start(), hit.end()):
                    found[rule.id] = Match(rule, hit.end() > newest)
        return list(found.values())

    def _counts(self, rule: Rule, line: str, start: int, end: int) -> bool:
        """Whether a match stands: not negated, nor silenced by its own messages, nor framed before."""
        if not rule.negated_counts and self._negated(line, start):
            return False
        first = line.rfind(f" {BREAK} ", 0, start) + 1
        last = line.find(f" {BREAK} ", max(start, end - 1))
        end = last + 1 if last >= 0 else len(line)
        if any(other.regex.search(line[first:end]) for other in rule.unless):
            return False
        if rule.frame_counts:
            return True
        for _ in range(FRAMED):  # what is said of a film goes on for a message or two
            first = line.rfind(f" {BREAK} ", 0, first) + 1 if first > 0 else 0
        return not any(frame.regex.search(line[first:end]) for frame in self.frames)

    def _candidates(self, words: Sequence[str]) -> list[tuple[Rule, Pattern]]:
        """What may match, each once; told apart as objects, since a rule's hash is that of all it holds."""
        out: dict[tuple[int, int], tuple[Rule, Pattern]] = {}
        for word in dict.fromkeys(words):
            for rule, pattern in self.by_word.get(word, ()):
                out.setdefault((id(rule), id(pattern)), (rule, pattern))
            for length in range(len(word) + 1):
                for rule, pattern in self.by_beginning.get(word[:length], ()):
                    out.setdefault((id(rule), id(pattern)), (rule, pattern))
        return list(out.values())

    def _negated(self, line: str, start: int) -> bool:
        for word in reversed(line[:start].split()[-REACH:]):
            if word in (STOP, PAUSE, BREAK):
                return False
            if word in self.negations:
                return True
        return False


def read_book(path: Path) -> Book:
    """The rules of one file; raises PatternError with what is wrong and where."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        language = str(content["language"])
        sounds = {str(key): str(value) for key, value in (content.get("same") or {}).items()}
        negations = frozenset(
            alike(token, sounds) for word in content.get("negations") or () for token in tokens(str(word))[:1]
        )
        lists = {str(key): _alternatives(value) for key, value in (content.get("words") or {}).items()}
        frames = tuple(
            compiled(str(frame), lists, frozenset(), sounds) for frame in content.get("frames") or ()
        )
        rules = tuple(_rule(language, entry, lists, negations, sounds) for entry in content["rules"])
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, OSError, UnicodeDecodeError) as error:
        raise PatternError(f"{path.name}: {type(error).__name__}") from error
    if len({rule.id for rule in rules}) != len(rules):
        raise PatternError(f"{path.name}: two rules have the same id")
    return Book(language, negations, sounds, frames, rules)


def read_books(folder: Path = FOLDER) -> tuple[list[Book], list[str]]:
    """Every readable rules file, and what is wrong with the others: a broken edit costs one language only."""
    books, broken = [], []
    for path in sorted(folder.glob("*.yml")):
        try:
            books.append(read_book(path))
        except PatternError as error:
            broken.append(str(error))
    if not books and not broken:
        broken.append("there are no rules")
    return books, broken


def matches(books: Iterable[Book], talk: Sequence[str]) -> list[Match]:
    """The rules of all languages that match a talk (texts, oldest first): people mix languages."""
    words: list[str] = []
    for text in talk:
        words += [BREAK] * bool(words) + tokens(text)
    return [match for book in books for match in book.matches(words)]


def ruled(matched: Sequence[Match]) -> tuple[Risk, list[str]]:
    """What the rules say and why: the gravest first, of equals the newest message's."""
    risk: Risk = "none"
    reasons = []
    for match in sorted(matched, key=lambda match: (-RISKS.index(as_risk(match.rule.level)), not match.now)):
        level = match.rule.level
        if level == "person" and not match.now:
            continue
        if level != "person":
            risk = higher(risk, as_risk(level))
        when = "" if match.now else "earlier in the talk: "
        reasons.append(f"{when}{match.rule.reason} (rule {match.rule.id})")
    return risk, reasons


def as_risk(level: str) -> Risk:
    """A rule's level as a risk."""
    return "emergency" if level == "emergency" else "danger" if level == "danger" else "concern"


def faults(books: Iterable[Book], examples: Iterable[Example] = ()) -> list[str]:
    """What a check refuses: examples a rule misses, counter-examples it matches, easy alarms."""
    books = list(books)
    out = []
    for book in books:
        for rule in book.rules:
            for text in rule.examples:
                if rule.id not in {match.rule.id for match in matches([book], text.split("//"))}:
                    out.append(f"{rule.id} misses its example: {text}")
            for text in rule.counter_examples:
                if rule.id in {match.rule.id for match in matches([book], text.split("//"))}:
                    out.append(f"{rule.id} matches its counter-example: {text}")
    return [*out, *easy_alarms(books, examples)]


def easy_alarms(books: Sequence[Book], examples: Iterable[Example]) -> list[str]:
    """Rules above `concern` of whose matches too many are harmless messages, with the lines they hit."""
    right: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for example in examples:
        for match in matches(books, [example.text]):
            if match.rule.level == "concern":
                continue
            meant = example.risk in ("danger", "emergency")
            if match.rule.level == "person":
                meant = example.topic == "talk_to_human"
            if meant:
                right[match.rule.id] = right.get(match.rule.id, 0) + 1
            elif example.risk == "none":
                wrong.setdefault(match.rule.id, []).append(example.text)
    return [
        f"{rule} alarms on {len(lines)} harmless of {right.get(rule, 0) + len(lines)}: {'; '.join(lines[:5])}"
        for rule, lines in wrong.items()
        if not right.get(rule) or len(lines) > max(FEW, EASY * (right[rule] + len(lines)))
    ]


def _rule(
    language: str,
    entry: Mapping[str, Any],
    lists: Mapping[str, str],
    negations: frozenset[str],
    sounds: dict[str, str],
) -> Rule:
    level = str(entry["level"])
    signals = tuple(entry.get("signals") or ())
    if (
        level not in RULE_LEVELS
        or not set(signals) <= set(SIGNALS)
        or not entry["reason"]
        or not entry["examples"]
    ):
        raise PatternError(f"{entry['id']}: level, signals, reason or examples are missing or unknown")
    return Rule(
        id=str(entry["id"]),
        language=language,
        level=level,
        signals=signals,
        reason=str(entry["reason"]),
        flags=tuple(entry.get("flags") or ()),
        patterns=tuple(compiled(str(source), lists, negations, sounds) for source in entry["patterns"]),
        unless=tuple(
            compiled(str(source), lists, frozenset(), sounds) for source in entry.get("unless") or ()
        ),
        negated_counts=entry.get("negated") == "counts",
        frame_counts=entry.get("frame") == "counts",
        examples=tuple(map(str, entry["examples"])),
        counter_examples=tuple(map(str, entry.get("counter_examples") or ())),
    )


def _alternatives(value: object) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)
