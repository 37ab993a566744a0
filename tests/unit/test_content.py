"""What the check tells staff: the place, what is wrong, and what mends it."""

import datetime
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bot.content import answers, reading, reviews, services, table, ways
from bot.content.commands import readable
from bot.content.finding import ROOT, Finding
from bot.wording import LANGUAGES
from escalation.danger.taxonomy import TOPICS

TODAY = datetime.date(2026, 11, 26)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The dialogue's content, to be spoiled."""
    for folder in ("texts", "domain", "rules", "nlu", "directory"):
        shutil.copytree(ROOT / "dialogues" / folder, tmp_path / folder)
    return tmp_path


def found(copy: Path) -> list[Finding]:
    return [
        *readable(ways.findings(copy)),
        *readable(answers.findings(copy / "texts")),
        *services.findings(TODAY, copy / "directory"),
    ]


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def without(name: str) -> Callable[[str], str]:
    """The file less one block that begins with these words."""
    return lambda text: re.sub(rf"(?m)^{re.escape(name)}.*\n(?:[ \n].*\n|\n)*", "", text, count=1)


def test_nothing_is_wrong_with_the_content_as_it_is() -> None:
    assert [str(one) for one in found(ROOT / "dialogues") if not one.soon] == []


SPOILED = {
    "a missing text": (
        "texts/ro/rights.yml",
        without("utter_rights__work:"),
        "utter_rights__work is missing",
        "English has it in rights.yml",
    ),
    "an expired service": (
        "directory/RO.yml",
        lambda text: text.replace("next_check: 2027-02-23", "next_check: 2026-11-20", 1),
        "ro-child lapsed on 2026-11-20",
        "call it",
    ),
    "a number that is not in the directory": (
        "texts/sq/privacy.yml",
        lambda text: text.replace("  sms: >-\n", "  sms: >-\n    Telefono 0800 123 456. ", 1),
        "has the number 0800 123 456",
        "add it to dialogues/directory with its source",
    ),
    "a guided talk without a way to a human": (
        "rules/safe_trip.yml",
        lambda text: text.replace("- rule: a person leaves the plan too", "- rule: x").replace(
            "  - intent: talk_to_human\n", "  - intent: small_talk__thanks\n"
        ),
        "the guided talk safe_trip has no way to a human",
        "write a rule with active_loop: safe_trip",
    ),
    "an answer of four segments": (
        "texts/en/rights.yml",
        lambda text: text.replace("  sms: >-\n", f"  sms: >-\n    {'Ask somebody. ' * 36}\n", 1),
        "takes ",
        "shorten it to 2",
    ),
    "a placeholder too many": (
        "texts/bcms/rights.yml",
        lambda text: text.replace("  sms: >-\n", "  sms: >-\n    {numbers} ", 1),
        "has, and English has not, {numbers}",
        "same placeholders",
    ),
    "a word we avoid": (
        "texts/en/rights.yml",
        lambda text: text.replace("  sms: >-\n", "  sms: >-\n    A victim. ", 1),
        "has `victim`, which we avoid",
        "without blame",
    ),
    "a hard text": (
        "texts/en/rights.yml",
        lambda text: text.replace(
            "  text: >-\n", f"  text: >-\n    {'Administrative institutions notwithstanding. ' * 20}\n", 1
        ),
        "is hard to read",
        "shorter words",
    ),
    "a button that leads nowhere": (
        "texts/en/_buttons.yml",
        lambda text: text.replace('"Lawyer"', '"Legal representation"'),
        "the button `Legal representation` leads nowhere",
        "dialogues/nlu/plain.yml",
    ),
    "an intent without an answer": (
        "domain/rights.yml",
        lambda text: text.replace("intents:\n", "intents:\n- rights__new\n", 1),
        "nothing answers the intent rights__new",
        "write a rule for it in dialogues/rules/rights.yml",
    ),
    "a button file that cannot be read": (
        "texts/en/_buttons.yml",
        lambda text: text.replace("doctor:", "doctor: [", 1),
        "it cannot be read",
        "quotes, colons and indents",
    ),
    "a file that cannot be read": (
        "texts/en/rights.yml",
        lambda text: text.replace("utter_rights__work:", "utter_rights__work: [", 1),
        "it cannot be read",
        "quotes, colons and indents",
    ),
}


@pytest.mark.parametrize("name", list(SPOILED))
def test_a_fault_is_found_where_it_is_with_its_mend(copy: Path, name: str) -> None:
    file, change, problem, mend = SPOILED[name]
    edit(copy / file, change)
    findings = [one for one in found(copy) if not one.soon]
    here = [one for one in findings if problem in one.problem]
    assert here, [str(one) for one in findings]
    assert mend in here[0].mend
    assert here[0].path.parts[-1] in {Path(file).name, "safe_trip.yml"}
    lines = here[0].path.read_text(encoding="utf-8").splitlines()
    assert 1 <= here[0].line <= len(lines)


def test_a_service_that_soon_lapses_is_told_and_fails_nothing(copy: Path) -> None:
    edit(copy / "directory" / "RO.yml", lambda text: text.replace("2027-02-23", "2026-12-10", 1))
    soon = [one for one in services.findings(TODAY, copy / "directory") if one.soon]
    assert [one.problem for one in soon] == ["ro-child lapses on 2026-12-10"]


def test_an_edit_opens_a_review_again(copy: Path) -> None:
    texts = copy / "texts"
    (texts / reviews.FILE).unlink(missing_ok=True)
    assert not any(one.by for one in reviews.reviews(texts))
    path = texts / "sq" / "rights.yml"
    assert reviews.reviewed(path, "Arta", TODAY, texts) == "sq/rights.yml"
    assert [(one.name, one.by) for one in reviews.reviews(texts) if one.by] == [("sq/rights.yml", "Arta")]
    edit(path, lambda text: text + "\n")
    assert not any(one.by for one in reviews.reviews(texts))
    with pytest.raises(ValueError, match="is not a file"):
        reviews.reviewed(copy / "rules" / "rights.yml", "Arta", TODAY, texts)


def test_the_table_has_every_topic_in_every_language() -> None:
    rows = list(table.rows())
    assert {(row.topic, row.language) for row in rows} == {
        (topic, language) for topic in TOPICS for language in LANGUAGES
    }
    assert all(row.examples > 30 and row.answers for row in rows), [str(row) for row in rows]
    assert all(row.segments and row.segments[2] <= answers.MOST_SEGMENTS for row in rows)


def test_reading_is_measured_by_words_and_sentences() -> None:
    assert reading.lix("I am here. You are there.") == pytest.approx(3.0)
    assert reading.lix("Unbelievable circumstances.") == pytest.approx(102.0)
    assert reading.lix("") == 0
    assert reading.longest_sentence("One two. Three four five: six") == 3


def test_every_text_is_of_a_known_language_and_its_avoid_list_is_there() -> None:
    avoided = yaml.safe_load((answers.TEXTS / "_avoid.yml").read_text(encoding="utf-8"))
    assert set(avoided) == set(LANGUAGES)
