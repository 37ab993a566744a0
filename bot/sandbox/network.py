"""The way to the gateway: it is called where it really listens, and signed as the address it believes in."""

from collections.abc import Mapping
from urllib.parse import urldefrag

import httpx

from bot.sandbox.settings import SandboxSettings

SMS_PATH = "/twilio/sms"
TELEGRAM_PATH = "/telegram"


class Network:
    """One client for all deliveries; no proxy, no redirects followed, as the providers do."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)
        self.gateway_url = ""
        self.public_url = ""
        self.connect(settings.gateway_url, settings.public_url)

    def connect(self, gateway_url: str, public_url: str = "") -> None:
        self.gateway_url = gateway_url.rstrip("/")
        self.public_url = public_url.rstrip("/") or self.gateway_url

    @property
    def sms_url(self) -> str:
        """The number's webhook as configured at the provider; empty: there is none."""
        return self.public_url + SMS_PATH if self.gateway_url else ""

    @property
    def telegram_url(self) -> str:
        return self.public_url + TELEGRAM_PATH if self.gateway_url else ""

    def route(self, url: str) -> str:
        """Where a public address is really answered: fragments never travel."""
        bare = urldefrag(url).url
        if self.public_url and bare.startswith(self.public_url + "/"):
            return self.gateway_url + bare.removeprefix(self.public_url)
        return bare

    async def post(
        self, url: str, content: bytes, headers: Mapping[str, str], timeout: httpx.Timeout
    ) -> httpx.Response:
        return await self._client.post(
            self.route(url), content=content, headers=dict(headers), timeout=timeout
        )

    async def close(self) -> None:
        await self._client.aclose()
