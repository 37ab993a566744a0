"""Twilio's REST API, version 2010-04-01: messages, their media, calls, and what a health check asks for."""

import base64
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Fault
from bot.sandbox.twilio.errors import ERRORS, TwilioError
from bot.sandbox.twilio.log import UNFINISHED, VERSION, Filters, Message
from bot.sandbox.twilio.outgoing import Outgoing
from bot.sandbox.twilio.service import Twilio

ACCOUNT = f"/{VERSION}/Accounts/{{account}}"
DEFAULT_PAGE, LARGEST_PAGE = 50, 1000

type Work = Callable[[Request], Awaitable[Response]]


class Rest:
    """The routes; every call is checked for credentials and meets the faults that are due."""

    def __init__(self, twilio: Twilio, outgoing: Outgoing) -> None:
        self._twilio, self._outgoing = twilio, outgoing

    def routes(self) -> list[Route]:
        messages, message = f"{ACCOUNT}/Messages.json", f"{ACCOUNT}/Messages/{{sid}}.json"
        media = f"{ACCOUNT}/Messages/{{sid}}/Media"
        return [
            self._route(f"{ACCOUNT}.json", "GET", "account", self._account),
            self._route(f"{ACCOUNT}/IncomingPhoneNumbers.json", "GET", "numbers", self._numbers),
            self._route(messages, "POST", "create", self._create),
            self._route(messages, "GET", "list", self._list),
            self._route(message, "GET", "fetch", self._fetch),
            self._route(message, "POST", "update", self._update),
            self._route(message, "DELETE", "delete", self._delete),
            self._route(f"{media}.json", "GET", "media", self._media),
            self._route(f"{media}/{{medium}}.json", "DELETE", "media", self._delete_medium),
            self._route(f"{ACCOUNT}/Calls.json", "GET", "calls", self._calls),
            self._route(f"{ACCOUNT}/Calls/{{sid}}.json", "DELETE", "calls", self._delete_call),
            Route(f"/{VERSION}/{{rest:path}}", self._unknown, methods=["GET", "POST", "DELETE"]),
        ]

    def _route(self, path: str, method: str, operation: str, work: Work) -> Route:
        async def call(request: Request) -> Response:
            fault = self._twilio.faults.take("twilio", operation)
            try:
                if fault is None:
                    return await self._authorised(request, work)
                if fault.after:
                    await self._authorised(request, work)
                return await self._twilio.faults.disturb(fault, request) or _refuse(fault)
            except TwilioError as error:
                return error.response()
            except ValueError:
                return TwilioError(20001).response()

        return Route(path, call, methods=[method])

    async def _unknown(self, request: Request) -> Response:
        return TwilioError(20404, request.url.path).response()

    async def _authorised(self, request: Request, work: Work) -> Response:
        settings = self._twilio.settings
        pairs = [f"{settings.twilio_account_sid}:{settings.twilio_auth_token}"]
        if settings.twilio_api_key:
            pairs.append(settings.twilio_api_key)
        given = request.headers.get("authorization", "").encode()
        wanted = [b"Basic " + base64.b64encode(pair.encode()) for pair in pairs]
        known = any(hmac.compare_digest(given, pair) for pair in wanted)
        if not known or request.path_params["account"] != settings.twilio_account_sid:
            raise TwilioError(20003)
        return await work(request)

    async def _create(self, request: Request) -> Response:
        return JSONResponse(self._outgoing.create(await _form(request)).as_json(), 201)

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        found = self._twilio.log.find(
            Filters(
                to=query.get("To", ""),
                from_=query.get("From", ""),
                day=query.get("DateSent", ""),
                since=query.get("DateSent>", ""),
                until=query.get("DateSent<", ""),
            )
        )
        return JSONResponse(_page(request, "messages", [message.as_json() for message in found]))

    async def _fetch(self, request: Request) -> Response:
        return JSONResponse(self._message(request).as_json())

    async def _update(self, request: Request) -> Response:
        """Only emptying the text is allowed; both numbers stay."""
        message, form = self._message(request), await _form(request)
        if form.get("Body") != "" or "Status" in form:
            raise TwilioError(30400)
        message.body, message.updated = "", self._twilio.clock.now()
        self._twilio.changes.mark()
        return JSONResponse(message.as_json())

    async def _delete(self, request: Request) -> Response:
        message = self._message(request)
        age = self._twilio.clock.now() - message.created
        if message.status in UNFINISHED or age < timedelta(seconds=self._twilio.settings.delete_delay):
            raise TwilioError(20009)
        self._twilio.log.delete(message.sid)
        self._twilio.changes.mark()
        return Response(status_code=204)

    async def _media(self, request: Request) -> Response:
        message = self._message(request)
        folder = message.uri.removesuffix(".json")
        listed = [
            {
                "sid": sid,
                "account_sid": message.account_sid,
                "parent_sid": message.sid,
                "content_type": kind,
                "date_created": message.as_json()["date_created"],
                "date_updated": message.as_json()["date_updated"],
                "uri": f"{folder}/Media/{sid}.json",
            }
            for sid, kind in message.media.items()
        ]
        return JSONResponse(_page(request, "media_list", listed))

    async def _delete_medium(self, request: Request) -> Response:
        if self._message(request).media.pop(request.path_params["medium"], None) is None:
            raise TwilioError(20404, request.url.path)
        self._twilio.changes.mark()
        return Response(status_code=204)

    async def _calls(self, request: Request) -> Response:
        query = request.query_params
        found = self._twilio.calls.find(query.get("To", ""), query.get("From", ""))
        return JSONResponse(_page(request, "calls", [call.as_json() for call in found]))

    async def _delete_call(self, request: Request) -> Response:
        if self._twilio.calls.pop(request.path_params["sid"], None) is None:
            raise TwilioError(20404, request.url.path)
        self._twilio.changes.mark()
        return Response(status_code=204)

    async def _account(self, request: Request) -> Response:
        sid = self._twilio.settings.twilio_account_sid
        return JSONResponse({"sid": sid, "friendly_name": "Sandbox", "status": "active", "type": "Full"})

    async def _numbers(self, request: Request) -> Response:
        number = {
            "sid": "PN" + "0" * 32,
            "account_sid": self._twilio.settings.twilio_account_sid,
            "phone_number": self._twilio.number,
            "capabilities": {"sms": True, "mms": True, "voice": True, "fax": False},
            "sms_url": self._twilio.network.sms_url,
            "sms_method": "POST",
            "sms_fallback_url": self._twilio.settings.fallback_url,
        }
        wanted = request.query_params.get("PhoneNumber", self._twilio.number)
        found = [number] if wanted == self._twilio.number else []
        return JSONResponse(_page(request, "incoming_phone_numbers", found))

    def _message(self, request: Request) -> Message:
        message = self._twilio.log.get(request.path_params["sid"])
        if message is None:
            raise TwilioError(20404, request.url.path)
        return message


async def _form(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).multi_items()}


def _refuse(fault: Fault) -> Response:
    """A status or a code in Twilio's own words."""
    number = int(fault.kind)
    by_status = {401: 20003, 429: 20429, 503: 20503}
    code = number if number in ERRORS else by_status.get(number, 20500)
    response = TwilioError(code).response()
    if number < 600:
        response.status_code = number
    if response.status_code == 429:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _page(request: Request, key: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """One page in the old shape, its addresses relative to api.twilio.com, as the real answers are."""
    query = dict(request.query_params)
    size = min(LARGEST_PAGE, max(1, int(query.get("PageSize", DEFAULT_PAGE))))
    page = max(0, int(query.get("Page", 0)))
    start = page * size
    shown = records[start : start + size]

    def uri(number: int) -> str:
        pairs = query | {"PageSize": str(size), "Page": str(number)}
        return f"{request.url.path}?{urlencode(pairs)}"

    return {
        "first_page_uri": uri(0),
        "end": start + len(shown) - 1 if shown else 0,
        "previous_page_uri": uri(page - 1) if page else None,
        key: shown,
        "uri": uri(page),
        "page_size": size,
        "start": start,
        "next_page_uri": uri(page + 1) if start + size < len(records) else None,
        "page": page,
    }
