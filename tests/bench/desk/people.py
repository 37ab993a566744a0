"""The people: each opens a case with a message of danger, and goes on writing until the talk is closed."""

import asyncio
import random
from collections import deque
from itertools import cycle
from typing import Self

from bot import keys
from tests.bench.desk.record import NOW, Record
from tests.bench.phones import Line, Phone, Unanswered, new_phone
from tests.bench.texts import harmless, urgent

EVERY_S = (30.0, 90.0)
URGENT_SHARE = 0.15
"""Of the messages somebody in an open case goes on writing."""
IN_TIME_S = 10.0
OPEN_TIMES = 30


class People:
    """Everybody who has a case; `left` lets somebody new come for whoever's talk was closed."""

    def __init__(self, line: Line, record: Record) -> None:
        self._line, self._record = line, record
        self._random = random.Random(11)
        self._urgent = deque((one.language, one.text) for one in urgent(OPEN_TIMES))
        self._calm = {
            language: cycle([one.text for one in harmless(OPEN_TIMES) if one.language == language])
            for language in {one.language for one in harmless(1)}
        }
        self._dire = {
            language: cycle([one.text for one in urgent(OPEN_TIMES) if one.language == language])
            for language in self._calm
        }
        self.writing: dict[str, asyncio.Task[None]] = {}
        """By case."""
        self._coming: set[asyncio.Task[None]] = set()

    async def come(self, count: int, at_once: int) -> None:
        """So many new people, a few at a time; those whose message opened no case are counted."""
        room = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with room:
                await self._open()

        await asyncio.gather(*(one() for _ in range(count)))

    def left(self, case: str) -> None:
        """A talk was closed: its person writes no more, and somebody else comes."""
        if task := self.writing.pop(case, None):
            task.cancel()
            coming = asyncio.ensure_future(self._open())
            self._coming.add(coming)
            coming.add_done_callback(self._coming.discard)

    async def _open(self) -> None:
        language, text = self._urgent[0]
        self._urgent.rotate(-1)
        phone, began, counted = new_phone(language), NOW(), self._record.counting
        try:
            await self._line.text(phone, text)
            self._record.took("webhook", began)
            case = await self._case(phone)
        except Unanswered:
            self._record.missing += counted
            if not counted and (language, text) in self._urgent:
                self._urgent.remove((language, text))  # the judge calls nobody for it: no case to wait for
            return
        if counted:
            self._record.wrote[case] = began
        self.writing[case] = asyncio.ensure_future(self._write(phone))

    async def _case(self, phone: Phone) -> str:
        """The id of the case; nothing of this counts, it only has to be known in the end."""
        deadline = NOW() + IN_TIME_S
        case = await self._line.conversation(phone)
        while not await self._line.store.exists(keys.case(case)):
            if NOW() > deadline:
                raise Unanswered("no case")
            await asyncio.sleep(0.5)
        return case

    async def _write(self, phone: Phone) -> None:
        await asyncio.sleep(self._random.uniform(0, EVERY_S[1]))
        while True:
            texts = self._dire if self._random.random() < URGENT_SHARE else self._calm
            began = NOW()
            try:
                await self._line.text(phone, next(texts[phone.language]))
                self._record.took("webhook", began)
            except Unanswered:
                self._record.wrong("webhook")
            await asyncio.sleep(self._random.uniform(*EVERY_S))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [*self.writing.values(), *self._coming]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
