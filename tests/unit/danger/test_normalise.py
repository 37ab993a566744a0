"""Disguises are undone before rules and letter counts see a text."""

import pytest

from escalation.danger.normalise import PAUSE, STOP, disguised, plain, tokens, windows


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("POMOĆ", ["pomoc"]),
        ("p\u200bo\u200dm\u00adoc", ["pomoc"]),
        ("h e l p", ["help"]),
        ("h-e-l-p", ["help"]),
        ("p0m0c he1p p4ssport", ["pomoc", "help", "pasport"]),
        ("pаsspоrt", ["pasport"]),  # two Cyrillic letters in a Latin word
        ("пomoћ", ["pomoc"]),
        ("помоћ", ["pomoc"]),
        ("ｈｅｌｐ 𝐡𝐞𝐥𝐩", ["help", "help"]),
        ("heeeeelp", ["help"]),
        ("më lë të dal", ["me", "le", "te", "dal"]),
        ("m-a bătut", ["m", "a", "batut"]),
        ("I can't, don't.", ["i", "cant", PAUSE, "dont", STOP]),
        ("s'me len", ["s", "me", "len"]),
        ("đak", ["djak"]),
        ("βοήθεια", ["voitheia"]),
        ("200eur 16 god", ["200eur", "16", "god"]),
    ],
)
def test_a_text_becomes_the_words_that_rules_compare(written: str, words: list[str]) -> None:
    assert tokens(written) == words


@pytest.mark.parametrize("text", ["POMOĆ!!", "Ма шта кажеш", "s'me le të dal", "i have 2 dogs"])
def test_ordinary_writing_is_no_disguise(text: str) -> None:
    assert not disguised(text)


@pytest.mark.parametrize("text", ["p\u200bomoc", "k i l l  me", "p4ssport", "hеlp", "k*i*l*l"])
def test_disguises_are_noticed(text: str) -> None:
    assert disguised(text)


def test_plain_keeps_alphabets_and_punctuation() -> None:
    assert plain("Помоћ, MË ndihmo!") == "помоћ, më ndihmo!"


@pytest.mark.parametrize("text", ["he hiiiits meeee", "on 😭😭 me - bije", "h.e.l.p me pls"])
def test_drawn_out_and_decorated_writing_is_judged_in_both_forms(text: str) -> None:
    assert disguised(text)


def test_windows_cover_the_beginning_and_the_end_of_a_long_text() -> None:
    text = " ".join(f"word{number}" for number in range(3000))
    pieces = windows(text)
    assert pieces[0].startswith("word0 ")
    assert pieces[-1].endswith("word2999")
    assert len(pieces) <= 16
    assert windows("short") == ["short"]


def test_windows_overlap_so_that_no_sentence_is_cut_in_both() -> None:
    text = "x" * 700 + " he has a knife " + "y" * 700
    assert any("he has a knife" in piece for piece in windows(text))
