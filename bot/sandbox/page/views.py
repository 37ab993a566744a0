"""Pages and parts of the phone page; it works by plain forms, and live where scripts run."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.sms.segments import LONGEST_BODY, PART, SINGLE, count
from bot.sandbox.page.screens import Screens
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.twilio.incoming import Incoming
from bot.sandbox.twilio.service import Twilio

HERE = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
KEEP_ALIVE = 15.0


class Page:
    """Shows what the phones show and does what a person taps."""

    def __init__(
        self,
        twilio: Twilio,
        telegram: Telegram,
        incoming: Incoming,
        people: People,
        reset: Callable[[], Awaitable[None]],
    ) -> None:
        self._twilio, self._incoming, self._people, self._reset = twilio, incoming, people, reset
        self._screens = Screens(twilio, telegram)
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/", self._page),
            Route("/phone/sms", self._part("sms.html")),
            Route("/phone/telegram", self._part("telegram.html")),
            Route("/phone/kept", self._part("kept.html")),
            Route("/phone/sms", self._send_sms, methods=["POST"]),
            Route("/phone/telegram", self._act_telegram, methods=["POST"]),
            Route("/phone/reset", self._forget, methods=["POST"]),
            Route("/phone/size", self._size, methods=["POST"]),
            Route("/phone/events", self._events),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def _render(self, template: str, request: Request) -> Response:
        number = request.query_params.get("number", "").replace(" ", "+", 1)
        shown = self._screens.of(number, request.query_params.get("user", ""))
        return HTMLResponse(self._templates.get_template(template).render(shown), headers=HEADERS)

    async def _page(self, request: Request) -> Response:
        return self._render("page.html", request)

    def _part(self, template: str) -> Callable[[Request], Awaitable[Response]]:
        async def part(request: Request) -> Response:
            return self._render(template, request)

        return part

    async def _send_sms(self, request: Request) -> Response:
        """Sends at once; the webhook is called behind, as the radio does."""
        form = await request.form()
        number, body = str(form.get("number", "")), str(form.get("body", "")).replace("\r\n", "\n")

        async def work() -> None:
            await self._incoming.receive(number, body)

        try:
            self._incoming.check(number, body)
        except ValueError as error:
            return HTMLResponse(str(error), 400, HEADERS)
        self._twilio.tasks.start(work())
        return _done(request, number, str(form.get("user", "")))

    async def _act_telegram(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        user = form.get("user", "")
        try:
            self._act(user, form)
        except ValueError as error:
            return HTMLResponse(str(error), 400, HEADERS)
        return _done(request, form.get("number", ""), user)

    def _act(self, user: str, form: dict[str, str]) -> None:
        match form.get("action", "text"):
            case "text":
                self._people.text(user, form.get("text", ""))
            case "press":
                self._people.press(user, form.get("data", ""))
            case "photo":
                self._people.send(user, "photo")
            case "block":
                self._people.block(user)
            case "unblock":
                self._people.unblock(user)
            case _:
                raise ValueError("no such action")

    async def _forget(self, request: Request) -> Response:
        form = await request.form()
        await self._reset()
        return _done(request, str(form.get("number", "")), str(form.get("user", "")))

    async def _size(self, request: Request) -> Response:
        """How the text being written would travel."""
        text = (await request.body()).decode(errors="replace")[:LONGEST_BODY]
        size = count(text)
        room = SINGLE[size.encoding] if size.segments == 1 else PART[size.encoding] * size.segments
        body: dict[str, Any] = {"size": self._screens.size(size), "left": max(0, room - size.units)}
        return JSONResponse(body, headers=HEADERS)

    async def _events(self, _: Request) -> Response:
        """Only says that something is new; the page then asks for its parts."""
        return StreamingResponse(self._ticks(), media_type="text/event-stream", headers=HEADERS)

    async def _ticks(self) -> AsyncIterator[str]:
        changes = self._twilio.changes
        seen = changes.version
        yield f"data: {seen}\n\n"
        while not changes.closed:
            version = await changes.wait(seen, KEEP_ALIVE)
            yield f"data: {version}\n\n" if version != seen else ": still here\n\n"
            seen = version


def _done(request: Request, number: str, user: str) -> Response:
    if "sandbox-live" in request.headers:
        return Response(status_code=204)
    return RedirectResponse("/?" + urlencode({"number": number, "user": user}), 303)


class SameOrigin:
    """Pages of other sites, open in the same browser, may not text from here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        if headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin"):
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == b"navigate":
            # A link to the page from elsewhere.
            await self._app(scope, receive, send)
        else:
            await Response("from another site", 403)(scope, receive, send)
