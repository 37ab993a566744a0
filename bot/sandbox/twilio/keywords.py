"""Twilio's default handling of opt-out words on long codes: one-word messages only, in any case.

The message is forwarded to the webhook all the same. YES and END are among the words, too: a conversation
that asks for a YES meets the opt-in.
"""

from typing import Literal

type Keyword = Literal["STOP", "START", "HELP"]

_WORDS: dict[Keyword, frozenset[str]] = {
    "STOP": frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}),
    "START": frozenset({"START", "YES", "UNSTOP"}),
    "HELP": frozenset({"HELP", "INFO"}),
}

REPLIES: dict[Keyword, str] = {
    "STOP": (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    ),
    "START": (
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
        "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword(body: str) -> Keyword | None:
    word = body.strip().upper()
    return next((name for name, words in _WORDS.items() if word in words), None)


class OptOuts:
    """Who has written STOP: the sender refuses them (error 21610) until they write START."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()

    def __contains__(self, number: object) -> bool:
        return number in self._numbers

    def apply(self, word: Keyword, number: str) -> str | None:
        """Notes the word; returns what Twilio itself answers, if anything."""
        out = number in self._numbers
        if word == "STOP":
            self._numbers.add(number)
            return None if out else REPLIES["STOP"]
        if word == "START":
            self._numbers.discard(number)
            return REPLIES["START"] if out else None
        # Somebody who has opted out and asks for HELP gets nothing.
        return None if out else REPLIES["HELP"]

    def clear(self) -> None:
        self._numbers.clear()
