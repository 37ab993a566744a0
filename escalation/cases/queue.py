"""The queue: opening, taking, handing on and ending cases, each one atomic step in the store."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

from bot import keys, metrics
from bot.clock import Clock
from bot.errors import KeyGone
from bot.scripts import Scripts, Store
from bot.sessions import Conversation
from bot.vault import Vault
from escalation.cases.case import RANK, SIGNAL, SIGNALLED, Alarm, CaseRow, Outcome, State, alias, order

LUA = Path(__file__).resolve().parent / "lua"
ON_DUTY_S = 45
"""A counsellor whose page has been silent this long is not on duty, and what they hold is offered again."""
PER_PERSON_MIN = 8
"""Rough minutes one talk takes, for the honest waiting time; no rates are kept yet."""


class Cases:
    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._scripts = Scripts(store, LUA)

    async def open(self, talk: Conversation, alarm: Alarm) -> int:
        """Put a conversation in the queue, or raise it there: 1 opened, 2 raised, 0 neither. Repeatable."""
        now, place = self._clock.now(), keys.case(talk.id)
        opened = await self._store.hget(place, "opened_at")
        began = float(opened) if opened else now
        done = await self._scripts.run(
            "open",
            [keys.WAITING, place, keys.HELD],
            [
                talk.id,
                order(began, alarm.risk),
                RANK.get(alarm.risk, 0),
                keys.CAP,
                *("alias", alias(), "risk", alarm.risk, "score", alarm.score),
                *("signals", json.dumps(alarm.signals)),
                *("reasons", talk.key.seal(place, json.dumps(alarm.reasons, ensure_ascii=False).encode())),
                *("language", talk.card.language, "script", talk.card.script, "channel", talk.card.channel),
                *("country", talk.card.country or "", "opened_at", now, "wrote_at", now),
            ],
            copied=True,
        )
        await self._changed(talk.id)
        if done == 1:
            metrics.case("opened")
        return int(done)

    async def wrote(self, conversation: str) -> None:
        """The person wrote again."""
        if await self._mark(conversation, "set", "wrote_at", repr(self._clock.now())):
            await self._mark(conversation, "add", "unread", 1)
            await self._changed(conversation)

    async def said(self, conversation: str) -> None:
        """Something new stands in the talk that is not the person's."""
        await self._changed(conversation)

    async def covered(self, conversation: str, since: float) -> None:
        """Somebody else may be reading at the person's phone since then; 0: the person is back."""
        if await self._mark(conversation, "set", "covered_at", repr(since)):
            await self._changed(conversation)

    async def signalled(self, conversation: str) -> None:
        """The person gave the silent signal: it stays in sight whatever else raises the case."""
        await self._mark(conversation, "set", "signalled", "1")

    async def read(self, conversation: str) -> None:
        """The holder has seen all of it."""
        await self._mark(conversation, "set", "unread", "0")

    async def first_time(self, conversation: str, what: str) -> bool:
        """True the first time this is asked of a case that is there: for what is done once."""
        return await self._mark(conversation, "new", what, "1")

    async def _mark(self, conversation: str, how: str, name: str, value: str | int) -> bool:
        return bool(await self._scripts.run("mark", [keys.case(conversation)], [how, name, value]))

    async def claim(self, conversation: str, counsellor: str) -> Outcome:
        done = await self._scripts.run(
            "claim",
            [keys.WAITING, keys.case(conversation), keys.HELD],
            [conversation, counsellor, self._clock.now()],
        )
        if done == 1:
            await self._changed(conversation)
        outcomes: dict[int, Outcome] = {1: "done", 0: "taken", -1: "gone"}
        return outcomes[int(done)]

    async def release(self, conversation: str, counsellor: str) -> Outcome:
        return "done" if await self._back(conversation, counsellor, 0.0) else "not_yours"

    async def _back(self, conversation: str, counsellor: str, unseen_since: float) -> bool:
        place = keys.case(conversation)
        opened, risk = await self._store.hmget(place, "opened_at", "risk")
        if opened is None:
            return False
        done = await self._scripts.run(
            "release",
            [keys.WAITING, place, keys.HELD],
            [conversation, counsellor, order(float(opened), (risk or b"").decode()), unseen_since],
        )
        if done:
            await self._changed(conversation)
        return bool(done)

    async def offer_again(self) -> int:
        """Cases whose counsellor's pages are silent go back to waiting; returns how many."""
        since = self._clock.now() - ON_DUTY_S
        lost = await self._store.zrangebyscore(keys.HELD, "-inf", since)
        offered = sum([await self._back(raw.decode(), "", since) for raw in lost])
        for _ in range(offered):
            metrics.case("offered_again")
        return offered

    async def holder(self, conversation: str) -> str | None:
        raw = await self._store.hget(keys.case(conversation), "holder")
        return raw.decode() if raw else None

    async def erase(self, conversation: str) -> None:
        """Nothing of the case is left."""
        pipe = self._store.pipeline(transaction=True)
        pipe.delete(keys.case(conversation))
        pipe.zrem(keys.WAITING, conversation)
        pipe.zrem(keys.HELD, conversation)
        if (await pipe.execute())[0]:
            await self._changed(conversation)

    async def rows(self) -> list[CaseRow]:
        """Waiting cases in order, then the held ones."""
        waiting = [raw.decode() for raw in await self._store.zrange(keys.WAITING, 0, -1)]
        held = [raw.decode() for raw in await self._store.zrange(keys.HELD, 0, -1)]
        rows = [await self.row(one, place) for place, one in enumerate(waiting, 1)]
        rows += [await self.row(one, 0) for one in held]
        return [row for row in rows if row is not None]

    async def row(self, conversation: str, place: int = 0) -> CaseRow | None:
        """One case; None (and out of the queue) when its conversation is gone."""
        raw = await self._store.hgetall(keys.case(conversation))
        if not raw:
            await self.erase(conversation)
            return None
        try:
            key = await self._vault.key(conversation)
            reasons = json.loads(key.open(keys.case(conversation), raw[b"reasons"]))
        except KeyGone:
            await self.erase(conversation)
            return None
        fields = {name.decode(): value.decode() for name, value in raw.items() if name != b"reasons"}
        signals, reasons = tuple(json.loads(fields["signals"])), tuple(reasons)
        if "signalled" in fields and SIGNAL not in signals:
            signals, reasons = (SIGNAL, *signals), (SIGNALLED, *reasons)
        state: State = "held" if fields["state"] == "held" else "waiting"
        return CaseRow(
            id=conversation,
            alias=fields["alias"],
            state=state,
            risk=fields["risk"],
            score=float(fields["score"]),
            signals=signals,
            reasons=reasons,
            language=fields["language"],
            script=fields["script"],
            channel=fields["channel"],
            country=fields["country"] or None,
            opened_at=float(fields["opened_at"]),
            wrote_at=float(fields["wrote_at"]),
            holder=fields.get("holder"),
            unread=int(fields.get("unread", "0")),
            place=place,
            covered_at=float(fields.get("covered_at", "0")),
        )

    async def place(self, conversation: str) -> int:
        """Place in the queue, from 1; 0 when it is not waiting."""
        rank = await self._store.zrank(keys.WAITING, conversation)
        return int(rank) + 1 if rank is not None else 0

    async def present(self, counsellor: str) -> None:
        """A counsellor's page is open: they are on duty, and what they hold stays theirs."""
        now = self._clock.now()
        pipe = self._store.pipeline(transaction=True)
        pipe.zadd(keys.ON_DUTY, {counsellor: now})
        pipe.expire(keys.ON_DUTY, 60)
        await pipe.execute()
        for raw in await self._store.zrange(keys.HELD, 0, -1):
            if await self.holder(raw.decode()) == counsellor:
                await self._store.zadd(keys.HELD, {raw: now}, xx=True)

    async def absent(self, counsellor: str) -> None:
        await self._store.zrem(keys.ON_DUTY, counsellor)

    async def on_duty(self) -> int:
        """How many counsellors have a page open."""
        return int(await self._store.zcount(keys.ON_DUTY, self._clock.now() - ON_DUTY_S, "+inf"))

    async def minutes(self, place: int) -> int:
        """Roughly how long the person at this place waits."""
        return max(2, round(PER_PERSON_MIN * max(0, place - 1) / max(1, await self.on_duty())) + 2)

    async def changes(self) -> AsyncIterator[str]:
        """Ids of cases as they change; the queue changes with each."""
        listener = self._store.pubsub(ignore_subscribe_messages=True)
        try:
            await listener.subscribe(keys.CHANGES)
            while True:
                message = await listener.get_message(timeout=10)
                if message is not None:
                    yield message["data"].decode()
        finally:
            await listener.aclose()

    async def _changed(self, conversation: str) -> None:
        await self._store.publish(keys.CHANGES, conversation)
