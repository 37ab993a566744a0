"""Over Telegram's real protocol: what it took and nobody heard of is seen once, in its place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from bot import deletions, keys, once, way
from bot.channels.telegram.send import Telegram
from bot.outbox import Outbox
from bot.sender import Sender
from tests.faults.house import until
from tests.stand_ins.line import Line, line

DROP = {"operation": "sendMessage", "after": True}
SEND, TAKE = {"operation": "sendMessage"}, {"operation": "deleteMessages"}
HELLO, FIRST, SECOND, THIRD = "Hi, this is", "answer 1", "answer 2", "answer 3"


@pytest.fixture
async def running(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(way, "WAITS", (0.05,))
    monkeypatch.setattr(deletions, "AGAIN", ((10**6, 0.2),))
    async with line(store_url) as started:
        yield started


def seen(running: Line, person: str) -> list[str]:
    """Both sides of a chat, ours by how they begin."""
    known = (HELLO, FIRST, SECOND, THIRD, "Done.", "I am here", "Thank you for", "Hi, now")
    return [
        next((begin for begin in known if shown.text.startswith(begin)), shown.text)
        for shown in running.sandbox.inbox(person)
    ]


async def answered(running: Line, person: str, text: str, count: int) -> None:
    await running.sandbox.telegram(person, text)
    await running.sandbox.answered(person, count)


async def nothing_waits(running: Line) -> bool:
    """At Telegram, then in the inboxes, then in the outboxes: in the order in which a message goes."""
    if running.sandbox.pending_updates:
        return False
    places = [place(one) for place in (keys.inbox, keys.outbox) for one in range(keys.PARTITIONS)]
    return not any([await running.whole.store.xlen(place) for place in places])


async def all_out(running: Line) -> None:
    await until(lambda: nothing_waits(running), 20, "everything is out")


@pytest.mark.parametrize("trouble", ["drop", "500", "html502"])
async def test_taken_and_its_answer_lost_is_seen_once(running: Line, trouble: str) -> None:
    await answered(running, "luan", "is this job real?", 2)
    await answered(running, "mira", "is this job real?", 2)
    running.sandbox.faults("telegram", trouble, **DROP)
    await answered(running, "mira", "and the contract?", 3)
    await all_out(running)
    await answered(running, "mira", "thank you", 4)
    await all_out(running)
    theirs = ["is this job real?", HELLO, FIRST]
    assert seen(running, "mira") == [*theirs, "and the contract?", SECOND, "thank you", THIRD]
    assert seen(running, "luan") == theirs


async def test_taken_again_and_again_unheard_is_seen_once(running: Line) -> None:
    running.sandbox.faults("telegram", "drop", count=4, **DROP)
    await running.sandbox.telegram("mira", "is this job real?")
    await until(lambda: len(running.sandbox.answers("mira")) == 2, 20, "both are there")
    await all_out(running)
    assert seen(running, "mira") == ["is this job real?", HELLO, FIRST]


@pytest.mark.parametrize("gateway", ["up", "down"])
async def test_a_dead_workers_message_is_seen_once_and_what_they_wrote_since_stays(
    store_url: str, monkeypatch: pytest.MonkeyPatch, gateway: str
) -> None:
    asked, holds_back = asyncio.Event(), Telegram.holds_back

    async def looks(channel: Telegram) -> bool:
        asked.set()
        return await holds_back(channel)

    monkeypatch.setattr(Telegram, "holds_back", looks)
    async with line(store_url, working=False) as running:
        sandbox = running.sandbox
        dead = await _works(running)
        await answered(running, "mira", "is this job real?", 2)
        sandbox.faults("telegram", "hang", seconds=60, **DROP)
        await running.sandbox.telegram("mira", "and the contract?")
        await until(lambda: len(sandbox.answers("mira")) == 3, 10, "it is taken")
        monkeypatch.setattr("bot.sender.STOP_S", 0.0)
        await _ends(dead)
        if gateway == "down":
            await sandbox.connect("http://127.0.0.1:9")
        await sandbox.telegram("luan", "is this job real?")
        await sandbox.telegram("mira", "are you there?")
        if gateway == "up":
            await until(lambda: _stand(running, 2), 10, "both are taken in")
        lives = await _works(running)
        await asyncio.wait_for(asked.wait(), 20)
        if gateway == "down":
            await sandbox.connect(running.url)
        await until(lambda: len(sandbox.answers("luan")) == 2, 20, "luan is answered")
        await until(lambda: len(sandbox.answers("mira")) == 4, 20, "mira is answered")
        await all_out(running)
        texts = seen(running, "mira")
        assert [one for one in texts if one.startswith(("Hi,", "answer"))] == [HELLO, FIRST, SECOND, THIRD]
        assert [one for one in texts if not one.startswith(("Hi,", "answer"))] == [
            "is this job real?",
            "and the contract?",
            "are you there?",
        ]
        assert seen(running, "luan") == ["is this job real?", HELLO, FIRST]
        await _ends(lives)


@pytest.mark.parametrize("trouble", ["400", "500"])
async def test_what_cannot_be_taken_back_comes_twice_rather_than_never_and_goes_with_the_talk(
    running: Line, trouble: str
) -> None:
    running.sandbox.faults("telegram", trouble, count=once.TRIES, **TAKE)
    running.sandbox.faults("telegram", "drop", **DROP)
    await running.sandbox.telegram("mira", "is this job real?")
    await until(lambda: FIRST in seen(running, "mira"), 20, "it is answered")
    await all_out(running)
    assert seen(running, "mira") == ["is this job real?", HELLO, HELLO, FIRST]
    running.sandbox.clear_faults()
    await running.sandbox.telegram("mira", "DELETE")
    await until(lambda: seen(running, "mira") == ["Done."], 20, "the chat is empty")


async def test_a_last_text_unheard_is_seen_once_and_what_they_write_next_stays(running: Line) -> None:
    await answered(running, "mira", "is this job real?", 2)
    running.sandbox.faults("telegram", "drop", count=2, **DROP)
    await running.sandbox.telegram("mira", "DELETE")
    await until(lambda: seen(running, "mira") == ["Done."], 20, "the chat is empty")
    await all_out(running)
    await running.sandbox.telegram("mira", "hello again")
    await until(lambda: len(running.sandbox.answers("mira")) == 3, 20, "a new talk")
    await all_out(running)
    assert seen(running, "mira") == ["Done.", "hello again", HELLO, FIRST]


async def test_a_worker_whose_time_is_over_puts_nothing_away_that_another_has_begun(
    running: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sent a last text, and says so only when another has taken that copy back to send it again."""
    whole = running.whole
    done, take_back = Outbox.done, Telegram.take_back
    sent, may_say, said = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def late(outbox: Outbox, *given: Any) -> bool:
        if sent.is_set() or not given[4].shown:
            return await done(outbox, *given)
        sent.set()
        await may_say.wait()
        found = await done(outbox, *given)
        said.set()
        return found

    async def taken(channel: Telegram, *given: Any) -> None:
        await take_back(channel, *given)
        may_say.set()
        await asyncio.wait_for(said.wait(), 10)

    await answered(running, "mira", "is this job real?", 2)
    await all_out(running)
    monkeypatch.setattr(Outbox, "done", late)
    monkeypatch.setattr(Telegram, "take_back", taken)
    await running.sandbox.telegram("mira", "DELETE")
    await asyncio.wait_for(sent.wait(), 10)
    other = Sender(whole.outbox, whole.inbox, whole.deletions, whole.channels, whole.clock, _nobody)
    for partition in range(keys.PARTITIONS):
        await other.send(partition, await whole.outbox.next(partition, again=True, block_ms=0))
    await all_out(running)
    await until(lambda: _none_owed(running), 10, "what is to be deleted is")
    assert seen(running, "mira") == ["Done."]


