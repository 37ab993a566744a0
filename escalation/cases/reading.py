"""Reading the queue and single cases; whose conversation is gone is taken out of the queue on the way."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot import keys
from bot.errors import KeyGone
from bot.scripts import Scripts, Store
from bot.vault import Vault
from escalation.cases.case import CaseRow
from escalation.cases.row import FIELDS, opened, standing
from escalation.cases.together import Together

type Found = tuple[str, Sequence[bytes | None], bytes | None, int]
"""Conversation id, values of `FIELDS`, the conversation's key as it rests, place."""


class Reading:
    """`gone`: what to do about a case whose conversation is no more."""

    def __init__(
        self, store: Store, vault: Vault, scripts: Scripts, gone: Callable[[str], Awaitable[None]]
    ) -> None:
        self._store = store
        self._vault = vault
        self._scripts = scripts
        self._gone = gone
        self._together = Together(self._queue)

    async def queue(self) -> list[CaseRow]:
        return await self._together.ask()

    async def row(self, conversation: str) -> CaseRow | None:
        pipe = self._store.pipeline(transaction=False)
        pipe.hmget(keys.case(conversation), FIELDS)
        pipe.get(keys.of(conversation, "key"))
        values, wrapped = await pipe.execute()
        rows = await self._standing([(conversation, values, wrapped, 0)])
        return next(iter(await self.opened(rows)), None)

    async def opened(self, rows: Iterable[CaseRow]) -> list[CaseRow]:
        found = []
        for row in rows:
            try:
                if row.sealed is not None:
                    row = opened(row, await self._vault.unwrap(row.id, row.sealed.wrapped))
                found.append(row)
            except KeyGone:
                await self._gone(row.id)
        return found

    async def _queue(self) -> list[CaseRow]:
        """Two questions to the store, however many cases there are."""
        answer = await self._scripts.run("queue", [keys.WAITING, keys.HELD], [keys.case(""), *FIELDS])
        waiting, ids = int(answer[0]), [raw.decode() for raw in answer[1::2]]
        wrapped = await self._wrapped(ids)
        places = (place if place <= waiting else 0 for place in range(1, len(ids) + 1))
        return await self._standing(zip(ids, answer[2::2], map(wrapped.get, ids), places, strict=True))

    async def _wrapped(self, ids: Sequence[str]) -> dict[str, bytes | None]:
        """The conversations' keys as they rest; one command for each partition."""
        together: dict[int, list[str]] = {}
        for one in ids:
            together.setdefault(keys.partition_of(one), []).append(one)
        pipe = self._store.pipeline(transaction=False)
        for some in together.values():
            # Not `mget`: redis-py keeps that out of a cluster's pipelines, though these keys are in one slot.
            pipe.execute_command("MGET", *(keys.of(one, "key") for one in some))
        answers = await pipe.execute() if ids else []
        found: dict[str, bytes | None] = {}
        for some, values in zip(together.values(), answers, strict=True):
            found.update(zip(some, values, strict=True))
        return found

    async def _standing(self, found: Iterable[Found]) -> list[CaseRow]:
        rows = []
        for conversation, values, wrapped, place in found:
            row = None if wrapped is None else standing(conversation, values, wrapped, place)
            if row is None:
                await self._gone(conversation)
            else:
                rows.append(row)
        return rows
