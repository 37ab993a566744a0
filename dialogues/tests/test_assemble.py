"""Putting the content together, and what it says when something is wrong: the file, the key, the fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.assemble import Sources, assemble, declared
from engine.content import ContentError
from engine.paths import LANGUAGES

DOMAIN = """
intents: [small_talk__hello, seek_help__where]
actions: [utter_small_talk__hello, utter_help_list, action_where]
"""
RULES = 'version: "3.1"\nrules: []\n'
HELLO = {"text": "Hello", "sms": "Hi"}
LIST = {"text": "For {country}: {numbers}", "sms": "{numbers}"}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


def texts(language: str) -> dict[str, dict[str, str]]:
    content = {"utter_small_talk__hello": dict(HELLO), "utter_help_list": dict(LIST)}
    for forms in content.values():
        forms["text"] += f" ({language})" if language != "en" else ""
        if language == "bcms":
            forms["sms_cyrillic"] = "kratko {numbers}" if "{" in forms["sms"] else "kratko"
    return content


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """A small project that has everything it needs."""
    write(tmp_path / "domain/small.yml", DOMAIN)
    write(tmp_path / "domain/buttons.yml", "utter_small_talk__hello: [yes_please]\n")
    write(tmp_path / "rules/small.yml", RULES)
    write(tmp_path / "nlu/own.yml", {"seek_help__where": {"en": ["Greece"]}})
    for language in LANGUAGES:
        write(tmp_path / f"texts/{language}/small_talk.yml", texts(language))
        write(tmp_path / f"texts/{language}/_buttons.yml", {"yes_please": f"Yes {language}"})
        nlu = f"nlu:\n- intent: small_talk__hello\n  examples: |\n    - hello {language}\n"
        write(tmp_path / f"nlu_data/{language}/small_talk.yml", nlu)
    folders = ("domain", "rules", "texts", "nlu", "nlu_data", "build")
    return Sources(*(tmp_path / folder for folder in folders))


def problems(sources: Sources, allow_missing: bool = False) -> list[str]:
    with pytest.raises(ContentError) as found:
        assemble(sources, allow_missing)
    return found.value.problems


def built(sources: Sources) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((sources.build / "domain/responses.yml").read_text())[
        "responses"
    ]
    return content


def test_every_language_and_channel_becomes_a_variation(sources: Sources) -> None:
    assemble(sources)
    variations = built(sources)["utter_small_talk__hello"]
    chosen = {(v.get("condition", [{}])[0].get("value", "en"), v.get("channel")): v for v in variations}
    expected = {(language, channel) for language in LANGUAGES for channel in (None, "sms")}
    assert set(chosen) == expected | {("bcms", "sms_cyrillic")}
    assert len(chosen) == len(variations)
    assert chosen[("ro", None)] == {
        "text": "Hello (ro)",
        "condition": [{"type": "slot", "name": "language", "value": "ro"}],
        "buttons": [{"title": "Yes ro", "payload": "yes_please"}],
    }
    assert chosen[("bcms", "sms_cyrillic")]["text"] == "kratko"
    assert "buttons" not in chosen[("ro", "sms")]


def test_examples_of_all_languages_are_gathered(sources: Sources) -> None:
    assemble(sources)
    files = sorted(path.name for path in (sources.build / "nlu").glob("*.yml"))
    assert files == ["bcms_nlu.yml", "en_nlu.yml", "en_own.yml", "ro_nlu.yml", "sq_nlu.yml"]


def test_harmless_messages_of_the_danger_data_become_examples(sources: Sources) -> None:
    groups = [
        {"risk": "none", "topic": "small_talk__hello", "texts": ["hej [ti](qen)"]},
        {"risk": "concern", "topic": "seek_help__where", "texts": ["where to"]},
        {"risk": "none", "topic": "small_talk", "texts": ["a bare topic says too little"]},
        {"risk": "danger", "topic": "small_talk__hello", "texts": ["never this"]},
        {"risk": "emergency", "topic": "seek_help__where", "texts": ["nor this"]},
    ]
    write(sources.nlu_data / "danger/sq/everyday.yml", groups)
    assemble(sources)
    found = yaml.safe_load((sources.build / "nlu/sq_danger.yml").read_text())["nlu"]
    assert {group["intent"]: group["examples"] for group in found} == {
        "small_talk__hello": "- hej ti qen\n",
        "seek_help__where": "- where to\n",
    }


def test_held_out_data_is_never_opened(sources: Sources) -> None:
    write(sources.nlu_data / "heldout/en.yml", "{ not even yaml")
    write(sources.nlu_data / "heldout/en/small_talk.yml", "{ not even yaml")
    assemble(sources)
    texts = "".join(path.read_text() for path in sources.build.rglob("*.yml"))
    assert "not even" not in texts


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_missing_text_is_named_with_language_and_key(sources: Sources, language: str) -> None:
    content = texts(language)
    del content["utter_help_list"]
    write(sources.texts / language / "small_talk.yml", content)
    assert problems(sources) == [f"texts/{language}: utter_help_list is missing"]


def test_a_missing_text_may_be_english_while_writers_work(sources: Sources) -> None:
    content = texts("sq")
    del content["utter_help_list"]
    write(sources.texts / "sq/small_talk.yml", content)
    assemble(sources, allow_missing=True)
    albanian = [
        v for v in built(sources)["utter_help_list"] if v.get("condition", [{}])[0].get("value") == "sq"
    ]
    assert [v["text"] for v in albanian] == [LIST["text"], LIST["sms"]]


def test_nothing_stands_in_for_english(sources: Sources) -> None:
    write(sources.texts / "en/small_talk.yml", {"utter_small_talk__hello": HELLO})
    assert problems(sources, allow_missing=True) == [
        "texts/en: utter_help_list is missing, and no language can stand in"
    ]


FAULTS: list[tuple[str, Any, str]] = [
    (
        "texts/sq/small_talk.yml",
        {**texts("sq"), "utter_typo": HELLO},
        "utter_typo is a text that no rule uses",
    ),
    (
        "texts/sq/small_talk.yml",
        {**texts("sq"), "utter_small_talk__hello": {"text": "Tung"}},
        "utter_small_talk__hello has no sms form",
    ),
    (
        "texts/bcms/small_talk.yml",
        {**texts("bcms"), "utter_small_talk__hello": HELLO},
        "utter_small_talk__hello has no sms_cyrillic form",
    ),
    (
        "texts/sq/small_talk.yml",
        {**texts("sq"), "utter_small_talk__hello": {**HELLO, "telegram": "Tung"}},
        "utter_small_talk__hello has an unknown form telegram",
    ),
    (
        "texts/ro/small_talk.yml",
        {**texts("ro"), "utter_small_talk__hello": {**HELLO, "sms": "Salut {nume}"}},
        "utter_small_talk__hello, sms: no placeholder {nume} here",
    ),
    (
        "texts/ro/small_talk.yml",
        {**texts("ro"), "utter_help_list": {**LIST, "sms": "nimic"}},
        "utter_help_list, sms: the placeholder {numbers} is missing",
    ),
    (
        "texts/ro/small_talk.yml",
        {**texts("ro"), "utter_help_list": {**LIST, "sms": "{numbers} {"}},
        "utter_help_list, sms: a single { or }",
    ),
    (
        "texts/ro/small_talk.yml",
        {**texts("ro"), "utter_small_talk__hello": "Salut"},
        "utter_small_talk__hello has no text: and sms: forms",
    ),
    ("texts/ro/_buttons.yml", {"other": "Da"}, "the button yes_please has no title"),
    ("texts/ro/more.yml", {"utter_help_list": LIST}, "utter_help_list stands in more.yml too"),
    ("texts/ro/small_talk.yml", "a: 1\na: 2\n", "line 2: a stands there twice"),
    ("texts/ro/small_talk.yml", "a: [1\n", "line 2"),
    (
        "nlu_data/ro/small_talk.yml",
        "nlu:\n- intent: nonsense\n  examples: |\n    - x\n",
        "nonsense does not exist",
    ),
    ("nlu_data/ro/small_talk.yml", "nlu:\n- examples: 3\n", "is not in the agreed form"),
    ("domain/buttons.yml", "utter_other: [yes_please]\n", "utter_other is no known text"),
]


@pytest.mark.parametrize(("file", "content", "fault"), FAULTS, ids=[fault for _, _, fault in FAULTS])
def test_a_fault_is_said_with_its_file_and_nothing_is_built(
    sources: Sources, file: str, content: Any, fault: str
) -> None:
    write(sources.texts.parent / file, content)
    found = problems(sources)
    assert any(
        (fault in problem and problem.startswith(file.split("/")[0])) or file in problem for problem in found
    )
    assert any(fault in problem for problem in found), found
    assert not sources.build.exists()


def test_one_line_with_two_meanings_is_said(sources: Sources) -> None:
    nlu = "nlu:\n- intent: seek_help__where\n  examples: |\n    - Hello  EN\n"
    write(sources.nlu_data / "en/seek_help.yml", nlu)
    (found,) = problems(sources)
    assert "means small_talk__hello here and seek_help__where in" in found


def test_an_example_of_our_own_wins_over_the_same_line_elsewhere(sources: Sources) -> None:
    nlu = "nlu:\n- intent: small_talk__hello\n  examples: |\n    - greece\n    - hello\n"
    write(sources.nlu_data / "en/small_talk.yml", nlu)
    assemble(sources)
    assert "greece" not in (sources.build / "nlu/en_nlu.yml").read_text()


def test_the_projects_own_content_is_whole() -> None:
    """What stands in the project now, for every language."""
    from engine import examples
    from engine.assemble import SPARE
    from engine.content import load
    from engine.texts import read_texts

    project = Sources()
    intents, keys = declared(project)
    buttons = {name for row in load(project.domain / "buttons.yml").values() for name in row}
    for language in LANGUAGES:
        assert read_texts(project.texts / language, language, keys, SPARE, buttons).problems == []
    assert examples.collect(project.nlu_data, project.own_nlu, intents)[1] == []


def test_rules_and_domain_name_no_language() -> None:
    project = Sources()
    for folder in (project.domain, project.rules):
        for path in folder.glob("*.yml"):
            words = set(path.read_text().replace(":", " ").replace(",", " ").split())
            assert not words & set(LANGUAGES), path
