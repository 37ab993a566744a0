"""A log line holds nothing but listed words and bounded numbers, whoever calls for it and with what."""

import ast
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors as errors_of
from bot import known, logs
from bot.turn import Step
from bot.wording import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "+355691234567"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    out = io.StringIO()
    monkeypatch.setattr(logs, "_out", out)
    return out


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


@given(
    name=st.sampled_from(sorted(logs.EVENTS)),
    value=st.one_of(st.text(), st.integers(min_value=100_000_000), st.floats(), st.booleans(), st.none()),
)
def test_no_field_of_any_event_can_carry_a_text_or_a_phone_number(name: str, value: Any) -> None:
    out = io.StringIO()
    before, logs._out = logs._out, out
    try:
        logs.event(name, **dict.fromkeys(logs.EVENTS[name], value))
    finally:
        logs._out = before
    [line] = lines(out)
    assert {line[field] for field in logs.EVENTS[name]} == {known.OTHER}


@pytest.mark.parametrize(
    "words", ["they locked me in", "locked", NUMBER, NUMBER[1:], "Locked", "locked.py:1", "port x"]
)
@pytest.mark.parametrize("field", sorted(logs.VALUES))
def test_words_of_a_person_are_replaced_in_every_field(field: str, words: str) -> None:
    assert logs.VALUES[field](words) == known.OTHER


def test_what_is_on_the_list_is_shown(said: io.StringIO) -> None:
    logs.event("send_failed", channel="sms", error="TryLater", code=20009, tries=3)
    logs.event("failed", role="worker", error="ValueError", where="turn.py:17")
    first, second = lines(said)
    assert first | {"at": 0} == {
        **{"at": 0, "event": "send_failed", "channel": "sms", "error": "TryLater", "code": 20009, "tries": 3}
    }
    assert (second["error"], second["where"]) == ("ValueError", "turn.py:17")


def test_what_is_not_on_the_list_is_dropped(said: io.StringIO) -> None:
    logs.event("message", text="they locked me in")
    logs.event("sent", channel="sms", ms=12, text="they locked me in")
    [line] = lines(said)
    assert set(line) == {"at", "event", "channel", "ms"}


def test_every_field_of_every_event_has_values_it_may_show() -> None:
    assert set[str]().union(*logs.EVENTS.values()) == logs.VALUES.keys()


def test_the_time_is_the_minutes(said: io.StringIO) -> None:
    logs.event("started", role="worker")
    assert lines(said)[0]["at"] % 60 == 0


def test_the_place_of_an_error_is_a_file_of_ours_or_nothing() -> None:
    def fails() -> None:
        raise ValueError("they locked me in")

    with pytest.raises(ValueError, match="locked") as caught:
        fails()
    assert known.place(logs.where(caught.value)) == known.OTHER  # this file is none of the house's


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every `logs.event(...)` in the house."""
    for folder in ("bot", "escalation"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.event", "event"):
                    yield str(path.relative_to(ROOT)), node


def test_every_event_that_is_written_is_listed_with_all_its_fields() -> None:
    wrong, found = [], 0
    for place, call in calls():
        assert isinstance(call.args[0], ast.Constant)
        name, fields = str(call.args[0].value), {keyword.arg for keyword in call.keywords}
        found += 1
        if name not in logs.EVENTS or not fields <= logs.EVENTS[name]:
            wrong.append(f"{place}:{call.lineno} {name} {fields}")
    assert wrong == []
    assert found > 20


def test_every_constant_that_is_logged_is_a_value_its_field_may_have() -> None:
    wrong = [
        f"{place}:{call.lineno} {keyword.arg}={keyword.value.value!r}"
        for place, call in calls()
        for keyword in call.keywords
        if keyword.arg
        and isinstance(keyword.value, ast.Constant)
        and logs.VALUES[keyword.arg](keyword.value.value) != keyword.value.value  # type: ignore[arg-type]
    ]
    assert wrong == []


def test_the_lists_are_those_of_the_code() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    assert set(re.findall(r"raise Refused\(\"([^\"]+)\"", source)) == known.REASONS
    assert set(LANGUAGES) == known.LANGUAGES
    assert {path.stem for path in (ROOT / "dialogues" / "directory").glob("??.yml")} | {
        "unknown"
    } == known.COUNTRIES
    kinds = {kind.__name__ for kind in errors_of.ChannelError.__subclasses__()}
    assert kinds | {"sent"} == known.OUTCOMES
    assert "erased" in get_args(Step)
