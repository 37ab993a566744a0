"""A role as it is, on a machine where everything speaks: `python tests/privacy/loud.py [--open] ROLE ...`.

Debug logging is on in every library, with handlers of their own; and words that hold `boom-ROLE` are treated
in this role as a careless library or a crash would: said in every way there is, and thrown. `--open` takes
away what keeps a role silent: then all of it has to come out, or the test that uses this proves nothing.
"""

import asyncio
import logging
import os
import runpy
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

BOOM = "boom-"
HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
ENGINE = (ROOT / "dialogues" / ".venv" / "bin" / "python", ROOT / "dialogues" / "tests" / "loud.py")
READY_S = 180.0
"""Loud roles are slow to start."""
PYTHON = [sys.executable, "-X", "dev", "-X", "faulthandler", "-W", "always"]
LIBRARIES = (
    "twilio twilio.http_client twilio.async_http_client aiogram aiogram.event aiogram.dispatcher httpx "
    "httpcore uvicorn uvicorn.error uvicorn.access uvicorn.asgi aiohttp aiohttp.client aiohttp.access "
    "urllib3 asyncio redis multipart python_multipart starlette concurrent.futures"
).split()


def talkative() -> None:
    """Every logger at its finest, each with a handler of its own besides the root's."""
    logging.basicConfig(level=logging.DEBUG, force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(logging.StreamHandler(sys.stderr))
    logging.captureWarnings(True)
    warnings.simplefilter("always")


def shout(words: str) -> None:
    """Say these words in every way a process has."""
    print(words)
    print(words, file=sys.stderr, flush=True)
    for output in (1, 2):
        os.write(output, words.encode() + b"\n")
    for name in (None, *LIBRARIES):
        logging.getLogger(name).critical(words)
        logging.getLogger(name).log(logging.CRITICAL + 10, words)
    warnings.warn(words, stacklevel=1)
    warnings.showwarning(words, UserWarning, words, 1)
    thread = threading.Thread(target=throw, args=(words,), name=words)
    thread.start()
    thread.join()
    Fails(words)
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    loop.call_exception_handler({"message": words, "exception": ValueError(words)})
    loop.call_soon(throw, words)


class Fails:
    """An error nobody can catch: thrown while this is taken away."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __del__(self) -> None:
        throw(self._words)


def throw(words: str) -> NoReturn:
    raise ValueError(f"thrown with {words}", words)


def trap(role: str, holder: Any, name: str, words_of: Any) -> None:
    """Where the words a call is about are meant for this role, it shouts and throws them."""
    real = getattr(holder, name)

    async def trapped(*arguments: Any, **named: Any) -> Any:
        words = words_of(*arguments, **named)
        if BOOM + role in words:
            shout(words)
            throw(words)
        return await real(*arguments, **named)

    setattr(holder, name, trapped)


def lay_traps(role: str) -> None:
    if role == "gateway":
        from bot.inbox import Inbox

        trap(role, Inbox, "accept", lambda _, message: f"{message.text.reveal()} {message.address.reveal()}")
    elif role == "worker":
        from bot.turn import Turns

        trap(role, Turns, "_route", lambda _, heard, command: f"{heard.text} {heard.card.address}")
    elif role == "console":
        from escalation.cases.desk import Desk

        trap(role, Desk, "answer", lambda _, case_id, counsellor, text, **_named: f"{text} {case_id}")
    elif role == "sandbox":
        from bot.sandbox.sandbox import Sandbox

        trap(role, Sandbox, "sms", lambda _, from_, body, media=None: f"{body} {from_}")


def loud_children() -> None:
    """`hotline run` starts every role loud."""
    from bot import children, run

    quiet_start = children.start
    holders: tuple[Any, ...] = (children, run)

    def start(role: str, environment: Mapping[str, str], command: list[str] | None = None) -> children.Child:
        given = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        given["HOTLINE_METRICS_PORT"] = os.environ.get(f"LOUD_METRICS_{role}", "0")
        if role == "engine":
            Path(os.environ["LOUD_ENGINE_AT"]).write_text(
                environment["HOTLINE_ENGINE_PORT"], encoding="ascii"
            )
        return quiet_start(role, {**given, **environment}, [*PYTHON, str(HERE), role])

    run.READY_S = READY_S
    for holder in holders:
        holder.start = start


def loud_engine() -> None:
    python, script = map(str, ENGINE)
    system: Any = os
    real = system.execve

    def execve(path: Any, arguments: Any, environment: Any) -> None:
        given = {**os.environ, **environment, "PYTHONPATH": str(ROOT / "dialogues")}
        real(python, [python, *PYTHON[1:], script], given)

    system.execve = execve


def main(arguments: list[str]) -> None:
    talkative()
    if arguments[0] == "--open":
        from bot import logs

        logs.only_events = logs.silence_libraries = lambda: None
        arguments = arguments[1:]
    role = arguments[0]
    lay_traps(role)
    if role == "run":
        loud_children()
    if role == "engine":
        loud_engine()
    sys.argv = ["hotline", *arguments]
    runpy.run_module("bot.sandbox" if role == "sandbox" else "bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    main(sys.argv[1:])
