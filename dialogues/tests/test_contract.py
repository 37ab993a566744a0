"""The endpoint as both projects agreed on it, over real HTTP, and everything that is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.paths import MODEL
from engine.request import LARGEST
from engine.stamp import hash_of
from tests.conftest import CONTRACT, TOKEN, Server, request

EXAMPLES = sorted((CONTRACT / "turn_examples").glob("*.json"))
SETTLED = ("intent", "topic", "state", "country", "wants_person", "offers_person", "asks")
CANARY = "kanarinac7319"


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_answered_as_agreed(path: Path, server: Server) -> None:
    example = read(path)
    answer = server.turn(request(example["text"], **example["request"]))
    expected = example["response"]
    assert set(answer) == set(expected)
    assert {name: answer[name] for name in SETTLED} == {name: expected[name] for name in SETTLED}
    assert [reply["key"] for reply in answer["replies"]] == [reply["key"] for reply in expected["replies"]]
    for reply in answer["replies"]:
        assert set(reply) == {"key", "text", "buttons"}
        assert reply["text"]
        assert all(isinstance(title, str) for title in reply["buttons"])
    assert 0 <= answer["confidence"] <= 1
    assert 1 <= len(answer["ranking"]) <= 3
    assert all(isinstance(name, str) and 0 <= share <= 1.0001 for name, share in answer["ranking"])


def test_the_examples_show_every_kind_of_turn() -> None:
    names = {path.stem for path in EXAMPLES}
    assert names >= {"hello", "offer", "check", "answer", "where", "country", "person", "declined", "verdict"}


def test_health_names_the_model(server: Server) -> None:
    status, body = server.send(b"", None, "GET", "/health")
    assert status == 200
    assert json.loads(body) == {"ready": True, "model": hash_of(MODEL)}


def good() -> dict[str, Any]:
    return request(f"hello {CANARY}")


def without(name: str) -> dict[str, Any]:
    fields = good()
    del fields[name]
    return fields


def with_(**fields: Any) -> dict[str, Any]:
    return {**good(), **fields}


MALFORMED: list[Any] = [
    [],
    "text",
    None,
    {},
    *(lambda name=name: without(name) for name in good()),
    lambda: with_(text=CANARY),
    lambda: with_(vector=[0.0] * 383),
    lambda: with_(vector=[0.0] * 383 + ["x"]),
    lambda: with_(vector=[0.0] * 383 + [True]),
    lambda: with_(vector=[0.0] * 383 + [9.0]),
    lambda: with_(vector=[0.0] * 383 + [float("nan")]),
    lambda: with_(vector={"0": 1}),
    lambda: with_(language=CANARY),
    lambda: with_(language=None),
    lambda: with_(language=["en"]),
    lambda: with_(script="greek"),
    lambda: with_(channel="sms_cyrillic"),
    lambda: with_(country="Italy"),
    lambda: with_(country="it"),
    lambda: with_(country=CANARY),
    lambda: with_(entities=None),
    lambda: with_(entities={"country": "IT\n"}),
    lambda: with_(entities={"answer": CANARY}),
    lambda: with_(entities={"topics": CANARY}),
    lambda: with_(entities={"topics": {CANARY: 0.5}}),
    lambda: with_(entities={"topics": {"privacy": 2}}),
    lambda: with_(entities={"topics": {"privacy": True}}),
    lambda: with_(entities={"topic": "privacy"}),
    lambda: with_(entities={"name": CANARY}),
    lambda: with_(offered="anything"),
    lambda: with_(offered=True),
    lambda: with_(state={CANARY: 1}),
    lambda: with_(state={"v": 1, "slots": {"language": CANARY}, "loop": None, "interrupted": False}),
    lambda: with_(state=CANARY),
]


@pytest.mark.parametrize("case", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_request_is_refused_in_fixed_words(case: Any, server: Server) -> None:
    body = json.dumps(case() if callable(case) else case).encode()
    assert server.send(body) == (400, b'{"error": "malformed"}')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"/restart",
        b"[" * 30_000,
        CANARY.encode(),
        b'{"vector": [], "vector": []}',
    ],
)
def test_a_body_that_is_no_json_is_refused_in_fixed_words(body: bytes, server: Server) -> None:
    assert server.send(body) == (400, b'{"error": "malformed"}')


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "\u00e9"])
def test_without_the_token_nothing_is_answered(token: str | None, server: Server) -> None:
    assert server.send(json.dumps(good()).encode(), token) == (401, b'{"error": "token"}')


def test_a_body_too_large_is_refused_before_it_is_read(server: Server) -> None:
    assert server.send(b" " * (LARGEST + 1)) == (413, b'{"error": "too large"}')


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/turn"), ("POST", "/health"), ("GET", f"/{CANARY}"), ("PUT", "/model")]
)
def test_other_addresses_say_nothing(method: str, path: str, server: Server) -> None:
    status, body = server.send(b"", TOKEN, method, path)
    assert status in (404, 405)
    assert body == b'{"error": "unknown"}'


def test_a_refused_request_changes_nothing(server: Server) -> None:
    before = server.turn(request("hello"))
    server.send(json.dumps(with_(language=CANARY)).encode())
    server.send(b"{")
    assert server.turn(request("hello")) == before


def test_a_turn_depends_on_the_request_alone(server: Server) -> None:
    """Nothing of another person's talk is left in the engine."""
    asked = request("where can i get help", channel="telegram")
    before = server.turn(asked)
    server.turn(request("in italy", entities={"country": "IT"}, state=before["state"]))
    server.turn(request("i cannot call", country="RS"))
    assert server.turn(asked) == before


def test_nothing_of_a_request_is_ever_said(server: Server) -> None:
    """Last of this file on purpose: everything above went through the same process."""
    server.turn(request(f"/restart {CANARY}"))
    said = server.said.read_text()
    assert CANARY not in said
    assert TOKEN not in said
    assert not re.search(r"Traceback|Warning|0\.\d{4}", said), said


def test_an_answer_carries_no_text_of_the_request(server: Server) -> None:
    answer = server.turn(request(f"hello {CANARY}", channel="telegram"))
    assert CANARY not in json.dumps(answer)
