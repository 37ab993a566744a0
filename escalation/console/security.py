"""The door of the console: nothing passes that is not meant to, and every answer carries its headers.

Denied by default: without a signed-in session only the sign-in page, its files and the sign of life are open.
"""

from typing import Final
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StoreDown
from bot.logs import event, where
from escalation.console.sessions import Session
from escalation.console.staff import Account
from escalation.console.visit import LIVE_HEADER, Console, form_of, kind_of, words_for

ALIVE = "/health/live"
OPEN: Final = frozenset({ALIVE, "/login", "/login/passkey", "/login/passkey/ask"})
OPEN_UNDER = "/static/"
ON_THE_WAY: Final = {
    "halfway": frozenset(
        {"/login/code", "/login/code/passkey", "/login/code/passkey/ask", "/login/recovery", "/logout"}
    ),
    "renewing": frozenset({"/login/renew", "/logout"}),
}

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), "
        "midi=(), browsing-topics=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
    # Pages differ by cookie; no cache may hold them, and one that errs must not mix people up.
    "Vary": "Cookie",
}
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


class Door:
    """ASGI middleware around the whole console."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app, self._console = app, console
        self._hosts = console.settings.known_hosts()
        scheme = urlsplit(console.settings.url).scheme
        self._origins = frozenset(f"{scheme}://{host}" for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        begun = False

        async def guarded_send(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._add_headers(message)
            await send(message)

        scope["state"] = {**scope.get("state", {}), "session": None, "account": None}
        try:
            refusal = await self._refusal(scope, receive)
            await (refusal or self._app)(scope, receive, guarded_send)
        except ClientDisconnect:
            return  # a page that was left while its script asked: nobody is there to be answered
        except Exception as error:
            # Nothing may reach the server's own error page or log: an exception's text can hold anything.
            event("failed", role="console", error=type(error).__name__, where=where(error))
            if begun:
                return
            down = isinstance(error, RedisError | StoreDown | ConnectionError)
            await self._message(scope, 503 if down else 500, "store" if down else "broken")(
                scope, receive, guarded_send
            )

    def _add_headers(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers[name] = value
        if self._console.settings.https:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT

    async def _refusal(self, scope: Scope, receive: Receive) -> Response | None:
        """The answer to a request that may not pass; None for one that may."""
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        if path == ALIVE:
            return None
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse("unknown host", 421)
        if method not in {"GET", "HEAD", "POST"}:
            return PlainTextResponse("method not allowed", 405)
        if not self._from_here(headers, method):
            return self._message(scope, 403, "forged")
        session, account = await self._signed(headers)
        scope["state"].update(session=session, account=account)
        if _may_pass(path, kind_of(session, account)):
            return None
        return await self._to_sign_in(scope, receive, headers)

    def _from_here(self, headers: Headers, method: str) -> bool:
        """Whether a request comes from our own pages (or, if it changes nothing, from an address bar)."""
        site, mode, origin = (headers.get(name) for name in ("sec-fetch-site", "sec-fetch-mode", "origin"))
        if method != "POST":
            # A link from elsewhere may be followed; nothing of ours may be pulled into another page.
            return site in {None, "same-origin", "none"} or mode == "navigate"
        # Under our referrer policy a browser's form says "null"; then Sec-Fetch-Site alone decides.
        if origin not in {None, "null"} and origin not in self._origins:
            return False
        if site is not None:
            return site == "same-origin"
        return origin in self._origins

    async def _signed(self, headers: Headers) -> tuple[Session | None, Account | None]:
        token = cookie_parser(headers.get("cookie", "")).get(self._console.settings.cookie, "")
        session = await self._console.sessions.load(token, headers.get("user-agent", ""))
        if session is None:
            return None, None
        account = await self._console.roster.get(session.account)
        if not session.good_for(account):
            await self._console.sessions.drop(session)
            return None, None
        return session, account

    async def _to_sign_in(self, scope: Scope, receive: Receive, headers: Headers) -> Response:
        if LIVE_HEADER in headers or "text/event-stream" in headers.get("accept", ""):
            return PlainTextResponse("signed out", 401)
        if scope["method"] == "POST" and scope["path"].endswith("/answer"):
            return await self._words_back(Request(scope, receive))
        return RedirectResponse("/login", 303)

    async def _words_back(self, request: Request) -> Response:
        """A session that ended while somebody wrote: nothing was sent, and their words are not lost."""
        try:
            typed = (await form_of(request)).get("text", "")
        except HTTPException:
            typed = ""
        words = words_for(request, None)
        return HTMLResponse(self._console.pages.render("ended.html", words, typed=typed), 401)

    def _message(self, scope: Scope, status: int, key: str) -> Response:
        request = Request(scope)
        words = words_for(request, scope["state"].get("account"))
        if LIVE_HEADER in request.headers:
            return PlainTextResponse(words(f"error.{key}"), status)
        return HTMLResponse(self._console.pages.render("message.html", words, key=key), status)


def _may_pass(path: str, kind: str) -> bool:
    if path in OPEN or path.startswith(OPEN_UNDER):
        return True
    return kind != "anyone" and path in ON_THE_WAY.get(kind, {path})
