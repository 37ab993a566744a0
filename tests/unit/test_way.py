"""The way to a provider: shut when it takes nothing, opened little by little, by what matters most."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot import way
from bot.errors import ChannelError, NeverAgain, OperatorNeeded, TryLater
from bot.way import SIDE_BY_SIDE, Way, wait

DOWN = TryLater(503, everybody=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "WAITS", (0.02,))


@asynccontextmanager
async def through(path: Way, rank: int = 1, entry: str = "1-0") -> AsyncIterator[None]:
    await path.enter(rank, entry)
    try:
        yield
    finally:
        path.left()


async def send(path: Way, talk: str, answer: Callable[[], None], rank: int = 1, entry: str = "1-0") -> bool:
    async with through(path, rank, entry):
        try:
            with path.watching(talk):
                answer()
        except ChannelError:
            return False
        return True


def down() -> None:
    raise DOWN


def fine() -> None:
    return None


async def shut(path: Way) -> None:
    for talk in ("a", "b"):
        assert not await send(path, talk, down)
    assert path.shut


async def test_one_talks_trouble_shuts_nothing_and_two_do() -> None:
    path = Way()
    for _ in range(5):
        await send(path, "a", down)
    assert not path.shut
    await send(path, "b", down)
    assert path.shut


@pytest.mark.parametrize("error", [NeverAgain(21211), TryLater(30003), OperatorNeeded(21408)])
async def test_what_is_about_one_message_shuts_nothing(error: ChannelError) -> None:
    path = Way()

    def refused() -> None:
        raise error

    for talk in "abcdef":
        await send(path, talk, refused)
    assert not path.shut


async def test_what_gets_through_between_is_no_trouble() -> None:
    path = Way()
    for talk in "abcdef":
        await send(path, talk, down)
        await send(path, "x", fine)
    assert not path.shut


async def test_when_it_opens_the_first_is_who_matters_most_then_who_waited_longest() -> None:
    path, order = Way(), list[str]()
    await shut(path)
    asked = [("notice", 2, "10-0"), ("late", 1, "200-0"), ("early", 1, "30-0"), ("counsellor", 0, "300-0")]
    tasks = [
        asyncio.create_task(send(path, name, lambda name=name: order.append(name), rank, entry))  # type: ignore[misc]
        for name, rank, entry in asked
    ]
    assert all(await asyncio.gather(*tasks))
    assert order == ["counsellor", "early", "late", "notice"]


async def test_while_it_fails_one_at_a_time_is_tried_for_all() -> None:
    path, tried, most, inside = Way(), 0, 0, 0
    await shut(path)
    fails = 5

    async def one(number: int) -> None:
        nonlocal tried, most, inside
        while True:
            async with through(path, 1, f"{number}-0"):
                inside += 1
                most, tried = max(most, inside), tried + 1
                answer = down if tried <= fails else fine
                before = tried <= fails
                await asyncio.sleep(0)
                if before:
                    assert inside == 1
                inside -= 1
                try:
                    with path.watching(str(number)):
                        answer()
                except ChannelError:
                    continue
                return

    await asyncio.gather(*(one(number) for number in range(200)))
    assert tried == fails + 200
    assert 1 < most <= SIDE_BY_SIDE


async def test_who_gives_up_waiting_keeps_nobody_out() -> None:
    path = Way()
    await shut(path)
    leaving = asyncio.create_task(send(path, "c", fine, 0))
    staying = asyncio.create_task(send(path, "d", fine))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert await send(path, "e", fine)


def test_a_provider_that_names_its_time_is_given_it() -> None:
    assert wait(TryLater(429, 17.0), 1) == 17.0
    assert wait(OperatorNeeded(20003), 1) == way.OPERATOR_WAIT
