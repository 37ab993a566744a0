"""What is known of one message while its turn lasts, and what the turn will say."""

from dataclasses import dataclass, field
from typing import Literal

from numpy import float32
from numpy.typing import NDArray

from bot import keys
from bot.channels.base import Inbound
from bot.delay import LATE_S
from bot.directory import numbers
from bot.inbox import Reply
from bot.marks import Known
from bot.outbox import HARMLESS, Outbox
from bot.pace import Pace
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
    pace: Pace = field(default_factory=Pace)
    known: Known = field(default_factory=Known)
    vector: NDArray[float32] | None = field(default=None, repr=False)
    lines: list[Line] = field(default_factory=list, repr=False)
    replies: list[Reply] = field(default_factory=list, repr=False)

    @property
    def card(self) -> Card:
        return self.talk.card

    @property
    def script(self) -> Script:
        return "cyrillic" if self.card.script == "cyrillic" else "latin"

    @property
    def waited(self) -> float:
        """Seconds since the message was written; an order from the console was not."""
        return self.now - self.message.at if self.message.at else 0.0

    @property
    def late(self) -> bool:
        return self.waited > LATE_S

    def wrote(self) -> None:
        """The person's words become part of the talk; a counsellor is told where they are old."""
        at, risk, reasons = self.now, self.verdict.risk, tuple(self.verdict.reasons)
        if self.late:
            reasons = (*reasons, f"came {round(self.waited / keys.MINUTE)} min late")
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
        """Put an answer into this turn; under cover, where somebody else may be reading, nothing is said.

        An answer to a message that came to us late begins with a sentence about it, once for all that did.
        """
        if self.card.covered:
            return
        if text and self.late and self.now - self.card.told_late_at > LATE_S:
            self.card.told_late_at = self.now
            self._put(self.fixed("late"), (), "notice", who)
        self._put(text, buttons, who, who)

    def voice(self, text: str) -> None:
        """The one thing that is said under cover: harmless, whoever reads it."""
        self._put(text, (), "bot", HARMLESS)

    def _put(self, text: str, buttons: tuple[str, ...], who: Literal["bot", "notice"], kind: str) -> None:
        cut = pieces(text, self.card.channel) if text else []
        for piece in cut:
            last = piece is cut[-1]
            shown = buttons if last else ()
            reply = Outbox.reply(self.talk.id, self.talk.key, self.card, kind, piece, self.now, shown)
            self.replies.append(reply)
            self.lines.append(Line(who, piece, self.now, outgoing=reply.outgoing))
