"""What a talk remembers between two turns: a few slots and the open form. No text, no address, no time.

It travels: the worker keeps it sealed and sends it with the next message, so any engine can take any turn and
an engine may be killed at any moment. Because the dialogue is decided by rules alone, no history is needed
(tests/test_state.py compares with a Rasa that keeps all of it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.directory import NEEDS
from engine.guides import GUIDES, QUESTIONS, Guide

VERSION = 1
ANSWERS = ("yes", "no", "dont_know")
LONGEST_MISS = 9
REQUESTED = "requested_slot"
LAST = "last_answer"  # the key of what was answered last, to say it more simply
ABOUT = "about"  # the topic answered last, small talk aside: what a short message leans on
KEY = re.compile(r"utter_[a-z_]{1,60}\Z")

CARRIED = (
    "job_offer",
    "safe_migration",
    "seek_help",
    "about_trafficking",
    "rights",
    "returning_home",
    "study_work_home",
    "worried_about_someone",
    "privacy",
    "about_bot",
)

# Every slot that is kept, and how a value of it is recognised.
KEPT = {
    "help_need": lambda value: value in NEEDS,
    "cannot_call": lambda value: value is True,
    "missed": lambda value: type(value) is int and 1 <= value <= LONGEST_MISS,
    ABOUT: lambda value: value in CARRIED,
    LAST: lambda value: isinstance(value, str) and bool(KEY.match(value)),
    REQUESTED: lambda value: value in QUESTIONS,
    **{slot: (lambda value: value in ANSWERS) for slot in QUESTIONS},
}


class BadState(ValueError):
    """A state this engine never made."""


@dataclass(frozen=True)
class State:
    """The memory of one talk."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    loop: str | None = None
    interrupted: bool = False

    @property
    def guide(self) -> Guide | None:
        """The guided talk that is going on."""
        return GUIDES.get(self.loop or "")

    def without(self, *names: str) -> State:
        return replace(self, slots={name: value for name, value in self.slots.items() if name not in names})

    def with_slot(self, name: str, value: Any) -> State:
        return replace(self, slots={**self.slots, name: value})

    def pack(self) -> dict[str, Any]:
        """The form that travels."""
        return {"v": VERSION, "slots": dict(self.slots), "loop": self.loop, "interrupted": self.interrupted}


def unpack(raw: Any) -> State:
    """The state that was packed; anything else raises BadState, without saying what stood in it."""
    if raw is None:
        return State()
    if not isinstance(raw, dict) or set(raw) != {"v", "slots", "loop", "interrupted"} or raw["v"] != VERSION:
        raise BadState
    slots, loop, interrupted = raw["slots"], raw["loop"], raw["interrupted"]
    if not isinstance(slots, dict) or loop not in (None, *GUIDES) or not isinstance(interrupted, bool):
        raise BadState
    for name, value in slots.items():
        known = KEPT.get(name)
        if known is None or isinstance(value, (dict, list)) or not known(value):
            raise BadState
    if (loop is None) == (REQUESTED in slots):
        raise BadState
    if loop and slots[REQUESTED] not in GUIDES[loop].good:
        raise BadState
    return State(slots, loop, interrupted)