async def _nobody(*_: object) -> None:
    """Is told how a message ended."""


async def _none_owed(running: Line) -> bool:
    return not (await running.whole.deletions.owing()).waiting


async def test_a_counsellors_words_unheard_are_seen_once(running: Line) -> None:
    await answered(running, "mira", "they locked me in", 1)
    [row] = await running.whole.cases.rows()
    await running.whole.desk.claim(row.id, "anna")
    await running.sandbox.answered("mira", 2)
    running.sandbox.faults("telegram", "drop", count=2, **DROP)
    await running.whole.desk.answer(row.id, "anna", "I am here")
    await until(lambda: "I am here" in seen(running, "mira"), 20, "it is there")
    await all_out(running)
    assert seen(running, "mira") == ["they locked me in", "Thank you for", "Hi, now", "I am here"]


async def test_what_went_out_unheard_does_not_stay_under_cover(running: Line) -> None:
    """Who reads now is not who asked: neither what was heard nor what was not."""
    await answered(running, "mira", "is this job real?", 2)
    sandbox = running.sandbox
    sandbox.faults("telegram", "drop", **DROP)
    sandbox.faults("telegram", "429", retry_after=2, **TAKE)
    await sandbox.telegram("mira", "and the contract?")
    await until(lambda: SECOND in seen(running, "mira"), 10, "it went out")
    await sandbox.telegram("mira", "pizza roma")
    await all_out(running)
    await until(lambda: _is_wiped(running), 20, "only the harmless voice is left")


