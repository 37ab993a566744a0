"""A counsellor's browser over HTTP: pages, forms, and what `static/live.js` does by itself.

One page is open at a time. Its event stream says what changed; then the fragment is fetched, once at a time.
"""

import asyncio
import html
import math
import re
import time
from contextlib import suppress

import aiohttp
import pyotp

from bot.errors import HotlineError
from escalation.console.staff import Provision
from tests.bench.desk.record import NOW, Record

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
TOKEN = re.compile(r'data-token="([^"]*)"')
IDS = re.compile(r'data-ids="([^"]*)"')
NEWEST = re.compile(r'data-newest="([^"]*)"')
LIVE = re.compile(r"<main[^>]* data-live=\"([^\"]*)\"")
STATE = re.compile(r'id="live" data-state="([a-z]*)"')
AGAIN_S = 30.0
"""Waiting times grow by themselves: a page fetches its fragment so often though nothing changed."""


class Refused(HotlineError):
    """An answer that no counsellor should ever get."""


class Fetcher:
    """As in live.js: asked again while it runs, it fetches once more afterwards."""

    def __init__(self, browser: "Browser", path: str) -> None:
        self._browser, self.path = browser, path
        self._running = self._again = False

    async def fetch(self) -> None:
        if self._running:
            self._again = True
            return
        self._running, again = True, True
        while again:
            self._again = False
            with suppress(Refused):
                await self._browser.fragment(self.path)
            again = self._again
        self._running = False


class Browser:
    def __init__(self, url: str, who: Provision, language: str, record: Record) -> None:
        self.name, self._who, self._record = who.account.name, who, record
        self._url = url
        headers = {"User-Agent": AGENT, "Accept-Language": language}
        self._web = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=6),
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(30),
            headers=headers,
            trust_env=False,
        )
        self._token, self.state, self.newest, self.case = "", "", "", ""
        self.waiting: list[str] = []
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._queue = self._page = Fetcher(self, "/queue/live")
        self._open_since = math.inf

    async def sign_in(self) -> None:
        await self._read("/login")
        await self.post("sign in", "/login", name=self.name, password=self._who.password)
        await self.post("sign in", "/login/code", code=pyotp.TOTP(self._who.secret).now())
        await self.get("queue page", "/queue")

    async def get(self, what: str, path: str) -> str:
        """Go to a page; then its script connects."""
        began = NOW()
        text = await self._read(path)
        self._record.took(what, began, len(text))
        self._leave()
        self._opened(path, text)
        return text

    async def post(self, what: str, path: str, **fields: str) -> str:
        """Send a form; the page it leads to is open then."""
        began = NOW()
        try:
            async with self._web.post(
                self._url + path, data=self._form(fields), headers=self._own(), allow_redirects=False
            ) as answer:
                text, status, to = await answer.text(), answer.status, answer.headers.get("Location", "")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._refused(f"{what}: {type(error).__name__}") from None
        self._record.took(what, began, len(text))
        if status == 303:
            kind = "queue page" if to.startswith("/queue") else "talk page"
            return await self.get(kind if to.startswith(("/queue", "/cases")) else "other page", to)
        if status != 200:
            raise self._refused(f"{what}: {status}")
        self._opened(path, text)
        return text

    async def ask(self, what: str, path: str, **fields: str) -> int:
        """What a page's script sends without leaving it; the status."""
        began = NOW()
        form, headers = self._form(fields), {**self._own(), "X-Live": "1"}
        try:
            async with self._web.post(self._url + path, data=form, headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._refused(f"{what}: {type(error).__name__}") from None
        self._record.took(what, began)
        if answer.status not in (200, 204, 409):
            raise self._refused(f"{what}: {answer.status}")
        return answer.status

    async def ask_claim(self, case: str) -> bool:
        """Claim a case from a second tab; whether its page says that it is mine."""
        form = self._form({"why": "they asked for me"})
        async with self._web.post(
            f"{self._url}/cases/{case}/claim", data=form, headers=self._own(), allow_redirects=False
        ) as answer:
            await answer.read()
        page = await self._read(f"/cases/{case}")
        found = STATE.search(page)
        return answer.status == 303 and found is not None and found[1] == "mine"

    async def fragment(self, path: str) -> None:
        about = "queue" if path.startswith("/queue") else "talk"
        what = f"{about} fragment" if self._page.path == path else "counts"
        began = NOW()
        text = await self._read(path, {"X-Live": "1"})
        self._record.took(what, began, len(text))
        self._shows(text, about)

    async def _read(self, path: str, headers: dict[str, str] | None = None) -> str:
        try:
            async with self._web.get(self._url + path, headers=headers) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._refused(f"GET: {type(error).__name__}") from None
        # 404: a talk that is closed says so.
        if answer.status not in (200, 404) or (answer.history and answer.url.path == "/login"):
            raise self._refused(f"GET: {answer.status}")
        return text

    def _refused(self, what: str) -> Refused:
        self._record.wrong(what)
        return Refused(what)

    def _form(self, fields: dict[str, str]) -> dict[str, str]:
        return {"token": self._token, **fields}

    def _own(self) -> dict[str, str]:
        """What a browser says of a form of our own page."""
        return {"Origin": self._url, "Sec-Fetch-Site": "same-origin"}

    def _opened(self, path: str, text: str) -> None:
        if found := TOKEN.search(text):
            self._token = found[1]
        about = "queue" if path.startswith("/queue") else "talk"
        self.case = path.split("/")[2] if path.startswith("/cases/") else ""
        self._shows(text, about)
        live = LIVE.search(text)
        self._page = Fetcher(self, html.unescape(live[1])) if live else self._page
        self._queue = self._page if about == "queue" else Fetcher(self, "/queue/live?brief=1")
        if live:
            self._start(self._listen())
            self._start(self._tick())

    def _shows(self, text: str, about: str) -> None:
        if about == "queue" and (ids := IDS.search(text)):
            self.waiting = ids[1].split()
            for case in set(self.waiting) - self._known:
                self._record.sees(self.name, case, self._open_since)
            self._known.update(self.waiting)
        if about == "talk":
            self.state = found[1] if (found := STATE.search(text)) else ""
            newest = found[1] if (found := NEWEST.search(text)) else ""
            if self.newest and newest not in ("", "0", self.newest):
                # Both clocks are this machine's: from the gateway's receipt until the line is on this page.
                self._record.took("line", NOW() - max(0.0, time.time() - float(newest)))
            self.newest = newest

    def _leave(self) -> None:
        self.newest, self._open_since = "", math.inf
        for task in self._tasks:
            task.cancel()

    def _start(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            await self._page.fetch()

    async def _listen(self) -> None:
        forever = aiohttp.ClientTimeout(None, sock_read=60)
        headers = {"Accept": "text/event-stream"}
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._web.get(f"{self._url}/events", headers=headers, timeout=forever) as answer:
                    if answer.status != 200:
                        self._record.wrong(f"events: {answer.status}")
                    self._open_since = NOW()
                    async for line in answer.content:
                        if line.startswith(b"data: "):
                            self._hear(line[6:].decode().strip())
            self._record.wrong("events: broken")
            await asyncio.sleep(2)

    def _hear(self, change: str) -> None:
        if change == "out":
            self._record.wrong("events: signed out")
        kind, _, case = change.partition(" ")
        if kind == "case":
            self._record.hears(self.name, case, self._open_since)
        if change in ("all", "queue"):
            self._start(self._queue.fetch())
        if self._page is not self._queue and (change == "all" or (kind == "case" and case == self.case)):
            self._start(self._page.fetch())

    async def aclose(self) -> None:
        self._leave()
        await self._web.close()
