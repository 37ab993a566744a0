"""What a counsellor does to a case, on the real store: nobody is forgotten, notes end with the case."""

from typing import cast

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.private import Address
from bot.wording import fixed
from escalation.cases.case import CaseRow, CaseView
from tests.stand_ins.parts import PHONE

NOTE = "Ask about the uncle in zanzibar"


async def called(talk: Stage, whole: Hotline, text: str = "he hits me", address: Address = PHONE) -> str:
    """Somebody writes of danger; returns their case."""
    await talk.say("sms", address, text, "en")
    hashed = whole.vault.hashed("sms", address)
    found = await whole.store.get(keys.at(whole.vault.partition(hashed), hashed))
    return cast(str, found.decode())


async def row_of(whole: Hotline, case: str) -> CaseRow:
    row = await whole.cases.row(case)
    assert row is not None
    return row


async def show(whole: Hotline, case: str) -> CaseView:
    """The page of its holder is on the screen."""
    view = await whole.desk.case(case)
    assert view is not None
    await whole.desk.seen(view.row)
    return view


async def sent(talk: Stage) -> list[str]:
    return await talk.settle(talk.partition("sms", PHONE), "sms")


async def test_whoever_goes_on_writing_of_danger_moves_up(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await called(talk, whole, address=Address("+355690000001"))
    clock.move(60)
    second = await called(talk, whole)
    assert (await whole.cases.rows())[0].id != second
    await talk.say("sms", PHONE, "he hits me again", "en")
    assert (await whole.cases.rows())[0].id == second
    assert (await row_of(whole, second)).unread == 2
    # Handed back, it keeps the place that its messages gave it.
    await whole.desk.claim(second, "anna")
    await whole.desk.hand_on(second, "anna")
    assert (await whole.cases.rows())[0].id == second


async def test_an_hour_of_waiting_comes_before_fresh_danger(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    patient = await called(talk, whole, "human please", Address("+355690000001"))
    clock.move(61 * 60)
    await called(talk, whole)
    assert (await whole.cases.rows())[0].id == patient


async def test_a_case_is_handed_to_a_colleague_with_a_note(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    await whole.desk.answer(case, "anna", "I am here")
    await sent(talk)
    assert await whole.desk.hand_on(case, "anna", "account:ben", NOTE) == "absent"
    assert (await row_of(whole, case)).holder == "anna"
    await whole.desk.present("ben", ())
    assert await whole.desk.hand_on(case, "ben", "account:ben", NOTE) == "not_yours"
    assert await whole.desk.hand_on(case, "anna", "account:ben", NOTE) == "done"
    row = await row_of(whole, case)
    assert (row.state, row.meant_for, row.passed_by, row.note) == ("waiting", "account:ben", "anna", NOTE)
    assert await whole.desk.claim(case, "ben") == "done"
    # The person hears that somebody else goes on; Ben still has the note, and it is for him alone now.
    assert await sent(talk) == [fixed("passed_on", "en", "latin", "sms")]
    row = await row_of(whole, case)
    assert (row.meant_for, row.note) == ("", NOTE)
    await whole.desk.close(case, "ben", wipe_chat=False)
    await sent(talk)
    assert await whole.cases.row(case) is None


async def test_notes_and_reasons_rest_sealed_and_end_with_the_case(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna", "we spoke yesterday of zanzibar")
    assert (await row_of(whole, case)).why_picked == "we spoke yesterday of zanzibar"
    await whole.desk.hand_on(case, "anna", "language:sq", NOTE)
    async for name in whole.store.scan_iter():
        assert b"zanzibar" not in name + (await whole.store.dump(name) or b"")
    await talk.say("sms", PHONE, "DELETE", "en")
    assert [name async for name in whole.store.scan_iter() if case.encode() in name] == []
    assert not await whole.store.exists(keys.HOLDERS)


async def test_who_is_not_answered_is_offered_to_somebody_else(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")

    async def passes(seconds: int) -> int:
        clock.move(seconds)
        await whole.desk.present("anna", ())
        await whole.desk.present("ben", ())
        return await whole.cases.offer_again()

    assert await passes(4 * 60) == 0
    await whole.desk.answer(case, "anna", "I am here")
    assert await passes(30 * 60) == 0  # it is the person's turn
    await talk.say("sms", PHONE, "ok", "en")
    await show(whole, case)
    assert await passes(4 * 60) == 0
    await whole.desk.typing(case, "anna")
    assert await passes(50) == 0
    await whole.desk.typing(case, "anna")
    assert await passes(50) == 0  # a long answer is being written
    assert await passes(61) == 1
    row = await row_of(whole, case)
    assert (row.state, row.came_back, row.owes_since) == ("waiting", True, 0.0)
    assert await whole.desk.answer(case, "anna", "too late") == "not_yours"


async def test_alone_on_duty_one_has_longer_and_not_for_ever(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    for _ in range(14):
        clock.move(60)
        await whole.desk.present("anna", ())
        assert await whole.cases.offer_again() == 0
    clock.move(61)
    await whole.desk.present("anna", ())
    assert await whole.cases.offer_again() == 1
    assert (await row_of(whole, case)).state == "waiting"


@pytest.mark.parametrize(
    ("colleague", "says"), [(True, "Sorry, you had to wait."), (False, "Thank you for writing")]
)
async def test_whoever_lost_their_counsellor_is_told_once(
    talk: Stage, whole: Hotline, clock: SetClock, colleague: bool, says: str
) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    await sent(talk)
    told: list[str] = []
    for _ in range(3):
        clock.move(50)  # her laptop died
        if colleague:
            await whole.desk.present("ben", ())
        await whole.sweep.run()
        told += await sent(talk)
    assert [text.startswith(says) for text in told].count(True) == 1
    assert (await row_of(whole, case)).came_back


async def test_a_break_and_the_shifts_end_hand_on_what_is_open(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    case = await called(talk, whole)
    await whole.desk.present("anna", ())
    await whole.desk.claim(case, "anna")
    assert await whole.desk.go("anna", "break") == 1
    assert (await row_of(whole, case)).state == "waiting"
    # A page that stays open does not count as being at work.
    await whole.desk.present("anna", ())
    assert await whole.cases.on_duty() == 0
    assert [(one.id, one.away, one.held) for one in await whole.desk.crew()] == [("anna", "break", 0)]
    # Whoever takes somebody is back.
    await whole.desk.claim(case, "anna")
    await whole.desk.present("anna", ())
    assert [(one.id, one.away, one.held) for one in await whole.desk.crew()] == [("anna", None, 1)]
    await whole.desk.go("anna", "off")
    assert await whole.desk.crew() == []
    await whole.desk.come("anna")
    assert await whole.cases.on_duty() == 1


async def test_a_supervisor_reads_only_where_all_see_it(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    assert await whole.desk.join(case, "carmen") == "not_yours"  # nobody holds it yet
    await whole.desk.claim(case, "anna")
    await sent(talk)
    assert await whole.desk.join(case, "carmen") == "done"
    assert await whole.desk.join(case, "carmen") == "done"
    assert await sent(talk) == [fixed("another_reads", "en", "latin", "sms")]
    assert (await row_of(whole, case)).joined == "carmen"
    assert await whole.desk.join(case, "dora") == "not_yours"
    assert await whole.desk.answer(case, "carmen", "hello") == "not_yours"
    assert await whole.desk.leave(case, "carmen") == "done"
    assert await sent(talk) == [fixed("another_left", "en", "latin", "sms")]
    await whole.desk.join(case, "carmen")
    await whole.desk.hand_on(case, "anna")
    assert (await row_of(whole, case)).joined == ""


async def test_safe_to_text_is_the_holders_to_say(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    assert await whole.desk.set_safe(case, "ben", "yes") == "not_yours"
    assert await whole.desk.set_safe(case, "anna", "no") == "done"
    await whole.desk.hand_on(case, "anna")
    assert (await row_of(whole, case)).safe == "no"


@pytest.mark.parametrize("end", ["close", "to_bot"])
async def test_a_talk_does_not_end_over_words_nobody_read(talk: Stage, whole: Hotline, end: str) -> None:
    from bot.channels.base import Inbound
    from bot.private import Text

    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    view = await show(whole, case)
    await whole.inbox.accept(Inbound("sms", "late", PHONE, Text("wait, he is back"), 0.0, "en"))
    if end == "close":
        await whole.desk.close(case, "anna", wipe_chat=False)
    else:
        await whole.desk.to_bot(case, "anna")
    # A page that was drawn before they wrote says that all of it was seen.
    await whole.desk.seen(view.row)
    await sent(talk)
    row = await row_of(whole, case)
    assert (row.state, row.holder, row.unread, row.not_ended) == ("held", "anna", 1, True)
    view = await show(whole, case)
    assert view.lines[-1].text == "wait, he is back"
    await whole.desk.close(case, "anna", wipe_chat=False)
    assert not (await row_of(whole, case)).not_ended
    await sent(talk)
    assert await whole.cases.row(case) is None


async def test_delivery_is_shown_as_it_went(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    await whole.desk.answer(case, "anna", "I am here")

    async def delivery() -> str:
        return (await show(whole, case)).lines[-1].delivery

    assert await delivery() == "queued"
    await sent(talk)
    assert await delivery() == "sent"
    [name] = [
        name async for name in whole.store.scan_iter("hl:{cases}:report:*") if await said(whole, name, case)
    ]
    outgoing = (await whole.store.get(name)).decode().split()[1]
    await whole.deliveries.reported("sms", outgoing, "undelivered")  # the loopback's id is our own
    assert await delivery() == "failed"
    await whole.desk.answer(case, "anna", "and now?")
    await sent(talk)
    await whole.deliveries.out("sms", case, (await last_outgoing(whole, case)), None)
    assert await delivery() == "failed"
    await whole.desk.answer(case, "anna", "still there?")
    await sent(talk)
    awaited = [name async for name in whole.store.scan_iter("hl:{cases}:report:*")]
    assert awaited
    assert all([0 < await whole.store.ttl(name) <= 3600 for name in awaited])
    await whole.cases.erase(case)
    assert not await whole.store.exists(*awaited)


async def said(whole: Hotline, name: bytes, case: str) -> bool:
    """Whether this report is about the last thing said."""
    about: bytes = await whole.store.get(name)
    return about.decode() == f"{case} {await last_outgoing(whole, case)}"


async def last_outgoing(whole: Hotline, case: str) -> str:
    talk = await whole.sessions.read(case)
    assert talk is not None
    return talk.talk[-1].outgoing
