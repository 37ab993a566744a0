"""The way of a message, step by step, on a real store with stand-ins for judge and engine."""

from typing import Any, cast

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.private import Address
from bot.sessions import Line
from bot.wording import fixed
from tests.stand_ins.parts import PHONE, ScriptedEngine, WordJudge


async def every_key(whole: Hotline) -> dict[str, int]:
    return {name.decode(): await whole.store.ttl(name) async for name in whole.store.scan_iter()}


async def conversation_of(whole: Hotline, channel: str = "sms", address: Address = PHONE) -> str:
    hashed = whole.vault.hashed(channel, address)
    found = await whole.store.get(keys.at(whole.vault.partition(hashed), hashed))
    return cast(str, found.decode())


async def test_the_first_answer_says_who_is_writing_once(talk: Stage) -> None:
    first = await talk.say("sms", PHONE, "is this job real?", "en")
    second = await talk.say("sms", PHONE, "and the contract?", "en")
    assert [reply[:20] for reply in first.replies] == ["Hi, this is an autom", "answer 1"]
    assert second.replies == ["answer 2"]


async def test_the_engine_gets_a_vector_and_never_the_text(talk: Stage, engine: ScriptedEngine) -> None:
    await talk.say("sms", PHONE, "a very particular sentence", "en")
    asked = engine.asked[0]
    assert len(asked.vector) == 384
    assert "particular" not in repr(asked)


