"""Answers on their way: sealed, paced and retried by the sender, in order within a conversation."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.exceptions import ResponseError

from bot import keys
from bot.channels.base import Outgoing
from bot.errors import KeyGone
from bot.inbox import Reply, mint
from bot.private import Address, Text, Unshown
from bot.scripts import Scripts, Store, Value
from bot.sessions import Card, Line, Sessions
from bot.vault import Key, Vault

GROUP, READER = "send", "send"
HARMLESS = "harmless"
"""The kind of message that goes out under cover too: the harmless voice, or an answer its counsellor
confirmed."""
SPARE, MOST_OUT = 10, 200
"""How far above the numbers we know others can lie: a few, and one for each message that is on its way."""
NOBODY = "nobody"
"""In place of an address that is not known."""
type Fields = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Waiting(Unshown):
    """One entry of the outbox."""

    entry: str
    conversation: str
    kind: str
    message: Outgoing
    key: Key
    at: float
    """When it was said, unix seconds."""
    after: str = ""
    """With a last text: what is between that message of the chat and this one is to be deleted."""


@dataclass(frozen=True, slots=True, repr=False)
class Went(Unshown):
    """Where an entry that went out stands: in the provider's log, in the chat; ids as they rest, or empty."""

    logged: str = ""
    delete_at: float = 0.0
    shown: str = ""
    stays: float = 0.0
    """It came late: until then, unix seconds, the talk is not over."""
    hashed: str = NOBODY
    channel: str = ""
    number: int = 0
    """As `Sent.number`."""
    between: str = ""
    """With a last text, by one id: what else may stand between `Waiting.after` and it, and is to go."""


@dataclass(frozen=True, slots=True, repr=False)
class Begun(Unshown):
    """When a sending was first begun, unix seconds; how far the provider's numbering had come, 0: not known;
    and the name of the try that was begun last.
    """

    at: float
    number: int
    who: str


class HeldBack(Exception):
    """Somebody else may be reading: a counsellor's answer waits until the person is back."""


