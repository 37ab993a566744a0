"""Silence, before and after Rasa is imported: nothing a library says may hold what a person wrote.

Rasa prints messages through structlog, logging and warnings, and reports errors to a third party. `hush()`
closes all of these; it is called before Rasa is imported and once more after, because Rasa opens some of them
again on import. An engine that serves goes further: `only_ours()` leaves standard output and error to nobody,
and what we say ourselves is one of the sentences or events below.
"""

import ctypes
import json
import logging
import os
import resource
import sys
import threading
import time
import warnings
from typing import Any, NoReturn, TextIO

import structlog

# <linux/prctl.h>
PR_SET_DUMPABLE = 4
SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "CRITICAL",
    "LOG_LEVEL_LIBRARIES": "CRITICAL",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TQDM_DISABLE": "1",
}


def drop(logger: Any, name: str, event: Any) -> NoReturn:
    """A structlog processor that lets nothing through."""
    raise structlog.DropEvent


def nothing(*arguments: Any, **more: Any) -> None:
    """In place of what would show a warning."""


def hush(level: int = logging.CRITICAL) -> None:
    """Close structlog, logging below `level`, warnings and telemetry."""
    os.environ.update(SETTINGS)
    structlog.configure(
        processors=[drop],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=True,
    )
    # A command for staff shows errors; an engine that serves shows nothing, however high its level.
    logging.disable(sys.maxsize if level >= logging.CRITICAL else level - 1)
    logging.getLogger().setLevel(level)
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    warnings.showwarning = nothing


def no_core_dumps() -> None:
    """A crash must not write memory to disk, and no other process of this user may read it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


_ours: TextIO | None = None


def only_ours() -> None:
    """From here on nothing but our own sentences and events comes out, whoever writes to our output."""
    global _ours
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        kept = os.dup(2)
    except OSError:  # started without a standard error
        kept = os.dup(nowhere)
    for output in (1, 2):
        os.dup2(nowhere, output)
    os.close(nowhere)
    _ours = os.fdopen(kept, "w", encoding="utf-8")
    sys.excepthook = lambda kind, *_: failed(kind)
    sys.unraisablehook = nothing
    threading.excepthook = lambda happened: failed(happened.exc_type)


def say(sentence: str) -> None:
    """One of our own sentences, for whoever starts an engine."""
    try:
        print(sentence, file=_ours or sys.stderr, flush=True)
    except (OSError, ValueError):  # a closed pipe must not stop anybody's turn
        return


def failed(kind: type[BaseException]) -> None:
    """An event: what kind of error there was, and nothing it holds. Takes a class: no text fits in."""
    at = int(time.time()) // 60 * 60
    say(json.dumps({"at": at, "event": "failed", "role": "engine", "error": kind.__name__}))
