"""The rules that come with the numbers, held for every country, need, language and channel."""

from __future__ import annotations

import datetime
import itertools
import re

import pytest

from engine.content import load
from engine.directory import NEEDS, Asking, Directory
from engine.paths import DIRECTORY, LANGUAGES

TODAY = datetime.date(2026, 11, 24)
COUNTRIES = ["AL", "AT", "BA", "BG", "DE", "GR", "HR", "IT", "MD", "ME", "MK", "RO", "RS", "XK"]
SOURCES = {path.stem: load(path) for path in sorted(DIRECTORY.glob("*.yml")) if path.stem != "_words"}
ALL = Directory()
WAYS = list(itertools.product(LANGUAGES, (True, False), (True, False)))


def shown(country: str | None, need: str = "child", today: datetime.date = TODAY) -> list[str]:
    """The lines in every language, channel and way of asking."""
    return [
        ALL.numbers(country, need, Asking(language, sms, cannot_call, today))
        for language, sms, cannot_call in WAYS
    ]


def everything(country: str) -> str:
    return "\n".join(line for need in NEEDS for line in shown(country, need))


def test_every_promised_country_is_there() -> None:
    assert sorted(ALL.countries) == COUNTRIES


@pytest.mark.parametrize("country", ["XK", "BA", "MK"])
def test_no_european_child_or_missing_line_where_it_is_not_confirmed(country: str) -> None:
    assert "116 111" not in everything(country)
    assert "116 000" not in everything(country)


@pytest.mark.parametrize("country", ["ME", "MD"])
def test_no_missing_children_line_where_it_is_not_confirmed(country: str) -> None:
    assert "116 000" not in everything(country)


def test_italy_shows_19696_and_never_116_111() -> None:
    assert all("19696" in lines or "azzurro" in lines for lines in shown("IT"))
    assert "116 111" not in everything("IT")


def test_austria_shows_147_and_never_116_111() -> None:
    assert all("147" in lines or "rataufdraht" in lines for lines in shown("AT"))
    assert "116 111" not in everything("AT")


@pytest.mark.parametrize(("language", "word"), [("sq", "Antitratta"), ("ro", "Antitratta")])
def test_italy_first_shows_the_line_that_speaks_albanian_and_romanian(language: str, word: str) -> None:
    assert ALL.numbers("IT", "child", Asking(language, True, today=TODAY)).startswith(word)


def test_romanias_119_is_never_shown_without_saying_that_it_records() -> None:
    lines = [line for line in everything("RO").splitlines() if ": 119" in line]
    assert lines
    assert all(re.search("record|regjistron|snima|înregistrat", line) for line in lines)


def test_misprinted_and_dead_numbers_are_nowhere() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in DIRECTORY.glob("*.yml"))
    digits = re.sub(r"[^0-9\n]", "", texts)
    for dead in ("0800222033", "0800123456", "08001212", "0800070968", "080012222", "381113347817"):
        assert dead not in digits


def test_the_emergency_number_is_the_countrys_own() -> None:
    expected = {"RS": "192", "XK": "192", "BA": "122"}
    for country in COUNTRIES:
        assert ALL.emergency(country) == expected.get(country, "112")
    assert ALL.emergency(None) == ALL.emergency("FR") == "112"


@pytest.mark.parametrize("country", [None, "FR", "US"])
def test_an_unknown_country_gets_the_worldwide_list(country: str | None) -> None:
    assert set(shown(country)) == {"findahelpline.com"}


def test_nothing_is_shown_after_its_next_check() -> None:
    for country in COUNTRIES:
        for need in NEEDS:
            assert set(shown(country, need, datetime.date(2027, 2, 24))) == {"findahelpline.com"}
            assert set(shown(country, need, datetime.date(2027, 2, 23))) != {"findahelpline.com"}


def test_every_entry_is_dated_and_sourced() -> None:
    for content in SOURCES.values():
        for entry in content["entries"]:
            assert entry["checked"] == datetime.date(2026, 11, 23)
            assert entry["next_check"] == datetime.date(2027, 2, 23)
            assert entry["sources"]
            assert entry["short"] if "short" in entry else entry["label"]


def test_lines_are_short_in_an_sms() -> None:
    for country, need, language in itertools.product(COUNTRIES, NEEDS, LANGUAGES):
        lines = ALL.numbers(country, need, Asking(language, True, today=TODAY))
        assert 1 <= len(lines.splitlines()) <= 2
        assert len(lines) <= 105


def test_who_cannot_call_is_first_told_where_to_write() -> None:
    for country, way in (("AL", "chat alo116.al"), ("HR", "WhatsApp"), ("DE", "chat"), ("MK", "chat")):
        first = ALL.numbers(country, "child", Asking("en", True, True, TODAY)).splitlines()[0]
        assert way in first
    assert "0800 133 133" in ALL.numbers("AT", "child", Asking("en", True, True, TODAY))
    assert "findahelpline.com" in ALL.numbers("ME", "child", Asking("en", True, True, TODAY))


def test_a_call_that_costs_says_so() -> None:
    assert "normal price" in ALL.numbers("MK", "child", Asking("en", True, today=TODAY))
    assert "free" in ALL.numbers("RS", "child", Asking("en", True, today=TODAY))


def test_every_country_has_its_name_in_every_language() -> None:
    for country, language in itertools.product(COUNTRIES, LANGUAGES):
        assert ALL.name(country, language)
    assert ALL.name("DE", "sq") == "Gjermani"


def test_all_entries_named_by_a_need_belong_to_that_country() -> None:
    for country, content in SOURCES.items():
        if country.startswith("_"):
            continue
        own = {entry["id"] for entry in content["entries"]}
        named = {id for ids in content["needs"].values() for id in ids} | {content["first_line"]}
        assert named <= own | {"x-find"}
