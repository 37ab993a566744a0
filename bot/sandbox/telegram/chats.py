"""People, their chats with the bot, and what stands in them."""

from dataclasses import dataclass, field
from typing import Any

FIRST_GROUP = -4_000_001


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    username: str
    language_code: str
    blocked: bool = False
    started: bool = False
    """Has written to the bot; before that it may not write to them."""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "username": self.username,
            "language_code": self.language_code,
        }


@dataclass(slots=True)
class Post:
    """One message in a chat; `content` are the fields that make up its kind ("text", "photo" ...)."""

    message_id: int
    date: int
    sender: Person | None
    """None: the bot."""
    content: dict[str, Any] = field(repr=False)
    edit_date: int = 0
    inline: list[list[dict[str, Any]]] = field(default_factory=list, repr=False)
    protected: bool = False

    @property
    def text(self) -> str:
        return str(self.content.get("text") or self.content.get("caption") or "")


@dataclass(slots=True)
class Keyboard:
    """The reply keyboard under a chat, which goes with the message that brought it."""

    message_id: int
    rows: list[list[str]]
    once: bool


@dataclass(slots=True)
class Chat:
    """A private chat (`person`) or a group (`title`)."""

    id: int
    person: Person | None = None
    title: str = ""
    posts: dict[int, Post] = field(default_factory=dict, repr=False)
    keyboard: Keyboard | None = None
    member: bool = True
    """Whether the bot is (still) in it."""

    def as_json(self) -> dict[str, Any]:
        if self.person is None:
            return {"id": self.id, "title": self.title, "type": "group"}
        person = self.person
        return {
            "id": self.id,
            "first_name": person.first_name,
            "username": person.username,
            "type": "private",
        }

    def remove(self, message_id: int) -> None:
        """The message vanishes from both sides, and a keyboard it brought with it."""
        self.posts.pop(message_id).content.clear()
        if self.keyboard and self.keyboard.message_id == message_id:
            self.keyboard = None


class Chats:
    """All people and chats of one bot."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._people: dict[str, Person] = {}
        self._chats: dict[int, Chat] = {}
        self._last_message = 0

    def clear(self) -> None:
        self._people.clear()
        self._chats.clear()

    @property
    def people(self) -> list[Person]:
        return list(self._people.values())

    def person(self, name: str, language_code: str = "en") -> Person:
        """The person of that name; a new one if there is none."""
        if not name.strip():
            raise ValueError("a person needs a name")
        if name not in self._people:
            number = self._first + len(self._people)
            username = "".join(letter for letter in name.lower() if letter.isalnum()) + "_sandbox"
            self._people[name] = Person(number, name, username, language_code)
            self._chats[number] = Chat(number, self._people[name])
        return self._people[name]

    def private(self, person: Person) -> Chat:
        return self._chats[person.id]

    def group(self, title: str) -> Chat:
        """The group of that title, which a new one has the bot in."""
        found = [chat for chat in self._chats.values() if chat.title == title]
        if found:
            return found[0]
        groups = sum(chat.person is None for chat in self._chats.values())
        chat = Chat(FIRST_GROUP - groups, title=title, member=False)
        self._chats[chat.id] = chat
        return chat

    def get(self, chat_id: int) -> Chat | None:
        return self._chats.get(chat_id)

    def post(self, chat: Chat, post: Post) -> Post:
        chat.posts[post.message_id] = post
        return post

    def next_message_id(self) -> int:
        """One counter for all private chats and groups of a bot, as at Telegram."""
        self._last_message += 1
        return self._last_message
