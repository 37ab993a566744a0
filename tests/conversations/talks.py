"""Measured, not yet held: `pytest tests/conversations/talks.py` (see the README there).

Whole talks through the real turn, store, engine and danger model: each behaviour in each language.

A file is one behaviour, named as a sentence. `expect` at its top holds step by step for every language; what
only one language can say (words of the answer, a number) stands with the step. Said nowhere, it is expected
that the person is answered, in the language and alphabet of the talk, no human called and nothing erased.
"""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from bot import logs
from bot.converse import Played, Stage, stage
from bot.script import script_of
from bot.settings import Settings
from bot.wording import folded

FOLDER = Path(__file__).parent
TALKS = ("en", "sq", "bcms-latin", "bcms-cyrillic", "ro")


class Expect(BaseModel):
    """What is to come of one message; a field left out keeps its default, null leaves it open."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: tuple[str, ...] = ()
    """At least one of these is in the answer, whatever its case, marks and alphabet."""
    all: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    buttons: tuple[str, ...] | None = None
    topic: str | None = None
    language: str | None = None
    alphabet: Literal["latin", "cyrillic"] | None = None
    risk: Literal["none", "concern", "danger", "emergency"] | None = None
    escalated: bool | None = False
    erased: bool = False
    silent: bool | None = False


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    say: str
    expect: dict[str, Any] = {}


class Behaviour(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: Literal["sms", "telegram"]
    expect: tuple[dict[str, Any], ...]
    known: dict[str, str] = {}
    """Talks whose wording a model misjudges, each with the reason."""
    talks: dict[str, tuple[Step, ...]]


@dataclass
class Said:
    """The talk so far, for whoever has to find out why it went wrong."""

    lines: list[str] = field(default_factory=list)

    def add(self, step: Step, one: Played) -> None:
        taken = one.taken
        found = f"{taken.step} {taken.language} {taken.risk} {taken.topic}"
        called = " CALLED" * taken.escalated + " ERASED" * taken.erased
        self.lines += [f"  person   > {step.say}   ({found}{called})"]
        self.lines += [f"  hotline  > {reply}" for reply in one.replies]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def behaviours() -> list[Path]:
    return sorted(FOLDER.glob("*.yml"))


def read(path: Path) -> Behaviour:
    return Behaviour.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def cases() -> list[Any]:
    made = []
    for path in behaviours():
        behaviour = read(path)
        for name in behaviour.talks:
            reason = behaviour.known.get(name)
            marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
            made.append(pytest.param(behaviour, name, id=f"{path.stem}-{name}", marks=marks))
    return made


@pytest.fixture(scope="module")
async def played() -> AsyncIterator[Stage]:
    """One store, engine and danger model for all talks; each talk has an address of its own."""
    with Path(os.devnull).open("w") as nowhere, pytest.MonkeyPatch.context() as patched:  # noqa: ASYNC230 - once, before any talk
        patched.setattr(logs, "_out", nowhere)
        async with stage(Settings()) as opened:
            yield opened


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in behaviours()])
def test_a_behaviour_is_the_same_in_every_language(path: Path) -> None:
    behaviour = read(path)
    assert tuple(behaviour.talks) == TALKS
    assert set(behaviour.known) <= set(TALKS)
    steps = len(behaviour.expect)
    assert {name: len(talk) for name, talk in behaviour.talks.items()} == dict.fromkeys(TALKS, steps)


@pytest.mark.parametrize(("behaviour", "name"), cases())
async def test_a_talk_goes_as_promised(behaviour: Behaviour, name: str, played: Stage) -> None:
    said, address = Said(), played.caller(behaviour.channel)
    for common, step in zip(behaviour.expect, behaviour.talks[name], strict=True):
        one = await played.say(behaviour.channel, address, step.say)
        said.add(step, one)
        wrong = differences(Expect.model_validate({**common, **step.expect}), one, name)
        assert not wrong, f"{'; '.join(wrong)}\n{said}"


def differences(expect: Expect, one: Played, name: str) -> list[str]:
    """What is not as expected, in words."""
    taken, language, alphabet = one.taken, *of_talk(name)
    facts: list[tuple[str, object, object]] = [
        ("language", taken.language, expect.language or language),
        ("escalated", taken.escalated, expect.escalated),
        ("erased", taken.erased, expect.erased),
        ("silent", not one.replies, expect.silent),
        ("topic", taken.topic.partition("__")[0], expect.topic),
        ("risk", taken.risk, expect.risk),
    ]
    wrong = [f"{what} is {is_}, not {to_be}" for what, is_, to_be in facts if to_be not in (None, is_)]
    wanted = expect.alphabet or alphabet
    wrong += [f"an answer is not {wanted}" for reply in one.replies if script_of(reply) != wanted]
    wrong += wrong_words(expect, one.replies)
    if expect.buttons is not None and set(map(folded, one.buttons)) != set(map(folded, expect.buttons)):
        wrong.append(f"buttons are {one.buttons}")
    return wrong


def wrong_words(expect: Expect, replies: Sequence[str]) -> list[str]:
    answer = folded("\n".join(replies))
    wrong = []
    if expect.words and not any(folded(word) in answer for word in expect.words):
        wrong.append(f"none of {expect.words} is in the answer")
    wrong += [f"{word} is not in the answer" for word in expect.all if folded(word) not in answer]
    return wrong + [f"{word} is in the answer" for word in expect.never if folded(word) in answer]


def of_talk(name: str) -> tuple[str, str]:
    """Language and alphabet a talk is in."""
    language, _, alphabet = name.partition("-")
    return language, alphabet or "latin"
