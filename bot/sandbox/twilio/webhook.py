"""Calling the hotline's webhooks as Twilio does: signed, with overrides, retries and a fallback."""

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlencode
from xml.etree import ElementTree

import httpx
from twilio.request_validator import RequestValidator

from bot.sandbox.network import Network

RETRIEVAL_FAILED, CONNECTION_FAILED, PARSE_FAILED, WRONG_TYPE = 11200, 11205, 12100, 12300


@dataclass(frozen=True, slots=True)
class Overrides:
    """The fragment of a webhook's address; times in seconds. The defaults are Twilio's."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0

    @classmethod
    def parse(cls, fragment: str) -> "Overrides":
        given = {name: values[-1] for name, values in parse_qs(fragment).items()}
        return cls(
            retries=min(5, int(given.get("rc", 1))),
            policy=frozenset(given.get("rp", "ct").split(",")),
            connect=int(given.get("ct", 5000)) / 1000,
            read=int(given.get("rt", 15000)) / 1000,
            total=int(given.get("tt", 15000)) / 1000,
        )

    def retry(self, failure: str) -> bool:
        return "all" in self.policy or failure in self.policy


@dataclass(slots=True)
class Outcome:
    """How a webhook was answered: the last status (None: no answer), and how often it was tried."""

    status: int | None = None
    attempts: int = 0
    error: int | None = None
    content: bytes = b""
    kind: str = ""

    @property
    def failure(self) -> str:
        """What the retry policy calls it; empty when all went well."""
        if self.status is None:
            return self.kind
        return "" if 200 <= self.status < 300 else f"{self.status // 100}xx"


class Webhooks:
    """Deliveries to the hotline, each with a signature over all its parameters."""

    def __init__(self, network: Network, auth_token: str) -> None:
        self._network = network
        validator: Any = RequestValidator
        self._validator = validator(auth_token)

    async def deliver(self, url: str, form: dict[str, str], fallback: str = "") -> Outcome:
        """One event: the address, its retries, then the fallback address once."""
        bare, fragment = urldefrag(url)
        token = secrets.token_hex(16)
        outcome = await self._with_retries(bare, form, Overrides.parse(fragment), token)
        if outcome.error is None or not fallback:
            return outcome
        told = form | {"ErrorCode": str(outcome.error), "ErrorUrl": bare}
        again = await self._with_retries(fallback, told, Overrides(retries=0), token)
        again.attempts += outcome.attempts
        return again

    async def _with_retries(self, url: str, form: dict[str, str], given: Overrides, token: str) -> Outcome:
        outcome, started = Outcome(), time.monotonic()
        for _ in range(1 + given.retries):
            left = given.total - (time.monotonic() - started)
            if left <= 0:
                break
            await self._attempt(url, form, given, token, outcome, left)
            if not outcome.failure or not given.retry(outcome.failure):
                break
        outcome.error = _error(outcome)
        return outcome

    async def _attempt(
        self, url: str, form: dict[str, str], given: Overrides, token: str, outcome: Outcome, left: float
    ) -> None:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": self._validator.compute_signature(url, form),
            # The same for every attempt of one event.
            "I-Twilio-Idempotency-Token": token,
        }
        timeout = httpx.Timeout(min(given.read, left), connect=min(given.connect, left))
        outcome.attempts += 1
        outcome.status, outcome.content = None, b""
        try:
            answer = await self._network.post(url, urlencode(form).encode(), headers, timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            outcome.kind = "ct"
        except httpx.TransportError:
            outcome.kind = "rt"
        else:
            outcome.status, outcome.content = answer.status_code, answer.content
            outcome.kind = answer.headers.get("content-type", "").split(";")[0].strip()


def _error(outcome: Outcome) -> int | None:
    if outcome.status is None:
        return CONNECTION_FAILED if outcome.kind == "ct" else RETRIEVAL_FAILED
    if outcome.failure:
        return RETRIEVAL_FAILED
    if not outcome.content:
        return None
    if outcome.kind == "text/plain":
        return None
    if outcome.kind not in ("text/xml", "application/xml", "text/html"):
        return WRONG_TYPE
    return None if _document(outcome.content) is not None else PARSE_FAILED


def replies(outcome: Outcome) -> list[str]:
    """The messages a TwiML answer asks to send back; Twilio takes ten at most."""
    if outcome.error is not None or not outcome.content:
        return []
    if outcome.kind == "text/plain":
        return [outcome.content.decode()]
    document = _document(outcome.content)
    found = [] if document is None else document.findall("Message")
    return ["".join(message.itertext()) for message in found[:10]]


def _document(content: bytes) -> ElementTree.Element | None:
    try:
        # Only our own gateway's answers are read, on loopback.
        document = ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError:
        return None
    return document if document.tag == "Response" else None
