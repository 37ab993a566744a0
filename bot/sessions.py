"""A conversation as it rests in the store, and reading it back: all of it sealed, with a lifetime."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from bot import keys
from bot.clock import Clock
from bot.private import Address, Unshown
from bot.scripts import Store
from bot.vault import Key, Vault

Who = Literal["person", "bot", "counsellor", "notice"]


@dataclass(slots=True, repr=False)
class Card(Unshown):
    """What we know of a conversation between two messages."""

    channel: str
    address: str = field(repr=False)
    hashed: str = field(repr=False)
    began: float
    language: str = ""
    script: str = "latin"
    country: str | None = None
    state: dict[str, Any] | None = field(default=None, repr=False)
    """The dialogue engine's own state: names of intents and actions, no text."""
    offered: str | None = None
    """What a bare yes would accept: "person" or nothing."""
    offers: int = 0
    """How often a person was offered; after twice we stop asking."""
    greeted: bool = False
    risk: str = "none"
    """The highest risk so far; never lowered by the machine."""
    case: bool = False
    """A human has the talk, or is being asked to take it: the bot is silent."""
    covered_at: float = 0.0
    """When the person gave the cover word; 0: they did not. Until their way back nothing of ours is said."""
    voiced: int = 0
    """How often the harmless voice has answered since then."""
    own_word: str = field(default="", repr=False)
    """The word they chose for coming back, as command words are compared; empty: that of their language."""
    noted_at: float = 0.0
    """When the person was last told how long it takes."""
    told_late_at: float = 0.0
    """When the person was last told that what they wrote came to us late."""
    ends_at: float = 0.0
    """When it ends unless somebody writes; set at each turn."""
    heard_from: float = 0.0
    """What was said before this was a counsellor's to judge; danger is looked for in what came after."""

    topics: list[str] = field(default_factory=list)
    """What it was about, for the counts once it has ended."""
    vectors: dict[str, str] = field(default_factory=dict, repr=False)
    """Those of the person's last few texts (`bot/recent.py`)."""

    @property
    def covered(self) -> bool:
        """Somebody else may be reading."""
        return self.covered_at > 0

    def where(self) -> Address:
        return Address(self.address)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "Card":
        known = {f.name for f in fields(cls)}
        return cls(**{k: v for k, v in json.loads(raw).items() if k in known})


@dataclass(slots=True, repr=False)
class Line(Unshown):
    """One thing said in a talk."""

    who: Who
    text: str = field(repr=False)
    at: float
    risk: str = "none"
    reasons: tuple[str, ...] = field(default=(), repr=False)
    outgoing: str = ""
    """Id of the outgoing message, to look up whether it arrived."""

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "Line":
        loaded = json.loads(raw)
        loaded["reasons"] = tuple(loaded.get("reasons", ()))
        return cls(**loaded)


@dataclass(slots=True, repr=False)
class Conversation(Unshown):
    """A conversation read into memory for one turn."""

    id: str
    key: Key
    card: Card
    talk: list[Line] = field(repr=False)

    def said_by_person(self) -> list[str]:
        """The person's own words so far, oldest first, since a counsellor last gave the talk back."""
        since = self.card.heard_from
        return [line.text for line in self.talk if line.who == "person" and line.text and line.at > since]


class Sessions:
    """Reads conversations and seals what is to be written; writing itself is one atomic script of `inbox`."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, silence_s: int = keys.HOUR) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._silence = silence_s

    async def read(self, conversation: str, *, talk: bool = True) -> Conversation | None:
        """The conversation, or None where it has no card yet; raises KeyGone once it is erased."""
        key = await self._vault.key(conversation)
        pipe = self._store.pipeline(transaction=False)
        pipe.get(keys.of(conversation, "card"))
        pipe.lrange(keys.of(conversation, "talk"), 0, -1 if talk else 0)
        card, lines = await pipe.execute()
        if card is None:
            return None
        return Conversation(
            conversation,
            key,
            Card.from_json(key.open(keys.of(conversation, "card"), card)),
            [self.open_line(conversation, key, line) for line in lines] if talk else [],
        )

    def lifetime(self, card: Card) -> int:
        """Seconds a conversation lives from now: the silence, or the rest of the cap for an open case.

        Also for a talk under cover: once it is erased, whoever holds the phone is greeted as anybody is.
        """
        left = int(card.began + keys.CAP - keys.GRACE - self._clock.now())
        stays = card.case or (card.covered and card.greeted)
        return max(1, left if stays else min(self._silence, left))

    def is_over(self, talk: Conversation) -> bool:
        """Whether its time to end has come; somebody may have written since that was asked."""
        return talk.card.ends_at <= self._clock.now()

    @staticmethod
    def seal_line(conversation: str, key: Key, line: Line) -> bytes:
        return key.seal(keys.of(conversation, "talk"), line.to_json())

    @staticmethod
    def open_line(conversation: str, key: Key, sealed: bytes) -> Line:
        return Line.from_json(key.open(keys.of(conversation, "talk"), sealed))

    @staticmethod
    def seal_card(conversation: str, key: Key, card: Card) -> bytes:
        return key.seal(keys.of(conversation, "card"), card.to_json())
