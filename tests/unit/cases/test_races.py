"""Many counsellors reach for one case at the same moment; the store decides."""

import asyncio

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.sessions import Card, Conversation
from escalation.cases.case import Alarm
from escalation.cases.queue import Cases

RACES = 1000
COUNSELLORS = tuple(f"counsellor {number}" for number in range(8))


async def opened(whole: Hotline, number: int, risk: str = "danger") -> str:
    """A case of somebody who wrote, without the turn before it."""
    partition = number % 8
    conversation, key = whole.vault.new_conversation(partition)
    await whole.store.set(
        f"hl:{{p{partition}}}:c:{conversation}:key", await whole.vault.wrap(conversation, key), ex=600
    )
    card = Card("sms", "+355690000000", "hash", whole.clock.now(), language="sq")
    await whole.cases.open(Conversation(conversation, key, card, []), Alarm(risk, 0.9, (), ("why",)))
    return conversation


async def test_a_thousand_races_have_one_winner_each(whole: Hotline) -> None:
    roomy = Cases(whole.store, whole.vault, whole.clock, most_held=RACES)

    async def race(number: int) -> int:
        case = await opened(whole, number)
        outcomes = await asyncio.gather(*(roomy.claim(case, who) for who in COUNSELLORS))
        winners = [who for who, (outcome, _) in zip(COUNSELLORS, outcomes, strict=True) if outcome == "done"]
        assert [await roomy.holder(case)] == winners
        return len(winners)

    for begin in range(0, RACES, 50):
        found = await asyncio.gather(*(race(begin + number) for number in range(50)))
        assert found == [1] * 50
    held = await roomy.duty.held()
    assert len(held) == RACES
    assert await whole.store.zcard("hl:{cases}:waiting") == 0


async def test_two_tabs_of_one_counsellor_are_one_holder(whole: Hotline) -> None:
    case = await opened(whole, 1)
    tabs = await asyncio.gather(*(whole.cases.claim(case, "anna") for _ in range(2)))
    assert tabs == [("done", False)] * 2
    assert await whole.cases.duty.held() == [(case, "anna")]


async def test_claims_of_many_cases_at_once_keep_to_the_limit(whole: Hotline) -> None:
    cases = [await opened(whole, number) for number in range(20)]
    outcomes = await asyncio.gather(*(whole.cases.claim(case, "anna") for case in cases))
    assert sorted(outcome for outcome, _ in outcomes) == ["done"] * 6 + ["full"] * 14
    # For somebody in an emergency there is room for one more; then there is none.
    assert (await whole.cases.claim(await opened(whole, 21, "emergency"), "anna"))[0] == "done"
    assert (await whole.cases.claim(await opened(whole, 22, "emergency"), "anna"))[0] == "full"
    # Where one ends, one more can be taken.
    for conversation, _ in (await whole.cases.duty.held())[:2]:
        await whole.cases.erase(conversation)
    waiting = next(row for row in await whole.cases.rows() if row.state == "waiting")
    assert (await whole.cases.claim(waiting.id, "anna"))[0] == "done"


async def test_a_claim_and_a_re_offer_at_once_leave_one_state(whole: Hotline, clock: SetClock) -> None:
    case = await opened(whole, 1)
    for _ in range(100):
        await whole.cases.claim(case, "anna")
        clock.move(60)
        await asyncio.gather(whole.cases.offer_again(), whole.cases.claim(case, "ben"))
        holder, waits = await whole.cases.holder(case), await whole.store.zscore(keys.WAITING, case)
        assert (holder is None) == (waits is not None)
        if holder:
            await whole.cases.hand_on(case, holder)
