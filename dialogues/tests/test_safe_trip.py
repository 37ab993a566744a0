"""The plan for a safe trip, and what is said more simply, in every language."""

from __future__ import annotations

from typing import Any

import pytest

from engine.guides import TRIP
from engine.paths import LANGUAGES
from tests.words import ASIDE, PERSON

PLAN = {"en": "My trip plan", "sq": "Plani i udhëtimit", "bcms": "Moj plan puta", "ro": "Planul meu de drum"}
LEAVE = {"en": "Leave the plan", "sq": "Ndal planin", "bcms": "Prekini plan", "ro": "Oprește planul"}
SIMPLER = {
    "en": "say it simpler",
    "sq": "ma thuaj më thjesht",
    "bcms": "reci jednostavnije",
    "ro": "spune mai simplu",
}
QUESTIONS = [f"utter_ask_{slot}" for slot in TRIP.good]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_a_plan_in_which_all_is_done_is_good(talk: Any, language: str, channel: str) -> None:
    person = talk(language, channel)
    assert person.say(PLAN[language]) == ["utter_trip_intro", QUESTIONS[0]]
    for question in QUESTIONS[1:]:
        assert person.say("yes", answer="yes") == [question]
    assert person.say("yes", answer="yes") == ["utter_trip_ready"]
    assert person.state["slots"] == {"about": "safe_migration"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_still_to_do_is_listed(talk: Any, language: str) -> None:
    person = talk(language, "sms")
    person.say(PLAN[language])
    for answer in ("no", "yes", "dont_know", "yes"):
        person.say(answer, answer=answer)
    assert person.say("yes", answer="yes") == ["utter_trip_todo"]
    todo = talk(language, "sms")
    todo.say(PLAN[language])
    for _ in TRIP.good:
        todo.say("no", answer="no")
    assert len(todo.text) > len(person.text) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_can_be_interrupted_left_and_given_up_for_a_person(talk: Any, language: str) -> None:
    person = talk(language)
    person.say(PLAN[language])
    assert person.say(ASIDE[language]) == ["utter_privacy__who_reads", QUESTIONS[0]]
    assert person.say(LEAVE[language]) == ["utter_trip_left"]
    person.say(PLAN[language])
    assert person.say(PERSON[language]) == []
    assert person.last["wants_person"] is True
    assert person.state["loop"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_answer_is_said_more_simply_once(talk: Any, language: str) -> None:
    person = talk(language)
    person.say(ASIDE[language])
    longer = person.text
    assert person.say(SIMPLER[language]) == ["utter_privacy__who_reads__simple"]
    assert len(person.text) < len(longer)
    assert person.say(SIMPLER[language])[0] in ("utter_simpler_nothing", "utter_small_talk__not_understood")


def test_the_number_is_said_again_where_the_country_is_known(talk: Any) -> None:
    person = talk(country="RS")
    assert person.say("what number do i call?")[0] == "utter_help_list"
    assert talk().say("what number do i call?") == ["utter_which_number_none"]
