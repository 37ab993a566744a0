"""While somebody else may be reading: whatever counsellors do, the person's phone shows nothing of it."""

import pytest

from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.wording import fixed
from tests.stand_ins.parts import PHONE
from tests.unit.cases.test_desk import called, row_of, sent, show

COVER, BACK = "pizza roma", "blue umbrella"


def says(name: str) -> str:
    return fixed(name, "en", "latin", "sms")


async def covered(talk: Stage, whole: Hotline) -> str:
    """A case that anna has, whose person has been told so, and is under cover by now."""
    case = await called(talk, whole)
    await whole.desk.claim(case, "anna")
    await whole.desk.answer(case, "anna", "I am here")
    await sent(talk)
    await talk.say("sms", PHONE, COVER, "en")
    return case


async def said_to_them(whole: Hotline, case: str) -> list[str]:
    view = await whole.desk.case(case)
    assert view is not None
    return [line.text for line in view.lines if line.who != "person"]


async def test_no_move_of_a_counsellor_is_told_to_the_phone(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    case = await covered(talk, whole)
    before = await said_to_them(whole, case)
    assert await whole.desk.join(case, "carmen") == "done"
    assert await whole.desk.leave(case, "carmen") == "done"
    await whole.desk.set_safe(case, "anna", "no")
    await whole.desk.hand_on(case, "anna", note="under cover")
    assert await whole.desk.claim(case, "ben") == "done"
    await whole.desk.go("ben", "break")
    assert await whole.desk.claim(case, "carmen") == "done"
    clock.move(50)  # her laptop died
    await whole.desk.present("anna", ())
    await whole.sweep.run()
    assert (await row_of(whole, case)).came_back
    clock.move(700)
    await whole.desk.present("anna", ())
    await whole.sweep.run()
    assert await whole.desk.claim(case, "anna") == "done"
    assert await sent(talk) == []
    assert await said_to_them(whole, case) == before


@pytest.mark.parametrize("reads", [True, False])
async def test_whoever_is_back_hears_who_is_here(talk: Stage, whole: Hotline, reads: bool) -> None:
    case = await covered(talk, whole)
    if reads:
        await whole.desk.join(case, "carmen")
    back = await talk.say("sms", PHONE, BACK, "en")
    assert back.replies == [says("back"), says("joined"), *([says("another_reads")] if reads else [])]


async def test_under_cover_reading_is_all_that_is_owed(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    case = await covered(talk, whole)

    async def passes(seconds: int) -> int:
        clock.move(seconds)
        await whole.desk.present("anna", ())
        await whole.desk.present("ben", ())
        return await whole.cases.offer_again()

    await show(whole, case)
    assert (await row_of(whole, case)).owes_since == 0
    assert await passes(40 * 60) == 0  # nobody can answer now
    await talk.say("sms", PHONE, BACK, "en")
    await show(whole, case)
    assert (await row_of(whole, case)).owes_since == clock.now()
    assert await passes(4 * 60) == 0
    assert await passes(61) == 1


async def test_what_is_not_read_under_cover_is_offered_to_somebody_else(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    case = await covered(talk, whole)
    view = await show(whole, case)
    await talk.say("sms", PHONE, "they locked me in", "en")
    await whole.desk.seen(view.row)  # a page that was drawn before
    for counsellor in ("anna", "ben"):
        await whole.desk.present(counsellor, ())
    clock.move(3 * 60 + 1)
    for counsellor in ("anna", "ben"):
        await whole.desk.present(counsellor, ())
    assert await whole.cases.offer_again() == 1
    # Whoever takes a case under cover has it, as long as they read.
    await whole.desk.claim(case, "ben")
    await show(whole, case)
    clock.move(3 * 60 + 1)
    await whole.desk.present("ben", ())
    assert await whole.cases.offer_again() == 0
