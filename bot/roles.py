"""The roles, each a process of its own: gateway, worker, console, engine."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.routing import Route
from starlette.types import ASGIApp

from bot import bootstrap, keys, logs, metrics
from bot.app import gateway, taking_in
from bot.bootstrap import Hotline
from bot.channels.intake import Accept
from bot.process import no_dumps
from bot.settings import ROOT, Settings, required
from bot.store import refuse_if_persistent

ENGINE_PYTHON = ROOT / "dialogues" / ".venv" / "bin" / "python"
MAX_HEADERS = 16 * 1024
PASSED_TO_ENGINE = (
    "HOTLINE_ENGINE_PORT",
    "HOTLINE_ENGINE_HOST",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TMPDIR",
)


def begin(role: str, settings: Settings) -> None:
    """What every role does first: no dumps, no library logs, metrics."""
    no_dumps()
    logs.silence_libraries()
    metrics.serve(settings.metrics_port)
    logs.event("started", role=role)


async def run_gateway(settings: Settings) -> None:
    """Webhooks in, and nothing else: no models, no provider's client."""
    async with bootstrap.hotline(required(settings), with_channels=False) as whole:
        await refuse_if_persistent(whole.store)
        begin("gateway", settings)
        app = gateway(_routes(whole, taking_in(whole.inbox)), _store_answers(whole))
        await serve(app, settings.bind, settings.gateway_port)


def _routes(whole: Hotline, accept: Accept) -> list[Route]:
    settings = whole.settings
    routes: list[Route] = []
    if settings.sms:
        from bot.channels.sms.webhook import SmsWebhook

        async def delivered(channel: str, provider_id: str, status: str) -> None:
            await whole.deletions.hasten(channel, provider_id)
            await whole.deliveries.reported(channel, provider_id, status)

        routes += SmsWebhook(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.twilio_number,
            settings.public_url or f"http://{settings.bind}:{settings.gateway_port}",
            settings.default_region,
            accept,
            delivered,
        ).routes()
    if settings.telegram and settings.telegram_secret:
        from bot.channels.telegram.webhook import TelegramWebhook

        async def leave(group: int) -> None:
            await whole.store.sadd(keys.GROUPS, group)
            await whole.store.expire(keys.GROUPS, keys.HOUR)

        routes += TelegramWebhook(settings.telegram_secret, accept, leave).routes()
    return routes


def _store_answers(whole: Hotline) -> Any:
    async def ready() -> bool:
        try:
            return bool(await whole.store.ping())
        except Exception:
            return False

    return ready


async def run_worker(settings: Settings) -> None:
    """Turns, sending, erasing; and Telegram's side of the line: its webhook, or polling it."""
    from bot.telegram_line import TelegramLine

    async with bootstrap.hotline(required(settings)) as whole:
        await refuse_if_persistent(whole.store)
        begin("worker", settings)
        judge = await asyncio.to_thread(bootstrap.judge)
        line = TelegramLine(whole, taking_in(whole.inbox))

        async def sweep() -> None:
            await whole.sweep.run()
            await whole.alert.run()
            await line.leave_groups()

        receiving = asyncio.create_task(line.receive())
        await until_stopped(whole.worker(judge).run(sweep))
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving


async def run_console(settings: Settings) -> None:
    from bot.console import console_app

    async with bootstrap.hotline(required(settings), with_channels=False) as whole:
        await refuse_if_persistent(whole.store)
        begin("console", settings)
        await serve(console_app(whole), settings.bind, settings.console_port)


def run_engine(settings: Settings) -> None:
    """Become the engine: its own Python, its own folder, nothing of our secrets but the token."""
    folder = ROOT / "dialogues"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(folder),
        "RASA_TELEMETRY_ENABLED": "false",
        "HOTLINE_ENGINE_TOKEN": settings.engine_token,
    }
    for name in PASSED_TO_ENGINE:
        if name in os.environ:
            environment[name] = os.environ[name]
    os.chdir(folder)
    os.execve(str(ENGINE_PYTHON), [str(ENGINE_PYTHON), "-m", "engine.launcher"], environment)  # noqa: S606


async def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve until told to stop; no access log, no banner, bounded headers."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        h11_max_incomplete_event_size=MAX_HEADERS,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=1,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    await server.serve()
    if not server.started:
        logs.event("failed", role="server", error="CannotListen", where=f"port {port}")
        sys.exit(3)


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, then cancel and let it finish what it holds."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
