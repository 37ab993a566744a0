"""Erasing over both providers' real protocols: what only the provider knows of, refusals, outages."""

from collections.abc import AsyncIterator

import pytest

from bot import deletions, keys, metrics, sender
from bot.channels.sms import send as sms
from bot.operating.checks.store import deleted
from tests.faults.house import until
from tests.stand_ins.line import Line, line

PHONE = "+355691234567"


@pytest.fixture
async def running(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(deletions, "AGAIN", ((10**6, 0.2),))
    monkeypatch.setattr(deletions, "LOOK_EVERY", 1)
    monkeypatch.setattr(sender, "FINAL_AFTER", 0.2)
    for name, seconds in (("REPLY_S", 0), ("SENT_S", 30), ("UNANSWERED_S", 60)):
        monkeypatch.setattr(sms, name, seconds)
    async with line(store_url) as started:
        yield started


async def owing(running: Line) -> int:
    return (await running.whole.deletions.owing()).waiting


async def nothing_owed(running: Line) -> bool:
    return not await owing(running)


async def test_the_providers_own_answer_to_stop_and_a_call_go_from_its_log(running: Line) -> None:
    await running.sandbox.sms(PHONE, "is this job real?")
    await running.sandbox.answered(PHONE, 2)
    running.sandbox.call(PHONE)
    await running.sandbox.sms(PHONE, "STOP")
    assert "unsubscribed" in (await running.sandbox.answered(PHONE, 3))[-1]
    await running.sandbox.until(
        lambda: running.sandbox.twilio_log() == [] and running.sandbox.call_log == [], timeout=30
    )


async def test_a_picture_goes_with_its_message(running: Line) -> None:
    await running.sandbox.sms(PHONE, "", media=["image/jpeg"])
    [record] = [one for one in running.sandbox.twilio.log if one.direction == "inbound"]
    assert record.media
    await running.sandbox.answered(PHONE, 1)
    await running.sandbox.until(lambda: running.sandbox.twilio_log() == [], timeout=30)
    assert not record.media


@pytest.mark.parametrize("trouble", ["20009", "503", "drop"])
async def test_the_last_text_goes_too_after_refusals_and_outages(running: Line, trouble: str) -> None:
    running.sandbox.faults("twilio", trouble, operation="delete", count=6)
    await running.sandbox.sms(PHONE, "is this job real?")
    await running.sandbox.answered(PHONE, 2)
    await running.sandbox.sms(PHONE, "DELETE")
    answers = await running.sandbox.answered(PHONE, 3)
    assert answers[-1].startswith("Done.")
    await running.sandbox.until(lambda: running.sandbox.twilio_log() == [], timeout=30)
    await until(lambda: nothing_owed(running), 10, "nothing is owed")


async def test_what_could_not_be_reached_is_counted_for_operators(
    running: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    running.sandbox.faults("telegram", "500", operation="deleteMessages", count=10_000)
    await running.sandbox.telegram("mira", "is this job real?")
    await running.sandbox.answered("mira", 2)
    await running.sandbox.telegram("mira", "DELETE")
    await running.sandbox.answered("mira", 3)
    said = await deleted(running.whole)
    assert said.startswith("4 still to be deleted at a provider, the oldest for ")
    shown = 0.0

    def counted() -> bool:
        nonlocal shown
        shown = metrics.REGISTRY.get_sample_value("hotline_deletions_waiting") or 0.0
        return shown == 4.0

    await until(counted, 10, "the metric counts them")
    names = [name.decode() async for name in running.whole.store.scan_iter(match="hl:*")]
    assert not [name for name in names if ":c:" in name], "erasing did not wait for the provider"
    running.sandbox.clear_faults()
    await running.sandbox.until(lambda: len(running.sandbox.inbox("mira")) == 1, timeout=20)
    await until(lambda: nothing_owed(running), 10, "nothing is owed")


async def test_a_worker_that_was_away_for_hours_still_empties_the_providers_log(running: Line) -> None:
    """The store let the conversation go by itself: what it owed the provider is still known."""
    store = running.whole.store
    await running.sandbox.sms(PHONE, "they locked me in")
    await running.sandbox.answered(PHONE, 1)
    [conversation] = [name.decode().split(":")[3] async for name in store.scan_iter(match="hl:*:c:*:key")]
    partition = keys.partition_of(conversation)
    await running.sandbox.sms(PHONE, "is somebody there?")  # a human has it: nothing is answered yet

    async def owed() -> int:
        return int(await store.llen(keys.of(conversation, "owed")))

    await until(owed, 10, "its id is remembered")
    assert [one["direction"] for one in running.sandbox.twilio_log()][-1:] == ["inbound"]
    await store.delete(*(keys.of(conversation, part) for part in ("key", "card", "talk")))
    await store.zadd(keys.ends(partition), {conversation: 1})
    await running.sandbox.until(lambda: running.sandbox.twilio_log() == [], timeout=30)
    await until(lambda: nothing_owed(running), 10, "nothing is owed")
    assert not [name async for name in store.scan_iter(match="hl:*:c:*")]
    assert await running.whole.cases.rows() == []
