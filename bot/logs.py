"""Structured logs: an allow-list of events and fields, and nothing else, from any library.

A line says that something happened, never to whom or in which words. Anything not on the list is dropped.
"""

import json
import logging
import os
import sys
import time
import warnings
from contextlib import suppress
from typing import TextIO

EVENTS: dict[str, frozenset[str]] = {
    "started": frozenset({"role"}),
    "stopped": frozenset({"role"}),
    "refused": frozenset({"channel", "reason"}),
    "turn": frozenset({"channel", "language", "risk", "topic", "step", "ms"}),
    "turn_failed": frozenset({"error", "where", "tries"}),
    "case_opened": frozenset({"risk", "channel", "language"}),
    "case_closed": frozenset({"channel"}),
    "sent": frozenset({"channel", "ms"}),
    "send_failed": frozenset({"channel", "error", "code", "tries"}),
    "erased": frozenset({"channel", "why"}),
    "deletion_failed": frozenset({"channel", "error", "code", "tries"}),
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

_out: TextIO = sys.stderr


def event(name: str, **fields: str | int | float | bool | None) -> None:
    """Write one line, if the event is on the list; fields that are not on it are left out."""
    allowed = EVENTS.get(name)
    if allowed is None:
        return
    line: dict[str, object] = {"at": round(time.time(), 3), "event": name}
    line.update({key: value for key, value in fields.items() if key in allowed})
    # A full disk or a closed pipe must not stop anybody's turn.
    with suppress(OSError, ValueError):
        print(json.dumps(line, ensure_ascii=True), file=_out, flush=True)


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

    (CHANNELS: twilio.http_client logs numbers at INFO; aiogram warns with whole updates and logs tracebacks.)
    """
    root = logging.getLogger()
    root.handlers[:] = [logging.NullHandler()]
    root.setLevel(logging.CRITICAL + 1)
    logging.disable(logging.CRITICAL)
    logging.lastResort = None
    logging.raiseExceptions = False
    warnings.simplefilter("ignore")
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda _: None


def _uncaught(kind: type[BaseException], error: BaseException, _: object) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    event("failed", role="process", error=kind.__name__, where=where(error))


def to_nobody() -> None:
    """For commands whose output is for a person: no log lines between the answers."""
    silence_libraries()
    write_to(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as we run


def write_to(out: TextIO) -> None:
    """Where log lines go from now on."""
    global _out
    _out = out
