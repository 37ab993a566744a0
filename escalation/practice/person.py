"""One made-up young person: what they write next. Simple, honest rules, and nothing by chance.

They answer what they are asked. Pressed or blamed, they fall silent until they hear something kind. After as
many answers as their script says they thank, write DELETE, or write no more; some come back after the end.
"""

from collections import Counter
from dataclasses import dataclass

from escalation.practice.cues import Cues
from escalation.practice.script import ANSWERED, HARSH, Script

MOST_ANSWERS = 2
"""Of what one text asks they answer this much: who asks five questions at once learns little."""
LETTERS_A_SECOND = 12


@dataclass(frozen=True, slots=True)
class Says:
    """One text of theirs, and the seconds before it."""

    text: str
    pause: float


class Person:
    """Plays a script. Knows of the talk only what a phone would show: what the counsellor wrote."""

    def __init__(self, script: Script, cues: Cues) -> None:
        self._script, self._cues = script, cues
        self._said: Counter[str] = Counter()
        self._heard = 0
        self.silent = False
        """They were pressed or blamed, and nothing kind was said since."""
        self.done = False

    def begins(self) -> list[Says]:
        return self._all(self._script.begins)

    def returns(self) -> list[Says]:
        """What they write when they come back after the end; as at first, they then answer again."""
        self._heard, self.done, self.silent = 0, False, False
        return self._all(self._script.returns)

    def hears(self, text: str) -> list[Says]:
        """What the counsellor wrote since they last looked; returns what they write now, often nothing."""
        found = self._cues.found(text)
        if self.done:
            return self._asked(found) if self._script.goes == "thanks" else []
        if self.silent:
            return self._softened(found)
        harsh = next((cue for cue in HARSH if cue in found), None)
        if harsh:
            self.silent = True
            return self._answer(harsh) or self._answer("pressed")
        self._heard += 1
        return [*(self._asked(found) or self._answer("other")), *self._goes_on()]

    def _softened(self, found: frozenset[str]) -> list[Says]:
        if "kind" not in found or found & set(HARSH):
            return []
        self.silent = False
        return self._answer("again")

    def _goes_on(self) -> list[Says]:
        """Somebody comes near, or their part is over."""
        script, cover = self._script, self._script.cover
        if cover and self._heard == cover.after:
            first, *others = cover.back
            return [Says(cover.says, 2), Says(first, cover.seconds), *self._all(others)]
        self.done = self._heard >= script.after
        return self._all(script.ends) if self.done else []

    def _asked(self, found: frozenset[str]) -> list[Says]:
        said = [one for cue in ANSWERED if cue in found for one in self._answer(cue)]
        return said[:MOST_ANSWERS]

    def _answer(self, cue: str) -> list[Says]:
        """Their next answer to it, while they have one."""
        texts = self._script.answers.get(cue, ())
        place = self._said[cue]
        self._said[cue] += 1
        return self._all(texts[place : place + 1])

    def _all(self, texts: tuple[str, ...] | list[str]) -> list[Says]:
        pause = self._script.pause
        typing = 0.0 if pause < 1.5 else 1 / LETTERS_A_SECOND
        return [Says(text, pause + len(text) * typing) for text in texts]
