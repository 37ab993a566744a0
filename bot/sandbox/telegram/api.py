"""The Bot API's address: /bot<token>/<method>, with webhooks and long polling."""

import hmac
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import OTHER_POLL, WEBHOOK_ACTIVE, TelegramError, by_status
from bot.sandbox.telegram.methods import Methods, Parameters
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.updates import Update
from bot.sandbox.telegram.webhook import Webhook

LONGEST_POLL = 50


class Api:
    """Every call is checked for the token and meets the faults that are due."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._methods = Methods(telegram)
        self._poll = 0
        """Which getUpdates call is the latest: it ends the one before."""

    def routes(self) -> list[Route]:
        return [Route("/bot{token}/{method}", self._call, methods=["GET", "POST"])]

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        fault = self._telegram.faults.take("telegram", method)
        try:
            if fault is None:
                return await self._answer(request, method)
            if fault.after:
                await self._answer(request, method)
            status = 403 if fault.kind == "blocked" else fault.kind
            broken = await self._telegram.faults.disturb(fault, request)
            return broken or by_status(int(status), fault.retry_after).response()
        except TelegramError as error:
            return error.response()
        except ValueError:
            return TelegramError(400, "Bad Request: can't parse parameters").response()

    async def _answer(self, request: Request, method: str) -> Response:
        token = self._telegram.settings.telegram_token
        if not hmac.compare_digest(request.path_params["token"].encode(), token.encode()):
            raise TelegramError(401, "Unauthorized")
        parameters = await _parameters(request)
        result = await self._result(method.lower(), parameters)
        return JSONResponse({"ok": True, "result": result})

    async def _result(self, method: str, parameters: Parameters) -> Any:
        match method:
            case "setwebhook":
                return await self._set_webhook(parameters)
            case "deletewebhook":
                return await self._set_webhook(parameters | {"url": ""})
            case "getwebhookinfo":
                return self._telegram.delivery.info()
            case "getupdates":
                return [update.as_json() for update in await self._get_updates(parameters)]
        known = self._methods.by_name.get(method)
        if known is None:
            raise TelegramError(404, "Not Found: method not found")
        return known(parameters)

    async def _set_webhook(self, parameters: Parameters) -> bool:
        self._allow(parameters)
        if str(parameters.get("drop_pending_updates", "")).lower() == "true":
            for update in self._telegram.updates.pending:
                self._telegram.updates.accept(update)
        await self._telegram.delivery.set(
            Webhook(
                str(parameters.get("url", "")),
                str(parameters.get("secret_token", "")),
                min(100, max(1, int(parameters.get("max_connections", 40)))),
            )
        )
        self._telegram.changes.mark()
        return True

    async def _get_updates(self, parameters: Parameters) -> list[Update]:
        """Waits up to `timeout` seconds for something new; a later call ends this one."""
        telegram = self._telegram
        if telegram.delivery.webhook.url:
            raise TelegramError(409, WEBHOOK_ACTIVE)
        self._poll += 1
        mine = self._poll
        telegram.changes.mark()
        self._allow(parameters)
        telegram.updates.confirm(int(parameters.get("offset", 0)))
        limit = min(100, max(1, int(parameters.get("limit", 100))))
        until = time.monotonic() + min(LONGEST_POLL, int(parameters.get("timeout", 0)))
        while True:
            if mine != self._poll:
                raise TelegramError(409, OTHER_POLL)
            pending, left = telegram.updates.pending[:limit], until - time.monotonic()
            if pending or left <= 0 or telegram.changes.closed:
                return pending
            await telegram.changes.wait(telegram.changes.version, left)

    def _allow(self, parameters: Parameters) -> None:
        """What was allowed last stays so until it is named anew."""
        if "allowed_updates" in parameters:
            given = parameters["allowed_updates"]
            self._telegram.updates.allowed = json.loads(given) if isinstance(given, str) else list(given)


async def _parameters(request: Request) -> Parameters:
    found: Parameters = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.json()
        return found | (body if isinstance(body, dict) else {})
    return found | {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
