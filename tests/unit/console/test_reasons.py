"""Why a talk is here is said in each language of the console, whatever the detectors found."""

import string
from collections.abc import Iterator

import pytest

from escalation.cases.case import SIGNALLED
from escalation.console.catalogue import LANGUAGES, words
from escalation.console.reasons import read, told
from escalation.danger import rules
from escalation.danger.assess import UNJUDGED, classified
from escalation.danger.classifier import Judgement, Thresholds
from escalation.danger.context import FLAGS
from escalation.danger.reader import Seen
from escalation.danger.taxonomy import SIGNALS
from escalation.danger.verdict import unjudged

OTHERS = [language for language in LANGUAGES if language != "en"]
EXAMPLE = "ma bate acum"
HARMLESS = "but all in all it reads as harmless: a person is offered"


def of_rules() -> Iterator[str]:
    """What every rule of every language says, of now and of earlier."""
    books, broken = rules.read_books(rules.FOLDER)
    assert broken == []
    for book in books:
        for rule in book.rules:
            yield from rules.ruled([rules.Match(rule, True)])[1]
            yield from rules.ruled([rules.Match(rule, False)])[1]


def of_the_classifier() -> list[str]:
    limits = Thresholds(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    sure = Judgement(0.9, 0.9, 0.9, SIGNALS, "disclosure", 0.1)
    vague = Judgement(0.9, 0.1, 0.9, (), "disclosure", 0.1)
    return classified(Seen(sure, vague, sure, EXAMPLE), limits)[1]


def of_the_rest() -> list[str]:
    adds_up = "warning signs add up over the talk: " + ", ".join(FLAGS.values())
    return [
        adds_up,
        UNJUDGED,
        *unjudged("en").reasons,
        SIGNALLED,
        HARMLESS,
        "asked for a person",
        "came 7 min late",
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_a_detector_says_stays_english(language: str) -> None:
    reasons = {*of_rules(), *of_the_classifier(), *of_the_rest()}
    assert len(reasons) > 100
    english = {told(reason, words("en")).text for reason in reasons}
    said = {reason: told(reason, words(language)).text for reason in reasons}
    assert {reason for reason, text in said.items() if text in english} == set()
    kinds = (one.replace("_", " ") for one in SIGNALS if one != "medical")  # which is Romanian, too
    left = ("earlier", "sounds", "our example", "of 100", "warning", *kinds)
    assert {text for text in said.values() if any(word in text for word in left)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences_and_places(language: str) -> None:
    assert places(language) == places("en")


def places(language: str) -> dict[str, dict[str, set[str | None]]]:
    return {
        section: {
            name: {place for _, place, _, _ in string.Formatter().parse(text)} for name, text in found.items()
        }
        for section, found in read(language).items()
    }


def test_what_a_reason_is_about_comes_along() -> None:
    ro = words("ro")
    found = told("earlier in the talk: They are locked in or held. (rule ro-locked)", ro)
    assert (found.text, found.rule) == (
        "Mai devreme în discuție: Sunt încuiați sau ținuți cu forța.",
        "ro-locked",
    )
    sounds = "sounds like our examples of danger: documents taken, no such thing (93 of 100)"
    assert (
        told(sounds, ro).text
        == "Seamănă cu exemplele noastre de „Pericol”: acte luate, no such thing (93 din 100)"
    )
    assert told("came 12 min late", ro).text == "A ajuns cu 12 min întârziere"


@pytest.mark.parametrize("written", ["A new rule", "{level} <b>", "Sounds like our examples of", "Came late"])
def test_what_nobody_translated_yet_stays_as_it_is(written: str) -> None:
    assert told(written, words("sq")).text == written
    assert told("", words("sq")).text == ""
    assert told(f"{written} (rule sq-new)", words("sq")).text == written


def test_the_gravest_reason_comes_first() -> None:
    """It is the one in sight while the others are folded."""
    books, _ = rules.read_books(rules.FOLDER)
    every = [rules.Match(rule, now) for book in books for rule in book.rules for now in (True, False)]
    gravest = {match.rule.reason for match in every if match.rule.level == "emergency"}
    assert told(rules.ruled(every)[1][0], words("en")).text in gravest
    assert told(rules.ruled(every[::-1])[1][0], words("en")).text in gravest
