"""A mark is found in every form it could be written down in, and never shown."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from bot.audit.marks import ALPHABETS, COUNTRIES, Marks

FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda words: words.encode(),
    "upper case": lambda words: words.upper().encode(),
    "title": lambda words: words.title().encode(),
    "UTF-16": lambda words: words.encode("utf-16"),
    "UTF-16, big end first": lambda words: words.encode("utf-16-be"),
    "JSON": lambda words: json.dumps({"a": words}).encode(),
    "percent": lambda words: quote(f"a {words}").encode(),
    "bytes in Python": lambda words: repr(words.encode()).encode(),
    "HTML": lambda words: html.escape(words).encode("ascii", "xmlcharrefreplace"),
    "base64": lambda words: base64.b64encode(words.encode()),
    "base64, one further": lambda words: base64.b64encode(b"." + words.encode() + b"."),
    "base64, two further": lambda words: base64.b64encode(b".." + words.encode() + b"...."),
    "base64 of addresses": lambda words: base64.urlsafe_b64encode(b"." + words.encode()),
    "hexadecimal": lambda words: words.encode().hex().encode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_word_is_found_in_every_form(form: str, alphabet: str) -> None:
    marks = Marks()
    assert marks.find(b"some 123 + " + FORMS[form](marks.word("text", alphabet)) + b" more")


@pytest.mark.parametrize("language", COUNTRIES)
def test_a_number_is_found_however_it_is_written(language: str) -> None:
    marks = Marks()
    number = marks.number("number", language)
    digits = number[1:]
    national = "0" + digits[{"sq": 3, "bcms": 3, "ro": 2, "en": 2}[language] :]
    spaced = f"+{digits[:3]} {digits[3:5]} {digits[5:8]}-{digits[8:]}"
    for written in (number, digits, f"00{digits}", national, spaced, number.replace("+", "%2B")):
        assert marks.find(f"from {written}.".encode()) == {"number"}, written
    for form in ("base64", "base64, one further", "base64, two further", "UTF-16"):
        assert marks.find(FORMS[form](number)), form


def test_a_chat_is_found_by_its_id_alone() -> None:
    marks = Marks()
    assert marks.find(f'{{"id": {marks.first_chat + 7}}}'.encode()) == {"chat id"}
    assert marks.find(f"{marks.first_chat}5".encode()) == set()


def test_a_hit_says_where_the_mark_was_put_and_not_the_mark() -> None:
    marks = Marks()
    words = {place: marks.word(place, "cyrillic") for place in ("text", "file name")}
    assert marks.find(words["file name"].encode()) == {"file name"}
    assert marks.named(f"{words['text']} {words['file name']}") == {"text", "file name"}
    assert words["text"] not in repr(marks)


def test_what_is_no_mark_is_none() -> None:
    marks = Marks()
    marks.word("text")
    marks.number("number", "sq")
    text = "Kam një pyetje për punën 0691234567, 2026-11-26 12:00:00, Имам питање. "
    assert marks.find(text.encode() * 1000 + bytes(range(256)) * 100) == set()
