"""How an answer's size as SMS is put in words."""

from escalation.console.catalogue import Words
from escalation.console.settings import Size

# 3GPP TS 23.040: units in a single message, and in each part of a longer one.
_ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


def described(words: Words, size: Size) -> tuple[str, bool]:
    """The words under the answer, and whether a letter in it makes messages shorter."""
    single, part = _ROOM[size.encoding]
    room = single if size.segments <= 1 else part * size.segments
    text = words("answer.size", parts=size.segments, left=max(0, room - size.units))
    wide = size.encoding != "GSM-7"
    return (f"{text} {words('answer.wide')}" if wide else text), wide
