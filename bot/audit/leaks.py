"""Deliberate leaks, for the self-test alone: each puts what people write where it must never be.

They are sprung in the real processes, by `bot.audit.ahead`; each has to be found by the search.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prometheus_client import Gauge
from redis import Redis

from bot import keys, logs, metrics
from bot.private import Text

LEAKED, SEALED = "hl:leak", keys.of("0-leak", "card")


def _into_store() -> Callable[[str], object]:
    store = Redis.from_url(os.environ["HOTLINE_STORE_URL"])
    return lambda words: store.set(LEAKED, words, ex=keys.HOUR)


def _sealed() -> Callable[[str], object]:
    """Not a word of it can be read, and yet it should be gone."""
    store = Redis.from_url(os.environ["HOTLINE_STORE_URL"])
    return lambda _: store.set(SEALED, b"sealed", ex=keys.HOUR)


def _into_file() -> Callable[[str], object]:
    def leak(words: str) -> object:
        with (Path(tempfile.gettempdir()) / "leak").open("a", encoding="utf-8") as file:
            return file.write(words)

    return leak


def _into_output() -> Callable[[str], object]:
    return lambda words: print(words, file=logs.outlet(), flush=True)


def _into_metrics() -> Callable[[str], object]:
    gauge = Gauge("hotline_leak", "A leak", ["words"], registry=metrics.REGISTRY)
    return lambda words: gauge.labels(words).set(1)


WORDS: dict[str, Callable[[], Callable[[str], object]]] = {
    "store": _into_store,
    "left in store": _sealed,
    "file": _into_file,
    "output": _into_output,
    "metrics": _into_metrics,
}
UNDELETED = ("provider's log", "chat")
KINDS = (*WORDS, *UNDELETED, "browser")
"""All leaks; that of the browser is planted in the browser (`bot.audit.browser`)."""


def spring(kinds: Sequence[str]) -> None:
    """From here on this process leaks in these ways, whenever it looks at a text."""
    ways = [WORDS[kind]() for kind in kinds if kind in WORDS]
    seen = Text.reveal

    def leaky(text: Text) -> str:
        words = seen(text)
        for way in ways:
            way(words)
        return words

    Text.reveal = leaky  # type: ignore[method-assign, assignment]
    if "provider's log" in kinds:
        from bot.channels.sms.send import Sms

        Sms.delete = _deletes_nothing  # type: ignore[method-assign, assignment]
    if "chat" in kinds:
        from bot.channels.telegram.send import Telegram

        Telegram.delete = _deletes_nothing  # type: ignore[method-assign, assignment]


async def _deletes_nothing(*_: Any) -> None:
    """Says it has, and has not."""
