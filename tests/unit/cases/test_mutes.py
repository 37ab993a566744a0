"""Whoever abuses the line can be muted, by keyed hash and for hours; danger reaches a human all the same."""

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.marks import MUTE_HOURS
from bot.private import Address
from bot.wording import LANGUAGES, fixed, wording
from escalation.cases.alarm import alarm
from tests.stand_ins.parts import PHONE, ScriptedEngine, WordJudge
from tests.unit.cases.test_desk import called, row_of, sent, show

NOTE = fixed("muted_note", "en", "latin", "sms", emergency="112")
FAREWELL = fixed("muted", "en", "latin", "sms", emergency="112", hours=8)


async def mute(talk: Stage, whole: Hotline, text: str = "human please", hours: int = 8) -> list[str]:
    """A case of this phone is taken, read and muted; returns what the person is told."""
    case = await called(talk, whole, text)
    await whole.desk.claim(case, "anna")
    await sent(talk)
    await show(whole, case)
    assert await whole.desk.mute(case, "anna", hours, wipe_chat=False) == "done"
    told = await sent(talk)
    assert await whole.cases.row(case) is None
    return told


async def test_a_mute_is_told_kindly_and_then_once_an_hour(
    talk: Stage, whole: Hotline, engine: ScriptedEngine, clock: SetClock
) -> None:
    assert await mute(talk, whole) == [FAREWELL]
    assert (await talk.say("sms", PHONE, "you are useless", "en")).replies == [NOTE]
    for text in ("hello?", "human please", "english", "PERSON", "🙂"):
        played = await talk.say("sms", PHONE, text, "en")
        assert played.replies == []
        assert played.taken.step == "muted"
    assert engine.asked == []
    assert await whole.cases.rows() == []
    await whole.store.delete(*[name async for name in whole.store.scan_iter("*:told:*")])  # an hour later
    assert (await talk.say("sms", PHONE, "hello?", "en")).replies == [NOTE]


@pytest.mark.parametrize("text", ["he hits me", "they locked me in"])
async def test_danger_of_somebody_muted_opens_a_case_that_says_so(
    talk: Stage, whole: Hotline, clock: SetClock, text: str
) -> None:
    await mute(talk, whole)
    await talk.say("sms", PHONE, "ok", "en")
    played = await talk.say("sms", PHONE, text, "en")
    assert played.taken.escalated
    assert played.replies  # and they are told that somebody reads it
    [row] = await whole.cases.rows()
    assert (row.muted, row.before, row.state) == (True, True, "waiting")
    # In sight, without noise; only an emergency is as loud as anybody's.
    assert alarm([row], clock.now() + keys.HOUR) == (3 if row.risk == "emergency" else 1)
    await talk.say("sms", PHONE, "please come", "en")
    assert (await row_of(whole, row.id)).unread == 2


async def test_what_cannot_be_judged_goes_to_a_human_though_muted(
    talk: Stage, whole: Hotline, judge: WordJudge
) -> None:
    await mute(talk, whole)
    judge.broken = True
    assert (await talk.say("sms", PHONE, "anything", "en")).taken.escalated


async def test_no_number_is_kept_and_everything_has_an_end(talk: Stage, whole: Hotline) -> None:
    await mute(talk, whole, hours=24)
    digits = PHONE.reveal()[1:].encode()
    for_ever = []
    async for name in whole.store.scan_iter():
        assert digits not in name + (await whole.store.dump(name) or b"")
        if await whole.store.ttl(name) == -1:
            for_ever.append(name)
    assert for_ever == []
    hashed = whole.vault.hashed("sms", PHONE)
    names = (keys.muted, keys.before)
    left = [await whole.store.ttl(name(whole.vault.partition(hashed), hashed)) for name in names]
    assert all(0 < seconds <= keys.CAP for seconds in left)
    assert max(MUTE_HOURS) * keys.HOUR <= keys.CAP
    assert 0 < await whole.store.ttl(keys.MUTES) <= keys.CAP


async def test_a_mute_is_listed_without_content_and_can_be_lifted(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await mute(talk, whole)
    [one] = await whole.desk.mutes()
    assert (one.by, one.until) == ("anna", clock.now() + 8 * keys.HOUR)
    assert len(one.alias.split()) == 2
    assert not await whole.desk.lift("0" * 16)
    assert await whole.desk.lift(one.id)
    assert not await whole.desk.lift(one.id)
    assert await whole.desk.mutes() == []
    assert (await talk.say("sms", PHONE, "is this job real?", "en")).replies[-1] == "answer 1"


async def test_a_mute_ends_by_itself(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    await mute(talk, whole, hours=1)
    clock.move(keys.HOUR + 1)
    assert await whole.desk.mutes() == []
    assert not await whole.store.exists(keys.MUTES)


async def test_delete_and_stop_work_while_muted_and_do_not_lift_it(talk: Stage, whole: Hotline) -> None:
    await mute(talk, whole)
    assert (await talk.say("sms", PHONE, "DELETE", "en")).taken.erased
    assert (await talk.say("sms", PHONE, "hello", "en")).taken.step == "muted"
    assert (await talk.say("sms", PHONE, "STOP", "en")).taken.erased
    assert len(await whole.desk.mutes()) == 1


async def test_another_phone_is_not_muted(talk: Stage, whole: Hotline) -> None:
    await mute(talk, whole)
    other = Address("+355690000009")
    assert (await talk.say("sms", other, "is this job real?", "en")).taken.step == "dialogue"


async def test_whoever_writes_without_an_end_can_be_muted_but_not_over_unread_danger(
    talk: Stage, whole: Hotline
) -> None:
    case = await called(talk, whole, "human please")
    await whole.desk.claim(case, "anna")
    await show(whole, case)
    await talk.say("sms", PHONE, "he hits me", "en")
    await talk.say("sms", PHONE, "haha", "en")
    await whole.desk.mute(case, "anna", 1, wipe_chat=False)
    await sent(talk)
    assert (await row_of(whole, case)).not_ended
    await show(whole, case)
    await talk.say("sms", PHONE, "haha", "en")
    await whole.desk.mute(case, "anna", 1, wipe_chat=False)
    await sent(talk)
    assert await whole.cases.row(case) is None
    assert len(await whole.desk.mutes()) == 1


async def test_only_the_holder_mutes(talk: Stage, whole: Hotline) -> None:
    case = await called(talk, whole)
    assert await whole.desk.mute(case, "anna", 8, wipe_chat=False) == "not_yours"
    assert await whole.desk.mute("3-none", "anna", 8, wipe_chat=False) == "gone"


@pytest.mark.parametrize(("end", "before"), [("close", True), ("DELETE", False), ("STOP", False)])
async def test_that_they_wrote_before_is_known_for_a_day_and_not_after_delete(
    talk: Stage, whole: Hotline, end: str, before: bool
) -> None:
    case = await called(talk, whole)
    assert not (await row_of(whole, case)).before
    await whole.desk.claim(case, "anna")
    await sent(talk)
    await show(whole, case)
    await whole.desk.close(case, "anna", wipe_chat=False)
    await sent(talk)
    if end != "close":
        await talk.say("sms", PHONE, end, "en")
    row = await row_of(whole, await called(talk, whole))
    assert (row.before, row.muted) == (before, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_of_a_mute_name_the_way_out_of_danger(language: str) -> None:
    for name in ("muted", "muted_note"):
        assert "{emergency}" in wording(language).texts[name]
    assert "{hours}" in wording(language).texts["muted"]