class Outbox:
    def __init__(self, store: Store, vault: Vault, scripts: Scripts) -> None:
        self._store = store
        self._vault = vault
        self._scripts = scripts

    @staticmethod
    def reply(
        conversation: str,
        key: Key,
        card: Card,
        kind: str,
        text: str,
        at: float,
        buttons: tuple[str, ...] = (),
    ) -> Reply:
        """A sealed message, ready to be committed with its turn."""
        outgoing = mint()
        sealed = sealed_message(
            conversation, key, [outgoing, card.channel, card.address, text, buttons, "", at]
        )
        return Reply(outgoing, kind, sealed)

    async def say(self, conversation: str, key: Key, card: Card, line: Line, kind: str = "") -> bool:
        """A counsellor's answer or a notice, outside a turn; False once the conversation is erased."""
        reply = self.reply(conversation, key, card, kind or line.who, line.text, line.at)
        line.outgoing = reply.outgoing
        partition = keys.partition_of(conversation)
        done = await self._scripts.run(
            "say",
            [
                keys.of(conversation, "key"),
                keys.of(conversation, "talk"),
                keys.outbox(partition),
                keys.said(partition, reply.outgoing),
                keys.of(conversation, "way"),
            ],
            [
                conversation,
                reply.outgoing,
                reply.kind,
                Sessions.seal_line(conversation, key, line),
                reply.sealed,
            ],
            copied=True,
        )
        return int(done) == 1

    async def prepare(self, partition: int) -> None:
        try:
            await self._store.xgroup_create(keys.outbox(partition), GROUP, id="0", mkstream=True)
            await self._store.expire(keys.outbox(partition), keys.CAP)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def next(
        self, partition: int, *, again: bool, block_ms: int, count: int = 16, after: str = "0"
    ) -> list[tuple[str, dict[bytes, bytes]]]:
        """Entries to send: with `again`, those begun and not finished, from the one `after` on."""
        found = await self._store.xreadgroup(
            GROUP,
            READER,
            {keys.outbox(partition): after if again else ">"},
            count=count,
            block=None if again or not block_ms else block_ms,
        )
        return [(entry.decode(), fields or {}) for _, entries in found or [] for entry, fields in entries]

    async def read(self, entry: str, fields: dict[bytes, bytes]) -> Waiting:
        """Open an entry; raises KeyGone when its conversation was erased: then it is not to be sent."""
        conversation = fields[b"c"].decode()
        key = await self._vault.key(conversation)
        place = keys.outbox(keys.partition_of(conversation))
        outgoing, channel, address, text, buttons, *rest = json.loads(key.open(place, fields[b"m"]))
        message = Outgoing(outgoing, channel, Address(address), Text(text), tuple(buttons))
        after, at = rest if len(rest) > 1 else ("".join(rest), 0.0)  # as it rested before there was `at`
        at = at or int(entry.partition("-")[0]) / 1000
        return Waiting(entry, conversation, fields[b"k"].decode(), message, key, at, after)

    async def begun_in_all(self, partition: int) -> int:
        """How many entries were read and are not done."""
        found = await self._store.xpending(keys.outbox(partition), GROUP)
        return int(found["pending"])

    async def begun(self, waiting: Waiting, now: float, who: str) -> Begun | None:
        """Mark that sending begins; returns what is known of an earlier beginning, if there was one.

        `who` names this try: no earlier one can put the message away any more, its late word is refused.
        Raises KeyGone where the conversation was erased meanwhile, or it is out: it is not sent any more.
        """
        partition = keys.partition_of(waiting.conversation)
        names = [keys.of(waiting.conversation, "key"), keys.trying(partition, waiting.message.id)]
        names += [keys.outbox(partition), keys.reached(partition, waiting.message.channel)]
        values: list[Value] = [repr(now), keys.CAP, waiting.entry, who]
        before = await self._scripts.run("begin", names, values, copied=True)
        if before is None:
            raise KeyGone("erased while it waited")
        return _begun(before) if before else None

    async def begun_before(self, waiting: Waiting) -> Begun | None:
        """The same, without beginning."""
        place = keys.trying(keys.partition_of(waiting.conversation), waiting.message.id)
        before = await self._store.get(place)
        return _begun(before) if before else None

    async def refused(self, waiting: Waiting, who: str) -> None:
        """It was not sent, or taken back: the next try begins anew, unless one has begun since `who`."""
        partition = keys.partition_of(waiting.conversation)
        await self._scripts.run("refused", [keys.trying(partition, waiting.message.id)], [who])

    async def unheard(self, conversation: str) -> Begun | None:
        """The first sending of this conversation that was begun, where nobody knows how that ended."""
        partition = keys.partition_of(conversation)
        names = [keys.trying(partition, one) for one in await self.waiting(conversation)]
        begun = [_begun(raw) for raw in (await self._store.mget(names) if names else ()) if raw]
        return min(begun, key=lambda one: one.at, default=None)

    async def waiting(self, conversation: str) -> set[str]:
        """Ids of this conversation's messages that are not out yet."""
        listed = await self._store.xrange(keys.outbox(keys.partition_of(conversation)))
        mine = conversation.encode()
        return {fields[b"o"].decode() for _, fields in listed if fields.get(b"c") == mine}

    async def highest(self, channel: str) -> int:
        """None that went out so far has a higher number: the highest we know, and what may be out besides."""
        pipe = self._store.pipeline(transaction=False)
        for partition in range(keys.PARTITIONS):
            pipe.get(keys.reached(partition, channel))
            pipe.xlen(keys.outbox(partition))
        found = await pipe.execute()
        reached, out = [int(one or 0) for one in found[::2]], [int(one) for one in found[1::2]]
        return max(reached) + SPARE + min(sum(out), MOST_OUT)

    async def talk_of(self, message: Outgoing) -> str:
        """The talk the person it goes to is in now; empty: in none."""
        await self._vault.agree()
        hashed = self._vault.hashed(message.channel, message.address)
        found = await self._store.get(keys.at(self._vault.partition(hashed), hashed))
        return found.decode() if found else ""

    async def kinds(self, partition: int) -> defaultdict[str, set[str]]:
        """By conversation, whose words are not out yet: bot, notice, counsellor, harmless."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for _, fields in await self._store.xrange(keys.outbox(partition)):
            found[fields[b"c"].decode()].add(fields[b"k"].decode())
        return found

    async def card(self, waiting: Waiting) -> Card | None:
        """What is known of the talk just now; None where there is no talk, as with a last text."""
        place = keys.of(waiting.conversation, "card")
        sealed = await self._store.get(place)
        return Card.from_json(waiting.key.open(place, sealed)) if sealed is not None else None

    async def done(
        self, partition: int, entry: str, fields: Fields, now: float, went: Went, who: str = ""
    ) -> bool:
        """The entry is out, or will never be: it leaves the outbox; with the last goes what was answered.

        False, and it stays, where another try than `who` has begun meanwhile.
        """
        conversation = fields.get(b"c", b"").decode() or f"{partition}-gone"
        names = [keys.outbox(partition), keys.trying(partition, fields.get(b"o", b"").decode())]
        names += [keys.of(conversation, part) for part in ("owed", "shown", "key", "way")]
        names += [keys.ends(partition), keys.due(partition), keys.since(partition)]
        names += [keys.of(conversation, part) for part in ("card", "talk")]
        names += [keys.at(partition, went.hashed), keys.reached(partition, went.channel)]
        last = int(fields.get(b"k") == b"farewell")
        values: list[Value] = [entry, conversation, now, went.logged, went.delete_at, went.shown, last]
        values += [went.stays, went.number, who, went.between]
        return int(await self._scripts.run("sent", names, values)) >= 0


def _begun(raw: bytes) -> Begun:
    at, *rest = raw.decode().split(" ")
    return Begun(float(at), int(rest[0]) if rest else 0, [at, *rest][-1])  # as it rested before: at alone


def sealed_message(conversation: str, key: Key, message: Sequence[object]) -> bytes:
    """An outgoing message as it rests: id, channel, address, text, buttons, `Waiting.after`, `Waiting.at`."""
    body = json.dumps(message, ensure_ascii=False)
    return key.seal(keys.outbox(keys.partition_of(conversation)), body.encode())
