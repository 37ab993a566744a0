"""Erasing: ONE function that ends a conversation everywhere.

DELETE, STOP, a counsellor's close, silence, age and a person who left all come here, each in its turn.
In the store it is one step: key, data, address, what is on its way; and in the same step what a provider
still holds goes to the deletions, by id alone. So it needs the store and nothing else: provider, engine and
console may be down. The engine has nothing to erase: it keeps no state between turns.
"""

from collections.abc import Mapping, Sequence

from bot import keys, logs
from bot.channels.base import Channel, Inbound
from bot.clock import Clock
from bot.deletions import Deletions
from bot.errors import StoreDown
from bot.inbox import Inbox, mint
from bot.outbox import NOBODY, Outbox, sealed_message
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
        outbox: Outbox,
        deletions: Deletions,
        cases: Cases,
        channels: Mapping[str, Channel],
        clock: Clock,
    ) -> None:
        self._store = store
        self._vault = vault
        self._scripts = scripts
        self._inbox = inbox
        self._outbox = outbox
        self._deletions = deletions
        self._cases = cases
        self._channels = channels
        self._clock = clock

    async def erase(
        self, talk: Conversation, why: str, *, entry: str = "", farewell: str = "", wipe: bool = False
    ) -> None:
        """End this conversation everywhere; `farewell` is the last text, `wipe` empties the Telegram chat.

        Safe to repeat after a crash anywhere in between.
        """
        after = await self._unheard(talk, told=bool(farewell)) if wipe else ""
        for _ in range(TRIES):
            last = await self._inbox.move_on(entry, talk.id, talk.key)
            if await self._drop(
                talk.id, talk.card.hashed, entry, last, wipe, await self._last(talk, farewell, after)
            ):
                break
        else:
            raise StoreDown("messages kept coming in while erasing")
        await self._cases.erase(talk.id)
        logs.event("erased", channel=talk.card.channel, why=why)

    async def settle(self, conversation: str, *, wipe: bool = False) -> None:
        """What is left of a conversation that has expired, or that nobody can read any more.

        No worker ran when its time came, or its keys are lost: what it owes to the providers is still known.
        """
        await self._drop(conversation, NOBODY, "", "", wipe, [])
        await self._cases.erase(conversation)
        logs.event("erased", why="expired")

    async def resting(self, talk: Conversation, message: Inbound) -> tuple[list[str], list[str]]:
        """A message's ids as they are remembered: in the provider's log, and in the person's chat."""
        channel = self._channels.get(talk.card.channel)
        if channel is None:
            return [], []
        owed, shown = channel.owed_id(message), channel.shown_id(message)
        return (
            [await self._deletions.resting(channel, owed)] if owed else [],
            [await self._deletions.resting(channel, shown)] if shown else [],
        )

    async def owes(self, talk: Conversation, message: Inbound) -> None:
        """The message that asks for erasing is itself to be deleted with the rest."""
        owed, shown = await self.resting(talk, message)
        for part, ids, lifetime in (("owed", owed, keys.PROVIDER_IDS), ("shown", shown, keys.TELEGRAM_IDS)):
            if ids:
                pipe = self._store.pipeline(transaction=True)
                pipe.rpush(keys.of(talk.id, part), *ids)
                pipe.expire(keys.of(talk.id, part), lifetime)
                await pipe.execute()

    async def wipe_chat(self, talk: Conversation, keep: Sequence[str] = ()) -> None:
        """Take what was shown so far, but for `keep`, out of the person's Telegram chat; the talk goes on.

        Safe to repeat.
        """
        place = keys.of(talk.id, "shown")
        shown = [raw.decode() for raw in await self._store.lrange(place, 0, -1)]
        gone = [one for one in shown if one not in keep]
        await self._deletions.add(keys.partition_of(talk.id), gone)
        for one in gone:
            await self._store.lrem(place, 1, one)

    async def _unheard(self, talk: Conversation, *, told: bool) -> str:
        """A message may have gone into the chat while a worker died: it is looked for around what we know.

        Returns the message after which, where the last text will be the end of what is looked through.
        """
        channel = self._channels.get(talk.card.channel)
        begun = await self._outbox.unheard(talk.id) if channel is not None and channel.wipes_chat else None
        if channel is None or begun is None:
            return ""
        where = talk.card.where()
        after = channel.numbered(where, begun.number) if begun.number else ""
        if told:
            return after or await self._deletions.earlier(channel, talk.id)
        before = channel.numbered(where, await self._outbox.highest(channel.name) + 1) if after else None
        await self._deletions.suspect(channel, talk.id, after, before)
        return ""

    async def _last(self, talk: Conversation, farewell: str, after: str) -> list[Value]:
        """The last text, sealed under a key of its own, which goes once it is sent."""
        if not farewell:
            return []
        partition, outgoing = keys.partition_of(talk.id), mint()
        new, key = self._vault.new_conversation(partition)
        message = [outgoing, talk.card.channel, talk.card.address, farewell, [], after, self._clock.now()]
        sealed = sealed_message(new, key, message)
        return [await self._vault.wrap(new, key), new, outgoing, sealed, keys.FAREWELL]

    async def _drop(
        self, conversation: str, hashed: str, entry: str, last: str, wipe: bool, farewell: list[Value]
    ) -> bool:
        partition = keys.partition_of(conversation)
        names = [keys.of(conversation, part) for part in ("key", "card", "talk", "way", "owed", "shown")]
        names += [keys.at(partition, hashed), keys.ends(partition), keys.inbox(partition)]
        names += [keys.outbox(partition), keys.due(partition), keys.since(partition)]
        names += [keys.of(str(farewell[1]) if farewell else conversation, "key")]
        values: list[Value] = [conversation, entry, last, self._clock.now(), int(wipe)]
        values += [keys.trying(partition, ""), *(farewell or ["", "", "", "", 0])]
        return bool(await self._scripts.run("erase", names, values))
