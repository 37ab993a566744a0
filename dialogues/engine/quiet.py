"""Silence, before and after Rasa is imported: nothing a library says may hold what a person wrote.

Rasa prints messages through structlog, logging and warnings, and reports errors to a third party. `hush()`
closes all of these; it is called before Rasa is imported and once more after, because Rasa opens some of them
again on import.
"""

import logging
import os
import resource
import sys
import warnings
from typing import Any, NoReturn

import structlog

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
    logging.disable(level - 1 if level > logging.NOTSET else logging.NOTSET)
    logging.getLogger().setLevel(level)
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    warnings.showwarning = nothing


def no_core_dumps() -> None:
    """A crash must not write memory to disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(sentence: str) -> None:
    """The only way this engine speaks: one of its own sentences, on standard error."""
    print(sentence, file=sys.stderr, flush=True)
