"""Erasing: ONE function that ends a conversation everywhere.

DELETE, STOP, a counsellor's close, silence, age and a person who left all come here, each in its turn.
"""

import json
from collections.abc import Mapping

from bot import keys, logs
from bot.channels.base import Channel, Inbound
from bot.deletions import Deletions
from bot.errors import StoreDown
from bot.inbox import Inbox, mint
from bot.scripts import Scripts, Store, Value
from bot.sessions import Conversation
from bot.vault import Vault
from escalation.cases.queue import Cases

TRIES = 20


class Eraser:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        scripts: Scripts,
        inbox: Inbox,
        deletions: Deletions,
        cases: Cases,
        channels: Mapping[str, Channel],
    ) -> None:
        self._store = store
        self._vault = vault
        self._scripts = scripts
        self._inbox = inbox
        self._deletions = deletions
        self._cases = cases
        self._channels = channels

    async def erase(
        self, talk: Conversation, why: str, *, entry: str = "", farewell: str = "", wipe: bool = False
    ) -> None:
        """End this conversation everywhere; `farewell` is the last text, `wipe` empties the Telegram chat.

        What has to be deleted at the provider is queued first (ids only), then key, data, address and
        all that is on its way are dropped in one step. Safe to repeat after a crash anywhere in between.
        """
        await self._queue_deletions(talk, wipe)
        for _ in range(TRIES):
            last = await self._inbox.move_on(entry, talk.id, talk.key)
            if await self._drop(talk, entry, last, farewell):
                break
        else:
            raise StoreDown("messages kept coming in while erasing")
        await self._cases.erase(talk.id)
        logs.event("erased", channel=talk.card.channel, why=why)

    async def owes(self, talk: Conversation, channel: Channel, message: Inbound) -> None:
        """The message that asks for erasing is itself to be deleted with the rest."""
        if owed := channel.owed_id(message):
            await self._store.rpush(keys.of(talk.id, "owed"), owed)
            await self._store.expire(keys.of(talk.id, "owed"), keys.CAP)
        if shown := channel.shown_id(message):
            place = keys.of(talk.id, "shown")
            await self._store.rpush(place, talk.key.seal(place, shown.encode()))
            await self._store.expire(place, keys.TELEGRAM_IDS)

    async def wipe_chat(self, talk: Conversation) -> None:
        """Take what was shown so far out of the person's Telegram chat; the talk goes on. Safe to repeat."""
        channel = self._channels.get(talk.card.channel)
        if channel is not None and channel.wipes_chat:
            place = keys.of(talk.id, "shown")
            shown = await self._store.lrange(place, 0, -1)
            await self._deletions.add(channel, [talk.key.open(place, raw).decode() for raw in shown])
            await self._store.ltrim(place, len(shown), -1)

    async def _queue_deletions(self, talk: Conversation, wipe: bool) -> None:
        channel = self._channels.get(talk.card.channel)
        if channel is None:
            return
        if channel.deletes_log:
            owed = await self._store.lrange(keys.of(talk.id, "owed"), 0, -1)
            await self._deletions.add(channel, [raw.decode() for raw in owed])
        if channel.wipes_chat and wipe:
            place = keys.of(talk.id, "shown")
            shown = await self._store.lrange(place, 0, -1)
            await self._deletions.add(channel, [talk.key.open(place, raw).decode() for raw in shown])

    async def _drop(self, talk: Conversation, entry: str, last: str, farewell: str) -> bool:
        partition = keys.partition_of(talk.id)
        new, key = self._vault.new_conversation(partition)
        outgoing, sealed, wrapped = mint(), b"", b""
        if farewell:
            body = json.dumps(
                [outgoing, talk.card.channel, talk.card.address, farewell, []], ensure_ascii=False
            )
            sealed = key.seal(keys.outbox(partition), body.encode())
            wrapped = await self._vault.wrap(new, key)
        names = [keys.of(talk.id, part) for part in ("key", "card", "talk", "owed", "shown")]
        names += [keys.at(partition, talk.card.hashed), keys.ends(partition), keys.inbox(partition)]
        names += [keys.outbox(partition), keys.of(new, "key")]
        values: list[Value] = [talk.id, entry, last, wrapped, new, outgoing, sealed, keys.FAREWELL]
        return bool(await self._scripts.run("erase", names, values))
