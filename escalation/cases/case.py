"""A case: what a counsellor sees of a conversation before opening it. Never a number, name or word said."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from bot.private import Unshown

State = Literal["waiting", "held"]
Outcome = Literal["done", "taken", "not_yours", "gone", "too_long", "covered"]
"""covered: somebody else may be reading, and the answer was not confirmed."""
Who = Literal["person", "bot", "counsellor", "notice"]

RANK = {"none": 0, "concern": 1, "danger": 2, "emergency": 3}
HEADSTART = {"none": 0, "concern": 10 * 60, "danger": 60 * 60, "emergency": 24 * 3600}
"""Seconds of waiting a risk counts for. The order in the queue is opening time less headstart: a higher risk
comes first, and yet somebody who has waited an hour longer comes before a fresh `danger`: nobody starves."""

SIGNAL = "silent_signal"
SIGNALLED = "gave the silent signal: needs help now and cannot write it"

# fmt: off
FIRST = (
    "amber autumn birch blue bright calm clear cloud copper coral dawn deep early evening fern field "
    "forest garden gentle golden green harbour hazel high hill island ivory lake lemon light lilac linen "
    "little maple meadow mild misty moon morning mountain north ocean olive open orchard pearl pine plain "
    "quiet rain river rose round sand silver sky slow small snow soft south spring star still stone "
    "summer sun tall valley violet warm water west white wide wild willow wind winter wood"
).split()
SECOND = (
    "badger bear beaver bee bird bison blackbird bluebird butterfly crane cricket deer dolphin dove "
    "dragonfly duck eagle falcon finch firefly fox gull hare hawk hedgehog heron horse kingfisher lark "
    "lynx magpie marten mole moth mouse newt nightingale otter owl panda partridge pelican pigeon pony "
    "puffin quail rabbit raven robin salmon seal sparrow squirrel starling stork swallow swan swift "
    "thrush tiger toad trout turtle walrus whale wolf wren"
).split()


@dataclass(frozen=True, slots=True, repr=False)
class CaseRow(Unshown):
    """A row of the queue."""

    id: str
    alias: str
    state: State
    risk: str
    score: float
    signals: tuple[str, ...]
    reasons: tuple[str, ...] = field(repr=False)
    language: str
    script: str
    channel: str
    country: str | None
    opened_at: float
    wrote_at: float
    holder: str | None
    unread: int
    place: int
    covered_at: float = 0.0
    """Since when somebody else may be reading at the person's phone; 0: nobody, as far as is known."""


@dataclass(frozen=True, slots=True, repr=False)
class CaseLine(Unshown):
    """One thing said, as the holder sees it."""

    who: Who
    text: str = field(repr=False)
    at: float
    risk: str
    reasons: tuple[str, ...] = field(repr=False)
    delivery: str


@dataclass(frozen=True, slots=True, repr=False)
class CaseView(Unshown):
    """A case opened by its holder."""

    row: CaseRow
    lines: tuple[CaseLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Alarm(Unshown):
    """Why a human is needed, as the danger detectors or the person's own request say it."""

    risk: str
    score: float
    signals: tuple[str, ...]
    reasons: tuple[str, ...] = field(repr=False)


def alias() -> str:
    """Two words to call a person by; says nothing about them."""
    return f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}"


def order(opened_at: float, risk: str) -> float:
    """A case's place in the queue: lower comes first. It does not change with time, only with risk."""
    return opened_at - HEADSTART.get(risk, 0)
