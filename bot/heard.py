"""What is known of one message while its turn lasts, and what the turn will say."""

from dataclasses import dataclass, field
from typing import Literal

from numpy import float32
from numpy.typing import NDArray

from bot.channels.base import Inbound
from bot.directory import numbers
from bot.inbox import Reply
from bot.outbox import HARMLESS, Outbox
from bot.private import Unshown
from bot.script import Script
from bot.sessions import Card, Conversation, Line
from bot.wording import fixed, pieces, rendered
from escalation.danger.verdict import Assessment


@dataclass(slots=True, repr=False)
class Heard(Unshown):
    """One message in its conversation; lines and replies are written when the turn is finished."""

    talk: Conversation = field(repr=False)
    message: Inbound
    text: str = field(repr=False)
    now: float
    verdict: Assessment
    topic: str = ""
    vector: NDArray[float32] | None = field(default=None, repr=False)
    lines: list[Line] = field(default_factory=list, repr=False)
    replies: list[Reply] = field(default_factory=list, repr=False)

    @property
    def card(self) -> Card:
        return self.talk.card

    @property
    def script(self) -> Script:
        return "cyrillic" if self.card.script == "cyrillic" else "latin"

    def wrote(self) -> None:
        """The person's words become part of the talk."""
        at, risk, reasons = self.now, self.verdict.risk, tuple(self.verdict.reasons)
        self.lines.append(Line("person", self.text, at, risk, reasons))

    def remember_topic(self) -> None:
        """What this message was about becomes part of what the talk was about."""
        topic = self.topic.split("__", 1)[0]
        if topic and topic not in self.card.topics:
            self.card.topics.append(topic)

    def fixed(self, name: str, **filled: str | int) -> str:
        """A fixed text as this person reads it, with the numbers of where they are."""
        where = numbers(self.card.country, self.card.language)
        filled = {"emergency": where.emergency, "numbers": where.lines, **filled}
        return fixed(name, self.card.language, self.script, self.card.channel, **filled)

    def rendered(self, text: str) -> str:
        return rendered(text, self.card.language, self.script, self.card.channel)

    def say(self, text: str, buttons: tuple[str, ...] = (), who: Literal["bot", "notice"] = "bot") -> None:
        """Put an answer into this turn; under cover, where somebody else may be reading, nothing is said."""
        if not self.card.covered:
            self._put(text, buttons, who, who)

    def voice(self, text: str) -> None:
        """The one thing that is said under cover: harmless, whoever reads it."""
        self._put(text, (), "bot", HARMLESS)

    def _put(self, text: str, buttons: tuple[str, ...], who: Literal["bot", "notice"], kind: str) -> None:
        cut = pieces(text, self.card.channel) if text else []
        for piece in cut:
            last = piece is cut[-1]
            reply = Outbox.reply(self.talk.id, self.talk.key, self.card, kind, piece, buttons if last else ())
            self.replies.append(reply)
            self.lines.append(Line(who, piece, self.now, outgoing=reply.outgoing))
