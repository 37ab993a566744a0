"""A browser tab as far as these tests need one: it keeps cookies and sends forms as a page would."""

import html
import re
from dataclasses import dataclass

import httpx
import pyotp
from starlette.applications import Starlette

from bot.clock import SetClock
from escalation.console.staff import Account, Provision

URL = "http://127.0.0.1:8001"
SAME_SITE = {"Origin": URL, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
COOKIE = "hotline-session"
LIVE = {"X-Live": "1"}


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and what they know and carry."""

    account: Account
    password: str
    secret: str

    @property
    def id(self) -> str:
        return self.account.id

    def code(self, clock: SetClock) -> str:
        """The code on their phone now."""
        return str(pyotp.TOTP(self.secret).at(int(clock.now())))


def person(made: Provision) -> Person:
    return Person(made.account, made.password, made.secret)


class Tab:
    """One browser session; `token` is the form token of the last page."""

    def __init__(self, app: Starlette, clock: SetClock, url: str = URL) -> None:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
        self.client = httpx.AsyncClient(transport=transport, base_url=url)
        self.clock = clock
        self.token = ""
        self.same_site = SAME_SITE | {"Origin": url}

    @property
    def agent(self) -> str:
        return self.client.headers["user-agent"]

    @property
    def cookie(self) -> str:
        return self.client.cookies[COOKIE]

    @cookie.setter
    def cookie(self, value: str) -> None:
        if COOKIE in self.client.cookies:
            self.client.cookies.delete(COOKIE)
        self.client.cookies.set(COOKIE, value, domain="127.0.0.1", path="/")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        response = await self.client.get(path, headers=headers)
        self._read(response)
        return response

    async def live(self, path: str) -> httpx.Response:
        """As the page's script asks for a fragment."""
        return await self.client.get(path, headers=LIVE | {"Sec-Fetch-Site": "same-origin"})

    async def post(
        self, path: str, headers: dict[str, str] | None = None, /, **fields: str
    ) -> httpx.Response:
        """Send a form of the last page: same site, its token."""
        given = self.same_site if headers is None else headers
        response = await self.client.post(path, data={"token": self.token, **fields}, headers=given)
        self._read(response)
        return response

    async def sign_in(self, who: Person) -> httpx.Response:
        """Both steps; each code works once, so the clock moves on first."""
        self.clock.move(30)
        await self.post("/login", name=who.account.name, password=who.password)
        await self.get("/login/code")
        response = await self.post("/login/code", code=who.code(self.clock))
        await self.get("/account")
        return response

    def _read(self, response: httpx.Response) -> None:
        if found := re.search(r'data-token="([^"]+)"', response.text):
            self.token = found[1]


def text_of(response: httpx.Response) -> str:
    """What a page says, without tags and with single blanks."""
    body = re.sub(r"<(script|style|title).*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
