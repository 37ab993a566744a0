"""Counting, folding and splitting SMS: fixed examples, and promises that hold for any text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.sms.segments import PART, SINGLE, Segments, count, parts, plain, split

FAMILY = "👨‍👩‍👧"  # one character to the eye, eight UTF-16 units
LETTERS = "abc ,.!?\n19ëçăâîșțčćđšžЂШ€|^{}[]~\\„“–…\u00a0" + "😍🇦🇱🏳️‍🌈❤️é"
texts = st.one_of(st.text(alphabet=LETTERS, max_size=400), st.text(max_size=200))


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "units"),
    [
        ("", "GSM-7", 1, 0),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 161),
        ("a" * 306, "GSM-7", 2, 306),
        ("a" * 307, "GSM-7", 3, 307),
        ("€" * 80, "GSM-7", 1, 160),
        ("€" * 81, "GSM-7", 2, 162),
        # 153 is odd: each part holds 76 escaped characters and one septet stays empty.
        ("€" * 152, "GSM-7", 2, 304),
        ("€" * 153, "GSM-7", 3, 306),
        ("Çka ka?\n@£$", "GSM-7", 1, 11),
        ("ë" * 70, "UCS-2", 1, 70),
        ("ë" * 71, "UCS-2", 2, 71),
        ("ш" * 134, "UCS-2", 2, 134),
        ("ш" * 135, "UCS-2", 3, 135),
        ("a" * 159 + "ç", "UCS-2", 3, 160),
        ("€" * 69 + "ë", "UCS-2", 1, 70),
        ("😍" * 35, "UCS-2", 1, 70),
        ("😍" * 36, "UCS-2", 2, 72),
        # 67 is odd: each part holds 33 emoji.
        ("😍" * 67, "UCS-2", 3, 134),
        ("a" * 66 + FAMILY + "a" * 60, "UCS-2", 3, 134),
        ("line\r\nline", "GSM-7", 1, 10),
        ("tab\there", "UCS-2", 1, 8),
    ],
)
def test_encoding_and_segments(text: str, encoding: str, segments: int, units: int) -> None:
    found = count(text)
    assert (found.encoding, found.segments, found.units) == (encoding, segments, units)


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        (FAMILY, 1),
        ("🇦🇱🇽🇰", 2),
        ("👍🏽", 1),
        ("e\u0308", 1),
        ("1️⃣", 1),
        ("❤️", 1),
        ("a🇦b", 3),
        ("\r\n", 2),
        ("a\u200db", 2),
    ],
)
def test_characters_are_what_the_eye_counts(text: str, characters: int) -> None:
    assert count(text).characters == characters


def test_one_letter_triples_the_price() -> None:
    assert count("x" * 160) == Segments("GSM-7", 1, 160, 160)
    assert count("x" * 159 + "ë") == Segments("UCS-2", 3, 160, 160)


def test_a_pile_of_accents_longer_than_a_part_is_broken() -> None:
    text = "e" + "\u0301" * 200
    assert [len(part) for part in parts(text)] == [67, 67, 67]


@given(texts)
def test_parts_join_to_the_text_and_fit_their_room(text: str) -> None:
    found, pieces = count(text), parts(text)
    assert "".join(pieces) == text
    assert len(pieces) == found.segments
    room = SINGLE if len(pieces) == 1 else PART
    for piece in pieces:
        units = len(piece.encode("utf-16-le", "surrogatepass")) // 2
        if found.encoding == "GSM-7":
            units = len(piece) + sum(piece.count(escaped) for escaped in "\f^{}\\[~]|€")
        assert units <= room[found.encoding]


@given(st.lists(st.sampled_from([FAMILY, "🇽🇰", "ё", "a", "€"]), min_size=1, max_size=120))
def test_no_character_is_cut_in_two(characters: list[str]) -> None:
    pieces = parts("".join(characters))
    # Flags beside flags: count what the pieces hold rather than where they begin.
    assert sum(count(piece).characters for piece in pieces) == len(characters)


@given(texts, texts)
def test_more_text_never_takes_fewer_units_of_the_same_alphabet(first: str, second: str) -> None:
    both = count(first + second)
    if both.encoding == count(first).encoding:
        assert both.units >= count(first).units
        assert both.segments >= count(first).segments


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("„Po“ – tha ‘ajo’…", "\"Po\" - tha 'ajo'..."),
        ("116\u00a0111", "116 111"),
        ("so\u200bft\u00ad", "soft"),
        ("a\tb", "a b"),
        ("e\u0308 c\u030c", "ë č"),
        ("Šta ima, ë ș ж 👨‍👩‍👧", "Šta ima, ë ș ж 👨‍👩‍👧"),
    ],
)
def test_plain_folds_signs_and_keeps_letters(text: str, folded: str) -> None:
    assert plain(text) == folded


def test_plain_brings_a_text_back_into_the_cheap_alphabet() -> None:
    text = "Mos u nis – prit… “ok”?" * 6
    assert count(text).segments == 3
    assert count(plain(text)).segments == 1


@given(texts)
def test_plain_is_done_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_split_at_sentence_ends() -> None:
    text = "First sentence here. " + "Second one is longer " * 5 + "indeed! " + "Third? " + "Fourth." * 3
    assert split(text, 1) == [
        "First sentence here. " + "Second one is longer " * 5 + "indeed! Third?",
        "Fourth.Fourth.Fourth.",
    ]


def test_split_keeps_a_short_text_whole() -> None:
    assert split(" Hello. How are you?\n", 1) == ["Hello. How are you?"]
    assert split(" \n", 1) == []


def test_split_keeps_a_number_in_one_message() -> None:
    text = "word " * 30 + "call 116 111 now " + "word " * 20
    messages = split(text, 1)
    assert len(messages) == 2
    assert any("116 111" in message for message in messages)


def test_split_pays_for_each_message_by_its_own_letters() -> None:
    messages = split("a" * 100 + ". " + "ë" * 60 + ". " + "b" * 100 + ".", 1)
    assert [count(message).encoding for message in messages] == ["GSM-7", "UCS-2", "GSM-7"]


def test_split_refuses_no_parts() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        split("text", 0)


def test_split_never_passes_the_providers_longest_body() -> None:
    messages = split("a" * 4000, 40)
    assert [len(message) for message in messages] == [1600, 1600, 800]


@settings(max_examples=60)
@given(texts, st.integers(min_value=1, max_value=4))
def test_split_keeps_every_letter_and_the_limit(text: str, limit: int) -> None:
    messages = split(text, limit)
    assert all(message and count(message).segments <= limit for message in messages)
    assert re.sub(r"\s", "", "".join(messages)) == re.sub(r"\s", "", text)
