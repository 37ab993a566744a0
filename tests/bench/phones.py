"""Phones that text the hotline through its real webhook, and see its answers at the provider."""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from bot import keys
from bot.clock import Clock
from bot.errors import HotlineError
from bot.private import Address
from bot.scripts import Store
from bot.sessions import Conversation, Sessions
from bot.settings import name_of
from bot.store import connect
from bot.vault import Vault

PATIENCE_S = 10.0
HTTP_S = 20.0
NS = 1_000_000  # of a millisecond


class Unanswered(HotlineError):
    """A message was refused, or nothing came back in time."""


class Arrivals:
    """When the provider was given messages to whom, as the provider's process says it."""

    def __init__(self) -> None:
        self._times: dict[str, list[int]] = {}
        self._waiting: dict[str, asyncio.Event] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._read, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _read(self, wire: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while line := await wire.readline():
            number, at = line.decode().split()
            self._times.setdefault(number, []).append(int(at))
            if waiting := self._waiting.pop(number, None):
                waiting.set()

    def times(self, number: str) -> list[int]:
        return self._times.get(number, [])

    async def until(self, number: str, count: int, patience_s: float = PATIENCE_S) -> list[int]:
        """All times of a number, once there are so many; raises Unanswered."""
        try:
            async with asyncio.timeout(patience_s):
                while len(self.times(number)) < count:
                    await self._waiting.setdefault(number, asyncio.Event()).wait()
        except TimeoutError:
            raise Unanswered("no answer") from None
        return self.times(number)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


def session() -> aiohttp.ClientSession:
    """As many connections as there are senders, none of them through a proxy."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(HTTP_S), trust_env=False
    )


@dataclass(slots=True)
class Phone:
    """One number and its talk."""

    number: str = field(repr=False)
    language: str
    conversation: str = ""
    lines: int = 0
    """How long the talk in the store was after the last answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How long the answer took; `over` when a human has the talk now and the bot is silent."""

    ms: float
    over: bool = False


_count = itertools.count(secrets.randbelow(2_000_000))


def new_phone(language: str) -> Phone:
    """A number nobody else has in this run; it never leaves this machine."""
    return Phone(f"+35569{2_000_000 + next(_count) % 8_000_000}", language)


class Line:
    """The hotline as its phones and its store show it."""

    def __init__(self, given: dict[str, str], arrivals: Arrivals) -> None:
        self._account = given[name_of("twilio_account_sid")]
        self._number = given[name_of("twilio_number")]
        self._url = f"{given[name_of('public_url')]}/twilio/sms"
        validator: Any = RequestValidator
        self._validator = validator(given[name_of("twilio_auth_token")])
        self._session = session()
        self.arrivals = arrivals
        self.trips = 0
        """How often the bench itself asked the store."""
        self.store: Store = connect(given[name_of("store_url")])
        self.vault = Vault(given[name_of("secret")], self.store, Clock())
        self.sessions = Sessions(self.store, self.vault, Clock())

    async def text(self, phone: Phone, body: str) -> None:
        """One signed webhook, as Twilio sends it; returns when it is acknowledged, raises Unanswered."""
        sid = f"SM{secrets.token_hex(16)}"
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self._account,
            "ApiVersion": "2010-04-01",
            "From": phone.number,
            "To": self._number,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
        }
        signature = self._validator.compute_signature(self._url, form)
        try:
            async with self._session.post(
                self._url, data=form, headers={"X-Twilio-Signature": signature}
            ) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            raise Unanswered("webhook failed") from None
        if answer.status != 200:
            raise Unanswered(f"webhook answered {answer.status}")

    async def ask(self, phone: Phone, body: str) -> Answered:
        """From the webhook until `POST Messages` with the answer; returns when all parts of it are there.

        The greeting before a first answer is not the answer.
        """
        new, seen = not phone.lines, len(self.arrivals.times(phone.number))
        began = time.monotonic_ns()
        await self.text(phone, body)
        await self.arrivals.until(phone.number, seen + 1)
        parts, human = await self._said(phone)
        times = (await self.arrivals.until(phone.number, seen + parts))[seen:]
        greeted = new and parts > 1 and not human
        return Answered((times[1 if greeted else 0] - began) / NS, human)

    async def _said(self, phone: Phone) -> tuple[int, bool]:
        """How many messages this turn sends, and whether a human has the talk; only lengths are read."""
        conversation = await self.conversation(phone)
        pipe = self.store.pipeline(transaction=False)
        pipe.llen(keys.of(conversation, "talk"))
        pipe.exists(keys.case(conversation))
        length, case = await pipe.execute()
        self.trips += 1
        said = int(length) - phone.lines - 1
        phone.lines = int(length)
        return max(1, said), bool(case)

    async def conversation(self, phone: Phone) -> str:
        """The id of the phone's talk in the store."""
        if not await self.known(phone):
            raise Unanswered("no talk in the store")
        return phone.conversation

    async def known(self, phone: Phone) -> bool:
        """Whether the phone has a talk in the store by now."""
        if not phone.conversation:
            await self.vault.agree()
            hashed = self.vault.hashed("sms", Address(phone.number))
            found = await self.store.get(keys.at(self.vault.partition(hashed), hashed))
            self.trips += 1
            phone.conversation = found.decode() if found else ""
        return bool(phone.conversation)

    async def rests(self, phone: Phone) -> Conversation | None:
        """The phone's talk as the store holds it, opened."""
        return await self.sessions.read(phone.conversation) if await self.known(phone) else None

    async def said_in_all(self, phone: Phone, wrote: int) -> tuple[int, int]:
        """How many messages the hotline owes a phone that wrote so often, and how many it has posted."""
        length = int(await self.store.llen(keys.of(await self.conversation(phone), "talk")))
        return length - wrote, len(self.arrivals.times(phone.number))

    async def aclose(self) -> None:
        await self._session.close()
        await self.store.aclose()


@asynccontextmanager
async def line(given: dict[str, str], arrivals: Arrivals) -> AsyncIterator[Line]:
    made = Line(given, arrivals)
    try:
        yield made
    finally:
        await made.aclose()
