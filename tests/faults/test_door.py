"""Strangers at the door: whatever they do, other people's messages are taken in.

The real server as every role starts it, the real gateway, a real store; strangers speak raw bytes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from bot import door, keys
from bot.bootstrap import Hotline
from bot.children import free_port
from bot.clock import Clock
from bot.door import Door
from bot.process import many_files
from bot.roles import gateway_app, server
from bot.scripts import Store
from bot.settings import Settings
from tests.conftest import SECRET

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "a token for tests", "+15005550006"
HEAD = b"POST /twilio/sms HTTP/1.1\r\nHost: here\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
WAIT_S = 15.0
numbers = count(1)


@dataclass
class Gateway:
    """A running gateway, and its provider, which signs."""

    url: str
    port: int
    store: Store
    provider: httpx.AsyncClient

    async def text(self) -> int:
        """A text from somebody, through the provider; the status it was answered with."""
        number = next(numbers)
        form = {
            "MessageSid": f"SM{number:032x}",
            "AccountSid": ACCOUNT,
            "From": f"+35569{number:07d}",
            "To": NUMBER,
            "Body": "is this job real?",
        }
        signature = RequestValidator(TOKEN).compute_signature(f"{self.url}/twilio/sms", form)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.provider.post("/twilio/sms", content=urlencode(form), headers=headers)
        return answer.status_code

    async def taken_in(self) -> int:
        return sum([await self.store.xlen(keys.inbox(one)) for one in range(keys.PARTITIONS)])

    async def stranger(self, said: bytes = b"") -> "Stranger":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(said)
        return Stranger(reader, writer)


@dataclass
class Stranger:
    """One raw connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answered(self) -> bytes:
        """All that comes until the door closes the line."""
        async with asyncio.timeout(WAIT_S):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def goes_on(self, piece: bytes, every: float) -> None:
        """Say a little more, for as long as the door listens."""
        with suppress(ConnectionError):
            while not self.writer.is_closing() and not self.reader.at_eof():
                self.writer.write(piece)
                await self.writer.drain()
                await asyncio.sleep(every)


@pytest.fixture
async def gateway(store: Store, store_url: str) -> AsyncIterator[Gateway]:
    async with listening(store, store_url) as running:
        yield running


@asynccontextmanager
async def listening(store: Store, store_url: str) -> AsyncIterator[Gateway]:
    many_files()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        secret=SECRET,
        store_url=store_url,
        public_url=url,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_number=NUMBER,
    )
    running = server(gateway_app(Hotline(settings, store, Clock(), {})), "127.0.0.1", port)
    serving = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_S, trust_env=False) as provider:
        yield Gateway(url, port, store, provider)
    running.should_exit = True
    await serving


@asynccontextmanager
async def strangers(
    gateway: Gateway, number: int, said: bytes, then: Callable[[Stranger], Awaitable[None]] | None = None
) -> AsyncIterator[Sequence[Stranger]]:
    """So many of them at the same time, each saying this, each going on with `then`."""
    here = await asyncio.gather(*(gateway.stranger(said) for _ in range(number)))
    going = [asyncio.ensure_future(then(one)) for one in here] if then else []
    try:
        yield here
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        for one in here:
            one.writer.close()


async def texts_are_taken_in(gateway: Gateway, number: int = 20) -> None:
    before = await gateway.taken_in()
    assert await asyncio.gather(*(gateway.text() for _ in range(number))) == [200] * number
    assert await gateway.taken_in() == before + number


SLOW = {
    "saying nothing": (b"", b""),
    "a header that never ends": (HEAD + b"X-Slow: ", b"x"),
    "a body that never ends": (HEAD + FORM + b"Content-Length: 60000\r\n\r\nBody=", b"x"),
    "empty lines": (b"", b"\r\n"),
    "a body after the answer": (
        b"POST /nothing HTTP/1.1\r\nHost: here\r\nContent-Length: 60000\r\n\r\n",
        b"x",
    ),
}


