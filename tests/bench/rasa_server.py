"""The baseline: the same trained model behind `rasa run`, with its REST channel and an action server."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import aiohttp
from aiohttp import web

from bot.children import free_port
from bot.roles import ENGINE_PYTHON
from bot.settings import ROOT
from tests.bench.phones import Answered, Phone, Unanswered, session
from tests.bench.processes import NotStarted, process, tail

MODEL = ROOT / "dialogues" / "models" / "engine.tar.gz"
READY_S = 60.0
# What runs inside our engine is an action server's work here; this one answers at once.
ACTIONS = {
    "action_not_understood": "utter_default",
    "action_where": "utter_ask_country",
    "action_offer_verdict": "utter_check_verdict_good",
}
DIFFERENCES = (
    "hotline: from a signed webhook to the provider being given the answer; between them a sealed inbox,",
    "language, danger, dialogue and a sealed outbox. Messages of one person are taken one after the other.",
    "rasa run: from an HTTP request to its answer. The same model archive in the same environment (without",
    "TensorFlow), REST channel, --enable-api, trackers with all texts in memory, answers in English, their",
    "placeholders unfilled. Own actions are answered at once by an action server in the bench (not in its",
    "memory figure). No danger, no sealing, no provider, no reading of yes, no and countries beforehand.",
)


class Rasa:
    """A running Rasa server."""

    def __init__(self, url: str, pid: int, ready_s: float) -> None:
        self.url, self.pid, self.ready_s = url, pid, ready_s
        self.silent = 0
        self._session = session()

    async def ask(self, phone: Phone, body: str) -> Answered:
        """One message through the REST channel; raises Unanswered."""
        began = time.monotonic()
        asked = {"sender": phone.number, "message": body}
        try:
            async with self._session.post(f"{self.url}/webhooks/rest/webhook", json=asked) as answer:
                replies = await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            replies = None
        if replies is None:
            raise Unanswered("rasa")
        self.silent += not replies
        return Answered((time.monotonic() - began) * 1000)

    async def aclose(self) -> None:
        await self._session.close()


@asynccontextmanager
async def rasa(folder: Path, output: Path) -> AsyncIterator[Rasa]:
    """Start it and wait until it answers."""
    async with _action_server() as actions:
        (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
        (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {actions}\n", encoding="utf-8")
        port = free_port()
        url, began = f"http://127.0.0.1:{port}", time.monotonic()
        async with process(_command(port, folder), output, _environment(folder)) as started:
            while not await asyncio.to_thread(_answers, url):
                if started.poll() is not None or time.monotonic() - began > READY_S:
                    raise NotStarted(f"Rasa's own server did not start:\n{tail(output)}")
            server = Rasa(url, started.pid, round(time.monotonic() - began, 2))
            try:
                yield server
            finally:
                await server.aclose()


def _command(port: int, folder: Path) -> list[str]:
    """Rasa's command line as `engine.commands` runs it: without TensorFlow."""
    arguments = [
        "run",
        "--enable-api",
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
        "--model",
        str(MODEL),
    ]
    for name in ("endpoints", "credentials"):
        arguments += [f"--{name}", str(folder / f"{name}.yml")]
    called = ", ".join(map(repr, arguments))
    return [str(ENGINE_PYTHON), "-c", f"from engine.commands import rasa; rasa({called})"]


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT / "dialogues"),
        "HOME": str(folder),  # Rasa keeps a file in it
        "RASA_TELEMETRY_ENABLED": "false",
    }


def _answers(url: str) -> bool:
    """Rasa opens its port once the model is loaded."""
    try:
        with urlopen(url, timeout=1) as page:  # noqa: S310 - our own loopback address
            return bool(page.status == 200)
    except (URLError, OSError):
        time.sleep(0.05)
        return False


@asynccontextmanager
async def _action_server() -> AsyncIterator[str]:
    """Answers Rasa's calls for own actions with the key of a text."""
    path = f"/{secrets.token_hex(8)}"

    async def act(request: web.Request) -> web.Response:
        asked: dict[str, Any] = await request.json()
        key = ACTIONS.get(asked["next_action"])
        return web.json_response({"events": [], "responses": [{"response": key}] if key else []})

    app = web.Application(client_max_size=1 << 24)
    app.router.add_post(path, act)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        await runner.cleanup()
