"""No type that holds words, addresses or keys can show them: by repr, format, pickle, copy, or in an error.

Every dataclass and model in `bot/` and `escalation/cases` refuses, or holds only what is listed here.
"""

import copy
import dataclasses
import importlib
import pickle
import pkgutil
import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

import bot
import escalation.cases
from bot.channels.sms.signature import Form
from bot.private import Address, Private, Text, Unshown
from bot.vault import Key

MARK = "k3a9f0c77e"
ELSEWHERE = ("bot.audit", "bot.sandbox", "bot.content", "bot.__main__")
"""The stand-in for the providers (its phones show words: that is what it is for), staff's texts, and
the audit's marked talks of nobody."""
HARMLESS_TYPES = (int, float, bool, type(None))
HARMLESS = {
    "channel", "code", "column", "country", "error", "file", "host", "kind", "label", "language", "name",
    "path", "risk", "role", "script", "step", "topic",
    # our own fixed words, or what a file of ours says
    "Kept.pattern", "Kept.holds", "Kept.lifetime", "Kept.erased_by", "Numbers.emergency", "Numbers.lines",
    "Wording.texts", "Wording.cyrillic", "Wording.words", "Segments.encoding",
    "Rest.what", "Rest.why", "Rest.lifetime", "Rest.erased_by", "Health.failing",
    # a finding of `hotline doctor`: our own words; canaries in what it reads are looked for in its tests
    "Finding.says", "Finding.mend",
    # a process of ours; its environment is not in it
    "Child.process",
}  # fmt: skip


def modules() -> Iterator[str]:
    for package in (bot, escalation.cases):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(ELSEWHERE):
                yield found.name


def holders() -> dict[str, type]:
    """Every dataclass and model that is made in these modules."""
    found: dict[str, type] = {}
    for name in modules():
        for one in vars(importlib.import_module(name)).values():
            made_here = isinstance(one, type) and one.__module__ == name
            if made_here and (dataclasses.is_dataclass(one) or issubclass(one, BaseModel)):
                found[f"{name}.{one.__name__}"] = one
    return found


HOLDERS = holders()
REFUSING = [one for one in HOLDERS.values() if issubclass(one, Unshown)]


def test_there_are_as_many_as_we_know_of() -> None:
    known = {"Card", "Line", "Conversation", "Entry", "Inbound", "Outgoing", "Settings", "CaseRow", "Waiting"}
    assert known <= {one.__name__ for one in REFUSING}


@pytest.mark.parametrize("name", sorted(name for name, one in HOLDERS.items() if one not in REFUSING))
def test_what_shows_itself_holds_nothing_private(name: str) -> None:
    kind = HOLDERS[name]
    assert dataclasses.is_dataclass(kind), "a model of requests or answers refuses to be shown"
    hints = typing.get_type_hints(kind)
    private = [
        field.name
        for field in dataclasses.fields(kind)
        if not _harmless(hints[field.name]) and not HARMLESS & {field.name, f"{kind.__name__}.{field.name}"}
    ]
    assert private == [], f"{name} shows {private}: make it Unshown, or list why it may be seen"


def _harmless(hint: object) -> bool:
    if typing.get_origin(hint) is typing.Literal:
        return True
    inner = typing.get_args(hint)
    return all(_harmless(one) for one in inner) if inner else hint in HARMLESS_TYPES


def filled(kind: type) -> object:
    """One of these with the mark in every field."""
    made: object = object.__new__(kind)
    for field in dataclasses.fields(kind):
        object.__setattr__(made, field.name, MARK)
    return made


def shown(value: object) -> Iterator[str]:
    yield repr(value)
    yield str(value)
    yield f"{value}"
    yield f"{value!r} {value:>40}"
    yield "%s %r" % (value, value)  # noqa: UP031 - as a library may do it
    yield repr([value, {"one": value}])
    yield repr(KeyError(value))
    yield str(ValueError("of", value))


def refuses(value: object) -> None:
    assert not [text for text in shown(value) if MARK in text]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(value, protocol)
    with pytest.raises(TypeError):
        copy.copy(value)


@pytest.mark.parametrize("kind", [one for one in REFUSING if dataclasses.is_dataclass(one)])
def test_it_refuses_to_be_shown(kind: type) -> None:
    refuses(filled(kind))


@pytest.mark.parametrize("value", [Text(MARK), Address(MARK), Private(MARK), Form({"Body": [MARK]})])
def test_words_addresses_and_forms_refuse(value: object) -> None:
    refuses(value)


def test_a_key_refuses() -> None:
    raw = MARK.encode().ljust(32, b"x")
    key = Key(raw)
    assert not [text for text in shown(key) if MARK in text or raw.hex() in text]
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.deepcopy(key)


def test_an_engines_answer_refuses() -> None:
    from bot.engine import EngineReply, EngineTurn

    reply = EngineReply(key=MARK, text=MARK, buttons=[MARK])
    turn = EngineTurn(replies=[reply], state={"a": MARK}, topic=MARK)
    for value in (reply, turn):
        assert not [text for text in shown(value) if MARK in text]
        with pytest.raises(TypeError):
            pickle.dumps(value)
