"""Reading the queue: one read for all who ask at once, words sealed until they are to be shown."""

import asyncio

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.private import Address
from escalation.cases.together import Together
from tests.unit.cases.test_desk import NOTE, called


class Reads:
    """Reads that end when they are let to."""

    def __init__(self) -> None:
        self.begun = 0
        self.has_begun = asyncio.Event()
        self.may_end = asyncio.Event()

    async def read(self) -> int:
        self.begun += 1
        mine = self.begun
        self.has_begun.set()
        await self.may_end.wait()
        return mine


async def test_whoever_asks_during_a_read_gets_the_next_one() -> None:
    reads = Reads()
    shared = Together(reads.read)
    first = asyncio.ensure_future(shared.ask())
    await reads.has_begun.wait()
    later = [asyncio.ensure_future(shared.ask()) for _ in range(50)]
    await asyncio.sleep(0)
    assert reads.begun == 1
    reads.may_end.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 50
    assert await shared.ask() == 3


async def test_whoever_leaves_takes_nothing_from_the_others() -> None:
    reads = Reads()
    shared = Together(reads.read)
    leaving, staying = (asyncio.ensure_future(shared.ask()) for _ in range(2))
    await reads.has_begun.wait()
    leaving.cancel()
    reads.may_end.set()
    assert await staying == 1


async def test_a_read_that_fails_is_no_reason_for_the_next_to_fail() -> None:
    tries = iter([ConnectionError("gone"), None])

    async def read() -> int:
        if error := next(tries):
            raise error
        return 7

    shared = Together(read)
    failing = [asyncio.ensure_future(shared.ask()) for _ in range(2)]
    for one in failing:
        with pytest.raises(ConnectionError):
            await one
    assert await shared.ask() == 7


async def test_words_of_the_queue_are_sealed_until_they_are_shown(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    await whole.desk.hand_on(case, "anna", note=NOTE)
    [row] = await whole.desk.queue()
    assert (row.reasons, row.note) == ((), "")
    assert row.sealed is not None
    assert row.risk == "danger"
    [shown] = await whole.desk.opened([row])
    assert (shown.reasons, shown.note, shown.sealed) == (("a word",), NOTE, None)


async def test_places_are_counted_in_order_and_held_cases_come_last(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    cases = []
    for number in range(3):
        cases.append(await called(talk, whole, address=Address(f"+35569000010{number}")))
        clock.move(1)
    await whole.desk.claim(cases[0], "anna")
    rows = await whole.desk.queue()
    assert [(row.id, row.place) for row in rows] == [(cases[1], 1), (cases[2], 2), (cases[0], 0)]


@pytest.mark.parametrize("part", ["key", "case"])
async def test_a_case_whose_conversation_is_gone_leaves_the_queue(
    talk: Stage, whole: Hotline, part: str
) -> None:
    case = await called(talk, whole)
    other = await called(talk, whole, address=Address("+355690000109"))
    await whole.store.delete(keys.case(case) if part == "case" else keys.of(case, "key"))
    assert [row.id for row in await whole.desk.queue()] == [other]
    assert await whole.store.zscore(keys.WAITING, case) is None
    assert not await whole.store.exists(keys.case(case))


async def test_a_case_erased_between_reading_and_showing_is_not_shown(talk: Stage, whole: Hotline) -> None:
    await called(talk, whole)
    [row] = await whole.desk.queue()
    assert row.sealed is not None
    # Sealed under another conversation's key: as after an erasure and a new beginning.
    wrapped = await whole.vault.wrap(row.id, whole.vault.new_conversation(0)[1])
    await whole.store.set(keys.of(row.id, "key"), wrapped, ex=60)
    [again] = await whole.desk.queue()
    assert await whole.desk.opened([again]) == []
    assert await whole.desk.queue() == []
