"""The roles, each a process of its own: gateway, worker, console, engine."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import uvicorn
import uvloop
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from bot import bootstrap, catchup, keys, logs, metrics
from bot.app import Ready, gateway, taking_in
from bot.bootstrap import Hotline
from bot.channels.intake import Accept
from bot.door import Door
from bot.operating.gauges import beat_for_ever, look_for_ever
from bot.operating.health import look, takes_messages
from bot.process import many_files, no_dumps, settled, swap_is_on
from bot.settings import ROOT, Settings, required
from bot.store import refuse_if_persistent

ENGINE_PYTHON = ROOT / "dialogues" / ".venv" / "bin" / "python"
PASSED_TO_ENGINE = (
    "HOTLINE_ENGINE_PORT",
    "HOTLINE_ENGINE_HOST",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TMPDIR",
)


def start(role: Callable[[Settings], Coroutine[Any, Any, None]], settings: Settings) -> None:
    """Run a role until it ends; first of all it leaves no dumps, and has no output but its events."""
    no_dumps()
    many_files()
    logs.only_events()
    uvloop.run(role(settings))


def begin(role: str, settings: Settings) -> None:
    """What every role does when it is sound: metrics, and a word that it is there."""
    metrics.serve(settings.metrics_port, settings.metrics_bind)
    logs.event("started", role=role)
    if swap_is_on():
        logs.event("swap_on", role=role)


async def run_gateway(settings: Settings) -> None:
    """Webhooks in, and nothing else: no models, no provider's client."""
    async with bootstrap.hotline(required(settings), with_channels=False) as whole:
        await refuse_if_persistent(whole.store)
        begin("gateway", settings)
        with suppress(RedisError, OSError):  # else it is looked in two minutes at the latest
            await catchup.soon(whole.store)
        looking = asyncio.create_task(look_for_ever(whole))
        await serve(gateway_app(whole), settings.bind, settings.gateway_port)
        looking.cancel()


def gateway_app(whole: Hotline) -> Starlette:
    """Its routes, and its readiness."""
    return gateway(_routes(whole, taking_in(whole.inbox)), _readiness(whole))


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
            whole.clock.now,
        ).routes()
    if settings.telegram and settings.telegram_secret:
        from bot.channels.telegram.webhook import TelegramWebhook

        async def leave(group: int) -> None:
            await whole.store.sadd(keys.GROUPS, group)
            await whole.store.expire(keys.GROUPS, keys.HOUR)

        routes += TelegramWebhook(settings.telegram_secret, accept, leave).routes()
    return routes


def _readiness(whole: Hotline) -> Ready:
    """503 only where a message could not be kept: a gateway taken out for any other reason loses messages.

    What else is in trouble is named in the parts, and has its alert.
    """

    async def ready() -> tuple[bool, dict[str, Any]]:
        can = await takes_messages(whole.store)
        if not can:
            return False, {"store": {"ok": False}}
        try:
            health = await look(whole.store, whole.clock, whole.watched_parts, whole.hours)
        except (RedisError, OSError):
            return True, {"store": {"ok": False}}
        return True, {"store": {"ok": True}, **health.parts()}

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
            await whole.counts.keep()

        worker = whole.worker(judge)
        settled()
        beside = [
            asyncio.create_task(line.receive()),
            asyncio.create_task(beat_for_ever(whole, worker.token)),
        ]
        await until_stopped(worker.run(sweep))
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def run_console(settings: Settings) -> None:
    from bot.console import console_app

    async with bootstrap.hotline(required(settings), with_channels=False) as whole:
        await refuse_if_persistent(whole.store)
        begin("console", settings)
        counting = asyncio.create_task(_keep_counts(whole))
        await serve(console_app(whole), settings.bind, settings.console_port)
        counting.cancel()
        with suppress(RedisError, OSError):
            await whole.counts.keep()


async def _keep_counts(whole: Hotline) -> None:
    """What this process has counted goes to the month's counts, every minute."""
    while True:
        await asyncio.sleep(keys.MINUTE)
        with suppress(RedisError, OSError):  # counted on, and kept next time
            await whole.counts.keep()


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
    """Serve until told to stop."""
    listening = server(app, host, port)
    settled()
    await listening.serve()
    if not listening.started:
        logs.event("failed", role="server", error="CannotListen", where=f"port {port}")
        sys.exit(3)


def server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """No access log, no banner, and a door that bounds what a stranger costs."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        http=Door,
        ws="none",
        timeout_keep_alive=20,
        timeout_graceful_shutdown=1,
        lifespan="on",
    )
    return uvicorn.Server(config)


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, then cancel and let it finish what it holds."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
