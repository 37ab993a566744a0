"""The queue: opening, taking, handing on and ending cases, each one atomic step in the store."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from bot import keys, metrics
from bot.clock import Clock
from bot.errors import KeyGone
from bot.scripts import Scripts, Store, Value
from bot.sessions import Conversation
from bot.vault import Vault
from escalation.cases.case import (
    ANSWER_ELSE_S,
    ANSWER_S,
    MOST_PRESSED,
    PRESSED_S,
    RANK,
    TYPING_S,
    Alarm,
    CaseRow,
    Outcome,
    Safe,
    alias,
    order,
)
from escalation.cases.duty import ON_DUTY_S, Duty
from escalation.cases.reading import Reading

LUA = Path(__file__).resolve().parent / "lua"
NOW = " now"
"""Behind the id of a case that changed: counsellors are to know at once."""
MOST_HELD = 6
"""How many cases one counsellor may hold; an emergency may be one more."""
LONGEST_S = 15 * 60
"""A case whose person waits this long is offered again, though somebody types or nobody else is on duty."""


class Cases:
    def __init__(self, store: Store, vault: Vault, clock: Clock, most_held: int = MOST_HELD) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._most_held = most_held
        self._scripts = Scripts(store, LUA)
        self._reading = Reading(store, vault, self._scripts, self.erase)
        self.duty = Duty(store, clock, self._scripts)

    async def open(self, talk: Conversation, alarm: Alarm) -> int:
        """Put a conversation in the queue, or raise it there: 1 opened, 2 raised, 0 neither. Repeatable."""
        now, place = self._clock.now(), keys.case(talk.id)
        before = await self._store.hget(place, "opened_at")
        began = float(before) if before else now
        done = await self._scripts.run(
            "open",
            [keys.WAITING, place, keys.HELD],
            [
                talk.id,
                order(began, alarm.risk),
                RANK.get(alarm.risk, 0),
                keys.CAP,
                *(PRESSED_S, MOST_PRESSED),
                *("alias", alias(), "risk", alarm.risk, "score", alarm.score),
                *("signals", json.dumps(alarm.signals)),
                *("reasons", talk.key.seal(place, json.dumps(alarm.reasons, ensure_ascii=False).encode())),
                *("language", talk.card.language, "script", talk.card.script, "channel", talk.card.channel),
                *("country", talk.card.country or "", "opened_at", now, "wrote_at", now),
                *("muted", "1" * alarm.muted, "before", "1" * alarm.before),
            ],
            copied=True,
        )
        await self._changed(talk.id, now=done in (1, 2))
        if done == 1:
            metrics.case("opened")
        return int(done)

    async def wrote(self, conversation: str) -> None:
        """The person wrote again."""
        if await self._scripts.run("wrote", [keys.case(conversation)], [self._clock.now()]):
            await self._changed(conversation)

    async def said(self, conversation: str) -> None:
        """Something new stands in the talk that is not the person's."""
        await self._changed(conversation)

    async def answered(self, conversation: str) -> None:
        """The holder answered: nobody waits for them any more."""
        await self._mark(conversation, "drop", "owes_since")
        await self._changed(conversation)

    async def typing(self, conversation: str, counsellor: str) -> None:
        """The holder is writing an answer."""
        await self._mark(conversation, "set", "typing_at", self._clock.now(), counsellor)

    async def covered(self, conversation: str, since: float) -> None:
        """Somebody else may be reading at the person's phone since then; 0: the person is back."""
        if await self._mark(conversation, "set", "covered_at", repr(since)):
            await self._changed(conversation)

    async def signalled(self, conversation: str) -> None:
        """The person gave the silent signal: it stays in sight whatever else raises the case."""
        await self._mark(conversation, "set", "signalled", "1")

    async def read(self, conversation: str, wrote: int) -> None:
        """The holder has seen this many of the person's messages; more may have come since."""
        if await self._scripts.run("read", [keys.case(conversation)], [wrote]) == 2:
            await self._changed(conversation)

    async def first_time(self, conversation: str, what: str) -> bool:
        """True the first time this is asked of a case that is there: for what is done once."""
        return await self._mark(conversation, "new", what, "1")

    async def not_ended(self, conversation: str) -> None:
        """Its end was ordered, and the person wrote meanwhile: it goes on."""
        await self._mark(conversation, "set", "not_ended", "1")
        await self._changed(conversation)

    async def ends(self, conversation: str) -> None:
        """Its end is being ordered anew."""
        await self._mark(conversation, "drop", "not_ended")

    async def set_safe(self, conversation: str, counsellor: str, safe: Safe) -> Outcome:
        """Whether it is safe to text, as far as the person said."""
        done = await self._mark(conversation, "set", "safe", safe, counsellor)
        await self._changed(conversation)
        return "done" if done else "not_yours"

    async def join(self, conversation: str, supervisor: str) -> bool:
        """A supervisor reads with the holder; False where they do so already, or nobody holds it."""
        row = await self.row(conversation)
        if row is None or row.holder is None or row.holder == supervisor or row.joined:
            return False
        done = await self._mark(conversation, "set", "joined", supervisor, row.holder)
        await self._changed(conversation)
        return done

    async def leave(self, conversation: str, supervisor: str) -> bool:
        row = await self.row(conversation)
        if row is None or row.joined != supervisor:
            return False
        await self._mark(conversation, "drop", "joined")
        await self._changed(conversation)
        return True

    async def _mark(
        self, conversation: str, how: str, name: str, value: str | float = "", holder: str = ""
    ) -> bool:
        return bool(await self._scripts.run("mark", [keys.case(conversation)], [how, name, value, holder]))

    async def claim(self, conversation: str, counsellor: str, why_picked: str = "") -> tuple[Outcome, bool]:
        """Take a case; the second value says that another counsellor talked with them before."""
        place = keys.case(conversation)
        done = await self._scripts.run(
            "claim",
            [keys.WAITING, place, keys.HELD, keys.HOLDERS, keys.AWAY],
            [
                *(conversation, counsellor, self._clock.now(), self._most_held),
                await self._sealed(conversation, why_picked),
            ],
        )
        if done in (1, 3):
            await self._changed(conversation)
        outcomes: dict[int, Outcome] = {0: "taken", -1: "gone", -2: "full"}
        return outcomes.get(int(done), "done"), done == 3

    async def _sealed(self, conversation: str, text: str) -> bytes:
        """A counsellor's words about a case, sealed under its conversation's key: they end with it."""
        try:
            key = await self._vault.key(conversation)
        except KeyGone:
            return b""
        return key.seal(keys.case(conversation), text.encode()) if text else b""

    async def hand_on(
        self, conversation: str, counsellor: str, meant_for: str = "", note: str = ""
    ) -> Outcome:
        """The holder hands it back to the queue, to anybody or to whom it is meant for."""
        sealed: list[Value] = ["meant_for", meant_for, "passed_by", counsellor]
        sealed += ["passed_at", self._clock.now(), "note", await self._sealed(conversation, note)]
        return "done" if await self._back(conversation, counsellor, 0.0, 0.0, sealed) else "not_yours"

    async def _back(
        self, conversation: str, counsellor: str, unseen: float, owes: float, fields: Sequence[Value]
    ) -> bool:
        place = keys.case(conversation)
        began, risk, pressed = await self._store.hmget(place, "opened_at", "risk", "pressed")
        if began is None:
            return False
        at = order(float(began), (risk or b"").decode(), int(pressed or 0))
        done = await self._scripts.run(
            "release",
            [keys.WAITING, place, keys.HELD, keys.HOLDERS],
            [conversation, counsellor, at, unseen, owes, *fields],
        )
        if done:
            await self._changed(conversation, now=True)
        return bool(done)

    async def offer_again(self) -> int:
        """Cases whose counsellor is gone, or does not answer, go back to waiting; returns how many."""
        since = self._clock.now() - ON_DUTY_S
        lost = await self._store.zrangebyscore(keys.HELD, "-inf", since)
        back: Sequence[Value] = ("came_back", "1", "meant_for", "")
        offered = sum([await self._back(raw.decode(), "", since, 0.0, back) for raw in lost])
        held = [row for row in await self.queue() if row.state == "held"]
        offered += sum([await self._offer_unanswered(row) for row in held])
        for _ in range(offered):
            metrics.case("offered_again")
        return offered

    async def _offer_unanswered(self, row: CaseRow) -> bool:
        now = self._clock.now()
        waits, limit = now - row.owes_since, ANSWER_S.get(row.risk, ANSWER_ELSE_S)
        if not row.owes_since or waits < limit:
            return False
        alone = not await self.duty.anybody_but(row.holder or "")
        if waits < (LONGEST_S if alone or now - row.typing_at < TYPING_S else limit):
            return False
        back = ("came_back", "1", "meant_for", "")
        return await self._back(row.id, row.holder or "", 0.0, row.owes_since, back)

    async def holder(self, conversation: str) -> str | None:
        raw = await self._store.hget(keys.case(conversation), "holder")
        return raw.decode() if raw else None

    async def erase(self, conversation: str) -> None:
        """Nothing of the case is left, nor of the reports it awaited."""
        fields = await self._store.hgetall(keys.case(conversation))
        pipe = self._store.pipeline(transaction=True)
        pipe.delete(keys.case(conversation))
        for report in (value for name, value in fields.items() if name.startswith(b"report:")):
            pipe.delete(report)
        pipe.zrem(keys.WAITING, conversation)
        pipe.zrem(keys.HELD, conversation)
        pipe.hdel(keys.HOLDERS, conversation)
        if (await pipe.execute())[0]:
            await self._changed(conversation)

    async def queue(self) -> list[CaseRow]:
        """Waiting cases in order, then the held ones; their words sealed. One read for all who ask now."""
        return await self._reading.queue()

    async def rows(self) -> list[CaseRow]:
        """The same with their words."""
        return await self.opened(await self.queue())

    async def opened(self, rows: Iterable[CaseRow]) -> list[CaseRow]:
        """These with their words; without (and out of the queue) those whose conversation is gone."""
        return await self._reading.opened(rows)

    async def row(self, conversation: str) -> CaseRow | None:
        """One case; None (and out of the queue) when its conversation is gone."""
        return await self._reading.row(conversation)

    async def on_duty(self) -> int:
        """How many counsellors are at work and have a page open."""
        return await self.duty.count()

    async def changes(self) -> AsyncIterator[tuple[str, bool]]:
        """Ids of cases as they change, the queue with them; True: somebody more is waiting, or in danger."""
        listener = self._store.pubsub(ignore_subscribe_messages=True)
        try:
            await listener.subscribe(keys.CHANGES)
            while True:
                message = await listener.get_message(timeout=10)
                if message is not None:
                    said = message["data"].decode()
                    yield said.removesuffix(NOW), said.endswith(NOW)
        finally:
            await listener.aclose()

    async def _changed(self, conversation: str, *, now: bool = False) -> None:
        await self._store.publish(keys.CHANGES, conversation + NOW * now)
