"""Delays, told honestly: ours, a provider's, whoever's; from when on, and in which words."""

from bot import keys
from bot.directory import numbers
from bot.script import Script
from bot.sessions import Card
from bot.wording import fixed

LATE_S = 15 * keys.MINUTE
"""A message that has waited longer for its turn is answered with a sentence about the delay before it."""
OLD_S = 6 * keys.HOUR
"""An answer of the bot's that has waited longer for its provider answers nothing any more."""
TOO_LATE_S = 24 * keys.HOUR
"""A message older than this is judged, and a human called if need be, but no dialogue answers it."""


def too_late(card: Card | None, channel: str) -> str:
    """The one sentence in place of what is too old, as this person reads it."""
    language, country = (card.language, card.country) if card is not None else ("en", None)
    script: Script = "cyrillic" if card is not None and card.script == "cyrillic" else "latin"
    emergency = numbers(country, language).emergency
    return fixed("too_late", language or "en", script, channel, emergency=emergency)
