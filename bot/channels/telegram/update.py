"""Reading one Telegram update: the few fields we keep, as its server sends them.

Parsed by hand and not by a client library, because those put whole updates into warnings and errors
when something in them is new.
"""

import time
from typing import Any

from bot.channels.base import Inbound, Kind
from bot.errors import Refused
from bot.private import Address, Text

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
MAX_TEXT = 4096


def read(update: object) -> Inbound | None:
    """The message in an update, None where there is nothing for us; raises Refused for no update at all."""
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise Refused("not an update", 400)
    number = update["update_id"]
    if isinstance(found := update.get("message"), dict):
        return _message(number, found, "text")
    if isinstance(found := update.get("edited_message"), dict):
        return _message(number, found, "edited")
    if isinstance(found := update.get("callback_query"), dict):
        return _button(number, found)
    if isinstance(found := update.get("my_chat_member"), dict):
        return _member(number, found)
    return None


def group_to_leave(update: object) -> int | None:
    """The chat id of a group or channel the bot was put into: it leaves without reading."""
    if not isinstance(update, dict):
        return None
    member = update.get("my_chat_member")
    if not isinstance(member, dict):
        return None
    chat = member.get("chat")
    status = _dict(member.get("new_chat_member")).get("status")
    if isinstance(chat, dict) and chat.get("type") != "private" and status in ("member", "administrator"):
        return chat["id"] if isinstance(chat.get("id"), int) else None
    return None


def _message(number: int, message: dict[str, Any], kind: Kind) -> Inbound | None:
    chat, sender = _private(message), _dict(message.get("from"))
    if chat is None or sender.get("is_bot"):
        return None
    words = message.get("text", message.get("caption"))
    text = words[:MAX_TEXT] if isinstance(words, str) else ""
    if not text.strip():
        kind = "unreadable"
    return _inbound(number, chat, message.get("message_id"), text, _when(message), sender, kind)


def _button(number: int, query: dict[str, Any]) -> Inbound | None:
    """A press of an inline button counts as the words on it; the press itself expires after 150 s."""
    chat, data = _private(_dict(query.get("message"))), query.get("data")
    if chat is None or not isinstance(data, str) or not data.strip():
        return None
    return _inbound(number, chat, None, data[:MAX_TEXT], time.time(), _dict(query.get("from")), "text")


def _member(number: int, member: dict[str, Any]) -> Inbound | None:
    chat = _private(member)
    if chat is None or _dict(member.get("new_chat_member")).get("status") != "kicked":
        return None
    return _inbound(number, chat, None, "", _when(member), _dict(member.get("from")), "left")


def _inbound(
    number: int, chat: int, message: object, text: str, at: float, sender: dict[str, Any], kind: Kind
) -> Inbound:
    """The provider id keeps the message's own number, by which it can be deleted."""
    hint = sender.get("language_code")
    ids = f"{number}:{message if isinstance(message, int) else ''}"
    return Inbound(
        "telegram",
        ids,
        Address(str(chat)),
        Text(text),
        at,
        hint[:2].lower() if isinstance(hint, str) else None,
        kind,
        message if isinstance(message, int) else 0,
    )


def _private(holder: dict[str, Any]) -> int | None:
    chat = _dict(holder.get("chat"))
    number = chat.get("id")
    return number if chat.get("type") == "private" and isinstance(number, int) else None


def _when(message: dict[str, Any]) -> float:
    date = message.get("edit_date", message.get("date"))
    return float(date) if isinstance(date, int) else time.time()


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
