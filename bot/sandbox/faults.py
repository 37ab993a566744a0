"""Making a provider misbehave on purpose: the nth call, or the next k calls, of one operation or of any.

Kinds of a call (`provider` twilio or telegram):
    "500", "502", "503" ...   that HTTP status with the provider's error body
    "429"                     too many requests; `retry_after` seconds
    "hang"                    no answer for `seconds`, then the connection is dropped
    "drop"                    the connection is closed without an answer
    "html502"                 an HTML page of a proxy, status 502
    "20009", "21610" ...      (twilio) that error code
    "blocked"                 (telegram) 403, bot was blocked by the user
With `after` the work is done first and only its answer lost: the caller cannot know.

Kinds on the way, by `provider`:
    inbound     (an SMS to the hotline)  "repeat", "lose"
    delivery    (an SMS to a phone)      "undelivered", "failed"
    callbacks   (delivery reports)       "repeat", "reorder", "lose"; the operation is the status
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.sandbox.changes import Changes

type Provider = Literal["twilio", "telegram", "inbound", "delivery", "callbacks"]

KINDS = {
    "twilio": {"hang", "drop", "html502"},
    "telegram": {"hang", "drop", "html502", "blocked"},
    "inbound": {"repeat", "lose"},
    "delivery": {"undelivered", "failed"},
    "callbacks": {"repeat", "reorder", "lose"},
}
PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


@dataclass(slots=True)
class Fault:
    """What goes wrong, and how often: `nth` 1 is the very next call, `count` how many from there on."""

    provider: str
    kind: str
    count: int = 1
    nth: int = 1
    operation: str = ""
    after: bool = False
    seconds: float = 60.0
    retry_after: int = 1


class Faults:
    """Pending faults, used up in the order they were added."""

    def __init__(self, changes: Changes) -> None:
        self.pending: list[Fault] = []
        self._changes = changes
        self._closing = asyncio.Event()

    def add(self, fault: Fault) -> None:
        if fault.provider not in KINDS:
            raise ValueError(f"no such provider; one of {', '.join(KINDS)}")
        if fault.kind not in KINDS[fault.provider] and not _numbered(fault):
            raise ValueError("no such kind of fault for this provider")
        if fault.count < 1 or fault.nth < 1:
            raise ValueError("count and nth begin at 1")
        self.pending.append(fault)

    def take(self, provider: Provider, operation: str = "") -> Fault | None:
        """The fault this call meets: every pending one counts the call, the first that is due acts."""
        concerned = [f for f in self.pending if f.provider == provider and f.operation in ("", operation)]
        due = next((fault for fault in concerned if fault.nth == 1), None)
        for fault in concerned:
            fault.nth = max(1, fault.nth - 1)
        if due is not None:
            due.count -= 1
            if due.count == 0:
                self.pending.remove(due)
            self._changes.mark()
        return due

    def clear(self) -> None:
        self.pending.clear()

    def close(self) -> None:
        """Lets go of whoever hangs."""
        self._closing.set()

    async def disturb(self, fault: Fault, request: Request) -> Response | None:
        """The faults of the connection itself; None for those answered in the provider's own words."""
        if fault.kind == "html502":
            return HTMLResponse(PROXY_PAGE, 502)
        if fault.kind == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), fault.seconds)
        if fault.kind in ("hang", "drop"):
            return Dropped(request)
        return None


def _numbered(fault: Fault) -> bool:
    return fault.provider in ("twilio", "telegram") and fault.kind.isdecimal()


def fault_from(body: dict[str, Any]) -> Fault:
    """A fault as the control interface takes it; unknown names are refused."""
    try:
        return Fault(**body)
    except TypeError:
        names = "provider, kind, count, nth, operation, after, seconds, retry_after"
        raise ValueError(f"a fault is made of {names}") from None


class Dropped(Response):
    """Closes the connection without a byte of answer."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._transport: asyncio.Transport | None = request.scope.get("sandbox.transport")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._transport is None:
            raise RuntimeError("only the stand-in's own server can drop a connection")
        self._transport.abort()
