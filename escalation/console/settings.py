"""What the console is told by whoever starts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from bot.clock import Clock
from escalation.cases.hours import Hours
from escalation.practice.look_back import LookBack


class Size(Protocol):
    """How big a text is on its way by SMS."""

    @property
    def encoding(self) -> str: ...
    @property
    def segments(self) -> int: ...
    @property
    def units(self) -> int: ...


class Practice(Protocol):
    """A practice room: its console says so on every page, and looks back on talks that are over."""

    def look_back(self, conversation: str, account: str) -> LookBack | None: ...


type Count = Callable[[str], Size]
"""Counts the text message parts of a text."""
type Price = tuple[float, str]
"""What one SMS segment costs: amount and currency."""
type Directory = Callable[[str | None, str], Sequence[tuple[str, str]]]
"""Help services for a person: (country or None, language) -> (what it is, text to put into an answer)."""

# Options for uvicorn. No access log: addresses of pages and people are nobody's business. Event streams never
# end by themselves, so a stop must not wait for them.
UVICORN: Final[dict[str, Any]] = {
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": 1,
    "timeout_keep_alive": 30,
    "ws": "none",
}


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """How the console is reached, and what it borrows from other parts."""

    url: str = "http://127.0.0.1:8001"
    """Where counsellors open it. With https, cookies are bound to the host and sent encrypted only."""
    hosts: tuple[str, ...] = ()
    """Further names (host or host:port) under which it may be reached."""
    count: Count | None = None
    """Counts parts of an SMS; None: no counter under the answer."""
    price: Price | None = None
    """What one SMS segment costs; None: it is not shown."""
    hours: Hours = field(default_factory=Hours)
    """When somebody is here, by language."""
    heartbeat: float = 10.0
    """Seconds between two signs of life while a page is open."""
    clock: Clock = field(default_factory=Clock)
    practice: Practice | None = None
    """None: real people write here."""

    @property
    def https(self) -> bool:
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        return self._cookie("session")

    @property
    def mark(self) -> str:
        """The cookie of a browser somebody signed in with."""
        return self._cookie("known")

    @property
    def knock(self) -> str:
        """The cookie of a stranger who begins with a passkey."""
        return self._cookie("knock")

    def _cookie(self, name: str) -> str:
        """Practice has its own: a browser holds one jar for all ports of a host."""
        room = "practice" if self.practice else "hotline"
        return f"{'__Host-' if self.https else ''}{room}-{name}"

    def known_hosts(self) -> frozenset[str]:
        """Every value a Host header may have; on loopback, its other names too."""
        parts = urlsplit(self.url)
        found = {parts.netloc.lower(), *(host.lower() for host in self.hosts)}
        if parts.hostname in {"127.0.0.1", "localhost", "::1"}:
            port = f":{parts.port}" if parts.port else ""
            found |= {f"127.0.0.1{port}", f"localhost{port}", f"[::1]{port}"}
        return frozenset(found)
