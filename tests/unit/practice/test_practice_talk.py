"""Whole practice talks on the real console, over HTTP and a real store."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette

from bot import keys
from bot.clock import SetClock
from bot.practice import Practice, accounts, opened
from bot.settings import Settings
from escalation.cases.case import Crew
from escalation.console import password
from escalation.console.staff import Provision
from escalation.practice.room import Guest
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


def guest(room: Practice, case: str) -> Guest:
    """Whose talk this is."""
    here = room.room._guests.values()
    return next(one for one in here if one.visit and one.visit.conversation == case)


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
        """Close, and read the page of a talk that is gone; over words nobody read it goes on: once more."""

        async def closed() -> bool:
            await self.page()
            await self.tab.post(f"/cases/{self.case}/close")
            return "Closed and erased" in text_of(await self.page())

        await until(closed, "Closed and erased")
        return text_of(await self.page())


async def until(holds: Callable[[], object], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


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
        for hope in (
            "asking whether it is safe to text",
            "a number to call",
            "honest words",
            "words without blame",
        ):
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


async def test_whoever_writes_delete_is_gone_and_the_trainee_can_look_back(tmp_path: Path) -> None:
    async with practising(tmp_path, replace(script("pictures"), after=1)) as (room, (anna, _, _)):
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        await trainee.take()
        await trainee.answer("You have to tell me your name.")
        await trainee.reads("stop pushing me")
        await trainee.answer("I am sorry. Take your time.")
        await trainee.reads("im just scared what they say")
        await trainee.answer("What would you like most?")
        await trainee.reads("Looking back")
        back = text_of(await trainee.page())
        assert "Not seen this time: leaving it to them" in back
        assert "Seen: something kind" in back
        assert await room.whole.cases.row(trainee.case) is None


async def test_somebody_comes_back_and_it_is_a_new_talk(tmp_path: Path) -> None:
    async with practising(tmp_path, script("job_abroad")) as (room, (anna, _, _)):
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        said, taken = "", set[str]()
        while "he got angry when i asked for a contract" not in said:
            if trainee.case:
                await trainee.close()
            said = await trainee.take()
            assert trainee.case not in taken
            taken.add(trainee.case)
        assert len(taken) > 1
        assert "can i talk to a real person about it" not in said
        await trainee.answer("How old are you?")
        await trainee.reads("17 in march")


async def test_a_talk_ended_while_they_wrote_goes_on_as_a_new_one(tmp_path: Path) -> None:
    played = replace(script("locked_in"), begins=("we are locked in",) * 20, pause=60.0)
    async with practising(tmp_path, played) as (room, (anna, _, _)):
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        await trainee.take()
        here, ended = guest(room, trainee.case), trainee.case
        await trainee.close()
        await until(lambda: here.visit and here.visit.conversation != ended, "they write on")
        await until(lambda: here.visit and here.visit.opened, "they are in the queue again")
        assert "Looking back" in text_of(await trainee.page())


async def test_under_cover_nothing_reaches_them_until_they_are_back(tmp_path: Path) -> None:
    played = script("engagement")
    assert played.cover is not None
    cover = replace(played.cover, after=1, seconds=1e9)
    played = replace(played, cover=cover)
    async with practising(tmp_path, played) as (room, (anna, _, _)):
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        await trainee.take()
        await trainee.answer("Is it safe to text?")
        await trainee.reads("Somebody else may be reading")
        await trainee.answer("Are you there?")  # refused, as nobody knows who reads it
        here = guest(room, trainee.case)
        await room.room._line.write(played.channel, here.phone, cover.back[0])
        await trainee.reads("BLUE UMBRELLA")
        await trainee.answer("How old are you?")
        await trainee.reads("How old are you?")
        back = await trainee.close()
        assert "Seen: asking whether it is safe to text" in back
        assert "Seen: your silence while somebody else may be reading" in back


async def test_a_talk_given_back_to_the_bot_is_erased_and_looked_back_on(tmp_path: Path) -> None:
    async with practising(tmp_path, script("prank")) as (room, (anna, _, _)):
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        await trainee.take()
        await trainee.answer("Thank you for writing. We are here when you need us.")
        await trainee.reads("ok u are nice")
        await trainee.page()
        await trainee.tab.post(f"/cases/{trainee.case}/bot")
        await trainee.reads("Looking back")

        async def erased() -> bool:
            return not await room.whole.store.exists(keys.of(trainee.case, "key"))

        await until(erased, "the talk is erased")


@pytest.mark.parametrize(
    ("language", "word"), [("en", "PRACTICE"), ("sq", "USHTRIM"), ("bcms", "VJEŽBA"), ("ro", "EXERCIȚIU")]
)
async def test_every_page_says_so_in_the_language_of_the_interface(
    language: str, word: str, tmp_path: Path
) -> None:
    async with practising(tmp_path, script("locked_in")) as (room, (anna, _, trainer)):
        for who in (anna, trainer):
            trainee = Trainee(room.console, who)
            first = await trainee.tab.get(
                "/login", **{"accept-language": language if language != "bcms" else "bs"}
            )
            assert word in text_of(first)
            await trainee.sign_in()
            await trainee.tab.get("/account")
            await trainee.tab.post("/account/interface", language=language)
            for path in (
                "/queue",
                "/shift",
                "/account",
                "/cases/3-none",
                "/board",
                "/nowhere",
            ):
                page = await trainee.tab.get(path)
                assert f"<strong>{word}</strong>" in page.text, path
                assert re.search(rf"<title>[^<]+ · {word}</title>", page.text), path


async def test_they_come_only_while_somebody_is_there(tmp_path: Path) -> None:
    async with practising(tmp_path, script("locked_in")) as (room, (anna, _, _)):
        line = room.room._line
        looks = 0
        really = line.cases.duty.crew

        async def counted() -> list[Crew]:
            nonlocal looks
            looks += 1
            return await really()

        line.cases.duty.__dict__["crew"] = counted
        await until(lambda: looks > 5, "the room looked who is there")
        assert await room.whole.cases.rows() == []
        trainee = Trainee(room.console, anna)
        await trainee.sign_in()
        await trainee.take()
