"""Structured logs: an allow-list of events, fields and values, and nothing else, from any library.

A line says that something happened, never to whom or in which words. An event or field that is not on the
list is dropped; a value that is not one of those its field may have is shown as `other`. The time is the
minute's: with a phone company's records, a finer one would say whose message it was. For the same reason no
line says how dangerous or about what a message was: `bot/metrics.py` counts that, later and in steps.
"""

import json
import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TextIO

from bot import known

Value = str | int | float | bool | None
Shown = Callable[[Value], str | int]

VALUES: dict[str, Shown] = {
    "role": partial(known.of, known.ROLES),
    "channel": partial(known.of, known.PROVIDERS),
    "reason": partial(known.of, known.REASONS),
    "why": partial(known.of, known.ENDS),
    "state": partial(known.of, known.STATES),
    "way": partial(known.of, known.WAYS),
    "error": known.error,
    "where": known.place,
    "part": known.part,
    "partition": known.partition,
    "code": partial(known.number, least=-999, most=known.MOST_OF_CODE),
    "tries": partial(known.number, least=0, most=known.MOST_TRIES),
    "waiting": partial(known.number, least=0, most=known.MOST_WAITING),
    "given_up": partial(known.number, least=0, most=known.MOST_WAITING),
    "ms": partial(known.number, least=0, most=known.MOST_MS),
}
"""What each field may show."""

EVENTS: dict[str, frozenset[str]] = {
    "started": frozenset({"role"}),
    "stopped": frozenset({"role"}),
    "refused": frozenset({"channel", "reason"}),
    "turn": frozenset({"channel", "ms"}),
    "turn_failed": frozenset({"error", "where", "tries"}),
    "sent": frozenset({"channel", "ms"}),
    "send_failed": frozenset({"channel", "error", "code", "tries"}),
    "erased": frozenset({"channel", "why"}),
    "lost": frozenset({"role"}),
    "caught_up": frozenset({"channel", "waiting"}),
    "look_failed": frozenset({"channel", "error", "code"}),
    "swap_on": frozenset({"role"}),
    "take_back_failed": frozenset({"channel", "error", "code"}),
    "deletion_failed": frozenset({"channel", "error", "code", "waiting", "given_up"}),
    "alerted": frozenset({"way"}),
    "alert_failed": frozenset({"way", "error"}),
    "degraded": frozenset({"part"}),
    "engine_down": frozenset({"error"}),
    "store_down": frozenset({"error", "role"}),
    "lease": frozenset({"partition", "state"}),
    "poll_failed": frozenset({"channel", "error"}),
    "webhook_set": frozenset({"channel"}),
    "process_ended": frozenset({"role", "code"}),
    "failed": frozenset({"role", "error", "where"}),
}

_out: TextIO | None = None


def event(name: str, **fields: Value) -> None:
    """Write one line, if the event is on the list; of its fields those that are, with values that may be."""
    allowed = EVENTS.get(name)
    if allowed is None:
        return
    line: dict[str, object] = {"at": int(time.time()) // 60 * 60, "event": name}
    line.update({key: VALUES[key](value) for key, value in fields.items() if key in allowed & VALUES.keys()})
    # A full disk or a closed pipe must not stop anybody's turn.
    with suppress(OSError, ValueError):
        print(json.dumps(line, ensure_ascii=True), file=outlet(), flush=True)


def outlet() -> TextIO:
    """Where our own lines go."""
    return sys.stderr if _out is None else _out


def where(error: BaseException) -> str:
    """The place in our own code an error came from, as `file:line`: what an operator needs, and no words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frame, place = error.__traceback__, "unknown"
    while frame is not None:
        code = frame.tb_frame.f_code
        if "/bot/" in code.co_filename or "/escalation/" in code.co_filename:
            place = f"{code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}"
        frame = frame.tb_next
    return place


def silence_libraries() -> None:
    """Stop every library's own logging, warnings and tracebacks: several print addresses or whole messages.

    (Twilio's HTTP client logs numbers at INFO; aiogram warns with whole updates and logs tracebacks.)
    """
    root = logging.getLogger()
    root.handlers[:] = [logging.NullHandler()]
    root.setLevel(logging.CRITICAL + 1)
    logging.disable(sys.maxsize)
    logging.lastResort = None
    logging.raiseExceptions = False
    warnings.simplefilter("ignore")
    warnings.showwarning = _nothing
    sys.excepthook = _uncaught
    sys.unraisablehook = _nothing
    threading.excepthook = _uncaught_in_thread


def only_events() -> None:
    """For a role: from here on this process says its events and nothing else, whoever tries.

    What Python, a library or C code writes to standard output or error goes nowhere: that also stops what a
    crash would print, and a library that opens its own logging again.
    """
    silence_libraries()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        kept = os.dup(2)
    except OSError:  # started without a standard error
        kept = os.dup(nowhere)
    for output in (1, 2):
        os.dup2(nowhere, output)
    os.close(nowhere)
    write_to(os.fdopen(kept, "w", encoding="utf-8"))


def _nothing(*_: object, **__: object) -> None:
    """In place of what would show a warning or an error."""


def _uncaught(kind: type[BaseException], error: BaseException, _: object) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    event("failed", role="process", error=kind.__name__, where=where(error))


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        _uncaught(failed.exc_type, failed.exc_value, None)


def to_nobody() -> None:
    """For commands whose output is for a person: no log lines between the answers."""
    silence_libraries()
    write_to(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as we run


def write_to(out: TextIO) -> None:
    """Where log lines go from now on."""
    global _out
    _out = out
