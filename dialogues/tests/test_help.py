"""Where help is: by country, asked for once, and never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.paths import LANGUAGES

WHERE = {
    "en": "where can i get help",
    "sq": "ku mund te gjej ndihme",
    "bcms": "gdje mogu naći pomoć",
    "ro": "unde pot gasi ajutor",
}
IN_ITALY = {"en": "i am in Italy", "sq": "jam ne itali", "bcms": "u italiji sam", "ro": "sunt in italia"}
NAME = {"en": "Italy", "sq": "Itali", "bcms": "Italija", "ro": "Italia"}
CANNOT_CALL = {
    "en": "i cant call, they would hear me",
    "sq": "nuk mund te flas ne telefon",
    "bcms": "ne mogu da zovem, cuce me",
    "ro": "nu pot suna, ma aude cineva",
}
LISTED = ["utter_help_list", "utter_help_more"]  # the numbers first, then what else is needed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_the_country_is_asked_for_and_then_the_list_is_given(talk: Any, language: str, channel: str) -> None:
    person = talk(language, channel)
    assert person.say(WHERE[language]) == ["utter_seek_help__where", "utter_ask_country"]
    assert person.say(IN_ITALY[language], named="IT") == LISTED
    assert person.country == "IT"
    assert "19696" in person.text
    assert "112" in person.text
    assert NAME[language] in person.text
    assert "{" not in person.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_known_country_is_not_asked_for_again(talk: Any, language: str) -> None:
    person = talk(language, country="RS")
    assert person.say(WHERE[language]) == LISTED
    assert "192" in person.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bare_country_gets_its_list(talk: Any, language: str) -> None:
    person = talk(language)
    assert person.say(NAME[language], named="IT") == LISTED
    assert person.country == "IT"


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_an_offer_is_to_is_not_where_they_are(talk: Any, language: str) -> None:
    offers = {
        "en": "someone offers me a job in italy, can i trust it",
        "sq": "me ofruan pune ne itali, a ti besoj",
        "bcms": "nude mi posao u italiji, da li da vjerujem",
        "ro": "mi au oferit de lucru in italia, pot avea incredere?",
    }
    person = talk(language)
    keys = person.say(offers[language], named="IT")
    assert person.last["topic"] == "job_offer"
    assert keys[0].startswith("utter_job_offer")
    assert person.country is None


def test_an_offer_told_instead_of_the_country_is_answered_as_an_offer(talk: Any) -> None:
    person = talk()
    person.say(WHERE["en"])
    assert person.say("someone offers me a job in italy, can i trust it", named="IT")[0].startswith(
        "utter_job"
    )
    assert person.country is None


def test_a_country_without_a_list_gets_the_worldwide_one(talk: Any) -> None:
    person = talk()
    person.say(WHERE["en"])
    assert person.say("Brazil", named="BR") == ["utter_country_unknown"]
    assert "findahelpline.com" in person.text
    assert "112" in person.text


def test_an_unknown_place_is_asked_for_again(talk: Any) -> None:
    person = talk()
    person.say(WHERE["en"])
    assert person.say("I am in Montenegro") == ["utter_ask_country"]
    assert person.say("Montenegro", named="ME") == LISTED


def test_the_need_is_remembered_until_the_country_is_known(talk: Any) -> None:
    person = talk()
    said = person.say("i need a place to sleep tonight, is there a shelter")
    assert said == ["utter_seek_help__shelter", "utter_ask_country"]
    assert person.state["slots"]["help_need"] == "violence"
    person.say("Serbia", named="RS")
    assert "0800 222 003" in person.text
    assert "help_need" not in person.state["slots"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_cannot_call_gets_chats_first_from_then_on(talk: Any, language: str) -> None:
    person = talk(language, "sms", country="AL")
    assert person.say(CANNOT_CALL[language]) == ["utter_seek_help__cannot_call", "utter_help_list"]
    assert "alo116.al" in person.text
    person.say(WHERE[language])
    assert "alo116.al" in person.text


@pytest.mark.parametrize(("country", "number"), [("RS", "192"), ("BA", "122"), ("AL", "112"), (None, "112")])
def test_the_emergency_number_is_that_of_their_country(talk: Any, country: str | None, number: str) -> None:
    person = talk("en", country=country)
    person.say("how do i go to the police, will they believe me")
    assert person.last["replies"][0]["key"] == "utter_seek_help__police"
    assert number in person.last["replies"][0]["text"]


def test_help_asked_for_another_country_does_not_move_them(talk: Any) -> None:
    person = talk(country="AL")
    assert person.say("where can i find help in germany", named="DE") == LISTED
    assert "Germany" in person.text
    assert person.country == "AL"


def test_they_can_move(talk: Any) -> None:
    person = talk(country="AL")
    person.say("i am in germany now", named="DE")
    assert person.country == "DE"
