"""Who is in danger does not wait behind everybody else; and nobody's own words change their order."""

import numpy as np
import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.private import Address, Text
from bot.worker import Worker
from tests.stand_ins.parts import ScriptedEngine, WordJudge

PEOPLE = [Address(f"+3556900000{number:02}") for number in range(9)]


@pytest.fixture
async def worker(
    whole: Hotline, judge: WordJudge, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> Worker:
    """All people are in one partition, and no text is read by the encoder."""
    monkeypatch.setattr(keys, "PARTITIONS", 1)
    monkeypatch.setattr("bot.judging.embed", lambda text: np.zeros(384, dtype=np.float32))
    monkeypatch.setattr("bot.dialogue.embed", lambda text: np.zeros(384, dtype=np.float32))
    made = whole.worker(judge)
    await made.hold()
    return made


async def line_up(whole: Hotline, *texts: tuple[int, str]) -> None:
    for number, (person, text) in enumerate(texts):
        message = Inbound("sms", f"SM{number}", PEOPLE[person], Text(text), whole.clock.now(), "en")
        assert await whole.inbox.accept(message)


async def said(whole: Hotline, person: int) -> list[str]:
    hashed = whole.vault.hashed("sms", PEOPLE[person])
    found = await whole.store.get(keys.at(0, hashed))
    talk = await whole.sessions.read(found.decode())
    return talk.said_by_person() if talk is not None else []


async def test_a_cry_goes_before_what_came_earlier_with_all_that_person_wrote_before(
    whole: Hotline, worker: Worker
) -> None:
    await line_up(
        whole,
        *((person, "is this job real") for person in range(8)),
        (8, "hello"),
        (8, "he hits me"),
        (8, "ok"),
    )
    await worker.look(0)
    assert [(await worker.urgent_once(0)) is not None for _ in range(3)] == [True, True, False]
    assert await said(whole, 8) == ["hello", "he hits me"]
    assert [await said(whole, person) for person in range(8)] == [[]] * 8
    assert len(await whole.cases.rows()) == 1
    while await worker.turn_once(0, again=False, block_ms=0) is not None:
        pass
    assert await said(whole, 8) == ["hello", "he hits me", "ok"]
    assert all([await said(whole, person) == ["is this job real"] for person in range(8)])


async def test_the_more_dangerous_first_then_who_has_waited_longest(whole: Hotline, worker: Worker) -> None:
    await line_up(
        whole, (0, "is this job real"), (1, "he hits me"), (2, "a human please"), (3, "they locked me in")
    )
    await worker.look(0)
    order = []
    while await worker.urgent_once(0) is not None:
        order += [person for person in range(4) if person not in order and await said(whole, person)]
    assert order == [3, 1, 2]


async def test_whose_case_is_open_does_not_push_in_again(whole: Hotline, worker: Worker) -> None:
    await line_up(whole, (0, "he hits me"), (1, "is this job real"), (0, "he hits me again"))
    await worker.look(0)
    assert await worker.urgent_once(0) is not None
    assert await worker.urgent_once(0) is None
    assert await worker.turn_once(0, again=False, block_ms=0) is not None
    assert await said(whole, 1) == ["is this job real"]


async def test_what_was_erased_meanwhile_is_passed_over(whole: Hotline, worker: Worker) -> None:
    await line_up(whole, (0, "hello"), (1, "DELETE"), (1, "he hits me"))
    await worker.look(0)
    assert await worker.turn_once(0, again=False, block_ms=0) is not None
    assert await worker.turn_once(0, again=False, block_ms=0) is not None  # DELETE: what came after moves on
    assert await worker.urgent_once(0) is None
    await worker.look(0)
    assert await worker.urgent_once(0) is not None
    assert await said(whole, 1) == ["he hits me"]


async def test_a_text_is_read_by_the_encoder_once(
    whole: Hotline, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def embed(text: str) -> object:
        read.append(text)
        return np.zeros(384, dtype=np.float32)

    monkeypatch.setattr("bot.judging.embed", embed)
    await line_up(whole, (0, "is this job real"), (1, "he hits me"))
    await worker.look(0)
    while await worker.urgent_once(0) or await worker.turn_once(0, again=False, block_ms=0):
        pass
    assert sorted(read) == ["he hits me", "is this job real"]
