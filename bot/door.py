"""The door: what a connection may cost before it has said anything worth reading.

uvicorn's own protocol waits for ever for a request to come in, reads headers of any size and takes any number
of connections. Here a request has to be in within seconds, its head is bounded, and when the door is full the
connection that has been unfinished longest makes room: whoever dawdles or floods shuts nobody else out.
"""

import asyncio
import resource
from asyncio.events import TimerHandle
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

REQUEST_S = 10.0
"""From a connection's first moment, or a request's first byte, to the last byte of its body."""
MAX_HEAD = 16 * 1024
"""Request line and headers together, in bytes; Twilio's and Telegram's are under 2 KiB."""
MAX_CONNECTIONS = 4_000
FILES_APART = 256
"""Open files left for everything that is not a connection of the door."""
SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Door(HttpToolsProtocol):
    """One connection. `idle` holds all of this process that we owe no answer, longest idle first."""

    idle: ClassVar[dict["Door", None]] = {}

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = True
        self._came = 0  # bytes that came in for a head that is not complete
        self._head = 0  # bytes of the head that are read
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()
        if len(self.connections) > room():
            next(iter(Door.idle)).turn_out()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._came += len(data)
            if self._came > MAX_HEAD:
                self._refuse(TOO_LARGE)
        if self._deadline is None and self.timeout_keep_alive_task is None and self._nothing_owed():
            # Bytes that begin no request have stopped the only clock that ran: without another they would
            # hold the line for ever.
            self._expect()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._came, self._head = True, 0, 0
        if self._deadline is None:
            self._expect()

    def on_url(self, url: bytes) -> None:
        self._head += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._head > MAX_HEAD:
            raise ValueError  # the parser makes a bad request of it
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._arrived()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._nothing_owed() and not self.transport.is_closing():
            Door.idle.setdefault(self)

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no request; for a head too large, its own."""
        if self._head > MAX_HEAD:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def turn_out(self) -> None:
        """Make room, at once."""
        self._arrived()
        self.transport.abort()

    def _nothing_owed(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_S, self._too_slow)
        Door.idle.setdefault(self)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        Door.idle.pop(self, None)

    def _too_slow(self) -> None:
        self._arrived()
        if self._nothing_owed() and not self.transport.is_closing():
            self._refuse(SLOW)
        else:
            self.transport.close()

    def _refuse(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()


def room() -> int:
    """How many connections this process takes: never so many that it has no file left to reach the store."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, soft - FILES_APART))
