"""A counsellor at work: every few seconds they look, take, read, answer, hand on or close."""

import asyncio
import random
import secrets
from collections.abc import Sequence

from tests.bench.desk.browser import Browser, Refused
from tests.bench.desk.people import People
from tests.bench.desk.record import Record

EVERY_S = (5.0, 10.0)
ENOUGH, MOST = 3, 6
"""How many talks one has before they are choosy, and at most."""
ANSWERS = (
    "I am here and I read every word. Are you safe right now?",
    "Thank you for telling me. Can you say where you are, as far as you want to?",
    "Nothing of this is your fault. We look at it together.",
)
RIVALS = 4


class Counsellor:
    def __init__(self, browser: Browser, people: People, record: Record, seed: int) -> None:
        self.browser, self._people, self._record = browser, people, record
        self._random = random.Random(seed)
        self.mine: list[str] = []

    async def work(self, colleagues: Sequence["Counsellor"]) -> None:
        """Until cancelled."""
        await asyncio.sleep(self._random.uniform(0, EVERY_S[1]))
        while True:
            try:
                await self._act(colleagues)
            except Refused:
                self.browser.case = ""
            await asyncio.sleep(self._random.uniform(*EVERY_S))

    async def _act(self, colleagues: Sequence["Counsellor"]) -> None:
        dice = self._random.random()
        if len(self.mine) < ENOUGH or (dice < 0.1 and len(self.mine) < MOST):
            await (self._race(colleagues) if dice < 0.03 else self.take())
        elif dice < 0.3:
            await self.browser.get("queue page", "/queue")
        elif dice < 0.5:
            await self._read(self._random.choice(self.mine))
        elif dice < 0.88:
            await self._answer(self._random.choice(self.mine))
        elif dice < 0.92:
            await self._hand_on(self._random.choice(self.mine))
        else:
            await self._close(self._random.choice(self.mine))

    async def take(self) -> None:
        """The most urgent one."""
        await self.browser.post("take", "/queue/take")
        self._record.claims += 1
        self._keeps(self.browser.case)

    async def _race(self, colleagues: Sequence["Counsellor"]) -> None:
        """Several want the same case at the same moment; it is whose page says so."""
        if not self.browser.waiting:
            await self.browser.get("queue page", "/queue")
        if not self.browser.waiting:
            return
        case = self.browser.waiting[0]
        free = [one for one in colleagues if one is not self and len(one.mine) < MOST]
        rivals = [self, *self._random.sample(free, min(RIVALS, len(free)))]
        claims = (one.browser.ask_claim(case) for one in rivals)
        told = await asyncio.gather(*claims, return_exceptions=True)
        self._record.races += 1
        self._record.claims += len(rivals)
        winners = [one for one, theirs in zip(rivals, told, strict=True) if theirs is True]
        self._record.double += max(0, len(winners) - 1)
        for one in winners:
            one.mine.append(case)

    async def _read(self, case: str) -> bool:
        await self.browser.get("talk page", f"/cases/{case}")
        return self._keeps(case)

    async def _answer(self, case: str) -> None:
        if not await self._read(case):
            return
        await asyncio.sleep(self._random.uniform(0.5, 2.0))
        text = self._random.choice(ANSWERS)
        await self.browser.ask("typing", f"/cases/{case}/typing")
        await self.browser.ask("measure", "/measure", text=text)
        fields = {"text": text, "once": secrets.token_hex(8), "seen": self.browser.newest or "0"}
        await self.browser.ask("answer", f"/cases/{case}/answer", **fields)

    async def _hand_on(self, case: str) -> None:
        self._drops(case)
        await self.browser.post("hand on", f"/cases/{case}/release", to="", note="Knows the number already.")

    async def _close(self, case: str) -> None:
        self._drops(case)
        await self.browser.post("close", f"/cases/{case}/close")
        if self.browser.case == case:
            self._people.left(case)

    def _keeps(self, case: str) -> bool:
        """Whether the page that is open says that the case is mine."""
        if case and self.browser.state == "mine":
            self._record.taken.add(case)
            if case not in self.mine:
                self.mine.append(case)
            return True
        self._drops(case)
        return False

    def _drops(self, case: str) -> None:
        if case in self.mine:
            self.mine.remove(case)
