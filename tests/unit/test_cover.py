"""Somebody else may be reading: from the cover word to the way back, whoever writes in between."""

import pytest

from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Played, Stage
from bot.wording import fixed, folded
from tests.stand_ins.parts import PHONE, ScriptedEngine, WordJudge
from tests.unit.cases.test_desk import show
from tests.unit.test_turn import conversation_of

VOICE = [fixed(name, "en", "latin", "sms") for name in ("cover", "cover_again", "cover_last")]
BACK = fixed("back", "en", "latin", "sms")
END = fixed("covered_end", "en", "latin", "sms")
WHO_IS_THIS = ["who is this?", "ko je ovo", "/start", "shqip", "yes", "👍", "", "what papers do i need"]


async def told(talk: Stage, *texts: str, channel: str = "sms") -> list[Played]:
    return [await talk.say(channel, PHONE, text, "en") for text in texts]


async def case_of(whole: Hotline) -> tuple[str, float, tuple[str, ...]]:
    [row] = await whole.cases.rows()
    return row.risk, row.covered_at, row.signals


async def test_whoever_holds_the_phone_hears_a_wrong_number_and_then_nothing(
    talk: Stage, engine: ScriptedEngine
) -> None:
    await told(talk, "is this job real?")
    asked = len(engine.asked)
    replies = [one.replies for one in await told(talk, "pizza roma", *WHO_IS_THIS)]
    assert replies == [*([line] for line in VOICE), *[[] for _ in WHO_IS_THIS[2:]]]
    assert len(engine.asked) == asked
    [back] = await told(talk, "blue umbrella")
    assert back.replies == [BACK]


async def test_the_cover_word_again_under_cover_does_not_begin_anew(talk: Stage) -> None:
    played = await told(talk, *["pizza roma"] * 5)
    assert [one.replies for one in played] == [*([line] for line in VOICE), [], []]


async def test_the_way_back_goes_on_in_the_middle_of_a_guided_talk(
    talk: Stage, engine: ScriptedEngine
) -> None:
    await told(talk, "check my offer", "italy")
    [*_, back, answered] = await told(talk, "pizza roma", "who is this?", "Blue umbrella!", "they pay 3000")
    assert back.replies == [BACK]
    assert answered.replies == ["answer 3"]
    assert engine.asked[-1].state == {"n": 2}


async def test_after_the_way_back_the_cover_begins_anew(talk: Stage) -> None:
    [*_, again, then] = await told(
        talk, "pizza roma", "who", "what", "hm", "blue umbrela", "pizza roma", "who is this"
    )
    assert [again.replies, then.replies] == [[VOICE[0]], [VOICE[1]]]


@pytest.mark.parametrize("text", ["they locked me in", "i want a human", "person"])
async def test_under_cover_a_human_is_called_without_a_word(talk: Stage, whole: Hotline, text: str) -> None:
    [_, played] = await told(talk, "pizza roma", text)
    assert played.replies == [VOICE[1]]
    assert played.taken.escalated
    _, covered_at, _ = await case_of(whole)
    assert covered_at == whole.clock.now()


