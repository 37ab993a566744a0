"""A judge that knows a few words, and an engine that answers or fails as it is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy import float32
from numpy.typing import NDArray

from bot.engine import Asked, EngineReply, EngineTurn
from bot.errors import EngineDown
from bot.private import Address
from escalation.danger.taxonomy import Risk
from escalation.danger.verdict import Assessment, nothing

PHONE = Address("+355691234567")
NONE: Mapping[str, NDArray[float32]] = {}
WORDS: dict[str, Risk] = {"locked": "emergency", "hits": "danger", "secret": "concern"}


class WordJudge:
    """`locked` is an emergency, `hits` danger, `secret` concern; `human` asks for a person."""

    def __init__(self) -> None:
        self.broken = False
        self.histories: list[list[str]] = []

    def assess(
        self,
        text: str,
        *,
        language: str | None = None,
        history: Sequence[str] = (),
        vector: NDArray[float32] | None = None,
        judged: bool = False,
        known: Mapping[str, NDArray[float32]] = NONE,
    ) -> Assessment:
        if self.broken:
            raise RuntimeError("the classifier is damaged")
        self.histories.append(list(history))
        for word, risk in WORDS.items():
            if word in text.lower():
                urgent = risk in ("danger", "emergency")
                return Assessment(language or "en", risk, 0.9, (), "disclosure", urgent, reasons=("a word",))
        if "human" in text.lower():
            return Assessment(language or "en", "none", 0.1, (), "talk_to_human", True, True, ("asks",))
        return nothing(language or "en")

    def suspects(self, text: str) -> float:
        likely = {"emergency": 4.0, "danger": 3.0, "concern": 0.5}
        return max((likely[risk] for word, risk in WORDS.items() if word in text.lower()), default=0.0)


class ScriptedEngine:
    """Answers `answer <n>`; `down` makes it fail."""

    def __init__(self) -> None:
        self.down = False
        self.asked: list[Asked] = []
        self.next: dict[str, Any] = {}
        self.turns: list[dict[str, Any]] = []  # one after the other, before `next`

    async def turn(self, asked: Asked) -> EngineTurn:
        if self.down:
            raise EngineDown("ConnectError")
        self.asked.append(asked)
        number = int((asked.state or {}).get("n", 0)) + 1
        reply = EngineReply(key="utter_x", text=f"answer {number}")
        given = {"replies": [reply], "topic": "job_offer", "state": {"n": number}, "country": asked.country}
        return EngineTurn(**{**given, **(self.turns.pop(0) if self.turns else self.next)})

    async def ready(self) -> bool:
        return not self.down

    async def aclose(self) -> None:
        return None
