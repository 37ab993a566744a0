"""The line of made-up phones: into the real inbox, and out of it what reaches them."""

import secrets
from dataclasses import dataclass

from bot import keys
from bot.channels.base import Inbound
from bot.clock import Clock
from bot.errors import KeyGone
from bot.inbox import Inbox
from bot.private import Address, Text, Unshown
from bot.scripts import Store
from bot.sessions import Conversation, Sessions
from bot.vault import Vault
from escalation.cases.queue import Cases


@dataclass(frozen=True, slots=True, repr=False)
class Line(Unshown):
    """What a made-up phone is connected with."""

    store: Store
    inbox: Inbox
    sessions: Sessions
    cases: Cases
    vault: Vault
    clock: Clock

    def phone(self, channel: str) -> Address:
        """An address nobody has: +999 is no country's code."""
        random = secrets.randbelow(10**8)
        return Address(f"+99900{random:08d}" if channel == "sms" else f"{9_000_000_000 + random}")

    async def write(self, channel: str, phone: Address, text: str) -> str:
        """A text comes in; returns the conversation it is in, empty where that is over already."""
        message = Inbound(channel, secrets.token_hex(8), phone, Text(text), self.clock.now())
        await self.inbox.accept(message)
        await self.vault.agree()
        hashed = self.vault.hashed(channel, phone)
        found = await self.store.get(keys.at(self.vault.partition(hashed), hashed))
        return str(found.decode()) if found else ""

    async def talk(self, conversation: str) -> Conversation | None:
        """The talk as it is; None once it is erased."""
        try:
            return await self.sessions.read(conversation)
        except KeyGone:
            return None
