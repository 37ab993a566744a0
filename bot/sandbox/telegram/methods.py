"""The methods of the Bot API; each takes the parameters and gives the `result`."""

import json
from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram.chats import Chat, Keyboard, Post
from bot.sandbox.telegram.errors import NOT_MODIFIED, OLD_QUERY, TelegramError
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.updates import CALLBACK_LIFE

type Parameters = dict[str, Any]
type Method = Callable[[Parameters], Any]

LONGEST_TEXT = 4096
DELETABLE = 48 * 3600
KEYBOARDS = {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"}


class Methods:
    """Everything but updates and webhooks, which `api` does."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        named: list[Method] = [
            self.get_me,
            self.get_chat,
            self.send_message,
            self.edit_message_text,
            self.delete_message,
            self.delete_messages,
            self.answer_callback_query,
            self.send_chat_action,
            self.leave_chat,
        ]
        self.by_name: dict[str, Method] = {method.__name__.replace("_", ""): method for method in named}
        for about in ("Commands", "Description", "ShortDescription", "Name"):
            self._add_profile(about)

    def _add_profile(self, about: str) -> None:
        """setMy..., getMy... and deleteMyCommands, kept by language."""
        empty: Any = [] if about == "Commands" else ""
        field = {"ShortDescription": "short_description"}.get(about, about.lower())
        stored = self._telegram.profile

        def put(parameters: Parameters) -> bool:
            value = parameters.get(field, empty)
            stored[_key(parameters)] = json.loads(value) if about == "Commands" and value else value
            return True

        def get(parameters: Parameters) -> Any:
            value = stored.get(_key(parameters), empty)
            return value if about == "Commands" else {field: value}

        def delete(parameters: Parameters) -> bool:
            stored.pop(_key(parameters), None)
            return True

        def _key(parameters: Parameters) -> str:
            return f"{about}:{parameters.get('language_code', '')}"

        name = about.lower()
        self.by_name |= {f"setmy{name}": put, f"getmy{name}": get}
        if about == "Commands":
            self.by_name["deletemycommands"] = delete

    def get_me(self, _: Parameters) -> Any:
        flags = {
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return self._telegram.bot | flags

    def get_chat(self, parameters: Parameters) -> Any:
        extra = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}
        return self._chat(parameters).as_json() | extra

    def send_message(self, parameters: Parameters) -> Any:
        chat = self._writable(parameters)
        text = _checked_text(parameters)
        markup = _markup(parameters)
        post = Post(
            self._telegram.chats.next_message_id(),
            self._telegram.clock.unix(),
            None,
            {"text": text},
            inline=markup.get("inline_keyboard", []),
            protected=_true(parameters.get("protect_content")),
        )
        chat.posts[post.message_id] = post
        _place_keyboard(chat, post, markup)
        self._telegram.changes.mark()
        return self._telegram.render(chat, post)

    def edit_message_text(self, parameters: Parameters) -> Any:
        chat = self._writable(parameters)
        post = chat.posts.get(_number(parameters, "message_id"))
        if post is None:
            raise TelegramError(400, "Bad Request: message to edit not found")
        if post.sender is not None:
            raise TelegramError(400, "Bad Request: message can't be edited")
        text, inline = _checked_text(parameters), _markup(parameters).get("inline_keyboard", [])
        if (text, inline) == (post.text, post.inline):
            raise TelegramError(400, NOT_MODIFIED)
        post.content, post.inline = {"text": text}, inline
        post.edit_date = self._telegram.clock.unix()
        self._telegram.changes.mark()
        return self._telegram.render(chat, post)

    def delete_message(self, parameters: Parameters) -> bool:
        chat, message_id = self._chat(parameters), _number(parameters, "message_id")
        post = chat.posts.get(message_id)
        if post is None:
            raise TelegramError(400, "Bad Request: message to delete not found")
        self._check_deletable(chat, post)
        chat.remove(message_id)
        self._telegram.changes.mark()
        return True

    def delete_messages(self, parameters: Parameters) -> bool:
        """Up to a hundred at once; those that are not there are skipped."""
        chat, ids = self._chat(parameters), _json(parameters, "message_ids", list)
        if not 1 <= len(ids) <= 100:
            raise TelegramError(400, "Bad Request: message identifiers must be between 1 and 100")
        wanted = dict.fromkeys(int(number) for number in ids)
        found = [chat.posts[number] for number in wanted if number in chat.posts]
        for post in found:
            self._check_deletable(chat, post)
        for post in found:
            chat.remove(post.message_id)
        self._telegram.changes.mark()
        return True

    def _check_deletable(self, chat: Chat, post: Post) -> None:
        too_old = self._telegram.clock.unix() - post.date > DELETABLE
        # In a private chat the bot may delete the person's messages, too; in a group only its own.
        if too_old or (chat.person is None and post.sender is not None):
            raise TelegramError(400, "Bad Request: message can't be deleted for everyone")

    def answer_callback_query(self, parameters: Parameters) -> bool:
        pressed = self._telegram.queries.pop(str(parameters.get("callback_query_id", "")), None)
        if pressed is None or self._telegram.clock.unix() - pressed > CALLBACK_LIFE:
            raise TelegramError(400, OLD_QUERY)
        return True

    def send_chat_action(self, parameters: Parameters) -> bool:
        self._writable(parameters)
        if not parameters.get("action"):
            raise TelegramError(400, "Bad Request: wrong parameter action in request")
        return True

    def leave_chat(self, parameters: Parameters) -> bool:
        chat = self._writable(parameters)
        if chat.person is not None:
            raise TelegramError(400, "Bad Request: chat member status can't be changed in private chats")
        chat.member = False
        self._telegram.changes.mark()
        return True

    def _chat(self, parameters: Parameters) -> Chat:
        given = str(parameters.get("chat_id", ""))
        if not given:
            raise TelegramError(400, "Bad Request: chat_id is empty")
        chat = self._telegram.chats.get(int(given)) if given.lstrip("-").isdecimal() else None
        if chat is None:
            raise TelegramError(400, "Bad Request: chat not found")
        return chat

    def _writable(self, parameters: Parameters) -> Chat:
        chat = self._chat(parameters)
        if not chat.member:
            raise TelegramError(403, "Forbidden: bot is not a member of the group chat")
        if chat.person and chat.person.blocked:
            raise TelegramError(403, "Forbidden: bot was blocked by the user")
        if chat.person and not chat.person.started:
            raise TelegramError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat


_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def _checked_text(parameters: Parameters) -> str:
    text = str(parameters.get("text", "")).strip()
    if not text:
        raise TelegramError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise TelegramError(400, "Bad Request: message is too long")
    return text


def _markup(parameters: Parameters) -> dict[str, Any]:
    if not parameters.get("reply_markup"):
        return {}
    markup: dict[str, Any] = _json(parameters, "reply_markup", dict)
    if not KEYBOARDS & markup.keys():
        raise TelegramError(400, "Bad Request: object expected as reply markup")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if len(str(button.get("callback_data", "")).encode()) > 64:
                raise TelegramError(400, "Bad Request: BUTTON_DATA_INVALID")
    return markup


def _place_keyboard(chat: Chat, post: Post, markup: dict[str, Any]) -> None:
    if markup.get("remove_keyboard"):
        chat.keyboard = None
    elif "keyboard" in markup:
        rows = [[_title(button) for button in row] for row in markup["keyboard"]]
        chat.keyboard = Keyboard(post.message_id, rows, _true(markup.get("one_time_keyboard")))


def _title(button: Any) -> str:
    title = button if isinstance(button, str) else str(button.get("text", ""))
    if not title:
        raise TelegramError(400, 'Bad Request: can\'t parse keyboard button: Field "text" must be non-empty')
    return title


def _json(parameters: Parameters, name: str, kind: type) -> Any:
    """A nested value: already one when the body is JSON, a JSON string in a form."""
    value = parameters.get(name)
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise TelegramError(400, f"Bad Request: can't parse {name.replace('_', ' ')} JSON object")
    return value


def _number(parameters: Parameters, name: str) -> int:
    value = str(parameters.get(name, ""))
    if not value.isdecimal():
        raise TelegramError(400, f"Bad Request: {name.replace('_', ' ')} is not specified")
    return int(value)


def _true(value: Any) -> bool:
    return str(value).lower() in ("true", "1", "yes")
