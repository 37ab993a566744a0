"""What people see on their phones, whatever happened to the process that sent it."""

from collections.abc import Collection

from redis.asyncio import Redis

from bot import keys
from bot.channels.base import Inbound, Outgoing, Sent
from bot.loopback import Loopback
from bot.private import Address, Text
from tests.stand_ins.mortal import Mortal


class Phone(Loopback):
    """What the person sees, whatever happened to the process that sent it; it can be asked what went out."""

    can_list = True

    def __init__(self, store: Mortal, name: str = "sms") -> None:
        super().__init__(name)
        where = store.connection_pool.connection_kwargs
        self._house = Redis(unix_socket_path=where["path"], password=where["password"])
        """Looks into the store beside the processes that die."""
        self.seen: list[tuple[str, str, str]] = []
        self.vanished: list[int] = []
        """Numbers of their own words that were taken out of a chat."""

    async def send(self, message: Outgoing) -> Sent:
        if message.text.reveal().startswith("Thank you for"):
            async with self._house as house:
                assert await house.zcard(keys.WAITING), "told that a human comes, and no human knows"
        self.seen.append((message.address.reveal(), message.id, message.text.reveal()))
        return Sent(message.id)

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        return Sent(message.id) if any(one[1] == message.id for one in self.seen) else None

    def wrote(self, person: Address, number: int, text: str, at: float) -> Inbound:
        """What a person writes, as it comes in."""
        return Inbound(self.name, f"SM{number}", person, Text(text), at, "en")

    def of(self, person: Address) -> list[str]:
        return [text for address, _, text in self.seen if address == person.reveal()]


class Chats(Phone):
    """As Telegram: one numbering for all chats and both sides; what was sent cannot be asked for."""

    can_list = False
    wipes_chat = True

    def __init__(self, store: Mortal) -> None:
        super().__init__(store, "telegram")
        self._last = 0
        self._numbers: list[int] = []
        """Of what is in `seen`."""
        self._theirs: dict[int, str] = {}

    def wrote(self, person: Address, number: int, text: str, at: float) -> Inbound:
        self._last += 1
        self._theirs[self._last] = person.reveal()
        ids = f"{number}:{self._last}"
        return Inbound(self.name, ids, person, Text(text), at, "en", number=self._last)

    def shown_id(self, message: Inbound) -> str | None:
        return f"{message.address.reveal()}:{message.provider_id.partition(':')[2]}"

    async def send(self, message: Outgoing) -> Sent:
        await super().send(message)
        self._last += 1
        self._numbers.append(self._last)
        return Sent(f"{message.address.reveal()}:{self._last}", self._last)

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        raise AssertionError("Telegram cannot be asked")

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        chat = address.reveal()
        gone = [one for one in numbers if f"{chat}:{one}" not in known]
        self.vanished += [one for one in gone if self._theirs.get(one) == chat]
        kept = [
            (one, number)
            for one, number in zip(self.seen, self._numbers, strict=True)
            if one[0] != chat or number not in gone
        ]
        self.seen, self._numbers = [one for one, _ in kept], [number for _, number in kept]


def phones(store: Mortal, channel: str) -> Phone:
    return Chats(store) if channel == "telegram" else Phone(store)
