"""Twilio's message log: what stands there until somebody deletes it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

VERSION = "2010-04-01"

# What the provider is still working on cannot be deleted. "sent" can: a delivery report may never come.
UNFINISHED = frozenset({"accepted", "scheduled", "queued", "sending", "receiving"})


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


@dataclass(slots=True)
class Message:
    """One record of the log, inbound or outbound."""

    sid: str
    account_sid: str
    direction: str
    from_: str
    to: str
    body: str = field(repr=False)
    status: str
    created: datetime
    segments: int
    updated: datetime
    sent: datetime | None = None
    price: float | None = None
    error_code: int | None = None
    service_sid: str | None = None
    media: dict[str, str] = field(default_factory=dict)
    """Content type by media sid."""

    @property
    def uri(self) -> str:
        return f"/{VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}.json"

    def move(self, status: str, now: datetime) -> None:
        self.status, self.updated = status, now

    def as_json(self) -> dict[str, Any]:
        folder = self.uri.removesuffix(".json")
        return {
            "body": self.body,
            "num_segments": str(self.segments),
            "direction": self.direction,
            "from": self.from_,
            "to": self.to,
            "date_updated": format_datetime(self.updated),
            "price": None if self.price is None else f"{-self.price:.5f}",
            "error_message": None,
            "uri": self.uri,
            "account_sid": self.account_sid,
            "num_media": str(len(self.media)),
            "status": self.status,
            "messaging_service_sid": self.service_sid,
            "sid": self.sid,
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_created": format_datetime(self.created),
            "error_code": self.error_code,
            "price_unit": "USD",
            "api_version": VERSION,
            "subresource_uris": {"media": f"{folder}/Media.json", "feedback": f"{folder}/Feedback.json"},
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """What a listing asks for; a bound given as a day holds for the whole of it."""

    to: str = ""
    from_: str = ""
    day: str = ""
    since: str = ""
    until: str = ""

    def match(self, message: Message) -> bool:
        if self.to not in ("", message.to) or self.from_ not in ("", message.from_):
            return False
        if not (self.day or self.since or self.until):
            return True
        if message.sent is None:
            return False
        sent = message.sent.strftime("%Y-%m-%dT%H:%M:%SZ")
        # Cut to the length of the bound, days compare with days and instants with instants.
        return (
            sent.startswith(self.day[:10])
            and (not self.since or sent[: len(self.since)] >= self.since)
            and (not self.until or sent[: len(self.until)] <= self.until)
        )


class Log:
    """Records by sid, oldest first inside, newest first when listed."""

    def __init__(self) -> None:
        self._messages: dict[str, Message] = {}

    def __iter__(self) -> Iterator[Message]:
        return reversed(list(self._messages.values()))

    def add(self, message: Message) -> None:
        self._messages[message.sid] = message

    def get(self, sid: str) -> Message | None:
        return self._messages.get(sid)

    def find(self, filters: Filters) -> list[Message]:
        return [message for message in self if filters.match(message)]

    def delete(self, sid: str) -> None:
        """The record and its media are gone; whoever still holds the object finds it empty."""
        message = self._messages.pop(sid)
        message.body = ""
        message.media.clear()

    def clear(self) -> None:
        self._messages.clear()
