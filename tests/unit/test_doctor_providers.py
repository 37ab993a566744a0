"""`hotline doctor` asks the providers, and repeats nothing of what they answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import doctor, logs
from bot.bootstrap import Hotline
from bot.children import free_port
from bot.clock import Clock
from bot.operating.checks import Wrong, providers
from bot.roles import server
from bot.settings import Settings
from bot.store import connect
from tests.conftest import SECRET

ACCOUNT, TOKEN, NUMBER = "AC" + "7" * 32, "token-of-twilio-canary", "+15005550006"
BOT = "42:token-of-telegram-canary"
PUBLIC = "https://hotline.example.org"
HOOK = f"{PUBLIC}/twilio/sms#rc=5&rp=all"


class Providers:
    """Both providers as the doctor asks them; a test changes what they answer."""

    def __init__(self) -> None:
        self.account: dict[str, Any] = {"status": "active"}
        self.number: dict[str, Any] = {
            "phone_number": NUMBER,
            "sms_url": HOOK,
            "sms_method": "POST",
            "sms_fallback_url": "https://elsewhere.example.org/",
            "capabilities": {"sms": True},
        }
        self.hook: dict[str, Any] = {"url": f"{PUBLIC}/telegram", "pending_update_count": 0}
        self.off = 0.0
        self.status = 200

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(f"/2010-04-01/Accounts/{ACCOUNT}.json", self._account),
                Route(f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json", self._numbers),
                Route(f"/bot{BOT}/getMe", self._me),
                Route(f"/bot{BOT}/getWebhookInfo", self._webhook),
                Route("/", self._page),
            ]
        )

    def _answer(self, body: Any) -> Response:
        return JSONResponse(
            body, self.status, headers={"date": formatdate(time.time() + self.off, usegmt=True)}
        )

    async def _account(self, request: Request) -> Response:
        return (
            self._answer(self.account) if request.headers.get("authorization") else Response(status_code=401)
        )

    async def _numbers(self, request: Request) -> Response:
        ours = request.query_params["PhoneNumber"] == self.number["phone_number"]
        return self._answer({"incoming_phone_numbers": [self.number] if ours else []})

    async def _me(self, _: Request) -> Response:
        return self._answer({"ok": True, "result": {"username": "name-canary"}})

    async def _webhook(self, _: Request) -> Response:
        return self._answer({"ok": True, "result": {"last_error_message": "words-canary", **self.hook}})

    async def _page(self, _: Request) -> Response:
        return self._answer({})


@pytest.fixture
def known() -> Providers:
    return Providers()


@pytest.fixture
async def asked(known: Providers, store_url: str) -> AsyncIterator[Hotline]:
    """A hotline whose providers are these."""
    port = free_port()
    serving = server(known.app(), "127.0.0.1", port)
    serving.config.date_header = False
    task = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        secret=SECRET,
        store_url=store_url,
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_number=NUMBER,
        twilio_api_url=url,
        telegram_token=BOT,
        telegram_secret="secret-of-telegram-canary",
        telegram_api_url=url,
    )
    client = connect(store_url)
    yield Hotline(settings, client, Clock(), {})
    await client.aclose()
    serving.should_exit = True
    await task


async def test_providers_that_are_as_they_should_be_are_well(asked: Hotline) -> None:
    assert "ours" in await providers.twilio(asked)
    assert "ours" in await providers.telegram(asked)
    assert "agrees" in await providers.clock(asked)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sms_url": "https://elsewhere.example.org/"}, "sent elsewhere"),
        ({"sms_method": "GET"}, "GET"),
        ({"sms_url": f"{PUBLIC}/twilio/sms"}, "not tried again"),
        ({"sms_fallback_url": ""}, "no fallback"),
        ({"phone_number": "+15005550001"}, "not this account's"),
        ({"capabilities": {"sms": False}}, "cannot do SMS"),
    ],
)
async def test_a_number_that_is_set_up_wrongly_is_found(
    asked: Hotline, known: Providers, change: dict[str, Any], says: str
) -> None:
    known.number |= change
    with pytest.raises(Wrong, match=says):
        await providers.twilio(asked)


async def test_what_else_can_be_wrong_at_twilio_is_found(asked: Hotline, known: Providers) -> None:
    known.account["status"] = "suspended"
    with pytest.raises(Wrong, match="not active"):
        await providers.twilio(asked)
    for status, says in ((401, "refuses us"), (503, "answers 503")):
        known.status = status
        with pytest.raises(Wrong, match=says):
            await providers.twilio(asked)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": ""}, "sent elsewhere"),
        ({"pending_update_count": 900}, "many messages"),
        ({"last_error_date": int(time.time())}, "failed within the hour"),
    ],
)
async def test_a_telegram_webhook_that_does_not_work_is_found(
    asked: Hotline, known: Providers, change: dict[str, Any], says: str
) -> None:
    known.hook |= change
    with pytest.raises(Wrong, match=says):
        await providers.telegram(asked)


async def test_a_wrong_telegram_token_is_found(asked: Hotline) -> None:
    asked.settings = replace(asked.settings, telegram_token="42:another")
    with pytest.raises(Wrong, match="refuses us"):
        await providers.telegram(asked)


async def test_a_clock_that_is_off_is_found(asked: Hotline, known: Providers) -> None:
    known.off = 300
    with pytest.raises(Wrong, match=r"(299|300|301) s off"):
        await providers.clock(asked)


async def test_a_provider_that_is_not_reached_is_named(asked: Hotline) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    asked.settings = replace(asked.settings, twilio_api_url=gone, telegram_api_url=gone)
    for check in (providers.twilio, providers.telegram, providers.clock):
        with pytest.raises(Wrong, match="not reached"):
            await check(asked)


async def test_it_prints_no_key_number_or_words(
    asked: Hotline, known: Providers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "silence_libraries", lambda: None)  # for the tests after this one
    of_settings = {n: c for n, c in doctor.CHECKS.items() if n not in ("danger detection", "models")}
    monkeypatch.setattr(doctor, "CHECKS", of_settings)
    settings = replace(asked.settings, public_url="", staff_file="/nowhere/staff.sqlite")
    for status in (200, 401, 500):
        known.status = status
        for as_json in (False, True):
            await doctor.examine(settings, as_json=as_json)
    said = capsys.readouterr()
    values = (ACCOUNT, TOKEN, NUMBER, BOT, SECRET, "canary", settings.store_url)
    assert [value for value in values if value in said.out + said.err] == []
