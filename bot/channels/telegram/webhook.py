"""Telegram's webhook: a shared secret in a header, one update per request, per chat in order.

Telegram holds back a chat's later messages until the earlier one is accepted, so what we cannot use is
accepted all the same, and what fails behind the inbox fails there.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.intake import Accept, read_body
from bot.channels.telegram.update import group_to_leave, read
from bot.errors import Refused
from bot.private import Unshown

HEADER = "x-telegram-bot-api-secret-token"


@dataclass(frozen=True, slots=True, repr=False)
class TelegramWebhook(Unshown):
    secret: str = field(repr=False)
    accept: Accept
    leave: Callable[[int], Awaitable[None]]

    def routes(self) -> list[Route]:
        return [Route("/telegram", self.update, methods=["POST"])]

    async def update(self, request: Request) -> Response:
        shown = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not self.secret or not compare_digest(shown, self.secret.encode()):
            raise Refused("secret token", 403)
        body = await read_body(request)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused("not JSON", 400) from None
        group = group_to_leave(update)
        if group is not None:
            await self.leave(group)
        elif (message := read(update)) is not None:
            await self.accept(message)
        return Response(status_code=200)
