"""How updates reach the bot: by webhook, in order, tried until accepted; or by long polling."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError
from aiogram.types import Update
from starlette.responses import Response

from bot.sandbox import Sandbox, SandboxSettings
from bot.sandbox.recorder import Received, Recorder

DAY = 86_400
# Back-off a thousandth of the real one.
SETTINGS = SandboxSettings(retry_unit=0.001, telegram_secret="the-secret")


@pytest.fixture(scope="module")
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as recorder:
        yield recorder


@pytest.fixture(scope="module")
async def running(recorder: Recorder) -> AsyncIterator[Sandbox]:
    public = "https://hotline.example.org"
    async with Sandbox(replace(SETTINGS, gateway_url=recorder.url, public_url=public)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
async def sandbox(running: Sandbox, recorder: Recorder) -> AsyncIterator[Sandbox]:
    yield running
    await running.reset()
    recorder.reset()


@pytest.fixture(scope="module")
async def bot(running: Sandbox) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(running.url), timeout=20)
    bot = Bot(SETTINGS.telegram_token, session=session)
    yield bot
    await bot.session.close()


def update(received: Received) -> Any:
    return json.loads(received.body)


def texts(recorder: Recorder) -> list[str]:
    return [update(received)["message"]["text"] for received in recorder.received]


async def test_an_update_comes_with_the_secret_and_is_read_by_aiogram(
    sandbox: Sandbox, recorder: Recorder
) -> None:
    await sandbox.telegram("Era", "përshëndetje")
    await sandbox.settled()
    [received] = recorder.received
    assert received.path == "/telegram"
    assert received.headers["x-telegram-bot-api-secret-token"] == "the-secret"
    assert received.headers["content-type"] == "application/json"
    message = Update.model_validate(update(received)).message
    assert message is not None
    assert message.text == "përshëndetje"


async def test_update_ids_rise_one_by_one_until_a_week_is_quiet(sandbox: Sandbox, recorder: Recorder) -> None:
    for text in ("one", "two"):
        await sandbox.telegram("Era", text)
    await sandbox.settled()
    sandbox.advance(8 * DAY)
    await sandbox.telegram("Era", "three")
    await sandbox.settled()
    first, second, third = (update(received)["update_id"] for received in recorder.received)
    assert second == first + 1
    assert third != second + 1


async def test_a_refused_update_is_tried_until_accepted_and_holds_its_chat(
    sandbox: Sandbox, recorder: Recorder
) -> None:
    recorder.answer_with(500, 404, 503, 302)
    await sandbox.telegram("Era", "first")
    await sandbox.telegram("Era", "second")
    await sandbox.settled()
    assert texts(recorder) == ["first"] * 5 + ["second"]
    assert len({update(received)["update_id"] for received in recorder.received}) == 2


async def test_a_stuck_chat_does_not_hold_others(sandbox: Sandbox, recorder: Recorder, bot: Bot) -> None:
    async def answer(received: Received) -> Response:
        stuck = update(received)["message"]["from"]["first_name"] == "Era"
        return Response(status_code=500 if stuck else 200)

    recorder.answer = answer
    await sandbox.telegram("Era", "stuck")
    await sandbox.telegram("Luka", "through")
    await sandbox.until(lambda: sandbox.pending_updates == 1)
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.url) == (1, "https://hotline.example.org/telegram")
    assert info.last_error_message is not None
    assert "500 Internal Server Error" in info.last_error_message
    recorder.reset()
    await sandbox.settled()


async def test_a_gateway_that_is_down_misses_nothing(recorder: Recorder) -> None:
    async with Sandbox(SETTINGS) as sandbox:
        await sandbox.telegram("Era", "first")
        await sandbox.telegram("Era", "second")
        await sandbox.connect(recorder.url)
        await sandbox.settled()
    assert texts(recorder) == ["first", "second"]
    recorder.reset()


async def test_retry_after_is_obeyed(sandbox: Sandbox, recorder: Recorder) -> None:
    recorder.answer_with(503, headers={"Retry-After": "600"})
    await sandbox.telegram("Era", "later")
    await recorder.wait(1)
    await sandbox.until(lambda: sandbox.pending_updates == 1)
    started = asyncio.get_running_loop().time()
    await recorder.wait(2)
    # 600 seconds in this sandbox's thousandths; the back-off alone would have been at once.
    assert asyncio.get_running_loop().time() - started > 0.5


async def test_updates_expire_after_a_day_and_buttons_after_150_seconds() -> None:
    async with Sandbox(SETTINGS) as sandbox:
        await sandbox.telegram("Era", "hello")
        chat = sandbox.people._chat("Era")[1]
        chat.posts[1].inline = [[{"text": "Po", "callback_data": "yes"}]]
        sandbox.people.press("Era", "yes")
        assert sandbox.pending_updates == 2
        sandbox.advance(151)
        assert sandbox.pending_updates == 1
        sandbox.advance(DAY)
        assert sandbox.pending_updates == 0


async def test_a_webhook_may_be_set_and_asks_for_some_kinds_only(
    sandbox: Sandbox, recorder: Recorder, bot: Bot
) -> None:
    async with Recorder() as other:
        await bot.set_webhook(f"{other.url}/elsewhere", secret_token="new", allowed_updates=["message"])
        await sandbox.telegram("Era", "hello")
        sandbox.people.edit("Era", "hello again")
        sandbox.people.block("Era")
        await sandbox.settled()
        [received] = other.received
        assert received.headers["x-telegram-bot-api-secret-token"] == "new"
        assert received.path == "/elsewhere"
        info = await bot.get_webhook_info()
        assert info.allowed_updates == ["message"]
        await bot.delete_webhook()
    assert recorder.received == []


async def test_dropping_pending_updates_is_possible_and_loses_them(
    sandbox: Sandbox, recorder: Recorder, bot: Bot
) -> None:
    await bot.delete_webhook()
    await sandbox.telegram("Era", "lost")
    await bot.set_webhook("https://hotline.example.org/telegram", drop_pending_updates=True)
    await sandbox.telegram("Era", "kept")
    await sandbox.settled()
    assert texts(recorder) == ["kept"]


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot) -> None:
    with pytest.raises(TelegramConflictError, match="webhook is active"):
        await bot.get_updates()


async def test_polling_repeats_until_the_offset_confirms(sandbox: Sandbox, bot: Bot) -> None:
    await bot.delete_webhook()
    for text in ("one", "two", "three"):
        await sandbox.telegram("Era", text)
    first = await bot.get_updates(limit=2)
    again = await bot.get_updates(limit=2)
    assert [u.update_id for u in first] == [u.update_id for u in again]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [u.message and u.message.text for u in rest] == ["three"]
    assert sandbox.pending_updates == 1


async def test_a_negative_offset_forgets_all_but_the_last(sandbox: Sandbox, bot: Bot) -> None:
    await bot.delete_webhook()
    for text in ("one", "two", "three"):
        await sandbox.telegram("Era", text)
    [last] = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "three"
    assert sandbox.pending_updates == 1


async def test_a_long_poll_returns_as_soon_as_somebody_writes(sandbox: Sandbox, bot: Bot) -> None:
    await bot.delete_webhook()
    version = sandbox.changes.version
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await sandbox.until(lambda: sandbox.changes.version > version)
    assert not poll.done()
    await sandbox.telegram("Era", "now")
    async with asyncio.timeout(2):
        [found] = await poll
    assert found.message is not None
    assert found.message.text == "now"


async def test_a_long_poll_ends_empty_after_its_time(bot: Bot) -> None:
    await bot.delete_webhook()
    assert await bot.get_updates(timeout=1) == []


async def test_a_second_poller_ends_the_first(sandbox: Sandbox, bot: Bot) -> None:
    await bot.delete_webhook()
    version = sandbox.changes.version
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await sandbox.until(lambda: sandbox.changes.version > version)
    assert await bot.get_updates() == []
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates"):
        await first
