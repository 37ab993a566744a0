"""One turn as it arrives: checked field by field, refused whole when anything is not as agreed."""

from __future__ import annotations

import hmac
import json
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.embedding import DIMENSIONS
from engine.state import ANSWERS, CARRIED, BadState, State, unpack

LARGEST = 65_536  # bytes of a body; a vector printed in full takes about 9,000
LANGUAGES = ("en", "sq", "bcms", "ro", "mk", "bg", "it", "el")
FIELDS = {"vector", "language", "script", "channel", "country", "entities", "offered", "state"}
ALSO = {"talk"}  # the vector of the last few messages as one text, for one too short to stand alone
# What the worker's own judgement says the message may be about.
TOPICS = (*CARRIED, "talk_to_human", "disclosure", "small_talk", "off_topic")
COUNTRY = re.compile(r"[A-Z]{2}\Z")


class BadRequest(ValueError):
    """A body that is not as agreed. Carries nothing of it."""


@dataclass(frozen=True, repr=False)
class TurnRequest:
    """One message of one person, without its text and without who it is."""

    vector: NDArray[np.float32]
    talk: NDArray[np.float32] | None
    language: str
    script: str
    channel: str
    country: str | None  # where they are, as asked earlier
    named: str | None  # a country named in this message
    answer: str | None
    topics: dict[str, float]  # how probable each is by the worker's own judgement; empty: not judged
    offered: str | None
    state: State

    @property
    def output(self) -> str:
        """Which form of the texts is wanted."""
        cyrillic = self.channel == "sms" and self.script == "cyrillic" and self.language == "bcms"
        return "sms_cyrillic" if cyrillic else self.channel


def _one_of(value: Any, *allowed: str | None) -> Any:
    if value is not None and not isinstance(value, str):
        raise BadRequest
    if value not in allowed:
        raise BadRequest
    return value


def _country(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not COUNTRY.match(value):
        raise BadRequest
    return value


def _vector(value: Any) -> NDArray[np.float32]:
    if not isinstance(value, list) or len(value) != DIMENSIONS:
        raise BadRequest
    for number in value:
        if type(number) not in (int, float) or not math.isfinite(number) or abs(number) > 1.01:
            raise BadRequest
    return np.asarray(value, dtype=np.float32)


def _topics(value: Any) -> dict[str, float]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not set(value) <= set(TOPICS):
        raise BadRequest
    for share in value.values():
        if type(share) not in (int, float) or not 0 <= share <= 1:
            raise BadRequest
    return {topic: float(share) for topic, share in value.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadRequest
    return fields


def read(body: bytes) -> TurnRequest:
    """The request in a body, or BadRequest."""
    try:
        raw = json.loads(body.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(raw, dict) or set(raw) - ALSO != FIELDS:
        raise BadRequest
    entities = raw["entities"]
    if not isinstance(entities, dict) or not set(entities) <= {"country", "answer", "topics"}:
        raise BadRequest
    try:
        state = unpack(raw["state"])
    except (BadState, TypeError):
        raise BadRequest from None
    return TurnRequest(
        vector=_vector(raw["vector"]),
        talk=None if raw.get("talk") is None else _vector(raw["talk"]),
        language=_one_of(raw["language"], *LANGUAGES),
        script=_one_of(raw["script"], "latin", "cyrillic"),
        channel=_one_of(raw["channel"], "sms", "telegram"),
        country=_country(raw["country"]),
        named=_country(entities.get("country")),
        answer=_one_of(entities.get("answer"), None, *ANSWERS),
        topics=_topics(entities.get("topics")),
        offered=_one_of(raw["offered"], None, "person"),
        state=state,
    )


def allowed(header: str | None, token: str) -> bool:
    """Whether an Authorization header carries the token; takes the same time whatever is wrong with it."""
    return hmac.compare_digest((header or "").encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())
