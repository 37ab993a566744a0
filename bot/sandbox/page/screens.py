"""What the phone page shows, as plain values for its templates."""

from datetime import datetime
from typing import Any

from bot.channels.sms.segments import Segments, count
from bot.sandbox.telegram.chats import Chat, Post
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.twilio.log import Message
from bot.sandbox.twilio.phones import Text
from bot.sandbox.twilio.service import Twilio

# Made-up numbers and names to begin with; any other can be typed in.
NUMBERS = ("+355691234567", "+381601234567", "+40721234567", "+15005550123")
PEOPLE = {"Era": "sq", "Luka": "sr", "Ana": "ro", "Sam": "en"}


class Screens:
    """Reads both services, changes nothing but for meeting the people of the demo."""

    def __init__(self, twilio: Twilio, telegram: Telegram) -> None:
        self._twilio, self._telegram = twilio, telegram

    def of(self, number: str, user: str) -> dict[str, Any]:
        """Everything the page and its parts need for one number and one person."""
        number, user = number.strip() or NUMBERS[0], user.strip() or next(iter(PEOPLE))
        for name, language_code in PEOPLE.items():
            self._telegram.chats.person(name, language_code)
        return {
            "number": number,
            "user": user,
            "hotline": self._twilio.number,
            "numbers": list(dict.fromkeys([*NUMBERS, *self._twilio.phones.numbers, number])),
            "people": list(dict.fromkeys([*(p.first_name for p in self._telegram.chats.people), user])),
            "sms": self._sms(number),
            "telegram": self._chat(user),
            "kept": [self._record(message) for message in self._twilio.log],
            "waiting": len(self._telegram.updates.pending),
            "connected": bool(self._twilio.network.gateway_url),
        }

    def size(self, size: Segments) -> str:
        noun = "segment" if size.segments == 1 else "segments"
        return f"{size.segments} {noun} · {size.encoding}"

    def _sms(self, number: str) -> dict[str, Any]:
        settings = self._twilio.settings
        texts = self._twilio.phones.screen(number)
        received = sum(text.size.segments for text in texts if text.mine)
        sent = sum(text.size.segments for text in texts if not text.mine)
        return {
            "texts": [self._text(text) for text in texts],
            "received": received,
            "sent": sent,
            "cost": _dollars(received * settings.price_received + sent * settings.price_sent),
            "opted_out": number in self._twilio.opt_outs,
        }

    def _text(self, text: Text) -> dict[str, Any]:
        settings = self._twilio.settings
        price = settings.price_received if text.mine else settings.price_sent
        return {
            "text": text.text,
            "mine": text.mine,
            "at": _time(text.at),
            "size": self.size(text.size),
            "cost": _dollars(text.size.segments * price),
        }

    def _chat(self, user: str) -> dict[str, Any]:
        chat = self._telegram.chats.private(self._telegram.chats.person(user))
        assert chat.person is not None
        return {
            "posts": [self._post(chat, post) for post in chat.posts.values()],
            "keyboard": chat.keyboard.rows if chat.keyboard else [],
            "blocked": chat.person.blocked,
        }

    def _post(self, chat: Chat, post: Post) -> dict[str, Any]:
        kind = next((kind for kind in post.content if kind not in ("text", "caption", "entities")), "")
        return {
            "id": f"{chat.id}-{post.message_id}",
            "text": post.text,
            "kind": kind,
            "mine": post.sender is not None,
            "at": _time(datetime.fromtimestamp(post.date).astimezone()),
            "edited": bool(post.edit_date),
            "inline": post.inline,
        }

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "sid": message.sid,
            "inbound": message.direction == "inbound",
            "phone": message.from_ if message.direction == "inbound" else message.to,
            "status": message.status,
            "body": message.body,
            "size": self.size(count(message.body)),
        }


def _time(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M")


def _dollars(amount: float) -> str:
    """At least cents, and what is left of a cent where there is something."""
    whole, _, rest = f"{amount:.4f}".partition(".")
    return f"${whole}.{rest[:2]}{rest[2:].rstrip('0')}"
