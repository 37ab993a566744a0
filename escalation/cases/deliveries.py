"""What became of each answer: it stands with the case, by our own id of the message, and ends with it."""

from typing import Literal

from bot import keys
from bot.private import Address
from bot.scripts import Scripts, Store
from bot.vault import Vault
from escalation.cases.queue import LUA

Fate = Literal["sent", "failed", "delivered"]
REPORT_S = keys.HOUR
"""A provider's report that comes later than this changes nothing."""
ARRIVED = frozenset({"delivered", "read"})
FIELD = "fate:"


class Deliveries:
    """Keeps fates of messages of cases only; of a conversation without a case nothing is written."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._scripts = Scripts(store, LUA)

    async def out(self, channel: str, conversation: str, outgoing: str, provider_id: str | None) -> None:
        """A message was accepted by its provider, or (None) given up."""
        if provider_id is None:
            await self._set(conversation, outgoing, "failed")
            return
        report = await self._report(channel, provider_id)
        done = await self._scripts.run(
            "sent", [keys.case(conversation), report], [conversation, outgoing, REPORT_S]
        )
        if done:
            await self._store.publish(keys.CHANGES, conversation)

    async def reported(self, channel: str, provider_id: str, status: str) -> None:
        """The provider says how it ended: on the phone, or not."""
        raw = await self._store.getdel(await self._report(channel, provider_id))
        if raw is not None:
            conversation, outgoing = raw.decode().split(" ", 1)
            await self._set(conversation, outgoing, "delivered" if status in ARRIVED else "failed")

    async def of(self, conversation: str) -> dict[str, str]:
        """Fates by our ids of the messages."""
        fields = await self._store.hgetall(keys.case(conversation))
        names = {
            name.decode(): value.decode() for name, value in fields.items() if name.startswith(FIELD.encode())
        }
        return {name.removeprefix(FIELD): fate for name, fate in names.items()}

    async def _set(self, conversation: str, outgoing: str, fate: Fate) -> bool:
        done = await self._scripts.run("mark", [keys.case(conversation)], ["set", FIELD + outgoing, fate, ""])
        if done:
            await self._store.publish(keys.CHANGES, conversation)
        return bool(done)

    async def _report(self, channel: str, provider_id: str) -> str:
        """Where a report about it is awaited; a process that only sends has agreed on no key before."""
        await self._vault.agree()
        return keys.report(self._vault.hashed(f"report:{channel}", Address(provider_id)))
