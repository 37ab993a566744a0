"""What a counsellor's answer holds, by words that staff list in `_cues.yml`: plain rules, no judgement."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from escalation.danger.normalise import STOP, tokens
from escalation.danger.patterns import Pattern, compiled, joined
from escalation.practice.script import CUES, FOLDER, HEARD

NOT = "_not"
"""Ends the name of a list whose words take a cue away again: `promise_not` knows "I cannot promise"."""
NUMBER = re.compile(r"\+?\d[\d /.()-]*\d")
SHORTEST = 3
"""Digits of a number to call."""


class Cues:
    """The cues of one language."""

    def __init__(self, lists: Mapping[str, tuple[Pattern, ...]], words: Mapping[str, str]) -> None:
        self._lists = lists
        self.words = words
        """What they write in this language to have all erased (`delete`), or to get a human (`person`)."""

    def found(self, text: str) -> frozenset[str]:
        """What an answer holds: names of cues, and `number` for a number to call."""
        sentences = list(_sentences(text))
        found = {cue for cue in HEARD if any(self._holds(cue, one) for one in sentences)}
        return frozenset(found | ({"number"} if numbers(text) else set()))

    def _holds(self, cue: str, sentence: str) -> bool:
        return self._any(cue, sentence) and not self._any(cue + NOT, sentence)

    def _any(self, name: str, sentence: str) -> bool:
        return any(pattern.regex.search(sentence) for pattern in self._lists.get(name, ()))


def numbers(text: str) -> list[str]:
    """The digits of every number in a text that could be called."""
    found = (re.sub(r"\D", "", number) for number in NUMBER.findall(text))
    return [digits for digits in found if len(digits) >= SHORTEST]


def read(path: Path) -> Cues:
    """One file; raises PatternError for a pattern that cannot be read."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = {str(name): str(word) for name, word in content.pop("words").items()}
    return Cues({str(name): tuple(map(pattern, listed)) for name, listed in content.items()}, words)


def pattern(source: object) -> Pattern:
    """As in the danger rules (escalation/danger/patterns.py), without lists."""
    return compiled(str(source), {}, frozenset(), {})


@cache
def cues(language: str) -> Cues:
    """What staff keep for a language."""
    return read(FOLDER / language / CUES)


def _sentences(text: str) -> Iterator[str]:
    sentence: list[str] = []
    for word in [*tokens(text), STOP]:
        if word != STOP:
            sentence.append(word)
        elif sentence:
            yield joined(sentence)
            sentence = []
