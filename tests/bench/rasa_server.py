"""The baseline: the same model behind `rasa run`, with Rasa's own Twilio channel and an action server."""

import asyncio
import json
import secrets
import sys
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
from tests.bench.phones import NS, Answered, Arrivals, Phone, Unanswered, session
from tests.bench.processes import NotStarted, process, tail
from tests.bench.provider import LISTENER

MODEL = ROOT / "dialogues" / "models" / "engine.tar.gz"
READY_S = 60.0
TOLD_S = 0.1
"""What the stand-in was given it tells at once, before it answers."""
# What runs inside our engine is an action server's work here; this one answers at once.
ACTIONS = {
    "action_not_understood": "utter_default",
    "action_where": "utter_ask_country",
    "action_offer_verdict": "utter_check_verdict_good",
}
DIFFERENCES = (
    "Both: from Twilio's webhook to the provider, the same stand-in, being given the (first) answer by POST",
    "Messages. Whole talks of 8 messages, the same texts, in four languages, rounds in turn.",
    "hotline: the webhook's signature is checked; a sealed inbox, language, danger in the message and in",
    "the talk so far, dialogue, a sealed outbox, delivery reports, deleting at the provider.",
    "rasa run: the same model archive in the same environment (without TensorFlow), Twilio channel, trackers",
    "with all texts in memory, answers in English, placeholders unfilled. No signature check, no danger, no",
    "sealing, no deletion, nothing survives its end. Own actions are answered at once by an action server in",
    "the bench (its processor time and memory are not counted).",
)
ACCOUNT, NUMBER = "AC" + "0" * 32, "+15005550006"
# Rasa's channel knows Twilio's own address only; everything else of it is as it is installed.
TO_STAND_IN = """
from twilio.http.http_client import TwilioHttpClient as client
to_twilio = client.request
def to_stand_in(self, method, url, *given, **named):
    return to_twilio(self, method, url.replace("https://api.twilio.com", {url!r}), *given, **named)
client.request = to_stand_in
"""


class Rasa:
    """A running Rasa server."""

    def __init__(self, url: str, pid: int, ready_s: float, arrivals: Arrivals) -> None:
        self.url, self.pid, self.ready_s = url, pid, ready_s
        self.silent = 0
        self._arrivals = arrivals
        self._session = session()

    async def ask(self, phone: Phone, body: str) -> Answered:
        """One message through the Twilio channel; raises Unanswered.

        The webhook is answered once all parts of the answer are at the provider.
        """
        seen, began = len(self._arrivals.times(phone.number)), time.monotonic_ns()
        sid = f"SM{secrets.token_hex(16)}"
        form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": phone.number, "To": NUMBER, "Body": body}
        try:
            async with self._session.post(f"{self.url}/webhooks/twilio/webhook", data=form) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            raise Unanswered("rasa") from None
        ended = time.monotonic_ns()
        if answer.status != 204:
            raise Unanswered(f"rasa answered {answer.status}")
        try:
            times = await self._arrivals.until(phone.number, seen + 1, TOLD_S)
        except Unanswered:
            self.silent += 1
            return Answered((ended - began) / NS)
        return Answered((times[seen] - began) / NS)

    async def aclose(self) -> None:
        await self._session.close()


@asynccontextmanager
async def rasa(folder: Path, output: Path) -> AsyncIterator[Rasa]:
    """Start it beside a stand-in for Twilio, and wait until it answers."""
    token = secrets.token_hex(16)
    async with _provider(folder / "provider.log", token) as (api, arrivals), _action_server() as actions:
        account = {"account_sid": ACCOUNT, "auth_token": token, "twilio_number": NUMBER}
        (folder / "credentials.yml").write_text(json.dumps({"twilio": account}), encoding="utf-8")
        (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {actions}\n", encoding="utf-8")
        port = free_port()
        url, began = f"http://127.0.0.1:{port}", time.monotonic()
        async with process(_command(port, folder, api), output, _environment(folder)) as started:
            while not await asyncio.to_thread(_answers, url):
                if started.poll() is not None or time.monotonic() - began > READY_S:
                    raise NotStarted(f"Rasa's own server did not start:\n{tail(output)}")
            server = Rasa(url, started.pid, round(time.monotonic() - began, 2), arrivals)
            try:
                yield server
            finally:
                await server.aclose()


@asynccontextmanager
async def _provider(output: Path, token: str) -> AsyncIterator[tuple[str, Arrivals]]:
    """The same stand-in as the hotline's, with nobody to deliver to."""
    arrivals, port = Arrivals(), free_port()
    await arrivals.listen()
    environment = {
        LISTENER: str(arrivals.port),
        "HOTLINE_SANDBOX_PORT": str(port),
        "HOTLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
        "HOTLINE_TWILIO_AUTH_TOKEN": token,
        "HOTLINE_TWILIO_NUMBER": NUMBER,
    }
    url = f"http://127.0.0.1:{port}"
    try:
        async with process([sys.executable, "-m", "tests.bench.provider"], output, environment) as started:
            began = time.monotonic()
            while not await asyncio.to_thread(_answers, url):
                if started.poll() is not None or time.monotonic() - began > READY_S:
                    raise NotStarted(f"The stand-in for Twilio did not start:\n{tail(output)}")
            yield url, arrivals
    finally:
        arrivals.close()


def _command(port: int, folder: Path, api: str) -> list[str]:
    """Rasa's command line as `engine.commands` runs it: without TensorFlow."""
    arguments = [
        "run",
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
    script = f"{TO_STAND_IN.format(url=api)}\nfrom engine.commands import rasa; rasa({called})"
    return [str(ENGINE_PYTHON), "-c", script]


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT / "dialogues"),
        "HOME": str(folder),  # Rasa keeps a file in it
        "RASA_TELEMETRY_ENABLED": "false",
        "NO_PROXY": "127.0.0.1",
        # Threads of one embedding that spin while they wait cost Rasa a multiple on a machine that is in use.
        "OMP_WAIT_POLICY": "passive",
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
