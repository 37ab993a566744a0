"""A channel that delivers nowhere: what `chat`, `converse` and tests send comes back to them."""

from collections.abc import Collection, Sequence

from bot.channels.base import Inbound, Outgoing, Sent
from bot.private import Address


class Loopback:
    """Keeps what was sent, in order, until it is taken."""

    deletes_log = False
    wipes_chat = False
    can_list = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._sent: list[Outgoing] = []

    def owed_id(self, message: Inbound) -> str | None:
        return None

    def shown_id(self, message: Inbound) -> str | None:
        return None

    async def send(self, message: Outgoing) -> Sent:
        self._sent.append(message)
        return Sent(message.id)

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        return None

    async def missed(self, since: float) -> list[Inbound]:
        return []

    async def delete(self, provider_ids: Sequence[str]) -> None:
        return None

    def numbered(self, address: Address, number: int) -> str:
        return ""

    def unheard(self, after: str, before: str | None) -> str | None:
        return None

    async def holds_back(self) -> bool:
        return False

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        return None

    async def leftovers(self, now: float) -> list[str]:
        return []

    async def aclose(self) -> None:
        return None

    def taken(self) -> list[Outgoing]:
        """What was sent since the last time."""
        sent, self._sent = self._sent, []
        return sent
