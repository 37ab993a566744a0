"""What a person wrote, made fit for a page."""

import unicodedata

import pytest

from escalation.console import shown as module
from escalation.console.shown import LONGEST, line, shown, typed

CASES = [
    ("plain", "ma ka marrë pasaportën", "ma ka marrë pasaportën"),
    ("cyrillic", "узео ми је пасош", "узео ми је пасош"),
    ("lines", "a\r\nb\rc\n\n\n\nd\n", "a\nb\nc\n\nd"),
    ("right to left override", "abc\u202edef\u202c", "abc\u25afdef\u25af"),
    ("isolates and marks", "\u2066a\u2069\u200e\u200f\u061c", "\u25afa\u25af"),
    ("zero width", "p\u200ba\u200cs\u200do\u2060s\ufeff\u00ad", "p\u25afa\u25afs\u25afo\u25afs"),
    ("controls", "a\x00b\x1b[31mc\x7f\x85", "a\u25afb\u25af[31mc\u25af"),
    ("tag letters", "hi\U000e0041\U000e007f", "hi\u25af"),
    ("blank letters", "a\u3164b\u115f\u034f", "a\u25afb\u25af"),
    ("variation selectors", "a\ufe00\U000e0100", "a"),
    ("separators", "a\u2028b\u2029c", "a\nb\nc"),
    ("half a pair", "a\ud83db", "a\ufffdb"),
    ("private use", "\ue000", "\ufffd"),
    ("piled marks", "z" + "\u0321" * 50, "z" + "\u0321" * 3),
    ("family emoji", "👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
    ("skin tone", "👍🏽", "👍🏽"),
    ("accents stay", "e\u0308 č ț", "ë č ț"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_cannot_be_seen_is_made_visible(text: str, expected: str) -> None:
    assert shown(text) == expected
    shown(text).encode()


def test_length_is_bounded_and_said_so() -> None:
    assert shown("a" * (LONGEST + 5)) == "a" * LONGEST + "…"
    assert shown("a" * LONGEST) == "a" * LONGEST


def test_one_line_stays_one() -> None:
    assert line("quiet\n\n heron\u2028", 60) == "quiet heron"


def test_an_answer_keeps_its_lines_and_loses_the_invisible() -> None:
    assert typed("  Jam këtu.\r\n\u202eA je vetëm?\x00\u200b ") == "Jam këtu.\nA je vetëm?"


def test_what_passes_as_plain_is_what_looking_letter_by_letter_leaves_as_it_is() -> None:
    for letter in map(chr, range(0x10000)):
        if module._PLAIN.fullmatch(letter):
            assert module._letters(letter) == [letter]
            assert unicodedata.normalize("NFC", letter) == letter
            assert letter.isprintable()
