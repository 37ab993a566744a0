"""Outages over both providers' real protocols: theirs for an hour, and ours; what is said of the delay."""

from collections.abc import AsyncIterator

import pytest

from bot import catchup, keys, way
from bot.channels.sms import send as sms
from bot.settings import ROOT
from bot.wording import fixed
from escalation.cases.case import CaseRow
from tests.faults.house import until
from tests.stand_ins.line import Line, line

PHONES = [f"+35569123450{n}" for n in range(8)]
PHONE = PHONES[0]
HOUR = keys.HOUR
LATE = fixed("late", "en", "latin", "sms")
TOO_LATE = fixed("too_late", "en", "latin", "sms", emergency="112")
CREATE, SEND = {"operation": "create"}, {"operation": "sendMessage"}


@pytest.fixture
async def running(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(way, "WAITS", (0.01,))
    monkeypatch.setattr(way, "OPERATOR_WAIT", 0.01)
    monkeypatch.setattr(catchup, "LOOK_EVERY", 1)
    monkeypatch.setattr(catchup, "LOOK_AGAIN", 1)
    async with line(store_url) as started:
        yield started


async def refused(running: Line, times: int) -> None:
    """Returns once the fault that was set has met so many calls."""
    [fault] = running.sandbox._faults.pending
    first = fault.count
    await running.sandbox.until(lambda: first - fault.count >= times, timeout=30)


async def on_its_way(running: Line, many: int) -> None:
    async def waiting() -> bool:
        lengths = [await running.whole.store.xlen(keys.outbox(n)) for n in range(keys.PARTITIONS)]
        return bool(sum(lengths) == many)

    await until(waiting, 10, f"{many} messages wait in the outbox")


async def held(running: Line) -> CaseRow:
    """A case a counsellor has, who was announced."""
    await running.sandbox.sms(PHONE, "they locked me in")
    await running.sandbox.answered(PHONE, 1)
    [row] = await running.whole.desk.queue()
    await running.whole.desk.claim(row.id, "anna")
    await running.sandbox.answered(PHONE, 2)
    await on_its_way(running, 0)
    return row


def gist(texts: list[str]) -> list[str]:
    known = {"Hi, this is": "hello", "Thank you for": "handed over", LATE: "late", TOO_LATE: "too late"}
    return [next((word for begin, word in known.items() if text.startswith(begin)), text) for text in texts]


@pytest.mark.parametrize(("channel", "trouble"), [("sms", "503"), ("sms", "20003"), ("telegram", "500")])
async def test_a_provider_that_was_down_for_an_hour_gets_every_answer_once_and_in_order(
    running: Line, channel: str, trouble: str
) -> None:
    sandbox, people = running.sandbox, PHONES[:3] if channel == "sms" else ["mira", "luan", "ana"]
    say = sandbox.sms if channel == "sms" else sandbox.telegram
    where = CREATE if channel == "sms" else SEND
    sandbox.faults("twilio" if channel == "sms" else "telegram", trouble, count=10**6, **where)
    for text in ("is this job real?", "and the contract?"):
        for person in people:
            await say(person, text)
    await on_its_way(running, 9)
    await refused(running, 130)  # each of them more often than ever was given up after
    for _ in range(4):
        running.later(HOUR / 4)
        await running.whole.sweep.run()
    await on_its_way(running, 9)
    sandbox.clear_faults()
    for person in people:
        assert gist(await sandbox.answered(person, 3, timeout=30)) == ["hello", "answer 1", "answer 2"]
    await on_its_way(running, 0)
    await say(people[0], "thank you")
    assert gist(await sandbox.answered(people[0], 4)) == ["hello", "answer 1", "answer 2", "answer 3"]


async def test_what_broke_off_in_the_outage_is_not_sent_a_second_time(running: Line) -> None:
    running.sandbox.faults("twilio", "500", count=1, after=True, **CREATE)
    running.sandbox.faults("twilio", "503", count=10**6, **CREATE)
    await running.sandbox.sms(PHONE, "is this job real?")
    await until(lambda: len(running.sandbox.twilio_log()) >= 2, 10, "the first went out unheard")
    running.later(HOUR)
    running.sandbox.clear_faults()
    assert gist(await running.sandbox.answered(PHONE, 2)) == ["hello", "answer 1"]
    await running.sandbox.settled()
    assert len(running.sandbox.answers(PHONE)) == 2


async def test_when_the_line_is_back_a_counsellors_words_go_first_and_notices_last(running: Line) -> None:
    sandbox, desk = running.sandbox, running.whole.desk
    row = await held(running)
    sandbox.faults("twilio", "503", count=10**6, **CREATE)
    await sandbox.sms(PHONES[1], "he hits me")
    await sandbox.sms(PHONES[2], "is this job real?")
    await sandbox.sms(PHONES[3], "is this job real?")
    await on_its_way(running, 5)
    await desk.answer(row.id, "anna", "I am here")
    await on_its_way(running, 6)
    await refused(running, 30)
    sandbox.clear_faults()
    for phone, count in zip(PHONES[:4], (3, 1, 2, 2), strict=True):
        await sandbox.answered(phone, count, timeout=30)
    created = [one for one in reversed(sandbox.twilio_log()) if one["direction"] == "outbound-api"]
    last = [one["to"] for one in created[-6:]]
    assert created[-6]["body"] == "I am here"
    assert last[1] in PHONES[2:4]  # from then on several go side by side


async def test_a_country_that_is_switched_off_holds_up_nobody_else(running: Line) -> None:
    sandbox = running.sandbox
    await sandbox.sms("+15005550003", "is this job real?")  # 21408, until an operator switches it on
    for phone in PHONES:
        await sandbox.sms(phone, "is this job real?")
    for phone in PHONES:
        assert len(await sandbox.answered(phone, 2)) == 2
    await on_its_way(running, 2)


async def test_after_six_hours_one_sentence_stands_for_the_bots_answers_and_a_counsellors_still_go(
    running: Line,
) -> None:
    sandbox, desk = running.sandbox, running.whole.desk
    row = await held(running)
    sandbox.faults("twilio", "503", count=10**6, **CREATE)
    await desk.answer(row.id, "anna", "I am here")
    for text in ("is this job real?", "and the contract?"):
        await sandbox.sms(PHONES[1], text)
    await on_its_way(running, 4)
    for _ in range(14):
        running.later(HOUR / 2)
        await running.whole.sweep.run()
    sandbox.clear_faults()
    assert (await sandbox.answered(PHONE, 3, timeout=30))[2] == "I am here"
    assert gist(await sandbox.answered(PHONES[1], 1, timeout=30)) == ["too late"]
    await on_its_way(running, 0)
    await sandbox.settled()
    assert gist(sandbox.answers(PHONES[1])) == ["too late"]


async def test_an_sms_that_came_while_we_were_down_is_answered_late_and_says_so(running: Line) -> None:
    sandbox = running.sandbox
    await sandbox.connect("")
    for text in ("is this job real?", "and the contract?"):
        await sandbox.sms(PHONE, text)
    await sandbox.sms(PHONES[1], "they locked me in")
    running.later(40 * keys.MINUTE)
    await sandbox.connect(running.url)
    answers = await sandbox.answered(PHONE, 4, timeout=30)
    assert gist(answers) == ["late", "hello", "answer 1", "answer 2"]
    assert gist(await sandbox.answered(PHONES[1], 2))[0] == "late"
    [row] = await running.whole.desk.queue()
    assert row.risk == "emergency"
    view = await running.whole.desk.case(row.id)
    assert view is not None
    assert "came 40 min late" in view.lines[0].reasons


async def test_what_is_taken_for_machine_made_is_answered_from_the_log(running: Line) -> None:
    running.sandbox.faults("inbound", "lose")
    await running.sandbox.sms(PHONE, "is this job real?")
    assert gist(await running.sandbox.answered(PHONE, 2, timeout=30)) == ["hello", "answer 1"]


async def test_a_webhook_that_failed_and_a_log_that_fails_lose_nothing_and_double_nothing(
    running: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> bool:
        raise ConnectionError

    sandbox, inbox = running.sandbox, running.whole.inbox
    monkeypatch.setattr(inbox, "accept", down)
    assert (await sandbox.sms(PHONE, "is this job real?")).status == 503
    await sandbox.telegram("mira", "is this job real?")
    monkeypatch.undo()
    monkeypatch.setattr(catchup, "LOOK_AGAIN", 1)
    sandbox.faults("twilio", "429", count=2, operation="list")
    await running.whole.store.delete(keys.CAUGHT_UP)
    assert gist(await sandbox.answered(PHONE, 2, timeout=30)) == ["hello", "answer 1"]
    assert gist(await sandbox.answered("mira", 2, timeout=30))[1] == "answer 1"
    await running.whole.store.delete(keys.CAUGHT_UP)
    await sandbox.sms(PHONES[1], "is this job real?")
    await sandbox.answered(PHONES[1], 2)
    assert len(sandbox.answers(PHONE)) == 2


async def test_a_gateway_that_comes_back_has_its_outage_looked_for_at_once(
    running: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, store = running.sandbox, running.whole.store
    await store.set(keys.CAUGHT_UP, 1, ex=catchup.LOOK_EVERY)  # a worker has just looked
    await sandbox.connect("")
    await sandbox.sms(PHONE, "is this job real?")
    await sandbox.connect(running.url)
    monkeypatch.setattr(catchup, "LOOK_AGAIN", 1)
    await catchup.soon(store)
    assert gist(await sandbox.answered(PHONE, 2, timeout=30)) == ["hello", "answer 1"]
    await store.set(keys.CAUGHT_UP, 1, px=10)
    await catchup.soon(store)  # whoever looks sooner than that is not held up
    assert await store.pttl(keys.CAUGHT_UP) <= 10


async def test_a_day_later_no_dialogue_answers_but_danger_still_calls_a_human(running: Line) -> None:
    sandbox = running.sandbox
    await sandbox.connect("")
    await sandbox.sms(PHONE, "is this job real?")
    await sandbox.sms(PHONES[1], "they locked me in")
    running.later(30 * HOUR)
    await sandbox.connect(running.url)
    assert gist(await sandbox.answered(PHONE, 1, timeout=30)) == ["too late"]
    assert gist(await sandbox.answered(PHONES[1], 2, timeout=30))[0] == "late"
    assert [row.risk for row in await running.whole.desk.queue()] == ["emergency"]


async def test_the_log_is_read_page_by_page_oldest_first(
    running: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "PAGE", 3)
    sandbox = running.sandbox
    await running.whole.store.set(keys.CAUGHT_UP, 1)  # no worker looks
    await sandbox.connect("")
    for phone in PHONES:
        await sandbox.sms(phone, f"hello from {phone}")
    missed = await running.whole.channels["sms"].missed(running.clock.now() - HOUR)
    assert [one.address.reveal() for one in missed] == PHONES
    assert [one.text.reveal() for one in missed] == [f"hello from {phone}" for phone in PHONES]
    running.later(47 * HOUR)
    assert await running.whole.channels["sms"].missed(running.clock.now() - HOUR) == []
    await running.whole.store.delete(keys.CAUGHT_UP)


async def test_a_provider_that_asks_for_a_slower_pace_is_given_it(running: Line) -> None:
    sandbox = running.sandbox
    sandbox.faults("twilio", "429", count=6, **CREATE)
    for phone in PHONES:
        await sandbox.sms(phone, "is this job real?")
    for phone in PHONES:
        assert gist(await sandbox.answered(phone, 2, timeout=30)) == ["hello", "answer 1"]
    await sandbox.settled()
    assert [len(sandbox.answers(phone)) for phone in PHONES] == [2] * len(PHONES)


def test_no_code_of_ours_drops_what_telegram_still_keeps() -> None:
    sources = [path for path in (ROOT / "bot").rglob("*.py") if "sandbox" not in path.parts]
    assert not [path.name for path in sources if "drop_pending_updates=True" in path.read_text("utf-8")]
