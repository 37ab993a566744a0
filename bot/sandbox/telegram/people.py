"""What people do on their phones, and the updates that come of it."""

import secrets
from typing import Any

from bot.sandbox.telegram.chats import Chat, Person, Post
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.updates import CALLBACK_LIFE

# The least that makes a message of each kind.
KINDS: dict[str, Any] = {
    "photo": [{"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 90, "file_size": 1200}],
    "voice": {"file_id": "voice-1", "file_unique_id": "v1", "duration": 3, "mime_type": "audio/ogg"},
    "sticker": {
        "file_id": "sticker-1",
        "file_unique_id": "s1",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
    "location": {"latitude": 41.3275, "longitude": 19.8187},
    "contact": {"phone_number": "+355691112223", "first_name": "Somebody"},
}


class People:
    """Actions of a person, named by first name; a new name is a new person."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def text(self, name: str, text: str, language_code: str = "en") -> int:
        """Writes to the bot; returns the message's id."""
        if not text.strip() or len(text) > 4096:
            raise ValueError("a message has 1 to 4096 characters")
        return self._write(name, _text(text), language_code)

    def send(self, name: str, kind: str, caption: str = "") -> int:
        """Sends a photo, voice note, sticker, location or contact."""
        if kind not in KINDS:
            raise ValueError(f"no such kind; one of {', '.join(KINDS)}")
        content = {kind: KINDS[kind]} | ({"caption": caption} if caption else {})
        return self._write(name, content, "en")

    def edit(self, name: str, text: str, message_id: int | None = None) -> int:
        """Changes a message of their own, the last one unless another is named."""
        person, chat = self._chat(name)
        own = [post for post in chat.posts.values() if post.sender is person]
        wanted = [post for post in own if message_id in (None, post.message_id)]
        if not wanted:
            raise ValueError("no such message of this person")
        post = wanted[-1]
        post.content = _text(text)
        post.edit_date = self._telegram.clock.unix()
        self._tell("edited_message", chat, post)
        return post.message_id

    def press(self, name: str, data: str, message_id: int | None = None) -> str:
        """Presses an inline button; returns the id of the callback query."""
        person, chat = self._chat(name)
        offered = [post for post in chat.posts.values() if _offers(post, data)]
        offered = [post for post in offered if message_id in (None, post.message_id)]
        if not offered:
            raise ValueError("no such button in this chat")
        query_id = secrets.token_hex(8)
        self._telegram.queries[query_id] = self._telegram.clock.unix()
        query = {
            "id": query_id,
            "from": person.as_json(),
            "message": self._telegram.render(chat, offered[-1]),
            "chat_instance": str(chat.id),
            "data": data,
        }
        # In a lane of their own: their order against messages is not given.
        self._telegram.notify("callback_query", query, f"callback:{person.id}", life=CALLBACK_LIFE)
        return query_id

    def block(self, name: str) -> None:
        self._membership(name, blocked=True)

    def unblock(self, name: str) -> None:
        self._membership(name, blocked=False)

    def group(self, name: str, text: str, title: str = "Friends") -> int:
        """Writes in a group; the bot is added to it if it is not in it."""
        person = self._telegram.chats.person(name)
        chat = self._telegram.chats.group(title)
        if not chat.member:
            chat.member = True
            self._member_update(chat, person, "left", "member")
        return self._post(chat, person, _text(text))

    def _write(self, name: str, content: dict[str, Any], language_code: str) -> int:
        person = self._telegram.chats.person(name, language_code)
        chat = self._telegram.chats.private(person)
        if person.blocked:
            self.unblock(name)
        person.started = True
        if chat.keyboard and chat.keyboard.once:
            chat.keyboard = None
        return self._post(chat, person, content)

    def _post(self, chat: Chat, person: Person, content: dict[str, Any]) -> int:
        telegram = self._telegram
        post = Post(telegram.chats.next_message_id(), telegram.clock.unix(), person, dict(content))
        chat.posts[post.message_id] = post
        self._tell("message", chat, post)
        return post.message_id

    def _tell(self, kind: str, chat: Chat, post: Post) -> None:
        self._telegram.notify(kind, self._telegram.render(chat, post), f"chat:{chat.id}")

    def _membership(self, name: str, blocked: bool) -> None:
        person, chat = self._chat(name)
        if person.blocked != blocked:
            person.blocked = blocked
            states = ("member", "kicked") if blocked else ("kicked", "member")
            self._member_update(chat, person, *states)

    def _member_update(self, chat: Chat, person: Person, old: str, new: str) -> None:
        bot = self._telegram.bot

        def member(status: str) -> dict[str, Any]:
            return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        payload = {
            "chat": chat.as_json(),
            "from": person.as_json(),
            "date": self._telegram.clock.unix(),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        self._telegram.notify("my_chat_member", payload, f"member:{chat.id}")

    def _chat(self, name: str) -> tuple[Person, Chat]:
        person = self._telegram.chats.person(name)
        return person, self._telegram.chats.private(person)


def _text(text: str) -> dict[str, Any]:
    """A text; a leading /command is marked as one."""
    content: dict[str, Any] = {"text": text}
    if text.startswith("/") and len(text) > 1:
        length = len(text.split()[0])
        content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return content


def _offers(post: Post, data: str) -> bool:
    return any(button.get("callback_data") == data for row in post.inline for button in row)
