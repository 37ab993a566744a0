"""The state that travels: small, strict, and enough."""

from __future__ import annotations

import asyncio
import gc
import json
import random
from typing import Any

import pytest

from engine.guides import OFFER, QUESTIONS, TRIP
from engine.state import KEPT, BadState, State, unpack
from tests.conftest import request

STATES = [
    State(),
    State({"help_need": "child", "missed": 2, "cannot_call": True}),
    State(
        {"requested_slot": "offer_money", "offer_employer": "yes", "offer_contract": "dont_know"}, OFFER.form, True
    ),
    State({"requested_slot": "trip_word", "trip_copies": "no", "last_answer": "utter_rights__child"}, TRIP.form),
]


@pytest.mark.parametrize("state", STATES)
def test_a_state_comes_back_as_it_went(state: State) -> None:
    assert unpack(json.loads(json.dumps(state.pack()))) == state


def test_a_new_talk_has_an_empty_state() -> None:
    assert unpack(None) == State()


GOOD_STATE = STATES[2].pack()


@pytest.mark.parametrize(
    "state",
    [
        {},
        [],
        "state",
        7,
        {**GOOD_STATE, "v": 2},
        {**GOOD_STATE, "more": 1},
        {**GOOD_STATE, "loop": "other"},
        {**GOOD_STATE, "loop": None},
        {**GOOD_STATE, "loop": TRIP.form},
        {**GOOD_STATE, "slots": {**GOOD_STATE["slots"], "last_answer": "they took my passport"}},
        {**GOOD_STATE, "interrupted": 1},
        {**GOOD_STATE, "slots": []},
        {**GOOD_STATE, "slots": {"requested_slot": "language"}},
        {**GOOD_STATE, "slots": {**GOOD_STATE["slots"], "text": "hello"}},
        {**GOOD_STATE, "slots": {**GOOD_STATE["slots"], "offer_secret": "my boss"}},
        {**GOOD_STATE, "slots": {**GOOD_STATE["slots"], "missed": True}},
        {**GOOD_STATE, "slots": {**GOOD_STATE["slots"], "missed": 10}},
        {**GOOD_STATE, "slots": {**GOOD_STATE["slots"], "help_need": ["child"]}},
        {"v": 1, "slots": {}, "loop": OFFER.form, "interrupted": False},
    ],
)
def test_a_state_that_was_never_made_is_refused_without_a_word_of_it(state: Any) -> None:
    with pytest.raises(BadState) as refused:
        unpack(state)
    assert str(refused.value) == ""


def test_no_kept_slot_can_hold_a_sentence() -> None:
    known: Any
    for known in KEPT.values():
        assert not known("they took my passport")


POOL: list[tuple[str, dict[str, Any]]] = [
    ("job_offer__check", {}),
    ("job_offer__start_check", {}),
    ("small_talk__yes", {"entities": {"answer": "yes"}}),
    ("small_talk__no", {"entities": {"answer": "no"}}),
    ("small_talk__dont_know", {"entities": {"answer": "dont_know"}}),
    ("rights__child", {}),
    ("seek_help__where", {}),
    ("seek_help__shelter", {}),
    ("seek_help__cannot_call", {}),
    ("seek_help__country", {"entities": {"country": "RS"}}),
    ("job_offer__leave", {}),
    ("safe_migration__trip_plan", {}),
    ("small_talk__simpler", {}),
    ("small_talk__which_number", {}),
    ("small_talk__bye", {}),
    ("off_topic", {}),
    ("small_talk__correction", {}),
    ("talk_to_human", {}),
    ("unsure", {}),
]


def test_the_state_is_as_good_as_a_memory_of_everything(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random talks answered twice: from the state alone, and by a Rasa that keeps every event."""
    from rasa.shared.core.events import SlotSet

    from engine import dialogue
    from engine import request as requests

    dice = random.Random(20261123)
    kept: dict[str, Any] = {}
    afresh = dialogue.expand

    def remembering(state: State, filled: dict[str, Any], domain: Any) -> Any:
        if "tracker" not in kept:
            return afresh(state, filled, domain)
        tracker = kept["tracker"]
        for name in ("help_need", "missed", "cannot_call", "last_answer"):
            tracker.update(SlotSet(name, state.slots.get(name)))
        for name, value in filled.items():
            tracker.update(SlotSet(name, value))
        return tracker

    monkeypatch.setattr(dialogue.Engine, "rank", lambda self, asked: kept["ranking"])
    body = request("x")

    async def play(turns: list[tuple[str, dict[str, Any]]], remember: bool) -> list[list[str]]:
        kept.pop("tracker", None)
        monkeypatch.setattr(dialogue, "expand", remembering if remember else afresh)
        state, heard = None, []
        for intent, fields in turns:
            kept["ranking"] = [(intent, 1.0)] if intent != "unsure" else [("rights__work", 0.1)]
            asked = requests.read(json.dumps({**body, **fields, "state": state}).encode())
            answer = await engine.turn(asked)
            state = answer["state"]
            heard.append([reply["key"] for reply in answer["replies"]])
            if remember:
                kept["tracker"] = dialogue.held.get()
            if answer["wants_person"]:
                break
        return heard

    for _ in range(20):
        turns = [dice.choice(POOL) for _ in range(12)]
        from_state = asyncio.run(play(turns, remember=False))
        assert from_state == asyncio.run(play(turns, remember=True))


def test_between_two_turns_the_engine_holds_no_talk(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erasing has nothing to erase here: a turn's tracker is gone when the turn is."""
    from rasa.shared.core.trackers import DialogueStateTracker

    from engine import dialogue
    from engine import request as requests

    monkeypatch.setattr(dialogue.Engine, "rank", lambda self, asked: [("job_offer__check", 1.0)])

    async def turn(state: Any) -> Any:
        asked = requests.read(json.dumps({**request("x"), "state": state}).encode())
        return (await engine.turn(asked))["state"]

    def trackers() -> int:
        gc.collect()
        return sum(isinstance(one, DialogueStateTracker) for one in gc.get_objects())

    before, state = trackers(), None
    for _ in range(3):
        state = asyncio.run(turn(state))
        assert trackers() == before
    assert state


def test_a_full_state_is_small() -> None:
    slots = {**dict.fromkeys(QUESTIONS, "dont_know"), "help_need": "trafficking", "missed": 9, "cannot_call": True}
    full = State({**slots, "requested_slot": "offer_passport"}, OFFER.form, True)
    assert len(json.dumps(full.pack())) < 500
