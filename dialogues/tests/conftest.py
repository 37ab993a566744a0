"""The real model, trained if something changed, once inside this process and once behind its endpoint."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import no_tensorflow  # noqa: F401 (before Rasa)
from engine.embedding import embed, normalise
from engine.paths import MODEL, ROOT
from engine.quiet import hush

hush()
# Before the encoder is loaded: on a busy machine two threads for one text take thirty times as long as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

TOKEN = "test-token-0123456789"
READY_WITHIN = 120.0  # seconds; a loaded machine reads slowly
CONTRACT = ROOT.parent / "tests" / "contract"


@cache
def vector_of(text: str) -> list[float]:
    return [float(number) for number in embed(normalise(text))]


def request(text: str, **fields: Any) -> dict[str, Any]:
    """A request as the worker sends it, for a text that stays here."""
    known: dict[str, Any] = {
        "vector": vector_of(text),
        "language": "en",
        "script": "latin",
        "channel": "sms",
        "country": None,
        "entities": {},
        "offered": None,
        "state": None,
    }
    return {**known, **fields}


@lru_cache(maxsize=1)
def nothing_like_it() -> list[float]:
    """The vector of no meaning: in the middle of everything one could write, so that no intent is sure."""
    examples = json.loads((CONTRACT / "embedding_examples.json").read_text(encoding="utf-8"))["examples"]
    middle = np.mean([vector_of(example["text"]) for example in examples], axis=0)
    return [float(number) for number in middle]


@dataclass
class Server:
    """A running engine, its port and everything it has said."""

    process: subprocess.Popen[bytes]
    port: int
    said: Path

    def send(
        self, body: bytes, token: str | None = TOKEN, method: str = "POST", path: str = "/turn"
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def turn(self, fields: dict[str, Any]) -> dict[str, Any]:
        status, body = self.send(json.dumps(fields).encode())
        assert status == 200
        answer: dict[str, Any] = json.loads(body)
        return answer


def free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port: int = finder.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model of what stands in the project now."""
    command = [sys.executable, "-m", "engine.commands", "train", "--if-stale"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return MODEL


@pytest.fixture(scope="session")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An engine started as in production."""
    said = tmp_path_factory.mktemp("engine") / "said.txt"
    environment = {**os.environ, "HOTLINE_ENGINE_TOKEN": TOKEN, "HOTLINE_ENGINE_PORT": str(free_port())}
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.launcher"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Server(process, int(environment["HOTLINE_ENGINE_PORT"]), said)
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            assert running.send(b"", None, "GET", "/health")[0] == 200
            break
        except OSError:
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, "the engine did not become ready"
            time.sleep(0.1)
    yield running
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture(scope="session")
def engine(model: Path) -> Any:
    """The engine inside this process."""
    from engine.dialogue import Engine

    loaded = Engine.load(model)
    hush()
    return loaded


@dataclass
class Talk:
    """One person's talk: keeps what the worker would keep, and what came back."""

    server: Server
    language: str = "en"
    channel: str = "telegram"
    script: str = "latin"
    country: str | None = None
    state: Any = None
    offered: str | None = None
    last: dict[str, Any] = field(default_factory=dict)

    def say(self, text: str | None, named: str | None = None, answer: str | None = None) -> list[str]:
        """Send a message, or None for one that means nothing; the keys of the replies."""
        entities = {name: value for name, value in (("country", named), ("answer", answer)) if value}
        fields = request(
            text or "",
            language=self.language,
            channel=self.channel,
            script=self.script,
            country=self.country,
            entities=entities,
            offered=self.offered,
            state=self.state,
        )
        if text is None:
            fields["vector"] = nothing_like_it()
        self.last = self.server.turn(fields)
        self.state, self.country = self.last["state"], self.last["country"]
        self.offered = "person" if self.last["offers_person"] else None
        return [reply["key"] for reply in self.last["replies"]]

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.last["replies"])


@pytest.fixture
def talk(server: Server) -> Any:
    """Begin a talk: talk("sq", "sms")."""

    def begin(language: str = "en", channel: str = "telegram", **fields: Any) -> Talk:
        return Talk(server, language, channel, **fields)

    return begin
