"""Making the providers fail on purpose, seen through their own clients."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bot.sandbox import Sandbox, SandboxSettings

PERSON = "+355691234567"
SETTINGS = SandboxSettings(status_delay=0.0)
MESSAGES = f"/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}/Messages"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with Sandbox(SETTINGS) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
async def sandbox(running: Sandbox) -> AsyncIterator[Sandbox]:
    yield running
    await running.reset()


@pytest.fixture(scope="module")
async def twilio(running: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    credentials = (SETTINGS.twilio_account_sid, SETTINGS.twilio_auth_token)
    async with httpx.AsyncClient(base_url=running.url, auth=credentials, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
async def bot(running: Sandbox) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(running.url), timeout=0.5)
    bot = Bot(SETTINGS.telegram_token, session=session)
    yield bot
    await bot.session.close()


async def send(twilio: httpx.AsyncClient, body: str = "answer") -> httpx.Response:
    form = {"To": PERSON, "From": SETTINGS.twilio_number, "Body": body}
    return await twilio.post(f"{MESSAGES}.json", data=form, timeout=0.5)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("500", 500, 20500),
        ("503", 503, 20503),
        ("429", 429, 20429),
        ("401", 401, 20003),
        ("20009", 409, 20009),
        ("21610", 400, 21610),
        ("21611", 429, 21611),
    ],
)
async def test_twilio_answers_with_an_error_of_its_own(
    sandbox: Sandbox, twilio: httpx.AsyncClient, kind: str, status: int, code: int
) -> None:
    sandbox.faults("twilio", kind, retry_after=7)
    failed = await send(twilio)
    assert (failed.status_code, failed.json()["code"], failed.json()["status"]) == (status, code, status)
    assert failed.headers.get("retry-after") == ("7" if status == 429 else None)
    assert sandbox.twilio_log() == []
    assert (await send(twilio)).status_code == 201


async def test_only_the_nth_calls_of_one_operation_fail(sandbox: Sandbox, twilio: httpx.AsyncClient) -> None:
    sandbox.faults("twilio", "500", operation="create", nth=2, count=2)
    statuses = [(await send(twilio)).status_code for _ in range(3)]
    listed = (await twilio.get(f"{MESSAGES}.json")).status_code
    statuses += [(await send(twilio)).status_code for _ in range(1)]
    assert (statuses, listed) == ([201, 500, 500, 201], 200)


async def test_a_deletion_can_be_refused_for_a_while(sandbox: Sandbox, twilio: httpx.AsyncClient) -> None:
    inbound = await sandbox.sms(PERSON, "hello")
    sandbox.faults("twilio", "20009", operation="delete", count=2)
    url = f"{MESSAGES}/{inbound.sid}.json"
    assert [(await twilio.delete(url)).status_code for _ in range(4)] == [409, 409, 204, 404]


async def test_work_can_be_done_and_only_its_answer_lost(sandbox: Sandbox, twilio: httpx.AsyncClient) -> None:
    sandbox.faults("twilio", "500", after=True)
    assert (await send(twilio)).status_code == 500
    await sandbox.settled()
    assert sandbox.answers(PERSON) == ["answer"]


async def test_a_dropped_connection_gives_no_answer(sandbox: Sandbox, twilio: httpx.AsyncClient) -> None:
    sandbox.faults("twilio", "drop")
    with pytest.raises(httpx.TransportError):
        await send(twilio)
    assert sandbox.twilio_log() == []


async def test_a_hanging_provider_is_the_callers_time_out(
    sandbox: Sandbox, twilio: httpx.AsyncClient
) -> None:
    sandbox.faults("twilio", "hang", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        await send(twilio)
    assert (await send(twilio)).status_code == 201


async def test_a_proxys_page_is_no_json(sandbox: Sandbox, twilio: httpx.AsyncClient) -> None:
    sandbox.faults("twilio", "html502")
    failed = await send(twilio)
    assert (failed.status_code, failed.headers["content-type"].split(";")[0]) == (502, "text/html")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("500", TelegramServerError),
        ("502", TelegramServerError),
        ("html502", ClientDecodeError),
        ("blocked", TelegramForbiddenError),
        ("403", TelegramForbiddenError),
        ("drop", TelegramNetworkError),
        ("hang", TelegramNetworkError),
    ],
)
async def test_telegrams_errors_are_what_aiogram_takes_them_for(
    sandbox: Sandbox, bot: Bot, kind: str, expected: type[Exception]
) -> None:
    await sandbox.telegram("Era", "hello")
    sandbox.faults("telegram", kind, operation="sendMessage", seconds=30)
    chat = (await bot.get_updates())[-1].message
    assert chat is not None
    with pytest.raises(expected):
        await bot.send_message(chat.chat.id, "answer")
    assert sandbox.answers("Era") == []
    await bot.send_message(chat.chat.id, "answer")
    assert sandbox.answers("Era") == ["answer"]


async def test_too_many_requests_say_how_long_to_wait(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.faults("telegram", "429", retry_after=9)
    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.get_me()
    assert caught.value.retry_after == 9


async def test_cleared_faults_do_nothing(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.faults("telegram", "500", count=100)
    sandbox.clear_faults()
    assert (await bot.get_me()).is_bot


async def test_nonsense_is_refused_in_each_providers_own_words(
    sandbox: Sandbox, twilio: httpx.AsyncClient
) -> None:
    assert (await twilio.get(f"{MESSAGES}.json?PageSize=many")).json()["code"] == 20001
    assert (await twilio.get("/2010-04-01/Accounts/AC1/Recordings.json")).json()["code"] == 20404
    bot = f"/bot{SETTINGS.telegram_token}"
    for refused in (
        await twilio.post(f"{bot}/getUpdates", data={"offset": "many"}),
        await twilio.post(f"{bot}/sendMessage", content=b"{", headers={"Content-Type": "application/json"}),
    ):
        assert (refused.status_code, refused.json()["ok"]) == (400, False)


@pytest.mark.parametrize(
    "fault",
    [
        {"provider": "viber", "kind": "500"},
        {"provider": "twilio", "kind": "blocked"},
        {"provider": "inbound", "kind": "500"},
        {"provider": "twilio", "kind": "500", "count": 0},
    ],
)
async def test_a_fault_that_cannot_be_is_refused(sandbox: Sandbox, fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no such|begin at 1"):
        sandbox.faults(**fault)


async def test_stopping_does_not_wait_for_what_hangs() -> None:
    async with Sandbox(SETTINGS) as sandbox:
        sandbox.faults("telegram", "hang", seconds=600)
        url = f"{sandbox.url}/bot{SETTINGS.telegram_token}/getMe"
        async with httpx.AsyncClient(trust_env=False) as client:
            hanging = asyncio.create_task(client.get(url))
            await sandbox.until(lambda: not sandbox.faults_left)
            started = asyncio.get_running_loop().time()
            await sandbox.stop()
            assert asyncio.get_running_loop().time() - started < 5
            with pytest.raises(httpx.TransportError):
                await hanging
