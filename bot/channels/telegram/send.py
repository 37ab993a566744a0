"""Sending, deleting and fetching at the Telegram Bot API, through aiogram's client (not its dispatcher).

What a bot has in private chats and basic groups, of both sides, is numbered through by one counter of its
account; so what went out unheard has a number above all that were known before, and below all that came
later: https://docs.telethon.dev/en/v2/concepts/messages.html#message-identifiers. That is why Telegram's own
update of deleted messages names no chat (https://core.telegram.org/constructor/updateDeleteMessages), unlike
that of channels, which count for themselves (updateDeleteChannelMessages).

deleteMessages takes a number only in the chat it is asked for: the server looks each up there first and skips
what it does not find (`check_messages` in telegram-bot-api/Client.cpp, github.com/tdlib/telegram-bot-api).
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove
from aiohttp import ClientError, ClientTimeout

from bot.channels.base import Inbound, Outgoing, Sent
from bot.channels.telegram.update import ALLOWED
from bot.errors import ChannelError, NeverAgain, OperatorNeeded, OutcomeUnknown, PersonLeft, TryLater
from bot.private import Address
from bot.settings import TELEGRAM_API

SECONDS = 20
MAX_TEXT = 3500
REACH, MOST_UNHEARD = 30, 1000
AT_ONCE = 100
"""deleteMessages takes 1 to 100 ids."""


class Telegram:
    """The Telegram channel; a provider id is `<chat id>:<message id>`, which is why it rests only sealed."""

    name = "telegram"
    deletes_log = False
    wipes_chat = True
    can_list = False

    def __init__(self, token: str, *, api: str = TELEGRAM_API) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api), timeout=SECONDS)
        self._bot = Bot(
            token,
            session=session,
            default=DefaultBotProperties(
                protect_content=True, link_preview_is_disabled=True, parse_mode=None
            ),
        )

    def __repr__(self) -> str:
        return "<Telegram>"

    def owed_id(self, message: Inbound) -> str | None:
        return None

    def shown_id(self, message: Inbound) -> str | None:
        number = message.provider_id.partition(":")[2]
        return f"{message.address.reveal()}:{number}" if number else None

    async def send(self, message: Outgoing) -> Sent:
        markup: ReplyKeyboardMarkup | ReplyKeyboardRemove = ReplyKeyboardRemove()
        if message.buttons:
            rows = [message.buttons[i : i + 2] for i in range(0, len(message.buttons), 2)]
            markup = ReplyKeyboardMarkup(
                keyboard=[[KeyboardButton(text=title) for title in row] for row in rows],
                resize_keyboard=True,
                one_time_keyboard=True,
            )
        chat = message.address.reveal()
        try:
            sent = await self._bot.send_message(
                chat_id=int(chat), text=message.text.reveal()[:MAX_TEXT], reply_markup=markup
            )
        except Exception as error:
            raise _meaning(error, repeats_safely=False) from None
        return Sent(f"{chat}:{sent.message_id}", sent.message_id)

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        """Telegram cannot list what a bot sent: `take_back` is its way."""
        return None

    async def missed(self, since: float) -> list[Inbound]:
        """Telegram brings what was not taken again and again, for 24 h."""
        return []

    async def delete(self, provider_ids: Sequence[str]) -> None:
        """Take messages of both sides out of the chat; older than 48 h cannot be, and is left."""
        chats: dict[int, list[int]] = {}
        for provider_id in provider_ids:
            chat, _, message = provider_id.partition(":")
            if chat and message:
                chats.setdefault(int(chat), []).extend(_numbers(provider_id))
        for number, listed in chats.items():
            messages = sorted(set(listed))
            for start in range(0, len(messages), AT_ONCE):
                await self._take_out(number, messages[start : start + AT_ONCE])

    async def _take_out(self, chat: int, messages: Sequence[int]) -> None:
        """One that is too old makes Telegram refuse all of a call: then each is asked for by itself."""
        try:
            await self._bot.delete_messages(chat_id=chat, message_ids=list(messages))
        except Exception as error:
            meaning = _meaning(error, repeats_safely=True)
            if not isinstance(meaning, NeverAgain | PersonLeft):
                raise meaning from None
            if isinstance(meaning, NeverAgain) and len(messages) > 1:
                for one in messages:
                    await self._take_out(chat, [one])

    def numbered(self, address: Address, number: int) -> str:
        return f"{address.reveal()}:{number}"

    def unheard(self, after: str, before: str | None) -> str | None:
        """By the numbers between."""
        chat, first = after.partition(":")[0], _numbers(after)[0]
        end = _numbers(before)[0] if before else first + REACH
        span = range(first + 1, min(end, first + MOST_UNHEARD))
        return f"{chat}:{span.start}-{span.stop - 1}" if span else None

    async def holds_back(self) -> bool:
        """By webhook or not, Telegram says how many updates wait there."""
        try:
            return (await self._bot.get_webhook_info()).pending_update_count > 0
        except Exception as error:
            raise _meaning(error, repeats_safely=True) from None

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        """NeverAgain: Telegram refuses to; that copy stays."""
        theirs = {int(end) for end in (one.partition(":")[2] for one in known) if end.isdecimal()}
        asked = [number for number in numbers[:MOST_UNHEARD] if number not in theirs]
        for start in range(0, len(asked), AT_ONCE):
            try:
                await self._bot.delete_messages(int(address.reveal()), asked[start : start + AT_ONCE])
            except Exception as error:
                raise _meaning(error, repeats_safely=True) from None

    async def leftovers(self, now: float) -> list[str]:
        """A bot cannot look into a chat."""
        return []

    async def leave(self, chat: int) -> None:
        """Leave a group or channel; failing to is nobody's loss."""
        try:
            await self._bot.leave_chat(chat_id=chat)
        except Exception as error:
            _meaning(error, repeats_safely=True)

    async def receive_by_webhook(self, url: str, secret: str) -> None:
        """Pending messages are kept: dropping them would drop people's words."""
        try:
            await self._bot.set_webhook(
                url, secret_token=secret, allowed_updates=list(ALLOWED), drop_pending_updates=False
            )
        except Exception as error:
            raise _meaning(error, repeats_safely=True) from None

    async def receive_by_polling(self) -> None:
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except Exception as error:
            raise _meaning(error, repeats_safely=True) from None

    async def fetch(self, offset: int | None, wait_s: int) -> list[dict[str, Any]]:
        """Updates from `offset` on, as sent; asking for a higher offset is what acknowledges the lower ones.

        Read raw: an update of a kind this client's models do not know must not stop the others.
        """
        session = self._bot.session
        assert isinstance(session, AiohttpSession)
        url = session.api.api_url(token=self._bot.token, method="getUpdates")
        asked = {
            "timeout": wait_s,
            "allowed_updates": json.dumps(ALLOWED),
            **({"offset": offset} if offset else {}),
        }
        try:
            client = await session.create_session()
            async with client.post(url, data=asked, timeout=ClientTimeout(total=wait_s + SECONDS)) as answer:
                if answer.status in (401, 404, 409):
                    raise OperatorNeeded(answer.status)
                if answer.status != 200:
                    raise TryLater(answer.status)
                found = (await answer.json()).get("result", [])
        except ChannelError:
            raise
        except (ClientError, TimeoutError, OSError, ValueError):
            raise TryLater() from None
        return [
            update
            for update in found
            if isinstance(update, dict) and isinstance(update.get("update_id"), int)
        ]

    async def aclose(self) -> None:
        await self._bot.session.close()


