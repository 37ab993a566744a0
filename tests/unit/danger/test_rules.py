"""The committed rules do what their examples say and stay silent on harmless messages."""

from pathlib import Path

import pytest

from escalation.danger import rules
from escalation.danger.data import Example, danger_examples, topic_examples
from escalation.danger.patterns import PatternError

BOOKS, BROKEN = rules.read_books()

MINIMAL = """
language: en
negations: [not]
frames: ["in a film"]
rules:
  - id: t-hit
    level: danger
    signals: [violence]
    reason: "Someone hits them."
    patterns: ["(hit|hits) me", "he hit"]
    unless: ["at chess"]
    examples: ["he hits me"]
    counter_examples: ["he hits me at chess"]
"""


def book(tmp_path: Path, content: str = MINIMAL) -> rules.Book:
    path = tmp_path / "en.yml"
    path.write_text(content, encoding="utf-8")
    return rules.read_book(path)


def ids(found: list[rules.Match]) -> set[str]:
    return {match.rule.id for match in found}


def test_all_committed_rules_can_be_read() -> None:
    assert BROKEN == []
    assert {one.language for one in BOOKS} == {"en", "sq", "bcms", "ro", "mk", "bg", "it", "el"}


def test_committed_rules_match_their_examples_and_do_not_alarm_easily() -> None:
    assert rules.faults(BOOKS, danger_examples() + topic_examples()) == []


@pytest.mark.parametrize("language", ["en", "sq", "bcms", "ro"])
def test_each_launch_language_has_rules_for_every_kind_of_danger(language: str) -> None:
    here = next(one for one in BOOKS if one.language == language)
    named = {signal for rule in here.rules for signal in rule.signals}
    assert {"confinement", "violence", "suicide_self_harm", "documents_taken", "forced_marriage"} <= named
    assert {rule.level for rule in here.rules} == {"concern", "danger", "emergency", "person"}
    assert len(here.rules) >= 30


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tuku me ako ne donesem pare", "bcms-violence"),
        ("туку ме ако не донесем паре", "bcms-violence"),
        ("ma ka marre pasaporten dhe s'me le te dal", "sq-papers-cannot-leave"),
        ("nu mai vreau sa traiesc", "ro-suicide"),
        ("t u k u me", "bcms-violence"),
        ("h3 locked me in 4 room", ""),
    ],
)
def test_words_of_danger_are_found_however_they_are_written(text: str, wanted: str) -> None:
    found = ids(rules.matches(BOOKS, [text]))
    assert (wanted in found) if wanted else True


def test_negation_frame_and_unless_silence_a_rule(tmp_path: Path) -> None:
    one = book(tmp_path)
    assert ids(rules.matches([one], ["he hits me"])) == {"t-hit"}
    assert not rules.matches([one], ["he does not hit me"])
    assert ids(rules.matches([one], ["no, not today. he hits me"])) == {"t-hit"}
    assert not rules.matches([one], ["in a film he hits me"])
    assert not rules.matches([one], ["he hits me at chess"])


def test_a_later_message_does_not_silence_an_earlier_one(tmp_path: Path) -> None:
    found = rules.matches([book(tmp_path)], ["he hits me", "that was in a film, at chess"])
    assert ids(found) == {"t-hit"}
    assert not found[0].now


def test_faults_name_the_rule_and_the_line(tmp_path: Path) -> None:
    one = book(
        tmp_path,
        MINIMAL.replace('"he hits me at chess"', '"he hits me"').replace('["he hits me"]', '["quiet"]', 1),
    )
    harmless = Example("the door hit me haha", "en", "none", (), "off_topic", "idiom", "en/t.yml")
    faults = rules.faults([one], [harmless])
    assert any("misses its example: quiet" in fault for fault in faults)
    assert any(
        fault.startswith("t-hit alarms on 1 harmless of 1") and "the door hit me haha" in fault
        for fault in faults
    )


@pytest.mark.parametrize(
    "broken",
    [
        "language: en\nrules: [",
        "language: en",
        MINIMAL.replace("level: danger", "level: terrible"),
        MINIMAL.replace("[violence]", "[hitting]"),
        MINIMAL.replace('"(hit|hits) me"', '"(hit|hits me"'),
        MINIMAL.replace('reason: "Someone hits them."', 'reason: ""'),
        MINIMAL + MINIMAL[MINIMAL.index("  - id") :],
    ],
)
def test_a_broken_file_is_refused_and_costs_one_language(tmp_path: Path, broken: str) -> None:
    (tmp_path / "en.yml").write_text(broken, encoding="utf-8")
    (tmp_path / "sq.yml").write_text(MINIMAL.replace("language: en", "language: sq"), encoding="utf-8")
    with pytest.raises(PatternError):
        rules.read_book(tmp_path / "en.yml")
    books, faults = rules.read_books(tmp_path)
    assert [one.language for one in books] == ["sq"]
    assert len(faults) == 1


def test_no_rules_at_all_is_a_fault(tmp_path: Path) -> None:
    assert rules.read_books(tmp_path) == ([], ["there are no rules"])


def test_talk_of_a_film_frames_the_next_messages_and_no_more(tmp_path: Path) -> None:
    one = book(tmp_path)
    assert not rules.matches([one], ["i saw it in a film", "and then", "he hits me"])
    assert rules.matches([one], ["i saw it in a film", "and then", "bye", "he hits me"])
