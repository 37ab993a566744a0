"""What was seen of a practice talk, by plain rules: which cues were heard, and when; no word of an answer."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field

from escalation.cases.case import ANSWER_ELSE_S, ANSWER_S
from escalation.practice.cues import Cues, numbers
from escalation.practice.look_back import Hope, LookBack
from escalation.practice.script import Script


@dataclass(slots=True)
class Seen:
    """One talk as plain rules see it."""

    script: Script
    cues: Cues
    known: Set[str]
    """The digits of every number in the directory."""
    claimed_at: float = 0.0
    answered_at: float = 0.0
    _heard: set[str] = field(default_factory=set)
    _covered: bool = False
    _early: bool = False
    _other_number: bool = False

    @property
    def within(self) -> float:
        """Seconds after taking a talk of this risk within which an answer is due."""
        return ANSWER_S.get(self.script.risk, ANSWER_ELSE_S)

    def answer(self, text: str, at: float, *, covered: bool, writing: bool) -> None:
        """The counsellor answered: was somebody else reading, or the person writing still?"""
        given = numbers(text)
        self._heard |= self.cues.found(text) - {"number"}
        if any(number in self.known for number in given):
            self._heard.add("number")
        self._other_number |= any(number not in self.known and len(number) > 4 for number in given)
        self._covered |= covered
        self._early |= writing and not self.answered_at
        self.answered_at = self.answered_at or at

    def look_back(self) -> LookBack:
        script = self.script
        hopes = tuple(Hope(name, SEEN[name](self)) for name in script.hopes)
        return LookBack(script.about, script.language, round(self.within / 60), hopes, self._other_number)

    def heard(self, cue: str) -> bool:
        return cue in self._heard


SEEN: dict[str, Callable[[Seen], bool]] = {
    "answered": lambda talk: 0 < talk.answered_at <= (talk.claimed_at or talk.answered_at) + talk.within,
    "asked_safe": lambda talk: talk.heard("safe"),
    "asked_now": lambda talk: talk.heard("now"),
    "asked_place": lambda talk: talk.heard("place"),
    "gave_number": lambda talk: talk.heard("number"),
    "kind": lambda talk: talk.heard("kind"),
    "set_limit": lambda talk: talk.heard("limit"),
    "no_promise": lambda talk: not talk.heard("promise"),
    "no_blame": lambda talk: not talk.heard("blame"),
    "no_pressure": lambda talk: not talk.heard("pressed"),
    "held_back": lambda talk: not talk._covered,
    "let_finish": lambda talk: bool(talk.answered_at) and not talk._early,
}
