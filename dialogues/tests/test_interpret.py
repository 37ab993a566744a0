"""What a message is taken to mean, case by case, without a model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.interpret import (
    BYE,
    COUNTRY,
    DECLINED,
    FALLBACK,
    LEAVE,
    PERSON,
    START,
    UNCLEAR,
    published,
    read,
    understood,
    weighed,
)
from engine.guides import OFFER, TRIP
from engine.request import TurnRequest
from engine.state import State

IN_CHECK = State({"requested_slot": "offer_money"}, OFFER.form)
IN_PLAN = State({"requested_slot": "trip_word"}, TRIP.form)
AFTER_PAPERS = State({"last_answer": "utter_job_offer__documents"})
ASKED = State({"help_need": "child"})


def asked(**fields: Any) -> TurnRequest:
    known: dict[str, Any] = {
        "vector": np.zeros(384, dtype=np.float32),
        "language": "en",
        "script": "latin",
        "channel": "sms",
        "country": None,
        "named": None,
        "answer": None,
        "topics": {},
        "offered": None,
        "state": State(),
    }
    return TurnRequest(**{**known, **fields})


def ranking(best: str, share: float = 0.9) -> list[tuple[str, float]]:
    rest = min(share, 1 - share) / 4
    return [(best, share), ("privacy__cost", rest), ("small_talk__thanks", rest / 2)]


CASES: list[tuple[str, list[tuple[str, float]], dict[str, Any], str]] = [
    ("a sure intent is taken", ranking("rights__child"), {}, "rights__child"),
    ("an unsure one is not", ranking("rights__child", 0.2), {}, FALLBACK),
    ("yes to an offered person", ranking("rights__child"), {"offered": "person", "answer": "yes"}, PERSON),
    ("yes by its vector", ranking("small_talk__yes"), {"offered": "person"}, PERSON),
    ("no to an offered person", ranking("off_topic"), {"offered": "person", "answer": "no"}, DECLINED),
    ("no thanks to an offered person", ranking(LEAVE), {"offered": "person"}, DECLINED),
    ("don't know to an offered person", ranking("off_topic"), {"offered": "person", "answer": "dont_know"},
     "small_talk__dont_know"),
    ("a person is believed early", ranking(PERSON, 0.31), {}, PERSON),
    ("a person ends the questions", ranking(PERSON), {"state": IN_CHECK}, PERSON),
    ("an answer to a question", ranking("off_topic"), {"state": IN_CHECK, "answer": "no"}, "small_talk__no"),
    ("no thanks is not no", ranking(LEAVE), {"state": IN_CHECK, "answer": "no"}, LEAVE),
    ("a doubtful leave is no", ranking(LEAVE, 0.4), {"state": IN_CHECK, "answer": "no"}, "small_talk__no"),
    ("the button starts again", ranking(START), {"state": IN_CHECK}, START),
    ("a long answer is no question", ranking("rights__child", 0.35), {"state": IN_CHECK}, UNCLEAR),
    ("the third unclear one leaves", ranking("off_topic"),
     {"state": State({"requested_slot": "offer_money", "missed": 2}, OFFER.form)}, LEAVE),
    ("a country that was asked for", ranking("off_topic"), {"state": ASKED, "named": "IT"}, COUNTRY),
    ("an offer in a country instead", ranking("job_offer__check"), {"state": ASKED, "named": "IT"},
     "job_offer__check"),
    ("a country not asked for", ranking(COUNTRY), {"named": "IT"}, COUNTRY),
    ("a plan to go", ranking("safe_migration__prepare"), {"named": "DE"}, "safe_migration__prepare"),
    ("a place nobody knows, asked for", ranking(COUNTRY), {"state": ASKED}, COUNTRY),
    ("a place nobody knows, not asked for", ranking(COUNTRY), {}, "seek_help__where"),
    ("a goodbye is believed when it is one", ranking(BYE, 0.8), {}, BYE),
    ("a doubtful goodbye is none", ranking(BYE, 0.4), {}, FALLBACK),
    ("a doubtful insult is none", ranking("small_talk__insult", 0.4), {}, FALLBACK),
    ("a bare yes", ranking("rights__child"), {"answer": "yes"}, "small_talk__yes"),
    ("yes, they have my papers", ranking("off_topic"), {"answer": "yes", "state": AFTER_PAPERS},
     "safe_migration__papers_taken"),
    ("an answer in the plan", ranking("off_topic"), {"state": IN_PLAN, "answer": "no"}, "small_talk__no"),
    ("the plan again", ranking("safe_migration__trip_plan"), {"state": IN_PLAN}, UNCLEAR),
    ("an offer during the plan", ranking("job_offer__check"), {"state": IN_PLAN}, "job_offer__check"),
    ("the check is left for the plan", ranking("safe_migration__trip_plan"), {"state": IN_CHECK},
     "safe_migration__trip_plan"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "found", "fields", "intent"), CASES, ids=[case[0] for case in CASES])
def test_a_message_is_taken_to_mean(
    name: str, found: list[tuple[str, float]], fields: dict[str, Any], intent: str
) -> None:
    assert read(found, asked(**fields)).intent == intent


@pytest.mark.parametrize(
    ("best", "fields", "country", "helped"),
    [
        (COUNTRY, {"named": "IT"}, "IT", "IT"),
        (COUNTRY, {"named": "IT", "country": "AL"}, "IT", "IT"),
        ("seek_help__where", {"named": "IT", "country": "AL"}, "AL", "IT"),
        ("seek_help__where", {"country": "AL"}, "AL", "AL"),
        ("job_offer__check", {"named": "IT"}, None, None),
        ("job_offer__check", {"named": "IT", "country": "AL"}, "AL", "AL"),
        ("returning_home__how", {"named": "IT"}, None, None),
    ],
)
def test_where_they_are_is_only_what_they_said_of_themselves(
    best: str, fields: dict[str, Any], country: str | None, helped: str | None
) -> None:
    reading = read(ranking(best), asked(**fields))
    assert (reading.country, reading.asked) == (country, helped)


def test_a_sure_topic_is_understood_though_its_intents_compete() -> None:
    assert understood([("rights__child", 0.2), ("rights__work", 0.2), ("off_topic", 0.1)])
    assert not understood([("rights__child", 0.2), ("off_topic", 0.2), ("disclosure", 0.1)])


def test_the_published_ranking_has_each_name_once() -> None:
    named = published([(START, 0.5), ("job_offer__check", 0.3), (LEAVE, 0.1), ("small_talk__no", 0.05)], 3)
    assert named == [["job_offer__check", 0.8], ["small_talk__no", 0.15]]


def test_a_disclosure_is_rarer_here_than_in_the_examples() -> None:
    close = weighed([("disclosure", 0.4), ("job_offer__check", 0.3), ("off_topic", 0.1)])
    assert close[0][0] == "job_offer__check"
    assert sum(share for _, share in close) < 1
    assert weighed([("disclosure", 0.9), ("job_offer__check", 0.04)])[0][0] == "disclosure"


def test_the_topic_is_the_workers_to_judge_where_it_is_close() -> None:
    close = [("rights__work", 0.3), ("study_work_home__job", 0.2), ("rights__child", 0.2), ("off_topic", 0.1)]
    home = {"study_work_home": 0.8, "rights": 0.1, "off_topic": 0.1}
    assert weighed(close, home)[0][0] == "study_work_home__job"
    assert weighed(close)[0][0] == "rights__work"
    named = [("rights__work", 0.95), ("study_work_home__job", 0.05)]
    assert weighed(named, home) == named  # an example of ours, word for word
    assert sum(share for _, share in weighed(close, home)) == pytest.approx(1)


def test_the_workers_judgement_alone_puts_a_person_into_nobodys_mouth() -> None:
    close = [("small_talk__hello", 0.4), ("talk_to_human", 0.2)]
    assert weighed(close, {"talk_to_human": 0.6, "small_talk": 0.4})[0][0] == "small_talk__hello"


def test_a_request_never_shows_what_it_holds() -> None:
    assert "SECRET" not in repr(asked(country="SECRET"))