def _is_wiped(running: Line) -> bool:
    return not [one for one in seen(running, "mira") if one.startswith((HELLO, "answer"))]


async def test_what_is_known_of_the_numbering_is_nobodys_and_has_an_end(running: Line) -> None:
    await answered(running, "mira", "is this job real?", 2)
    await all_out(running)
    names = [name async for name in running.whole.store.scan_iter(match="hl:*:reached:*")]
    assert len(names) == 1
    last = max(shown.message_id or 0 for shown in running.sandbox.inbox("mira"))
    assert await running.whole.store.get(names[0]) == str(last).encode()
    assert 0 < await running.whole.store.ttl(names[0]) <= keys.CAP


async def _stand(running: Line, count: int) -> bool:
    store = running.whole.store
    return bool(sum([await store.xlen(keys.inbox(one)) for one in range(keys.PARTITIONS)]) == count)


async def _works(running: Line) -> "asyncio.Task[None]":
    whole = running.whole
    return asyncio.create_task(whole.worker(running.judge).run(whole.sweep.run))


async def _ends(working: "asyncio.Task[None]") -> None:
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def test_a_take_back_that_failed_is_made_good_when_the_provider_is_back(running: Line) -> None:
    """Taken unheard, then nothing works for a while: what is known of the first try outlives that."""
    sandbox = running.sandbox
    await answered(running, "mira", "is this job real?", 2)
    sandbox.faults("telegram", "drop", **DROP)
    sandbox.faults("telegram", "500", count=5, **TAKE)
    sandbox.faults("telegram", "429", count=4, nth=2, retry_after=0, **SEND)
    await sandbox.telegram("mira", "and the contract?")
    await until(lambda: SECOND in seen(running, "mira"), 10, "it went out")
    await all_out(running)
    assert seen(running, "mira") == ["is this job real?", HELLO, FIRST, "and the contract?", SECOND]


async def test_a_talk_that_ends_while_one_is_unheard_leaves_nothing_in_the_chat(running: Line) -> None:
    sandbox = running.sandbox
    await answered(running, "mira", "is this job real?", 2)
    for number in range(40):  # others write meanwhile: it is not among the next few numbers
        await sandbox.telegram(f"ana {number}", "is this job real?")
    await all_out(running)
    sandbox.faults("telegram", "drop", **DROP)
    sandbox.faults("telegram", "500", count=10**6, nth=2, **SEND)
    sandbox.faults("telegram", "500", count=10**6, **TAKE)
    await sandbox.telegram("mira", "and the contract?")
    await until(lambda: SECOND in seen(running, "mira"), 10, "it went out")
    await sandbox.telegram("mira", "DELETE")
    await until(lambda: _stand(running, 0), 10, "it is erased")
    sandbox.clear_faults()
    await until(lambda: seen(running, "mira") == ["Done."], 20, "the chat is empty")
