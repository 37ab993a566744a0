"""A whole practice talk on the real console, over HTTP: claimed, answered, reacted to, closed, looked back on."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pyotp
import pytest
from starlette.applications import Starlette

from bot import keys
from bot.clock import SetClock
from bot.errors import SettingsError
from bot.practice import REAL, Practice, accounts, opened, refuse_real
from bot.settings import Settings, name_of
from escalation.console.staff import Provision
from escalation.practice.script import Script, scripts
from tests.stand_ins.parts import ScriptedEngine, WordJudge
from tests.unit.console.tab import Tab, text_of

PATIENCE_S = 20.0
SPEED = 0.02
NUMBER = "116 111"


def script(name: str) -> Script:
    return next(one for one in scripts(("en",)) if one.name == name)


@asynccontextmanager
async def practising(folder: Path, *played: Script) -> AsyncIterator[tuple[Practice, list[Provision]]]:
    settings = replace(Settings(), staff_file=str(folder / "staff.sqlite"))
    async with opened(settings, played, WordJudge(), {"engine": ScriptedEngine()}, speed=SPEED) as room:
        yield room, accounts(room.whole.settings, ("anna", "ben"))


class Trainee:
    """A new counsellor in a browser without scripts."""

    def __init__(self, console: Starlette, who: Provision) -> None:
        self.tab, self.who, self.case = Tab(console, SetClock()), who, ""

    async def sign_in(self) -> None:
        await self.tab.get("/login")
        await self.tab.post("/login", name=self.who.account.name, password=self.who.password)
        await self.tab.get("/login/code")
        await self.tab.post("/login/code", code=pyotp.TOTP(self.who.secret).now())

    async def take(self) -> str:
        """Take the most urgent as soon as somebody is there; returns what the page says."""

        async def taken() -> bool:
            await self.tab.get("/queue")
            went = await self.tab.post("/queue/take")
            found = re.fullmatch(r"/cases/([0-9a-z-]+)", went.headers.get("location", ""))
            self.case = found[1] if found else ""
            return bool(found)

        await until(taken, "somebody to take")
        return text_of(await self.page())

    async def page(self) -> httpx.Response:
        return await self.tab.get(f"/cases/{self.case}")

    async def answer(self, words: str) -> None:
        await self.page()  # what came in until now has been read
        await self.tab.post(f"/cases/{self.case}/answer", text=words, once=secrets.token_hex(8))

    async def reads(self, words: str) -> None:
        async def there() -> bool:
            return words in text_of(await self.page())

        await until(there, words)

    async def close(self) -> str:
        """Close, and read the page of a talk that is gone."""
        await self.page()
        await self.tab.post(f"/cases/{self.case}/close")
        await self.reads("Closed and erased")
        return text_of(await self.page())


async def until(holds: Callable[[], object], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)


async def test_a_whole_talk_is_practised_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    async with practising(tmp_path, script("locked_in")) as (room, (anna, ben, _)):
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        said = await trainee.take()
        assert "he took our passports and locked the door" in said
        assert "PRACTICE The young people here are made up." in said
        await trainee.answer("Thank you for telling me. Is it safe for you to text right now?")
        await trainee.reads("he left. he comes back about 9")
        await trainee.answer("Which country are you in? I cannot promise anything, but I help you.")
        await trainee.reads("there is a big train station")
        await trainee.answer(f"You can call {NUMBER} or 0800 55 55 55.")
        await trainee.reads("can i call it without credit?")
        back = await trainee.close()
        assert "A girl of 16 who came for work" in back
        for hope in ("asking whether it is safe to text", "a number to call", "no promise", "no blame"):
            assert f"Seen: {hope}" in back
        assert "One number you gave is not in the directory." in back
        assert "he took our passports" not in back
        other = Trainee(room.console, ben)
        await other.sign_in()
        other.case = trainee.case
        assert "A girl of 16" not in text_of(await other.page())
        left = [raw.decode() async for raw in room.whole.store.scan_iter("*")]
        assert [key for key in left if trainee.case in key] == []
        assert await room.whole.store.hlen(keys.HOLDERS) == 0
        # No month's counts: practice is in no report.
        assert [key for key in left if key.startswith("hl:{counts}")] == []
