"""What a channel is: a folder that declares how its provider behaves.

`turn`, `sender`, `deletions` and `erase` ask these declarations, never a provider by name, so a further way
to text (another SMS provider, Viber, a modem) is a further folder.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.private import Address, Text, Unshown

Kind = Literal["text", "edited", "unreadable", "left"]
"""text: words. edited: an earlier message in new words. unreadable: a picture, voice, a sticker.
left: the person blocked us or opted out."""


@dataclass(frozen=True, slots=True, repr=False)
class Inbound(Unshown):
    """The five fields kept of an inbound request, and what kind of message it is; the rest is dropped."""

    channel: str
    provider_id: str
    address: Address
    text: Text
    at: float
    hint: str | None = None
    kind: Kind = "text"
    number: int = 0
    """Its place where a provider numbers all messages of a line through, else 0; it is told on the way in."""


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing(Unshown):
    """One message to a person; `id` is minted before sending."""

    id: str
    channel: str
    address: Address
    text: Text
    buttons: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Sent(Unshown):
    """What a provider calls the message it accepted."""

    provider_id: str = field(repr=False)
    number: int = 0
    """As `Inbound.number`."""


class Channel(Protocol):
    """Sends and deletes at one provider; raises only `ChannelError`s."""

    name: str
    deletes_log: bool
    """The provider keeps a log of messages that we delete from (SMS): deleting is the acknowledgement."""
    wipes_chat: bool
    """Messages can be taken out of the person's own app (Telegram)."""
    can_list: bool
    """What was sent can be listed, so that an unknown outcome can be looked up."""

    def owed_id(self, message: Inbound) -> str | None:
        """The id to delete at the provider once this message is answered; None where there is no such log."""
        ...

    def shown_id(self, message: Inbound) -> str | None:
        """The id by which this message can be taken out of the person's chat; None where it cannot."""
        ...

    async def send(self, message: Outgoing) -> Sent: ...

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        """Whether this message went out after `since`; asked after an unknown outcome where `can_list`."""
        ...

    async def missed(self, since: float) -> list[Inbound]:
        """All that came in after `since` and still stands at the provider, oldest first, known to us or not.

        Empty where the provider brings by itself what we could not take (Telegram, for 24 h).
        """
        ...

    async def delete(self, provider_ids: Sequence[str]) -> None:
        """Delete what the provider keeps; gone already counts as deleted."""
        ...

    def numbered(self, address: Address, number: int) -> str:
        """The id of what has this number in a person's chat; empty where there is no such numbering."""
        ...

    def unheard(self, after: str, before: str | None) -> str | None:
        """One id for all between two messages of a chat (or a little after one), heard of or not.

        For a message that may have gone out while we died; None where it can be found otherwise.
        """
        ...

    async def holds_back(self) -> bool:
        """Whether people wrote something that the provider has not brought yet: then `known` is not all."""
        ...

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        """Take out of a person's chat what may have gone out unheard, before it is sent again.

        It is one of these numbers; `known` are ids in this chat that are somebody's and stay. Asked where
        `wipes_chat` and not `can_list`; safe to repeat.
        """
        ...

    async def leftovers(self, now: float) -> list[str]:
        """Ids of what the provider's log holds longer than anybody of us needs it, known to us or not.

        Its own answers to STOP, messages whose sending broke off unanswered, calls to the number.
        """
        ...

    async def aclose(self) -> None: ...
