"""Word patterns as staff write them."""

import pytest

from escalation.danger.normalise import BREAK, tokens
from escalation.danger.patterns import PatternError, compiled, joined

LISTS = {"papers": "passport*|id card|{more}", "more": "visa"}
NEGATIONS = frozenset({"not", "never"})


def found(source: str, *talk: str) -> bool:
    words: list[str] = []
    for text in talk:
        words += [BREAK] * bool(words) + tokens(text)
    return compiled(source, LISTS, NEGATIONS, {}).regex.search(joined(words)) is not None


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        ("took my passport", "he TOOK my  passport!", True),
        ("took my passport", "he took the passport", False),
        ("took|takes my pass*", "she takes my passports", True),
        ("took {papers}", "took visa", True),
        ("took {papers}", "took id card", True),
        ("took .. {papers}", "took all of our passports", True),
        ("took .. {papers}", "took one two three four passports", False),
        ("took ... {papers}", "took one two three four passports", True),
        ("he .. {papers}", "he did not my passport", False),  # a gap never hides a negation
        ("(he|she)? took it", "took it", True),
        ("work # hours", "work 14h hours", True),
        ("work # hours", "work many hours", False),
        ("^ help $", "help!!", True),
        ("^ help $", "help me", False),
        ("(took away|has) it", "has, it", True),
        ("took it", "took. it", False),
    ],
)
def test_a_pattern_finds_what_it_says(source: str, text: str, wanted: bool) -> None:
    assert found(source, text) is wanted


def test_a_pattern_can_reach_into_a_later_message() -> None:
    assert found("{papers} // he has it", "can he keep my passport", "yes he has it")
    assert not found("{papers} // he has it", "my passport he has it")
    assert not found("passport .. he", "my passport", "he")


def test_spellings_declared_the_same_match_each_other() -> None:
    pattern = compiled("dijete", {}, frozenset(), {"ije": "e", "je": "e"})
    assert pattern.regex.search(" dete ")


@pytest.mark.parametrize("source", ["{nothing} here", "(open", "close)", "a? b?", "(!!!)"])
def test_a_pattern_that_cannot_be_read_says_so(source: str) -> None:
    with pytest.raises(PatternError):
        compiled(source, LISTS, NEGATIONS, {})


def test_the_words_that_lead_to_a_pattern_are_its_rarest() -> None:
    pattern = compiled("he took .. {papers}", LISTS, NEGATIONS, {})
    assert pattern.beginnings == {"pasport"} or pattern.words == {"tok"}
