"""What people do: over the stand-in's phones, and, for what its phones cannot send, as its servers would."""

import json
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from twilio.request_validator import RequestValidator

from bot.audit.house import ACCOUNT, NUMBER, House, until
from bot.audit.marks import Marks
from bot.audit.talks import Talk

BEGIN_OF_OURS = 1_500_000_000
"""Ids of updates and messages that come from us and not from the stand-in."""


class Phones:
    """All phones of the play."""

    def __init__(self, house: House, marks: Marks) -> None:
        self._house, self._marks = house, marks
        self._number = BEGIN_OF_OURS
        self._chats: dict[str, int] = {}

    def meet(self, talks: Sequence[Talk]) -> None:
        """Turn their phones on: the stand-in gives out chats in the order it first hears of people."""
        for talk in talks:
            if talk.channel == "telegram":
                self.shown(talk)
                self._chats[talk.phone] = self._marks.first_chat + len(self._chats)

    def say(self, talks: Sequence[Talk], what: str) -> None:
        """All of them write, then each has an answer; `what` is question, danger, or a command's name."""
        before = {talk: self._last_answer(talk) for talk in talks}
        for talk in talks:
            self.text(talk, self._text_for(talk, what))
        for talk in talks:
            until(lambda: self._last_answer(talk) > before[talk], f"an answer to {what} ({talk.name})")  # noqa: B023

    def _last_answer(self, talk: Talk) -> int:
        """Grows with each answer, also where earlier ones leave the screen meanwhile."""
        answers = [message for message in self.shown(talk) if not message["mine"]]
        if talk.channel == "sms":
            return len(answers)
        return max((int(message["message_id"]) for message in answers), default=0)

    def _text_for(self, talk: Talk, what: str) -> str:
        if what in ("question", "danger"):
            return talk.words(self._marks, what, getattr(talk.spoken, what))
        return talk.command(what)

    def text(self, talk: Talk, words: str) -> None:
        if talk.channel == "sms":
            self._house.sandbox("sms", **{"from": talk.phone, "body": words})
        else:
            self._house.sandbox("telegram/text", user=talk.phone, text=words)

    def shown(self, talk: Talk) -> list[dict[str, Any]]:
        """What stands on their screen."""
        page = self._house.web.get(self._house.url("sandbox", f"/sandbox/phones/{quote(talk.phone)}"))
        return list(page.json()["messages"])

    def answers(self, talk: Talk) -> list[str]:
        return [message["text"] for message in self.shown(talk) if not message["mine"]]

    def leave(self, talk: Talk) -> None:
        """Block the bot."""
        self._house.sandbox("telegram/block", user=talk.phone)

    def pictures(self, talk: Talk) -> None:
        """Messages with marks in all that comes with words: media, captions, edits, names, buttons."""
        what = f"({talk.name})"

        def mark(place: str) -> str:
            return self._marks.word(f"{place} {what}", talk.spoken.alphabet)

        if talk.channel == "sms":
            kind = f"image/{self._marks.word(f'media type {what}')}"
            self._house.sandbox(
                "sms", **{"from": talk.phone, "body": mark("words on a picture"), "media": [kind]}
            )
            media = {
                "NumMedia": "1",
                "MediaUrl0": f"https://media.example.org/{quote(mark('media address'))}.jpg",
                "MediaContentType0": f"image/jpeg; name={mark('media name')}",
                "FromCity": mark("city"),
                "ProfileName": mark("profile"),
            }
            self.twilio(sms_form(talk.phone, "", **media))
            return
        self._house.sandbox("telegram/send", user=talk.phone, kind="photo", caption=mark("caption"))
        self._house.sandbox("telegram/edit", user=talk.phone, text=mark("edited text"))
        for content in (
            {"text": "/start " + mark("what a link begins with")},
            {"document": {"file_id": mark("file id"), "file_name": mark("file name"), "mime_type": "a/b"}},
            {
                "contact": {
                    "phone_number": self._marks.number(f"contact {what}", "sq"),
                    "first_name": mark("contact"),
                }
            },
            {"venue": {"title": mark("venue"), "address": mark("address"), "location": {"latitude": 41.3}}},
        ):
            self.telegram({"message": self.message(talk, **content)})
        pressed = {"id": mark("query"), "from": self._person(talk), "message": self.message(talk, text="x")}
        self.telegram({"callback_query": pressed | {"data": mark("button"), "chat_instance": "1"}})

    def message(self, talk: Talk, **content: Any) -> dict[str, Any]:
        """A message as Telegram brings it, with names that the stand-in's people do not have."""
        person = self._person(talk)
        chat = {key: person[key] for key in ("id", "first_name", "last_name", "username")}
        self._number += 1
        return {
            "message_id": self._number,
            "date": 1_800_000_000,
            "from": person,
            "chat": chat | {"type": "private"},
            **content,
        }

    def _person(self, talk: Talk) -> dict[str, Any]:
        what = f"({talk.name})"
        return {
            "id": self._chats[talk.phone],
            "is_bot": False,
            "first_name": talk.phone,
            "last_name": self._marks.word(f"last name {what}", talk.spoken.alphabet),
            "username": self._marks.word(f"username {what}"),
            "language_code": talk.spoken.language[:2],
        }

    def telegram(self, update: dict[str, Any] | bytes, **headers: str) -> httpx.Response:
        """An update as Telegram's servers bring it."""
        self._number += 1
        if isinstance(update, dict):
            update = json.dumps({"update_id": self._number, **update}).encode()
        sent = {
            "X-Telegram-Bot-Api-Secret-Token": self._house.telegram_secret,
            "Content-Type": "application/json",
        }
        return self._house.web.post(
            self._house.url("gateway", "/telegram"), content=update, headers=sent | headers
        )

    def twilio(self, form: dict[str, str], path: str = "/twilio/sms", **headers: str) -> httpx.Response:
        """A webhook as Twilio brings it, signed."""
        url = self._house.url("gateway", path)
        sent = {
            "X-Twilio-Signature": RequestValidator(self._house.twilio_token).compute_signature(url, form),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._house.web.post(url, content=urlencode(form).encode(), headers=sent | headers)


def sms_form(sender: str, body: str, **more: str) -> dict[str, str]:
    """What Twilio says of a message."""
    return {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": NUMBER,
        "Body": body,
        **more,
    }
