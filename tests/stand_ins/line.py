"""A whole line in one process: the stand-in for both providers, the gateway on a real port, a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import uvicorn

from bot import bootstrap
from bot.app import gateway, taking_in
from bot.bootstrap import Hotline
from bot.channels.sms.webhook import SmsWebhook
from bot.channels.telegram.send import Telegram
from bot.channels.telegram.webhook import TelegramWebhook
from bot.children import free_port
from bot.clock import AheadClock
from bot.judging import Judge
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.settings import SandboxSettings
from bot.settings import Settings
from bot.store import connect
from tests.stand_ins.parts import ScriptedEngine, WordJudge

SECRET = "a deployment secret for tests, long enough"


@dataclass
class Line:
    """What a test holds of a running line."""

    sandbox: Sandbox
    whole: Hotline
    engine: ScriptedEngine
    judge: Judge
    url: str
    server: uvicorn.Server
    clock: AheadClock

    def later(self, seconds: float) -> None:
        """Our time and the providers' move on."""
        self.clock.move(seconds)
        self.sandbox.advance(seconds)


@asynccontextmanager
async def line(store_url: str, *, working: bool = True) -> AsyncIterator[Line]:
    """Start it on an empty store; with `working` false no worker takes turns."""
    known = SandboxSettings()
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    store = connect(store_url)
    await store.flushall()
    async with Sandbox(replace(known, gateway_url=here, public_url=here, retry_unit=0.01)) as sandbox:
        settings = Settings(
            secret=SECRET,
            store_url=store_url,
            public_url=here,
            gateway_port=port,
            twilio_account_sid=known.twilio_account_sid,
            twilio_auth_token=known.twilio_auth_token,
            twilio_number=known.twilio_number,
            twilio_api_url=sandbox.url,
            telegram_token=known.telegram_token,
            telegram_secret=known.telegram_secret,
            telegram_api_url=sandbox.url,
        )
        clock = AheadClock()
        whole = Hotline(settings, store, clock, bootstrap.channels(settings))
        engine, judge = ScriptedEngine(), WordJudge()
        whole.__dict__["engine"] = engine
        server, serving = await _serve(whole, port)
        telegram = whole.channels["telegram"]
        assert isinstance(telegram, Telegram)
        await telegram.receive_by_webhook(f"{here}/telegram", settings.telegram_secret)
        tasks = [asyncio.create_task(whole.worker(judge).run(whole.sweep.run))] if working else []
        try:
            yield Line(sandbox, whole, engine, judge, here, server, clock)
        finally:
            server.should_exit = True
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(serving, *tasks)
            for channel in whole.channels.values():
                await channel.aclose()
            await store.aclose()


async def _serve(whole: Hotline, port: int) -> tuple[uvicorn.Server, "asyncio.Task[None]"]:
    settings, accept = whole.settings, taking_in(whole.inbox)

    async def delivered(channel: str, provider_id: str, status: str) -> None:
        await whole.deletions.hasten(channel, provider_id)

    async def ready() -> tuple[bool, dict[str, bool]]:
        return bool(await whole.store.ping()), {}

    telegram = whole.channels["telegram"]
    assert isinstance(telegram, Telegram)
    sms = SmsWebhook(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_number,
        settings.public_url,
        "AL",
        accept,
        delivered,
        whole.clock.now,
    )
    routes = [*sms.routes(), *TelegramWebhook(settings.telegram_secret, accept, telegram.leave).routes()]
    config = uvicorn.Config(
        gateway(routes, ready), host="127.0.0.1", port=port, access_log=False, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    return server, serving
