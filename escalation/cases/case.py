"""A case: what a counsellor sees of a conversation before opening it. Never a number, name or word said."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from bot.private import Unshown

State = Literal["waiting", "held"]
Outcome = Literal["done", "taken", "not_yours", "gone", "too_long", "full", "absent", "covered"]
"""covered: somebody else may be reading, and the answer was not confirmed."""
Safe = Literal["", "asked", "yes", "no"]
"""Whether it is safe for the person to get texts: not asked yet, asked, and their answer."""
Away = Literal["break", "off"]
Who = Literal["person", "bot", "counsellor", "notice"]

RANK = {"none": 0, "concern": 1, "danger": 2, "emergency": 3}
HEADSTART = {"none": 0, "concern": 10 * 60, "danger": 60 * 60, "emergency": 24 * 3600}
"""Seconds of waiting a risk counts for. The order in the queue is opening time less headstart: a higher risk
comes first, and yet somebody who has waited an hour longer comes before a fresh `danger`: nobody starves."""

ANSWER_S = {"emergency": 3 * 60, "danger": 5 * 60}
ANSWER_ELSE_S = 10 * 60
"""How long a person waits for their counsellor's answer before the case is offered to somebody else."""
TYPING_S = 60
"""Somebody who typed this short a time ago is answering, though nothing has come yet."""
PRESSED_S = 5 * 60
"""Each further message of danger counts as this much more waiting."""
MOST_PRESSED = 6
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
class Sealed(Unshown):
    """A case's words as they rest: reasons, notes; and the conversation's key, wrapped."""

    wrapped: bytes = field(repr=False)
    words: tuple[tuple[str, bytes], ...] = field(repr=False)
    signalled: bool
    """The silent signal belongs before the reasons."""


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
    wrote: int = 0
    """How many messages of the person came into the case: what `seen` is told by."""
    meant_for: str = ""
    """Whom it was handed to: `account:<id>`, `language:<code>`, `role:supervisor`; empty: anybody."""
    passed_by: str = ""
    passed_at: float = 0.0
    note: str = field(default="", repr=False)
    """What was written for the next counsellor; ends with the case."""
    why_picked: str = field(default="", repr=False)
    """Why its holder took it before more urgent ones; ends with the case."""
    safe: Safe = ""
    claimed_at: float = 0.0
    owes_since: float = 0.0
    """Since when the person waits for their holder's answer; 0: they do not."""
    typing_at: float = 0.0
    """When their holder last typed at an answer."""
    joined: str = ""
    """The supervisor who reads with the holder."""
    came_back: bool = False
    """It was offered again because its counsellor was gone or did not answer."""
    not_ended: bool = False
    """Its end was ordered and not carried out: the person wrote meanwhile."""
    muted: bool = False
    """It was muted when this case was opened: shown without noise."""
    before: bool = False
    """A counsellor's talk with this address ended in the last day."""
    closing: str = ""
    """The order that ends it, which waits until its last words are out: close, or a mute; empty: none."""
    closing_at: float = 0.0
    closing_wipe: bool = False
    covered_at: float = 0.0
    """Since when somebody else may be reading at the person's phone; 0: nobody, as far as is known."""
    noted: int = 0
    """How often the person was told that it takes time."""
    sealed: Sealed | None = field(default=None, repr=False, compare=False)
    """While this is there, `reasons`, `note` and `why_picked` are not opened yet."""


@dataclass(frozen=True, slots=True, repr=False)
class Crew(Unshown):
    """A counsellor at work."""

    id: str
    away: Away | None
    held: int


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
    muted: bool = False
    before: bool = False


def alias() -> str:
    """Two words to call a person by; says nothing about them."""
    return f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}"


def order(opened_at: float, risk: str, pressed: int = 0) -> float:
    """A case's place in the queue: lower comes first. It does not change with time, only as people write.

    `pressed` counts further messages of danger while waiting.
    """
    return opened_at - HEADSTART.get(risk, 0) - min(pressed, MOST_PRESSED) * PRESSED_S
