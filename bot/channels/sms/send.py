"""Sending, looking up and deleting at Twilio."""

import asyncio
import base64
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.base import Inbound, Kind, Outgoing, Sent
from bot.channels.sms.codes import GONE, meaning
from bot.channels.sms.number import normalised
from bot.errors import Refused
from bot.private import Address, Text
from bot.settings import TWILIO_API

SECONDS = 10.0
CLOCKS_APART_S = 60
VALIDITY_S = 3600
"""An answer that arrives hours later can do harm."""

CALL = "CA"
LOOKED_THROUGH = 1000
REPLY_S = 120
"""Twilio's own answers (to STOP, START, HELP) and calls: nobody of us asks for them."""
SENT_S = 6 * 3600
"""As long as an unknown outcome is looked up for (`sender.OLD_S`): then nobody asks for it any more."""
UNANSWERED_S = 48 * 3600
"""Later than anything is caught up with (`bot/catchup.py`): until then it may still be answered."""
PAGE = 1000
"""Records in one answer of Twilio's, at most."""
UNFINISHED = frozenset({"accepted", "scheduled", "queued", "sending", "receiving", "ringing", "in-progress"})


class OwnAddress(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Twilio's client at a configurable address, and with a time-out that holds (its own is ignored)."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = urlsplit(base)

    async def request(self, method: str, url: str, **arguments: Any) -> Response:
        asked = urlsplit(url)
        url = urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, ""))
        user, password = arguments.pop("auth")
        # Its own `auth=` is on its way out of aiohttp.
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        arguments["headers"] = {**(arguments.get("headers") or {}), "Authorization": f"Basic {basic}"}
        try:
            async with asyncio.timeout(SECONDS):
                return await super().request(method, url, **arguments)
        finally:
            # The base class keeps its last request and answer, words and number included.
            self._test_only_last_request = None
            self._test_only_last_response = None


class Sms:
    """The SMS channel; construct it inside a running loop."""

    name = "sms"
    deletes_log = True
    wipes_chat = False
    can_list = True

    def __init__(
        self, account: str, token: str, number: str, *, api: str = TWILIO_API, callback: str = ""
    ) -> None:
        self._http = OwnAddress(api)
        self._client = Client(account, token, http_client=self._http)
        self._number = number
        self._callback = callback

    def __repr__(self) -> str:
        return "<Sms>"

    def owed_id(self, message: Inbound) -> str | None:
        return message.provider_id

    def shown_id(self, message: Inbound) -> str | None:
        return None

    async def send(self, message: Outgoing) -> Sent:
        arguments: dict[str, Any] = {"status_callback": self._callback} if self._callback else {}
        try:
            created = await self._client.messages.create_async(
                to=message.address.reveal(),
                from_=self._number,
                body=message.text.reveal(),
                validity_period=VALIDITY_S,
                **arguments,
            )
        except Exception as error:
            raise meaning(error, repeats_safely=False) from None
        return Sent(created.sid)

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        """Twilio takes no id of ours: the same words to the same number, made since then, are the message.

        Not filtered by date sent, which a message still queued at Twilio does not have.
        """
        earliest = _at(since - CLOCKS_APART_S)
        try:
            listed = await self._client.messages.list_async(to=message.address.reveal(), limit=50)
        except Exception as error:
            raise meaning(error, repeats_safely=True) from None
        body = message.text.reveal()
        for found in listed:
            recent = found.date_created is None or found.date_created >= earliest
            if recent and str(found.direction).startswith("outbound") and found.body == body:
                return Sent(found.sid)
        return None

    async def missed(self, since: float) -> list[Inbound]:
        """From the log: also what was taken for machine-made, for which no webhook is called (30039).

        Asked for by whole days (finer filters are not promised), newest first; there is no filter for the
        direction.
        """
        day = _at(since).date().isoformat()
        try:
            listed = await self._client.messages.list_async(
                to=self._number, date_sent_after=day, page_size=PAGE
            )
        except Exception as error:
            raise meaning(error, repeats_safely=True) from None
        found = [_read(one) for one in reversed(listed) if str(one.direction) == "inbound"]
        return [message for message in found if message is not None and message.at >= since]

    async def delete(self, provider_ids: Sequence[str]) -> None:
        """A message goes with its media; a call with what was said of it."""
        for sid in provider_ids:
            kept = self._client.calls if sid.startswith(CALL) else self._client.messages
            try:
                await kept(sid).delete_async()
            except Exception as error:
                refusal = meaning(error, repeats_safely=True)
                if refusal.code != GONE:
                    raise refusal from None

    def numbered(self, address: Address, number: int) -> str:
        return ""

    def unheard(self, after: str, before: str | None) -> str | None:
        """Such messages are found in the log."""
        return None

    async def holds_back(self) -> bool:
        return False

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        """Nobody can: an SMS that went out is on the phone."""

    async def leftovers(self, now: float) -> list[str]:
        ours, api, limit = self._number, self._client, LOOKED_THROUGH
        try:
            messages = [
                *await api.messages.list_async(from_=ours, limit=limit),
                *await api.messages.list_async(
                    to=ours, limit=limit, date_sent_before=_at(now - UNANSWERED_S)
                ),
            ]
            calls = [
                *await api.calls.list_async(from_=ours, limit=limit),
                *await api.calls.list_async(to=ours, limit=limit),
            ]
        except Exception as error:
            raise meaning(error, repeats_safely=True) from None
        found = [one.sid for one in messages if _older(one, now, _needed_for(str(one.direction)))]
        return found + [one.sid for one in calls if _older(one, now, REPLY_S)]

    async def aclose(self) -> None:
        await self._http.close()


def _needed_for(direction: str) -> int:
    """Seconds for which somebody may still ask for a message of the log."""
    if direction == "inbound":
        return UNANSWERED_S
    return SENT_S if direction == "outbound-api" else REPLY_S


def _older(record: Any, now: float, seconds: int) -> bool:
    made = record.date_created
    return str(record.status) not in UNFINISHED and made is not None and made.timestamp() < now - seconds


def _at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def _read(record: Any) -> Inbound | None:
    """An inbound record of the log as its webhook would have brought it; None where it is none for us."""
    if str(record.status) in UNFINISHED or record.date_created is None:
        return None
    body = str(record.body or "")
    kind: Kind = "text" if body.strip() else "unreadable"
    try:
        address = normalised(str(record.from_), "")
    except Refused:
        return None
    return Inbound("sms", record.sid, address, Text(body), record.date_created.timestamp(), None, kind)
