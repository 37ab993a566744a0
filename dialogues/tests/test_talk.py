"""The rest of a talk: every intent has its answer, doubt is said, a person is never far."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import pytest

from engine.assemble import Sources, declared
from engine.interpret import PERSON
from engine.paths import LANGUAGES
from engine.request import read
from tests.conftest import request

OWN_ANSWER = {
    "small_talk__yes": "utter_yes_stray",
    "small_talk__no": "utter_no_stray",
    "small_talk__dont_know": "utter_default",
    "job_offer__start_check": "utter_check_intro",
    "job_offer__leave": "utter_no_stray",
    "job_offer__unclear": None,  # only inside the questions
    "talk_to_human__declined": "utter_person_declined",
    "seek_help__country": "utter_ask_country",
    "safe_migration__trip_plan": "utter_trip_intro",
    "small_talk__simpler": "utter_simpler_nothing",
    "small_talk__which_number": "utter_which_number_none",
}
INTENTS = [intent for intent in declared(Sources())[0] if OWN_ANSWER.get(intent, "") is not None]
FORMS = [*itertools.product(LANGUAGES, ("sms", "telegram"), ("latin",)), ("bcms", "sms", "cyrillic")]


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_has_its_answer_in_every_language_and_form(
    engine: Any, intent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.dialogue import Engine

    monkeypatch.setattr(Engine, "rank", lambda self, asked: [(intent, 1.0)])
    body = request("x")
    state = {"v": 1, "slots": {"help_need": "child"}, "loop": None, "interrupted": False}
    heard = set()
    for language, channel, script in FORMS:
        fields = {**body, "language": language, "channel": channel, "script": script}
        if intent == "seek_help__country":
            fields["state"] = state
        answer = asyncio.run(engine.turn(read(json.dumps(fields).encode())))
        if intent == PERSON:
            assert answer["wants_person"] is True
            assert answer["replies"] == []
            continue
        first = answer["replies"][0]
        assert first["key"] == OWN_ANSWER.get(intent, f"utter_{intent}")
        for reply in answer["replies"]:
            assert "{" not in reply["text"]
            assert channel == "telegram" or reply["buttons"] == []
        heard.add(first["text"])
    assert intent == PERSON or len(heard) >= len(LANGUAGES)


@pytest.mark.parametrize("language", ["mk", "bg", "it", "el"])
def test_a_language_without_texts_is_answered_in_english(talk: Any, language: str) -> None:
    english, other = talk("en"), talk(language)
    english.say("hello")
    other.say("hello")
    assert other.text == english.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_understood_is_asked_again_and_then_people_are_named(talk: Any, language: str) -> None:
    person = talk(language, country="RS")
    assert person.say(None) == ["utter_default"]
    assert person.say(None) == ["utter_default_again"]
    assert "116 111" in person.text
    person.say({"en": "hello", "sq": "tung", "bcms": "zdravo", "ro": "salut"}[language])
    assert person.say(None) == ["utter_default"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_wanted_in_any_words(talk: Any, language: str) -> None:
    wishes = {
        "en": "i want to talk to a real person",
        "sq": "dua te flas me nje njeri te vertete",
        "bcms": "hocu da pricam sa pravom osobom",
        "ro": "vreau sa vorbesc cu un om adevarat",
    }
    person = talk(language)
    assert person.say(wishes[language]) == []
    assert person.last["wants_person"] is True
    assert person.state == {"v": 1, "slots": {}, "loop": None, "interrupted": False}


def test_yes_and_no_to_nothing(talk: Any) -> None:
    person = talk()
    assert person.say("yes", answer="yes") == ["utter_yes_stray"]
    assert person.say("no", answer="no") == ["utter_no_stray"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_to_an_offered_person_brings_one_without_the_workers_help(talk: Any, language: str) -> None:
    yes = {"en": "yes please", "sq": "po", "bcms": "da", "ro": "da"}
    person = talk(language, offered="person")
    person.say(yes[language])
    assert person.last["wants_person"] is True


def test_another_question_is_no_answer_to_an_offered_person(talk: Any) -> None:
    person = talk(offered="person")
    assert person.say("who reads this?") == ["utter_privacy__who_reads"]
    assert person.last["wants_person"] is False


def test_the_cyrillic_sms_form_is_the_short_one(talk: Any) -> None:
    latin, cyrillic = talk("bcms", "sms"), talk("bcms", "sms", script="cyrillic")
    latin.say("zdravo")
    cyrillic.say("здраво")
    assert len(cyrillic.text) <= 190
    assert cyrillic.text.isascii() or any(letter in cyrillic.text for letter in "čćžšđ")
    assert cyrillic.last["replies"][0]["key"] == latin.last["replies"][0]["key"]


def test_internal_names_never_leave(talk: Any) -> None:
    person = talk()
    for text in ("Check my offer", "Leave the check", "i dont know", "Greece", None):
        person.say(text)
        named = [person.last["intent"], *(name for name, _ in person.last["ranking"])]
        assert not {"job_offer__start_check", "job_offer__leave", "seek_help__country", "nlu_fallback"} & set(
            named
        )
