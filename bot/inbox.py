"""Messages waiting for their turn: written, sealed, before the provider gets its 200; the same one only once.

A partition's inbox is a stream with one consumer group, `turn`. Whoever holds the partition's lease reads it,
under one consumer name, so what a dead worker had begun is simply read again by the next.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis.exceptions import ResponseError

from bot import keys
from bot.channels.base import Inbound, Kind
from bot.clock import Clock
from bot.errors import KeyGone, StoreDown
from bot.private import Address, Text, Unshown
from bot.scripts import Scripts, Store, Value
from bot.sessions import Conversation, Line, Sessions
from bot.vault import Key, Vault

GROUP, READER = "turn", "turn"
SEEN = 48 * keys.HOUR
BEGIN_AGAIN = 5


@dataclass(frozen=True, slots=True, repr=False)
class Entry(Unshown):
    """One message in the inbox; `order` is set instead of `message` for an order from the console."""

    id: str
    conversation: str
    message: Inbound | None
    order: str = ""
    wipe: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Reply(Unshown):
    """One message a turn wants sent; `kind` is bot, notice, counsellor or harmless."""

    outgoing: str
    kind: str
    sealed: bytes = field(repr=False)


class Inbox:
    def __init__(
        self, store: Store, vault: Vault, scripts: Scripts, clock: Clock, silence_s: int = keys.HOUR
    ) -> None:
        self._store = store
        self._vault = vault
        self._scripts = scripts
        self._clock = clock
        self._silence = silence_s

    async def accept(self, message: Inbound) -> bool:
        """Take a message in; False if it came in before. It is durable when this returns."""
        await self._vault.agree()
        hashed = self._vault.hashed(message.channel, message.address)
        partition = self._vault.partition(hashed)
        place = keys.inbox(partition)
        seen = keys.seen(partition, self._vault.hashed(message.channel, Address(message.provider_id)))
        reached = keys.reached(partition, message.channel)
        for _ in range(BEGIN_AGAIN):
            opened = await self._open(partition, hashed, seen)
            if opened is None:
                await self._scripts.copied(seen)
                return False
            conversation, key = opened
            taken = await self._scripts.run(
                "enter",
                [seen, place, *_ways(conversation), keys.at(partition, hashed), reached],
                [SEEN, keys.CAP, conversation, key.seal(place, _pack(message)), message.number],
                copied=True,
            )
            if taken >= 0:
                return bool(taken)
        raise StoreDown("conversation erased again and again")

    async def order(self, conversation: str, order: str, *, wipe: bool = False) -> None:
        """An order from the console about a conversation, in line behind what the person wrote before.

        Safe to repeat; raises StoreDown if no replica has it: a counsellor is told that the talk ends.
        """
        body = json.dumps({"order": order, "wipe": wipe})
        place = keys.inbox(keys.partition_of(conversation))
        names = [place, *_ways(conversation)]
        await self._scripts.run("order", names, [conversation, body, keys.CAP], copied=True)

    async def _open(self, partition: int, hashed: str, *seen: str) -> tuple[str, Key] | None:
        """The conversation of an address, begun if need be; None for a message that came in before."""
        new, key = self._vault.new_conversation(partition)
        answer = await self._scripts.run(
            "open",
            [keys.at(partition, hashed), keys.of(new, "key"), *seen],
            [new, await self._vault.wrap(new, key), self._silence, f"{keys.tag(partition)}:c:"],
        )
        if not answer:
            return None
        conversation, wrapped = answer[0].decode(), answer[1]
        if conversation == new:
            return new, key
        try:
            return conversation, await self._vault.unwrap(conversation, wrapped)
        except KeyGone:
            # The day's key is lost, and with it that talk: this message begins a new one.
            await self._leave(partition, hashed, conversation)
            return await self._open(partition, hashed, *seen)

    async def _leave(self, partition: int, hashed: str, conversation: str) -> None:
        """The address is in this conversation no longer."""
        if await self._store.get(keys.at(partition, hashed)) == conversation.encode():
            await self._store.delete(keys.at(partition, hashed))

    async def prepare(self, partition: int) -> None:
        """Make the consumer group, if it is not there."""
        try:
            await self._store.xgroup_create(keys.inbox(partition), GROUP, id="0", mkstream=True)
            await self._store.expire(keys.inbox(partition), keys.CAP)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def next(
        self, partition: int, *, again: bool, block_ms: int
    ) -> tuple[str, str, dict[bytes, bytes]] | None:
        """The next entry as (id, conversation, fields): with `again`, one that was begun and not finished.

        Waits up to `block_ms` for one; 0: does not wait.
        """
        place = keys.inbox(partition)
        found = await self._store.xreadgroup(
            GROUP,
            READER,
            {place: "0" if again else ">"},
            count=1,
            block=None if again or not block_ms else block_ms,
        )
        for _, entries in found or []:
            for entry_id, fields in entries:
                return entry_id.decode(), (fields or {}).get(b"c", b"").decode(), fields or {}
        return None

    async def first_begun(self, partition: int) -> str:
        """The id of the oldest entry that was read and is not done; empty where there is none."""
        found = await self._store.xpending_range(keys.inbox(partition), GROUP, min="-", max="+", count=1)
        return str(found[0]["message_id"].decode()) if found else ""

    async def length(self, partition: int) -> int:
        """How many stand in line."""
        return int(await self._store.xlen(keys.inbox(partition)))

    async def standing(self, partition: int, after: str, count: int) -> list[tuple[str, dict[bytes, bytes]]]:
        """Entries that wait, younger than `after`, oldest first; they are looked at, not begun."""
        found = await self._store.xrange(keys.inbox(partition), min=f"({after}", count=count)
        return [(entry.decode(), fields) for entry, fields in found]

    async def begin(self, partition: int, entry_id: str) -> tuple[str, str, dict[bytes, bytes]] | None:
        """Begin an entry before its turn, as if it had been the next; None where it is gone."""
        place = keys.inbox(partition)
        for entry, fields in await self._store.xclaim(place, GROUP, READER, 0, [entry_id], force=True):
            if fields:
                return entry.decode(), fields.get(b"c", b"").decode(), fields
        return None

    async def read(
        self, entry_id: str, conversation: str, fields: dict[bytes, bytes]
    ) -> tuple[Entry, Key | None]:
        """Open an entry; raises KeyGone when its conversation is gone."""
        if b"x" in fields:
            order = json.loads(fields[b"x"])
            return Entry(entry_id, conversation, None, order["order"], order["wipe"]), None
        key = await self._vault.key(conversation)
        place = keys.inbox(keys.partition_of(conversation))
        return Entry(entry_id, conversation, _unpack(key.open(place, fields[b"m"]))), key

    async def tries(self, partition: int, entry_id: str) -> int:
        """How often an entry has been begun."""
        found = await self._store.xpending_range(
            keys.inbox(partition), GROUP, min=entry_id, max=entry_id, count=1
        )
        return int(found[0]["times_delivered"]) if found else 0

    async def drop(self, entry_id: str, conversation: str) -> None:
        """Acknowledge an entry that nothing can be done with."""
        partition = keys.partition_of(conversation)
        names = [keys.inbox(partition), *_ways(conversation), keys.ends(partition)]
        await self._scripts.run("drop", names, [entry_id, conversation, self._clock.now()])

    async def commit(
        self,
        lease: str,
        entry_id: str,
        talk: Conversation,
        lines: Sequence[Line],
        ids: tuple[Sequence[str], Sequence[str]],
        replies: Sequence[Reply],
        sessions: Sessions,
        now: float,
    ) -> int:
        """All of one turn at once: 1 done, 0 the lease was lost, -1 the conversation was erased.

        `ids` are the message's own, in the provider's log and in the person's chat, as they rest.
        """
        partition, card, life = keys.partition_of(talk.id), talk.card, sessions.lifetime(talk.card)
        card.ends_at = now + life
        values: list[Value] = [lease, entry_id, talk.id, life, int(now + life)]
        values.append(sessions.seal_card(talk.id, talk.key, card))
        values += [len(lines), *(sessions.seal_line(talk.id, talk.key, line) for line in lines)]
        values += [len(ids[0]), *ids[0], len(ids[1]), *ids[1], len(replies)]
        for reply in replies:
            values += [reply.outgoing, reply.kind, reply.sealed]
        names = [keys.lease(partition), keys.inbox(partition)]
        names += [keys.of(talk.id, part) for part in ("key", "card", "talk", "owed")]
        names += [keys.outbox(partition), keys.ends(partition), keys.at(partition, card.hashed)]
        names += [keys.of(talk.id, "shown"), keys.of(talk.id, "way")]
        return int(await self._scripts.run("commit", names, values))

    async def move_on(self, entry_id: str, conversation: str, key: Key) -> str:
        """Before erasing: what the person wrote after this entry begins a new conversation, in order.

        Returns the last id of the stream that was looked at.
        """
        partition = keys.partition_of(conversation)
        place = keys.inbox(partition)
        exists = await self._store.exists(place)
        last = (await self._store.xinfo_stream(place))["last-generated-id"] if exists else b"0-0"
        for later, fields in await self._store.xrange(place, min=f"({entry_id}" if entry_id else "-"):
            if fields.get(b"c", b"").decode() != conversation:
                continue
            if b"m" in fields:
                message = _unpack(key.open(place, fields[b"m"]))
                await self._re_enter(partition, conversation, message, later.decode())
            else:
                await self.drop(later.decode(), conversation)
        return str(last.decode() if isinstance(last, bytes) else last)

    async def begin_anew(self, entry: Entry) -> None:
        """A message whose conversation was erased while its turn ran begins a new conversation."""
        if entry.message is not None:
            partition = keys.partition_of(entry.conversation)
            await self._re_enter(partition, entry.conversation, entry.message, entry.id)
        else:
            await self.drop(entry.id, entry.conversation)

    async def _re_enter(self, partition: int, old: str, message: Inbound, entry_id: str) -> None:
        """The message stands in line again, for a new conversation, and its first entry is gone: one step."""
        await self._vault.agree()
        hashed = self._vault.hashed(message.channel, message.address)
        await self._leave(partition, hashed, old)
        opened = await self._open(partition, hashed)
        assert opened is not None
        conversation, key = opened
        place = keys.inbox(partition)
        names = [place, *_ways(conversation), keys.at(partition, hashed)]
        sealed = key.seal(place, _pack(message))
        await self._scripts.run("again", names, [entry_id, keys.CAP, conversation, sealed])


def _ways(conversation: str) -> list[str]:
    """The conversation's key, and how many messages are on their way under it."""
    return [keys.of(conversation, "key"), keys.of(conversation, "way")]


def mint() -> str:
    """An id for an outgoing message."""
    return secrets.token_hex(8)


def _pack(message: Inbound) -> bytes:
    return json.dumps(
        [
            message.channel,
            message.provider_id,
            message.address.reveal(),
            message.text.reveal(),
            message.at,
            message.hint,
            message.kind,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def _unpack(raw: bytes) -> Inbound:
    channel, provider_id, address, text, at, hint, kind = json.loads(raw)
    checked: Kind = kind
    return Inbound(channel, provider_id, Address(address), Text(text), at, hint, checked)