@pytest.mark.parametrize("way", sorted(SLOW))
async def test_who_dawdles_holds_up_nobody_and_is_shown_out(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(door, "REQUEST_S", 0.5)
    begins, piece = SLOW[way]
    async with strangers(gateway, 100, begins, lambda one: one.goes_on(piece, 0.05)) as slow:
        await texts_are_taken_in(gateway)
        answers = await asyncio.gather(*(one.answered() for one in slow))
    assert not [answer for answer in answers if b" 200 " in answer]
    await nobody_is_left(gateway)


async def nobody_is_left(gateway: Gateway) -> None:
    """The door has forgotten who has gone: nothing grows with what strangers do."""
    await gateway.provider.aclose()
    async with asyncio.timeout(WAIT_S):
        while Door.idle:  # noqa: ASYNC110 - the door has no event for it
            await asyncio.sleep(0.02)


async def test_a_thousand_connections_at_once_hold_up_nobody(gateway: Gateway) -> None:
    async with strangers(gateway, 1_000, HEAD):
        await texts_are_taken_in(gateway, 100)


async def test_a_full_door_makes_room_for_who_has_something_to_say(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MAX_CONNECTIONS", 50)
    asked = b"GET /nothing HTTP/1.1\r\nHost: here\r\n\r\n"
    async with strangers(gateway, 40, HEAD) as slow, strangers(gateway, 40, asked) as done:
        await texts_are_taken_in(gateway, 30)
        gone = [one for one in [*slow, *done] if one.reader.at_eof() or one.reader.exception()]
        assert gone


MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "a broken first line": b"POST\r\n\r\n",
    "two lengths": HEAD + FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nBody=x",
    "a length that is none": HEAD + FORM + b"Content-Length: x\r\n\r\n",
    "length and chunks": HEAD + FORM + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a form nobody signed": HEAD + FORM + b"Connection: close\r\nContent-Length: 6\r\n\r\nBody=x",
    "a form that is none": HEAD + FORM + b"Connection: close\r\nContent-Length: 4\r\n\r\n\xff\xfe\x00%",
    "no form": HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}",
    "more than a text": HEAD + FORM + b"Connection: close\r\nContent-Length: 9999999\r\n\r\nBody=x",
    "a head without end": HEAD + b"X-Much: " + b"x" * 300_000,
    "a large head": HEAD + b"X-Much: " + b"x" * 20_000 + b"\r\nConnection: close\r\n\r\n",
    "many headers": HEAD + b"".join(b"X-%d: y\r\n" % one for one in range(5_000)) + b"\r\n",
    "a long address": b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.mark.parametrize("what", sorted(MALFORMED))
async def test_what_is_malformed_is_refused_and_changes_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(door, "REQUEST_S", 0.5)
    stranger = await gateway.stranger(MALFORMED[what])
    answer = await stranger.answered()
    stranger.writer.close()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:60]
    assert await gateway.taken_in() == 0
    await texts_are_taken_in(gateway, 1)


@pytest.mark.parametrize("head", ["a large head", "many headers", "a head without end", "a long address"])
async def test_a_head_has_a_size(gateway: Gateway, head: str) -> None:
    stranger = await gateway.stranger(MALFORMED[head])
    answer = await stranger.answered()
    assert answer == b"" or b" 431 " in answer
    stranger.writer.close()


async def test_ten_thousand_malformed_requests_hold_up_nobody(gateway: Gateway) -> None:
    kinds = [
        said for name, said in sorted(MALFORMED.items()) if b"Connection: close" in said or b"\x16" in said
    ]

    async def malformed(number: int) -> int:
        refused = 0
        for turn in range(number):
            stranger = await gateway.stranger(kinds[turn % len(kinds)])
            refused += (await stranger.answered()).startswith(b"HTTP/1.1 4")
            stranger.writer.close()
        return refused

    flood = [asyncio.create_task(malformed(100)) for _ in range(100)]
    taken = 0
    while not all(task.done() for task in flood):
        assert await gateway.text() == 200
        taken += 1
    assert sum(await asyncio.gather(*flood)) == 10_000
    assert taken > 20
    assert await gateway.taken_in() == taken
