"""The engine as it is, on a machine where everything speaks; tests/privacy of the whole project starts it.

Debug logging is on in every library, and a request whose token holds `boom-engine` is shouted in every way
there is, and thrown.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from typing import Any

import structlog

BOOM = "boom-engine"
LIBRARIES = (
    "rasa",
    "aiohttp",
    "aiohttp.server",
    "aiohttp.access",
    "asyncio",
    "sanic",
    "sanic.root",
    "urllib3",
)


def talkative() -> None:
    logging.basicConfig(level=logging.DEBUG, force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(logging.StreamHandler(sys.stderr))
    logging.captureWarnings(True)
    warnings.simplefilter("always")


def shout(words: str) -> None:
    print(words)
    print(words, file=sys.stderr, flush=True)
    for output in (1, 2):
        os.write(output, words.encode() + b"\n")
    for name in (None, *LIBRARIES):
        logging.getLogger(name).critical(words)
        logging.getLogger(name).log(logging.CRITICAL + 10, words)
    structlog.get_logger().critical(words, text=words)
    warnings.warn(words, stacklevel=1)
    thread = threading.Thread(target=throw, args=(words,))
    thread.start()
    thread.join()


def throw(words: str) -> None:
    raise ValueError(f"thrown with {words}", words)


def lay_trap() -> None:
    """Every request passes `allowed`, a stranger's too. Laid once Rasa is loaded, as it is without this."""
    from engine import turn_channel

    channel: Any = turn_channel
    real = channel.allowed

    def trapped(shown: Any, token: str) -> bool:
        if BOOM in str(shown):
            shout(str(shown))
            throw(str(shown))
        return bool(real(shown, token))

    channel.allowed = trapped


if __name__ == "__main__":
    talkative()
    from engine import launcher

    starts: Any = launcher
    hash_of = starts.hash_of

    def last_before_it_serves(model: Any) -> str:
        lay_trap()
        return str(hash_of(model))

    starts.hash_of = last_before_it_serves
    sys.exit(launcher.main([]))
