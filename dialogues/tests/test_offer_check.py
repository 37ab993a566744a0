"""The five questions about an offer, in every language, as a person would go through them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.guides import MANY
from engine.guides import OFFER as GUIDE
from engine.paths import LANGUAGES
from tests.words import ASIDE, PERSON

CHECK = {
    "en": "Check my offer",
    "sq": "Kontrollo ofertën",
    "bcms": "Provjeri ponudu",
    "ro": "Verifică oferta mea",
}
LEAVE = {
    "en": "Leave the check",
    "sq": "Ndal kontrollin",
    "bcms": "Prekini provjeru",
    "ro": "Oprește verificarea",
}
THANKS = {"en": "no thanks", "sq": "jo faleminderit", "bcms": "ne hvala", "ro": "nu mulțumesc"}
OFFER = {
    "en": "someone offered me a job abroad, is it real?",
    "sq": "me kan ofru nje pune jasht, a eshte e vertete",
    "bcms": "dobio sam ponudu za posao vani, jel to stvarno",
    "ro": "am primit o oferta de munca in strainatate, e reala?",
}
QUESTIONS = [f"utter_ask_{slot}" for slot in GUIDE.good]
CLEAN = list(GUIDE.good.values())


def answer_all(person: Any, answers: list[str]) -> list[str]:
    """Answer the questions in their order; the keys of the last reply."""
    for number, answer in enumerate(answers):
        keys: list[str] = person.say(answer, answer=answer)
        if number + 1 < len(answers):
            assert keys == [QUESTIONS[number + 1]]
            assert person.last["asks"] is True
    return keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_is_answered_and_the_questions_begin(talk: Any, language: str) -> None:
    person = talk(language)
    assert person.say(OFFER[language]) == ["utter_job_offer__check", QUESTIONS[0]]
    assert len(person.last["replies"][1]["buttons"]) == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_a_clean_offer_looks_good_and_nobody_is_offered(talk: Any, language: str, channel: str) -> None:
    person = talk(language, channel)
    assert person.say(CHECK[language]) == ["utter_check_intro", QUESTIONS[0]]
    assert answer_all(person, CLEAN) == ["utter_check_verdict_good"]
    assert person.last["offers_person"] is False
    assert person.state["slots"] == {"about": "job_offer"}
    assert person.state["loop"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_red_flag_is_named_and_a_person_offered(talk: Any, language: str) -> None:
    person = talk(language, "sms")
    person.say(CHECK[language])
    assert answer_all(person, ["yes", "yes", "no", "yes", "no"]) == ["utter_check_verdict_some"]
    assert person.last["offers_person"] is True
    assert "{" not in person.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_red_flags_are_all_named_and_a_person_comes_on_yes(talk: Any, language: str) -> None:
    person = talk(language)
    person.say(CHECK[language])
    assert answer_all(person, ["no", "dont_know", "yes", "yes", "yes"]) == ["utter_check_verdict_many"]
    assert person.text.count("\n- ") == 5
    assert person.say("yes", answer="yes") == []
    assert person.last["wants_person"] is True


def test_the_person_after_the_verdict_can_be_declined(talk: Any) -> None:
    person = talk()
    person.say(CHECK["en"])
    answer_all(person, ["no", "no", "yes", "yes", "yes"])
    assert person.say("no", answer="no") == ["utter_person_declined"]
    assert person.last["wants_person"] is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_between_is_answered_and_the_same_question_comes_again(talk: Any, language: str) -> None:
    person = talk(language)
    person.say(CHECK[language])
    person.say("yes", answer="yes")
    assert person.say(ASIDE[language]) == ["utter_privacy__who_reads", QUESTIONS[1]]
    assert person.say("yes", answer="yes") == [QUESTIONS[2]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [LEAVE, THANKS], ids=["button", "no thanks"])
def test_the_questions_can_be_left(talk: Any, language: str, words: dict[str, str]) -> None:
    person = talk(language)
    person.say(CHECK[language])
    person.say("no", answer="no")
    assert person.say(words[language], answer="no" if words is THANKS else None) == ["utter_check_left"]
    assert person.state["loop"] is None
    assert person.state["slots"] == {"about": "job_offer"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_can_be_asked_for_at_any_question(talk: Any, language: str) -> None:
    person = talk(language)
    person.say(CHECK[language])
    assert person.say(PERSON[language]) == []
    assert person.last["wants_person"] is True
    assert person.state["loop"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_asked_for_the_check_again_the_same_question_comes(talk: Any, language: str) -> None:
    person = talk(language)
    person.say(CHECK[language])
    person.say("yes", answer="yes")
    assert person.say(CHECK[language])[-1] == QUESTIONS[1]


def test_what_is_no_answer_is_asked_again_and_the_third_time_ends_the_questions(talk: Any) -> None:
    person = talk()
    person.say(CHECK["en"])
    assert person.say(None) == ["utter_check_not_yes_no", QUESTIONS[0]]
    assert person.say(None) == ["utter_check_not_yes_no", QUESTIONS[0]]
    assert person.say(None) == ["utter_check_left"]


def test_the_words_of_an_answer_may_be_understood_without_the_worker(talk: Any) -> None:
    person = talk("bcms", "sms", script="cyrillic")
    person.say("Провери понуду")
    assert person.say("да") == [QUESTIONS[1]]
    assert person.say("не знам") == [QUESTIONS[2]]


def test_a_goodbye_leaves_the_questions(talk: Any) -> None:
    person = talk()
    person.say(CHECK["en"])
    assert person.say("bye bye") == ["utter_small_talk__bye"]
    assert person.state["loop"] is None


@pytest.mark.parametrize(
    ("answers", "key"),
    [
        (["dont_know"] * 5, "utter_check_verdict_some"),
        (["no", "dont_know", "dont_know", "no", "no"], "utter_check_verdict_many"),
        (CLEAN, "utter_check_verdict_good"),
        (["dont_know", "yes", "no", "no", "no"], "utter_check_verdict_some"),
        (["yes", "yes", "dont_know", "dont_know", "no"], "utter_check_verdict_some"),
        (["no", "no", "yes", "no", "no"], "utter_check_verdict_many"),
    ],
)
def test_the_verdict_follows_the_number_of_flags(answers: list[str], key: str) -> None:
    assert GUIDE.verdict(dict(zip(GUIDE.good, answers, strict=False))) == key
    assert MANY == 3
