"""Twilio's webhooks: a message came in; a message of ours changed its state."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import Inbound, Kind
from bot.channels.intake import Accept, Delivered, read_body
from bot.channels.sms.number import normalised
from bot.channels.sms.signature import Form, read_form, signed
from bot.errors import Refused
from bot.private import Text, Unshown

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
FORM = "application/x-www-form-urlencoded"
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})
MAX_TEXT = 1600
# Default opt-out words after which the provider blocks the person: our own STOP handling has to know.
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out


@dataclass(frozen=True, slots=True, repr=False)
class SmsWebhook(Unshown):
    """Checks and reads what Twilio posts; `public_url` is what the signature was made over."""

    account: str = field(repr=False)
    token: str = field(repr=False)
    number: str = field(repr=False)
    public_url: str
    region: str
    accept: Accept
    delivered: Delivered
    now: Callable[[], float] = time.time

    def routes(self) -> list[Route]:
        return [
            Route("/twilio/sms", self.message, methods=["POST"]),
            Route("/twilio/status", self.status, methods=["POST"]),
        ]

    async def message(self, request: Request) -> Response:
        """Durable before the answer: Twilio does not retry a failed webhook by default."""
        form = await self._proven(request)
        await self.accept(self._read(form))
        return Response(EMPTY, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        """Callbacks can repeat and come out of order: only final states count."""
        form = await self._proven(request)
        status, sid = form.first("MessageStatus"), form.first("MessageSid")
        if sid and status in FINAL:
            await self.delivered("sms", sid, status)
        return Response(status_code=204)

    async def _proven(self, request: Request) -> Form:
        kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
        if kind != FORM:
            raise Refused("not a form", 415)
        form = read_form(await read_body(request))
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{self.public_url.rstrip('/')}{request.url.path}{query}"
        if not signed(self.token, url, form, request.headers.get("x-twilio-signature", "")):
            raise Refused("signature", 403)
        if form.first("AccountSid") != self.account:
            raise Refused("foreign account", 403)
        return form

    def _read(self, form: Form) -> Inbound:
        sid = form.first("MessageSid")
        if not sid:
            raise Refused("no message id", 400)
        if form.first("To") != self.number:
            raise Refused("not our number", 403)
        body = form.first("Body")[:MAX_TEXT]
        kind: Kind = "text" if body.strip() else "unreadable"
        if form.first("OptOutType").upper() == "STOP":
            kind = "left"  # Twilio has answered and blocked already.
        address = normalised(form.first("From"), self.region)
        return Inbound("sms", sid, address, Text(body), self.now(), None, kind)
