"""How dangerous a message is; and, while others are answered, whether somebody in line is in danger."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from numpy import float32
from numpy.typing import NDArray

from bot import logs, recent
from bot.beside import Rank, threads
from bot.commands import command_in
from bot.embedding import embed, normalise
from bot.encoder import EncoderError
from bot.heard import Heard
from bot.places import says_only_where
from bot.private import Unshown
from bot.wording import folded, titles
from escalation.cases.case import RANK
from escalation.danger.verdict import Assessment, unjudged

type Vector = NDArray[float32]


class Judge(Protocol):
    """Decides how dangerous a message is; never raises."""

    def assess(
        self,
        text: str,
        *,
        language: str | None = None,
        history: Sequence[str] = (),
        vector: Vector | None = None,
        judged: bool = False,
        known: Mapping[str, Vector] = ...,
    ) -> Assessment: ...

    def suspects(self, text: str) -> float:
        """Who is looked at first, in a millisecond: how likely danger is; where it is plain, its urgency."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Foreseen(Unshown):
    """What a text says by itself, found before its turn; its vector is not made twice."""

    urgency: int = 0
    """0: no case by itself; else the higher the sooner."""
    said: int = 0
    vector: Vector | None = field(default=None, repr=False)

    def of(self, text: str) -> Vector | None:
        """The vector, if it is that of this text."""
        return self.vector if self.said == hash(text) else None


NOTHING = Foreseen()
CALLS = {"person": Foreseen(1), "signal": Foreseen(1 + RANK["emergency"])}
"""Commands that call a human."""


@dataclass(frozen=True, slots=True, repr=False)
class Judging(Unshown):
    judge: Judge

    async def suspects(self, text: str) -> float:
        """Who of those in line is looked at first; never raises."""
        try:
            text = bare(text, "")
            if (command := command_in(text, "")) is not None:
                return float(CALLS.get(command.name, NOTHING).urgency)
            return await threads().run(lambda: self.judge.suspects(text), Rank.DANGER)
        except Exception as error:
            logs.event("turn_failed", error=type(error).__name__, where=logs.where(error), tries=0)
            return 1.0

    async def foresee(self, text: str) -> Foreseen:
        """Look at a text that stands in line. The verdict that counts is that of its turn; never raises."""
        try:
            text = bare(text, "")
            if (command := command_in(text, "")) is not None or not text:
                return CALLS.get(command.name, NOTHING) if command else NOTHING
            return await threads().run(lambda: self._look(text), Rank.REST)
        except Exception as error:  # its turn comes all the same, and judges it
            logs.event("turn_failed", error=type(error).__name__, where=logs.where(error), tries=0)
            return NOTHING

    def _look(self, text: str) -> Foreseen:
        vector = embed(normalise(text))
        if _says_nothing(text):
            return Foreseen(0, hash(text), vector)
        verdict = self.judge.assess(text, vector=vector, judged=True)
        return Foreseen(1 + RANK[verdict.risk] if verdict.escalate else 0, hash(text), vector)

    async def assess(self, heard: Heard, foreseen: Foreseen) -> None:
        """Danger, in this text and the talk so far; the message's one embedding serves the dialogue too."""
        text, card = heard.text, heard.card
        history = heard.talk.said_by_person()

        def judge() -> None:
            heard.vector = foreseen.of(text)
            if heard.vector is None:
                with suppress(EncoderError):  # the rules still judge, and what they cannot goes to a human
                    heard.vector = embed(normalise(text))
            if not _says_nothing(text):
                heard.verdict = self.judge.assess(
                    text,
                    language=None if card.covered else card.language,
                    history=history,
                    vector=heard.vector,
                    judged=True,
                    known=recent.known(card, history),
                )
            recent.keep(card, [*history, text], heard.vector)

        if text:
            try:
                await threads().run(judge, Rank.DANGER if foreseen.urgency else Rank.REST)
            except Exception as error:  # Whatever fails here must not keep a cry for help from a human.
                logs.event("turn_failed", error=type(error).__name__, where=logs.where(error), tries=0)
                heard.verdict = unjudged(card.language)
        heard.topic = heard.verdict.topic
        if RANK[heard.verdict.risk] > RANK[card.risk]:
            card.risk = heard.verdict.risk


def bare(text: str, language: str) -> str:
    """A bare slash says nothing; before other words it is only how Telegram writes commands."""
    text = text.strip()
    return text if command_in(text, language) else text.lstrip("/").strip()


def _says_nothing(text: str) -> bool:
    """A button of ours, or only where they are: nothing is said of them."""
    return folded(text) in titles() or says_only_where(text)