def _numbers(provider_id: str) -> list[int]:
    """The message's number, or all of a span `<chat>:<first>-<last>`."""
    first, _, last = provider_id.partition(":")[2].partition("-")
    return list(range(int(first), int(last or first) + 1))


def _meaning(error: Exception, *, repeats_safely: bool) -> ChannelError:
    """A reply of Telegram's in our own words; aiogram's texts can hold a chat id and are dropped here.

    Too many requests: of one chat or of all, Telegram does not say; the sender finds out.
    """
    match error:
        case TelegramRetryAfter():
            return TryLater(429, float(error.retry_after), everybody=True)
        case TelegramForbiddenError():
            return PersonLeft(403)
        case TelegramUnauthorizedError():
            return OperatorNeeded(401, everybody=True)
        case TelegramConflictError():
            return OperatorNeeded(409, everybody=True)
        case TelegramEntityTooLarge():
            return NeverAgain(413)
        case TelegramBadRequest() | TelegramNotFound():
            return NeverAgain(400)
        case TelegramServerError() | ClientDecodeError():
            return (TryLater if repeats_safely else OutcomeUnknown)(500, everybody=True)
        case TelegramAPIError() if not isinstance(error, TelegramNetworkError):
            return TryLater()
        case _:
            return TryLater(everybody=True) if repeats_safely else OutcomeUnknown(everybody=True)