async def test_an_open_case_keeps_its_place_and_rises_under_cover(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await told(talk, "he hits me")
    [before] = await whole.cases.rows()
    clock.move(60)
    await told(talk, "pizza roma")
    [row] = await whole.cases.rows()
    assert (row.place, row.opened_at, row.risk) == (1, before.opened_at, "danger")
    assert row.covered_at == clock.now()
    clock.move(600)
    [played] = await told(talk, "locked")
    assert played.replies == [VOICE[1]]
    assert (await case_of(whole))[0] == "emergency"


async def test_no_note_no_greeting_and_no_goodbye_under_cover(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await told(talk, "he hits me", "pizza roma")
    conversation, partition = await conversation_of(whole), talk.partition("sms", PHONE)
    await whole.desk.present("anna", ())
    for _ in range(4):
        clock.move(700)
        await whole.desk.present("anna", ())
        await whole.sweep.run()
    assert await whole.desk.claim(conversation, "anna") == "done"
    await whole.desk.to_bot(conversation, "anna")
    assert await talk.settle(partition, "sms") == []
    await told(talk, "he hits me")
    await whole.desk.claim(conversation, "anna")
    await show(whole, conversation)
    await whole.desk.close(conversation, "anna", wipe_chat=True)
    assert await talk.settle(partition, "sms") == []
    assert await whole.desk.case(conversation) is None


async def test_an_answer_under_cover_goes_only_when_its_counsellor_knows(talk: Stage, whole: Hotline) -> None:
    await told(talk, "he hits me", "pizza roma")
    conversation, partition = await conversation_of(whole), talk.partition("sms", PHONE)
    await whole.desk.claim(conversation, "anna")
    assert await whole.desk.answer(conversation, "anna", "are you safe?") == "covered"
    assert await talk.settle(partition, "sms") == []
    view = await whole.desk.case(conversation)
    assert view is not None
    assert not [line for line in view.lines if line.who == "counsellor"]
    assert await whole.desk.answer(conversation, "anna", "Sorry, bye.", anyway=True) == "done"
    assert await talk.settle(partition, "sms") == ["Sorry, bye."]
    [back] = await told(talk, "blue umbrella")
    assert back.replies == [BACK, fixed("joined", "en", "latin", "sms")]
    assert (await case_of(whole))[1] == 0
    assert await whole.desk.answer(conversation, "anna", "are you safe?") == "done"


async def test_what_was_on_its_way_when_the_cover_began_does_not_arrive(talk: Stage, whole: Hotline) -> None:
    """The provider was slow: what a turn, a note or a counsellor had said is still in the outbox."""
    await told(talk, "he hits me")
    conversation, partition = await conversation_of(whole), talk.partition("sms", PHONE)
    await whole.desk.claim(conversation, "anna")
    await whole.desk.answer(conversation, "anna", "are you safe?")
    [covered] = await told(talk, "pizza roma")
    assert covered.replies == [VOICE[0]]
    view = await whole.desk.case(conversation)
    assert view is not None
    assert {line.text: line.delivery for line in view.lines}["are you safe?"] == "queued"
    await told(talk, "blue umbrella")
    held = await whole.outbox.next(partition, again=True, block_ms=0)
    assert len(held) == 1
    await talk._sender.send(partition, held)
    assert [one.text.reveal() for one in talk._loops["sms"].taken()] == ["are you safe?"]


@pytest.mark.parametrize("word", ["DELETE", "fshi", "обриши", "STOP", "ndalo"])
async def test_delete_and_stop_end_the_talk_under_cover_and_say_nothing_of_it(
    talk: Stage, whole: Hotline, word: str
) -> None:
    await told(talk, "he hits me", "pizza roma")
    [played] = await told(talk, word)
    assert played.taken.erased
    assert played.replies == [END]
    assert await whole.cases.rows() == []


async def test_the_way_back_after_erasing_is_a_message_like_any_other(talk: Stage) -> None:
    await told(talk, "is this job real?", "pizza roma", "DELETE")
    [played] = await told(talk, "blue umbrella")
    assert played.replies[-1] == "answer 1"


async def test_a_talk_under_cover_outlives_the_silence_but_not_the_day(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await told(talk, "is this job real?", "pizza roma")
    clock.move(3 * 3600)
    await whole.sweep.run()
    assert await talk.settle(talk.partition("sms", PHONE), "sms") == []
    [later] = await told(talk, "who is this?")
    assert later.replies == [VOICE[1]]
    clock.move(21 * 3600)
    await whole.sweep.run()
    await talk.settle(talk.partition("sms", PHONE), "sms")
    assert not [name async for name in whole.store.scan_iter(match="hl:*:card")]


async def test_a_cover_word_as_the_first_message_lasts_as_long_as_the_silence(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await told(talk, "pizza roma")
    clock.move(61 * 60)
    await whole.sweep.run()
    await talk.settle(talk.partition("sms", PHONE), "sms")
    [played] = await told(talk, "is this job real?")
    assert played.replies[-1] == "answer 1"


@pytest.mark.parametrize(
    "text", ["how is grandma", "How is grandma?", "si eshte gjyshja", "како је бака", "CE FACE BUNICA?"]
)
async def test_the_silent_signal_calls_a_human_and_looks_like_the_cover(
    talk: Stage, whole: Hotline, text: str
) -> None:
    await told(talk, "is this job real?")
    [signal] = await told(talk, text)
    assert [folded(reply) for reply in signal.replies] == [folded(VOICE[0])]
    assert signal.taken.escalated
    [row] = await whole.cases.rows()
    assert (row.risk, row.signals) == ("emergency", ("silent_signal",))
    assert row.reasons == ("gave the silent signal: needs help now and cannot write it",)
    assert row.covered_at > 0


async def test_the_silent_signal_is_seen_in_a_case_that_is_an_emergency_already(
    talk: Stage, whole: Hotline
) -> None:
    await told(talk, "they locked me in", "how is grandma")
    [row] = await whole.cases.rows()
    assert (row.risk, row.signals) == ("emergency", ("silent_signal",))
    assert "a word" in row.reasons


async def test_the_silent_signal_under_cover_raises_the_case_and_changes_nothing_to_see(
    talk: Stage, whole: Hotline
) -> None:
    played = await told(talk, "he hits me", "pizza roma", "how is grandma", "who", "why")
    assert [one.replies for one in played[1:]] == [*([line] for line in VOICE), []]
    assert (await case_of(whole))[::2] == ("emergency", ("silent_signal",))


async def test_a_cover_word_whose_turn_fails_is_no_hand_over_to_read(
    talk: Stage, whole: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    await told(talk, "is this job real?")
    monkeypatch.setattr(whole.eraser, "wipe_chat", broken)
    await told(talk, "pizza roma")
    assert [one.replies for one in await told(talk, "who is this?")] == [[VOICE[0]]]
    assert (await case_of(whole))[1] > 0


@pytest.mark.parametrize("text", ["they locked me in", "anything at all"])
async def test_when_judging_fails_under_cover_a_human_gets_it_in_silence(
    talk: Stage, whole: Hotline, judge: WordJudge, text: str
) -> None:
    await told(talk, "pizza roma")
    judge.broken = True
    [played] = await told(talk, text)
    assert played.replies == [VOICE[1]]
    assert (await case_of(whole))[0] == "danger"
