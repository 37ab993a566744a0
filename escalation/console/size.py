"""How an answer's size as SMS is put in words."""

from collections.abc import Sequence

from bot.channels.sms.segments import GSM
from escalation.console.catalogue import Words
from escalation.console.settings import Count, Price

# 3GPP TS 23.040: units in a single message, and in each part of a longer one.
_ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
_NAMED = 5
"""So many of the letters that cost are named."""


def described(words: Words, messages: Sequence[str], count: Count, price: Price | None) -> tuple[str, bool]:
    """The words under an answer, and whether a letter or emoji in it makes its messages shorter."""
    sizes = [count(message) for message in messages]
    if not sizes:
        return "", False
    segments, last = sum(size.segments for size in sizes), sizes[-1]
    single, part = _ROOM[last.encoding]
    room = single if last.segments <= 1 else part * last.segments
    said = [words("answer.size", parts=segments, left=max(0, room - last.units))]
    if price is not None:
        said.append(words("answer.cost", cost=f"{segments * price[0]:.2f} {price[1]}"))
    costly = list(dict.fromkeys(letter for message in messages for letter in message if letter not in GSM))
    if costly:
        said.append(words("answer.wide", letters=" ".join(costly[:_NAMED])))
    return " ".join(said), bool(costly)