@pytest.mark.parametrize(("text", "risk"), [("they locked me in", "emergency"), ("he hits me", "danger")])
async def test_danger_is_in_the_queue_before_its_reply_is_sent(
    talk: Stage, whole: Hotline, text: str, risk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    opened, committed = whole.cases.open, whole.inbox.commit

    async def open_(*arguments: Any) -> int:
        order.append("case")
        return await opened(*arguments)

    async def commit(*arguments: Any) -> int:
        order.append("reply")
        return await committed(*arguments)

    monkeypatch.setattr(whole.cases, "open", open_)
    monkeypatch.setattr(whole.inbox, "commit", commit)
    played = await talk.say("sms", PHONE, text, "en")
    assert order == ["case", "reply"]
    assert played.taken.escalated
    [row] = await whole.cases.rows()
    assert (row.risk, row.state, row.reasons) == (risk, "waiting", ("a word",))


async def test_after_a_case_is_open_the_bot_is_silent(talk: Stage, engine: ScriptedEngine) -> None:
    await talk.say("sms", PHONE, "they locked me in", "en")
    later = await talk.say("sms", PHONE, "what papers do i need", "en")
    assert later.replies == []
    assert engine.asked == []


async def test_a_person_who_waits_and_writes_is_told_again_but_not_each_time(
    talk: Stage, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "they locked me in", "en")
    clock.move(400)
    assert len((await talk.say("sms", PHONE, "are you there", "en")).replies) == 1
    assert (await talk.say("sms", PHONE, "please", "en")).replies == []


async def test_asking_for_a_person_brings_one(talk: Stage, whole: Hotline) -> None:
    assert (await talk.say("sms", PHONE, "i want a human", "en")).taken.escalated
    assert [row.state for row in await whole.cases.rows()] == ["waiting"]


async def test_concern_offers_a_person_and_one_word_accepts(talk: Stage) -> None:
    offered = await talk.say("sms", PHONE, "he says keep it secret", "en")
    assert offered.replies[-1] == fixed("person_offer", "en", "latin", "sms")
    assert not offered.taken.escalated
    assert (await talk.say("sms", PHONE, "yes", "en")).taken.escalated


async def test_a_yes_much_later_accepts_nothing(talk: Stage) -> None:
    await talk.say("sms", PHONE, "he says keep it secret", "en")
    await talk.say("sms", PHONE, "what is a contract", "en")
    assert not (await talk.say("sms", PHONE, "yes", "en")).taken.escalated


async def test_when_the_engine_is_down_there_is_a_number_to_call(talk: Stage, engine: ScriptedEngine) -> None:
    engine.down = True
    played = await talk.say("sms", PHONE, "ckemi", "sq")
    assert "112" in played.replies[-1]


async def test_when_judging_fails_a_human_gets_it(talk: Stage, whole: Hotline, judge: WordJudge) -> None:
    judge.broken = True
    assert (await talk.say("sms", PHONE, "anything at all", "en")).taken.escalated
    [row] = await whole.cases.rows()
    assert row.risk == "danger"


@pytest.mark.parametrize(
    "word",
    ["DELETE", "delete", " Delete! ", "fshi", "FSHIJE", "obrisi", "obriši", "обриши", "șterge", "sterge"],
)
async def test_delete_in_every_language_leaves_nothing(talk: Stage, whole: Hotline, word: str) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    played = await talk.say("sms", PHONE, word, "en")
    assert played.taken.erased
    left = [name for name in await every_key(whole) if ":c:" in name or ":at:" in name]
    farewell = [name for name in left if name.endswith(":key")]
    assert left == farewell
    assert len(farewell) <= 1  # the key of the farewell text, gone within minutes


@pytest.mark.parametrize("title", ["Help near me", "HELP NEAR ME", "Ndihmë afër meje", "Pomoć blizu mene"])
async def test_our_own_buttons_never_call_a_human(
    talk: Stage, judge: WordJudge, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "broken", True)  # whatever is judged goes to a human
    assert not (await talk.say("telegram", PHONE, title, "en")).taken.escalated


async def test_stop_inside_a_sentence_is_no_command(talk: Stage) -> None:
    assert not (await talk.say("sms", PHONE, "i can't stop thinking about the job", "en")).taken.erased


async def test_delete_works_while_a_counsellor_has_the_talk(talk: Stage, whole: Hotline) -> None:
    await talk.say("sms", PHONE, "they locked me in", "en")
    conversation = await conversation_of(whole)
    await whole.desk.claim(conversation, "anna")
    assert (await talk.say("sms", PHONE, "DELETE", "en")).taken.erased
    assert await whole.cases.rows() == []
    assert await whole.desk.answer(conversation, "anna", "hello") == "gone"


async def test_what_was_written_right_after_delete_begins_a_new_talk(talk: Stage, whole: Hotline) -> None:
    from bot.channels.base import Inbound
    from bot.private import Text

    await talk.say("sms", PHONE, "is this job real?", "en")
    for number, text in enumerate(["DELETE", "hello again", "and the contract"]):
        await whole.inbox.accept(Inbound("sms", f"x{number}", PHONE, Text(text), 0.0, "en"))
    sent = await talk.settle(talk.partition("sms", PHONE), "sms")
    assert sent[0].startswith("Done.")
    assert [text for text in sent if text.startswith("answer")] == ["answer 1", "answer 2"]


async def test_the_same_provider_id_twice_is_answered_once(talk: Stage, whole: Hotline) -> None:
    from bot.channels.base import Inbound
    from bot.private import Text

    message = Inbound("sms", "SM1", PHONE, Text("hello"), 0.0, "en")
    assert await whole.inbox.accept(message)
    assert not await whole.inbox.accept(message)
    assert len(await talk.settle(talk.partition("sms", PHONE), "sms")) == 2


async def test_a_whole_case_from_claim_to_close(talk: Stage, whole: Hotline) -> None:
    await talk.say("telegram", PHONE, "they locked me in", "en")
    conversation = await conversation_of(whole, "telegram")
    assert await whole.desk.claim(conversation, "anna") == "done"
    assert await whole.desk.claim(conversation, "ben") == "taken"
    assert await whole.desk.answer(conversation, "ben", "hi") == "not_yours"
    assert await whole.desk.answer(conversation, "anna", "I am here") == "done"
    sent = await talk.settle(talk.partition("telegram", PHONE), "telegram")
    assert sent[-1] == "I am here"
    view = await whole.desk.case(conversation)
    assert view is not None
    assert [line.who for line in view.lines] == ["person", "notice", "notice", "counsellor"]
    assert await whole.desk.close(conversation, "anna", wipe_chat=True) == "done"
    assert await talk.settle(talk.partition("telegram", PHONE), "telegram") == [
        fixed("ended", "en", "latin", "telegram")
    ]
    assert await whole.desk.case(conversation) is None
    assert not [n for n in await every_key(whole) if conversation in n]


async def test_back_to_the_bot_and_old_danger_is_not_heard_again(
    talk: Stage, whole: Hotline, judge: WordJudge, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "he hits me", "en")
    conversation = await conversation_of(whole)
    await whole.desk.claim(conversation, "anna")
    clock.move(60)
    await whole.desk.to_bot(conversation, "anna")
    await talk.settle(talk.partition("sms", PHONE), "sms")
    clock.move(60)
    played = await talk.say("sms", PHONE, "is this job real?", "en")
    assert played.replies[-1] == "answer 1"
    assert judge.histories[-1] == []


async def test_a_silent_counsellor_loses_the_case_to_the_queue(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "he hits me", "en")
    conversation = await conversation_of(whole)
    await whole.desk.claim(conversation, "anna")
    clock.move(30)
    await whole.desk.present("anna", ())
    clock.move(30)
    assert await whole.cases.offer_again() == 0
    clock.move(60)
    assert await whole.cases.offer_again() == 1
    assert [row.state for row in await whole.cases.rows()] == ["waiting"]


async def test_silence_erases(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    await talk.say("sms", PHONE, "is this job real?", "en")
    clock.move(61 * 60)
    await whole.sweep.run()
    await talk.settle(talk.partition("sms", PHONE), "sms")
    assert not [n for n in await every_key(whole) if ":c:" in n or ":at:" in n]


async def test_every_key_has_a_lifetime(talk: Stage, whole: Hotline) -> None:
    await talk.say("telegram", PHONE, "they locked me in", "en")
    await talk.say("sms", PHONE, "is this job real?", "en")
    await whole.desk.claim(await conversation_of(whole, "telegram"), "anna")
    await whole.desk.present("anna", ())
    forever = {name for name, life in (await every_key(whole)).items() if life < 0}
    assert forever == set()


async def test_nothing_in_the_store_is_in_plain_text(talk: Stage, whole: Hotline) -> None:
    await talk.say("sms", PHONE, "they locked me in zanzibar", "en")
    async for name in whole.store.scan_iter():
        raw = name + (await whole.store.dump(name) or b"")
        assert b"zanzibar" not in raw
        assert b"355691234567" not in raw


async def test_the_queue_goes_by_risk_and_nobody_starves(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    phones = [Address(f"+35569000000{n}") for n in range(4)]
    for phone, text in zip(
        phones, ["i want a human", "he hits me", "they locked me in", "he hits me"], strict=True
    ):
        await talk.say("sms", phone, text, "en")
        clock.move(60)
    assert [row.risk for row in await whole.cases.rows()] == ["emergency", "danger", "danger", "none"]
    clock.move(2 * 3600)
    await talk.say("sms", Address("+355690000009"), "he hits me", "en")
    assert [row.risk for row in await whole.cases.rows()][-1] == "danger"


async def test_a_case_erased_meanwhile_stays_erased(talk: Stage, whole: Hotline) -> None:
    """A page that is just being shown, or a note that is just due, must not bring a trace of it back."""
    await talk.say("sms", PHONE, "he hits me", "en")
    conversation = await conversation_of(whole)
    await whole.cases.erase(conversation)
    await whole.cases.read(conversation, 1)
    await whole.cases.wrote(conversation)
    assert not await whole.cases.first_time(conversation, "noted_1")
    assert not await whole.store.exists(keys.case(conversation))


async def test_a_line_of_the_talk_shows_nothing_of_itself() -> None:
    assert "secretword" not in repr(Line("person", "secretword", 0.0))
