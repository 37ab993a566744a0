"""Requests that fail, with marks in all parts of them: what is refused must not rest anywhere either."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import httpx

from bot.audit.house import House
from bot.audit.marks import Marks
from bot.audit.phones import Phones, sms_form
from bot.audit.talks import Talk

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
DOORS = ("/twilio/sms", "/twilio/status", "/telegram", "/health/ready", "/nothing")
CONSOLE_DOORS = ("/login", "/login/code", "/queue/take", "/nothing")
LARGE = 300_000


def refused(house: House, phones: Phones, marks: Marks, alphabet: str) -> int:
    """Send them all; returns how many were refused."""
    answers = (*_unsigned(house, marks, alphabet), *_signed(phones, marks, alphabet))
    return sum(answer.is_client_error for answer in answers)


def _unsigned(house: House, marks: Marks, alphabet: str) -> Iterator[httpx.Response]:
    """By strangers: no signature or a wrong one, malformed, too large, words in every part of the request."""
    for part, doors in (("gateway", DOORS), ("console", CONSOLE_DOORS)):
        words = marks.word(f"strangers' request to the {part}", alphabet)
        plain = marks.word(f"strangers' headers to the {part}")
        bodies = (
            f"Body={words}&From=%2B{plain}&name={words}&password={words}".encode(),
            json.dumps({"update_id": 1, "message": {"text": words}}).encode(),
            f'{{"update_id": "{words}'.encode(),
            b"\xff\xfe" + words.encode("utf-16"),
            words.encode() * (LARGE // len(words.encode())),
        )
        headers = {
            "X-Twilio-Signature": plain,
            "X-Telegram-Bot-Api-Secret-Token": plain,
            "Cookie": f"hotline={plain}",
            "User-Agent": plain,
            "Referer": f"http://example.org/{plain}",
            "X-Forwarded-For": plain,
        }
        for path in (*doors, f"/{plain}", f"/cases/{plain}", f"/static/{plain}"):
            url = house.url(part, f"{path}?q={plain}")
            yield _tried(house, url, b"", headers, "GET")
            for body in bodies:
                for kind in (FORM, JSON, plain):
                    yield _tried(house, url, body, headers | {"Content-Type": kind})


def _tried(house: House, url: str, body: bytes, headers: dict[str, str], how: str = "POST") -> httpx.Response:
    """What is too large may be cut off in the middle, and with it the line the next would have gone by."""
    with suppress(httpx.TransportError):
        return house.web.request(how, url, content=body, headers=headers)
    try:
        return house.web.request(how, url, content=body, headers=headers)
    except httpx.TransportError:
        return httpx.Response(413)


def _signed(phones: Phones, marks: Marks, alphabet: str) -> Iterator[httpx.Response]:
    """By the providers, and not for us, or not what we can read."""

    def mark(place: str) -> str:
        return marks.word(place, alphabet)

    number = marks.number("number in refused requests", "sq")
    yield phones.twilio(sms_form(number, mark("another account's text"), AccountSid="AC" + "1" * 32))
    yield phones.twilio(sms_form(number, mark("text to another number"), To="+15005550009"))
    yield phones.twilio(sms_form(mark("sender with a name"), mark("text of a sender with a name")))
    yield phones.twilio(sms_form(number, mark("text in another form")), **{"Content-Type": "text/plain"})
    yield phones.twilio(
        sms_form(number, mark("text to the status page"), MessageStatus="x"), "/twilio/status"
    )
    yield phones.telegram(f'{{"update_id": 5, "message": "{mark("broken update")}'.encode())
    yield phones.telegram(json.dumps([mark("list for an update")]).encode())
    yield phones.telegram({"message": {"text": mark("message of no chat")}})
    yield phones.telegram({"poll": {"question": mark("question of a poll")}})
    yield phones.telegram({"channel_post": {"text": mark("post of a channel"), "chat": {"id": -1}}})
    yield phones.telegram({"message": {"text": mark("large update") * 20_000}})


def in_a_group(house: House, marks: Marks, alphabet: str) -> None:
    """Somebody adds the bot to a group and writes there: it leaves without reading."""
    house.sandbox(
        "telegram/group",
        user=marks.word("name of a member of a group", alphabet),
        text=marks.word("text in a group", alphabet),
        title=marks.word("name of a group", alphabet),
    )


def while_the_engine_hangs(house: House, phones: Phones, marks: Marks, talks: list[Talk]) -> None:
    """They ask while the engine does not answer: an answer comes all the same."""
    engine = house.children["engine"].process.pid
    os.killpg(engine, signal.SIGSTOP)
    try:
        phones.say(talks, "question")
    finally:
        os.killpg(engine, signal.SIGCONT)
    house.web.post(
        house.url("engine", f"/turn?q={marks.word('engine query')}"),
        content=marks.word("engine body").encode(),
        headers={"Authorization": marks.word("engine token")},
    )
