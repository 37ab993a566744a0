"""The talk so far: what several messages of one person say together.

What was judged dangerous stays so, whatever follows. Red flags of the rules add up over messages, and the
last few messages are read as one text, so that danger told in pieces and answers like "yes, he has it" are
seen.
"""

from collections.abc import Iterable, Sequence

from bot.embedding import LONGEST
from escalation.danger.rules import Match

TOGETHER = 4  # messages that are read as one text
REMEMBERED = 12  # messages that count at all
SHORT = 8  # words: a message this short in a talk is read in its context, "and if they already have it?"
# Words a counsellor understands for each flag of the rules.
FLAGS = {
    "papers": "papers to be handed over",
    "secrecy": "told to keep it secret",
    "debt": "money owed for the trip",
    "departure": "leaving soon",
    "met_online": "met online",
    "offer": "an offer from abroad",
    "age_lie": "told to lie about age or name",
    "isolation": "no one to turn to",
    "cry": "a cry for help",
}
GRAVE = {"secrecy", "papers", "debt", "age_lie", "isolation", "cry"}
ENOUGH, ENOUGH_LEAVING = 4, 3  # flags that make danger of a talk; fewer where a departure is near


def remembered(history: Sequence[str], text: str) -> list[str]:
    """The messages that count, oldest first, the newest last; empty ones left out."""
    said = [message for message in history if message.strip()]
    return [*said[-REMEMBERED + 1 :], text]


def together(messages: Sequence[str]) -> str:
    """The last few messages as one text, cut at its beginning: the newest words always stay."""
    return ". ".join(message.strip(" .") for message in messages[-TOGETHER:])[-LONGEST:]


def leans(text: str) -> bool:
    """Whether a message is too short to be understood by itself, where others came before it."""
    return len(text.split()) <= SHORT


def flags(matches: Iterable[Match]) -> list[str]:
    """The red flags raised anywhere in the talk, in a fixed order."""
    raised = {flag for match in matches for flag in match.rule.flags}
    return [flag for flag in FLAGS if flag in raised]


def adds_up(raised: Sequence[str]) -> bool:
    """Whether flags of several messages make danger together, though each alone is a concern."""
    if not GRAVE & set(raised):
        return False
    return len(raised) >= (ENOUGH_LEAVING if "departure" in raised else ENOUGH)
