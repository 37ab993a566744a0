"""What is said of one message: how dangerous, which signals, what it is about, and why."""

from dataclasses import dataclass, field

from escalation.danger.taxonomy import Risk


@dataclass(frozen=True, slots=True)
class Assessment:
    """A verdict. `reasons` are plain words for a counsellor and never hold the message."""

    language: str
    risk: Risk
    score: float
    signals: tuple[str, ...] = ()
    topic: str = ""
    escalate: bool = False
    wants_person: bool = False
    reasons: tuple[str, ...] = field(default=(), repr=False)
    topics: dict[str, float] = field(default_factory=dict)
    """How probable each topic is; empty where nothing could be judged."""


def nothing(language: str) -> Assessment:
    """The verdict on a message that says nothing: a command, a picture, an order from the console."""
    return Assessment(language, "none", 0.0)


def unjudged(language: str) -> Assessment:
    """The verdict where judging failed: a human looks at it."""
    return Assessment(
        language,
        "danger",
        1.0,
        escalate=True,
        reasons=("could not be judged: a human has to read it",),
    )
