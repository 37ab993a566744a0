"""The stand-in's Bot API, called through aiogram's own client."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.sandbox import Sandbox, SandboxSettings

HOURS = 3600
SETTINGS = SandboxSettings()


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with Sandbox(SETTINGS) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
async def sandbox(running: Sandbox) -> AsyncIterator[Sandbox]:
    yield running
    await running.reset()


def bot_at(url: str, token: str = SETTINGS.telegram_token) -> Bot:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url), timeout=10)
    defaults = DefaultBotProperties(protect_content=True, link_preview_is_disabled=True)
    return Bot(token, session=session, default=defaults)


@pytest.fixture(scope="module")
async def bot(running: Sandbox) -> AsyncIterator[Bot]:
    # One for the file: closing aiogram's session takes a quarter of a second.
    bot = bot_at(running.url)
    yield bot
    await bot.session.close()


async def greeted(bot: Bot, sandbox: Sandbox, name: str = "Era") -> int:
    """The chat of somebody who has written to the bot."""
    await sandbox.telegram(name, "/start", "sq")
    update = (await bot.get_updates(limit=100))[-1]
    assert update.message is not None
    return update.message.chat.id


async def test_who_am_i(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.can_join_groups) == (42, True, False)


async def test_a_wrong_token_is_unauthorized(sandbox: Sandbox) -> None:
    stranger = bot_at(sandbox.url, "43:OTHER")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()


async def test_an_unknown_method_is_not_found(bot: Bot) -> None:
    with pytest.raises(TelegramNotFound):
        await bot.get_my_star_balance()


async def test_a_text_brings_the_person_and_a_private_chat(bot: Bot, sandbox: Sandbox) -> None:
    await sandbox.telegram("Era", "përshëndetje", "sq")
    [update] = await bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert (message.text, message.chat.type) == ("përshëndetje", "private")
    assert message.chat.id == message.from_user.id
    assert (message.from_user.first_name, message.from_user.language_code) == ("Era", "sq")


async def test_an_answer_stands_on_the_phone(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    sent = await bot.send_message(chat, "Mirë se erdhe!")
    assert (sent.text, sent.chat.id, sent.has_protected_content) == ("Mirë se erdhe!", chat, True)
    assert sandbox.answers("Era") == ["Mirë se erdhe!"]


async def test_message_ids_rise_over_all_chats(bot: Bot, sandbox: Sandbox) -> None:
    first, second = await greeted(bot, sandbox, "Era"), await greeted(bot, sandbox, "Luka")
    ids = [(await bot.send_message(chat, "hello")).message_id for chat in (first, second, first)]
    assert ids == sorted(set(ids))


async def test_a_reply_keyboard_shows_until_it_is_removed(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    rows = [[KeyboardButton(text="Po"), KeyboardButton(text="Jo")], [KeyboardButton(text="Një njeri")]]
    await bot.send_message(chat, "?", reply_markup=ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True))
    assert sandbox.buttons("Era") == ["Po", "Jo", "Një njeri"]
    await sandbox.telegram("Era", "Po")
    assert sandbox.buttons("Era") == ["Po", "Jo", "Një njeri"]
    await bot.send_message(chat, "ok", reply_markup=ReplyKeyboardRemove())
    assert sandbox.buttons("Era") == []


async def test_a_one_time_keyboard_goes_with_the_answer_and_any_with_its_message(
    bot: Bot, sandbox: Sandbox
) -> None:
    chat, rows = await greeted(bot, sandbox), [[KeyboardButton(text="Po")]]
    once = ReplyKeyboardMarkup(keyboard=rows, one_time_keyboard=True)
    await bot.send_message(chat, "?", reply_markup=once)
    await sandbox.telegram("Era", "Po")
    assert sandbox.buttons("Era") == []
    sent = await bot.send_message(chat, "?", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    assert sandbox.buttons("Era") == ["Po"]
    await bot.delete_message(chat, sent.message_id)
    assert sandbox.buttons("Era") == []


async def test_an_inline_button_sends_a_query_that_is_answered_once(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Po", callback_data="yes")]])
    sent = await bot.send_message(chat, "?", reply_markup=markup)
    assert sandbox.inbox("Era")[-1].buttons == ["Po"]
    sandbox.people.press("Era", "yes")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("yes", sent.message_id)
    assert await bot.answer_callback_query(query.id) is True
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(query.id)


async def test_a_button_that_is_not_there_cannot_be_pressed(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such button"):
        sandbox.people.press("Era", "yes")


async def test_editing_marks_the_message(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    sent = await bot.send_message(chat, "first")
    edited = await bot.edit_message_text("second", chat_id=chat, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    shown = sandbox.inbox("Era")[-1]
    assert (shown.text, shown.edited) == ("second", True)
    with pytest.raises(TelegramBadRequest, match="not modified"):
        await bot.edit_message_text("second", chat_id=chat, message_id=sent.message_id)
    theirs = sandbox.inbox("Era")[0].message_id
    with pytest.raises(TelegramBadRequest, match="can't be edited"):
        await bot.edit_message_text("theirs", chat_id=chat, message_id=theirs)
    with pytest.raises(TelegramBadRequest, match="to edit not found"):
        await bot.edit_message_text("gone", chat_id=chat, message_id=99_999)


async def test_both_sides_messages_vanish_when_deleted(bot: Bot, sandbox: Sandbox) -> None:
    theirs = await sandbox.telegram("Era", "help")
    chat = await greeted(bot, sandbox)
    ours = (await bot.send_message(chat, "here")).message_id
    assert await bot.delete_messages(chat, [theirs, ours, 99_999]) is True
    assert [shown.text for shown in sandbox.inbox("Era")] == ["/start"]
    with pytest.raises(TelegramBadRequest, match="to delete not found"):
        await bot.delete_message(chat, ours)


async def test_chats_are_numbered_through_and_deleted_from_one_by_one(bot: Bot, sandbox: Sandbox) -> None:
    era, ana = await greeted(bot, sandbox), await greeted(bot, sandbox, "Ana")
    first = (await bot.send_message(era, "one")).message_id
    assert await sandbox.telegram("Ana", "two") == first + 1
    assert (await bot.send_message(ana, "three")).message_id == first + 2
    assert await bot.delete_messages(era, [first, first + 1, first + 2]) is True
    assert [one.text for one in sandbox.inbox("Era") + sandbox.inbox("Ana")][1:] == ["/start", "two", "three"]


async def test_after_48_hours_nothing_can_be_deleted(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    sent = await bot.send_message(chat, "old")
    sandbox.advance(47 * HOURS)
    young = await bot.send_message(chat, "young")
    sandbox.advance(1 * HOURS + 60)
    assert await bot.delete_message(chat, young.message_id) is True
    for work in (bot.delete_message(chat, sent.message_id), bot.delete_messages(chat, [sent.message_id])):
        with pytest.raises(TelegramBadRequest, match="can't be deleted"):
            await work
    assert sandbox.answers("Era") == ["old"]


async def test_a_person_who_blocks_is_not_written_to(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    sandbox.people.block("Era")
    with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
        await bot.send_message(chat, "hello")
    member = (await bot.get_updates())[-1].my_chat_member
    assert member is not None
    assert (member.chat.type, member.new_chat_member.status) == ("private", "kicked")
    sandbox.people.unblock("Era")
    assert (await bot.send_message(chat, "hello")).text == "hello"


@pytest.mark.parametrize(
    ("text", "refusal"), [("", "text is empty"), (" \n", "text is empty"), ("😍" * 2049, "too long")]
)
async def test_texts_that_are_refused(bot: Bot, sandbox: Sandbox, text: str, refusal: str) -> None:
    chat = await greeted(bot, sandbox)
    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.send_message(chat, text)


async def test_the_bot_cannot_write_first(bot: Bot, sandbox: Sandbox) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "hello")
    chat = await greeted(bot, sandbox)
    assert sandbox.inbox("Luka") == []
    with pytest.raises(TelegramForbiddenError, match="can't initiate"):
        await bot.send_message(chat + 1, "hello")


async def test_button_data_has_64_bytes(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    button = InlineKeyboardButton(text="Po", callback_data="ë" * 33)
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await bot.send_message(chat, "?", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "contact"])
async def test_other_kinds_of_messages_are_read_by_aiogram(bot: Bot, sandbox: Sandbox, kind: str) -> None:
    sandbox.people.send("Era", kind, caption="look" if kind == "photo" else "")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.content_type == kind
    assert (message.text, message.caption) == (None, "look" if kind == "photo" else None)


async def test_an_edit_of_a_person_is_an_update_of_its_own(bot: Bot, sandbox: Sandbox) -> None:
    message_id = await sandbox.telegram("Era", "first")
    sandbox.people.edit("Era", "second")
    edited = (await bot.get_updates())[-1].edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (message_id, "second")
    assert edited.edit_date is not None


async def test_a_group_adds_the_bot_which_can_leave(bot: Bot, sandbox: Sandbox) -> None:
    sandbox.people.group("Era", "look what I found", title="Class 9b")
    added, written = await bot.get_updates()
    assert added.my_chat_member is not None
    assert written.message is not None
    assert (added.my_chat_member.new_chat_member.status, written.message.chat.type) == ("member", "group")
    chat = written.message.chat.id
    with pytest.raises(TelegramBadRequest, match="can't be deleted"):
        await bot.delete_message(chat, written.message.message_id)
    assert await bot.leave_chat(chat) is True
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(chat, "hello")


async def test_small_methods_answer(bot: Bot, sandbox: Sandbox) -> None:
    chat = await greeted(bot, sandbox)
    assert await bot.send_chat_action(chat, "typing") is True
    assert await bot.set_my_commands([BotCommand(command="privacy", description="Who reads this")])
    assert [command.command for command in await bot.get_my_commands()] == ["privacy"]
    assert await bot.set_my_description("Për të rinj", language_code="sq")
    assert (await bot.get_my_description(language_code="sq")).description == "Për të rinj"
    assert (await bot.get_my_description()).description == ""
    assert await bot.set_my_short_description("short")
    assert (await bot.get_my_short_description()).short_description == "short"


async def test_parameters_may_come_as_json_or_in_the_address(sandbox: Sandbox) -> None:
    await sandbox.telegram("Era", "hello")
    async with httpx.AsyncClient(trust_env=False) as client:
        base = f"{sandbox.url}/bot{SETTINGS.telegram_token}"
        chat = sandbox.people._chat("Era")[1].id
        as_json = await client.post(f"{base}/sendMessage", json={"chat_id": chat, "text": "one"})
        in_address = await client.get(f"{base}/SENDMESSAGE", params={"chat_id": chat, "text": "two"})
    assert (as_json.json()["ok"], in_address.json()["ok"]) == (True, True)
    assert sandbox.answers("Era") == ["one", "two"]


async def test_refusals_have_telegrams_shape(bot: Bot, sandbox: Sandbox) -> None:
    with pytest.raises(TelegramAPIError):
        await bot.send_message("not-a-chat", "hello")
    async with httpx.AsyncClient(trust_env=False) as client:
        refused = await client.post(f"{sandbox.url}/bot{SETTINGS.telegram_token}/sendMessage")
    assert refused.status_code == 400
    assert refused.json() == {"ok": False, "error_code": 400, "description": "Bad Request: chat_id is empty"}
