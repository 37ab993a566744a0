"""The dialogue engine, asked over HTTP: vector and state in, answers and state out; never a word of text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import EngineDown
from bot.private import Unshown

SECONDS = 3.0


class EngineReply(Unshown, BaseModel):
    """One answer of the engine."""

    model_config = ConfigDict(extra="ignore")
    key: str
    text: str = Field(repr=False)
    buttons: list[str] = Field(default_factory=list, repr=False)


class EngineTurn(Unshown, BaseModel):
    """What the engine made of a message."""

    model_config = ConfigDict(extra="ignore")
    replies: list[EngineReply] = Field(default_factory=list, repr=False)
    intent: str = ""
    topic: str = ""
    confidence: float = 0.0
    state: dict[str, Any] | None = Field(default=None, repr=False)
    country: str | None = None
    wants_person: bool = False
    offers_person: bool = False
    asks: bool = False
    """The last reply is a question of a guided talk: nothing else is asked beside it."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked(Unshown):
    """What the engine is told of a message."""

    vector: Sequence[float] = field(repr=False)
    language: str
    script: str
    channel: str
    country: str | None
    entities: dict[str, Any]
    offered: str | None
    state: dict[str, Any] | None = field(repr=False)


class Engine:
    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(SECONDS, connect=1.0),
            trust_env=False,
        )

    async def turn(self, asked: Asked) -> EngineTurn:
        """Raises EngineDown when it does not answer, or answers what is not in the contract."""
        body = {
            "vector": [round(float(x), 6) for x in asked.vector],
            "language": asked.language,
            "script": asked.script,
            "channel": asked.channel,
            "country": asked.country,
            "entities": asked.entities,
            "offered": asked.offered,
            "state": asked.state,
        }
        try:
            answer = await self._client.post("/turn", json=body)
            if answer.status_code != 200:
                raise EngineDown(f"engine answered {answer.status_code}")
            return EngineTurn.model_validate_json(answer.content)
        except httpx.HTTPError as error:
            raise EngineDown(type(error).__name__) from None
        except ValidationError:
            raise EngineDown("engine answered outside its contract") from None

    async def ready(self) -> bool:
        try:
            answer = await self._client.get("/health")
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    async def aclose(self) -> None:
        await self._client.aclose()
