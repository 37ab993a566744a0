"""Every value a log line or a metric may show. A word that is not here is shown as `other`.

Closed sets, so that nothing a person wrote can come out where a language, a reason or a topic is expected.
"""

from functools import cache
from pathlib import Path

from bot.keys import PARTITIONS
from escalation.danger.taxonomy import RISKS as DANGER_RISKS
from escalation.danger.taxonomy import TOPICS as DANGER_TOPICS

OTHER = "other"
HERE = Path(__file__).resolve().parent.parent

CHANNELS = frozenset({"sms", "telegram"})
PROVIDERS = CHANNELS | {"twilio"}
"""What a webhook's path begins with."""
LANGUAGES = frozenset({"en", "sq", "bcms", "ro"})
RISKS = frozenset(DANGER_RISKS)
TOPICS = frozenset(DANGER_TOPICS)
COUNTRIES = frozenset("AL AT BA BG DE GR HR IT MD ME MK RO RS XK unknown".split())
"""Those with a directory of help services: where answers were about, and no finer."""
ENDS = frozenset({"delete", "stop", "left", "silence", "close", "mute", "expired"})
STEPS = frozenset({"under_1_min", "under_5_min", "under_15_min", "under_60_min", "longer"})
CASES = frozenset({"opened", "closed", "offered_again"})
WAYS = frozenset({"telegram", "mail"})
"""How the team is told that somebody waits."""
DELIVERY = frozenset({"sent", "tried_again", "given_up"})
OUTCOMES = frozenset({"sent", "TryLater", "OutcomeUnknown", "NeverAgain", "PersonLeft", "OperatorNeeded"})
ROLES = frozenset(
    {"gateway", "worker", "console", "engine", "sandbox", "store", "sender", "server", "process"}
)
STATES = frozenset({"taken", "lost", "released"})
PARTS = frozenset({"rules", "encoder", "classifier"})
REASONS = frozenset(
    {
        "body too large",
        "body too slow",
        "cut off",
        "malformed form",
        "not a form",
        "signature",
        "foreign account",
        "no message id",
        "not our number",
        "sender cannot be answered",
        "secret token",
        "not JSON",
        "not an update",
    }
)
MOST_OF_CODE = 99_999
"""Providers' codes have at most five digits: too few for a phone number."""
MOST_MS = 999_999
MOST_TRIES = 99
MOST_WAITING = 99_999


def of(known: frozenset[str], value: object) -> str:
    """The value, if it is known."""
    return value if isinstance(value, str) and value in known else OTHER


def number(value: object, least: int, most: int) -> int | str:
    """The whole number, if it is within its bounds."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    return OTHER


def partition(value: object) -> int | str:
    return number(value, 0, PARTITIONS - 1)


def error(value: object) -> str:
    """The name of a class of exceptions this process has; a name made up of somebody's words is none."""
    return of(_errors(), value) if value not in _ERRORS else str(value)


_ERRORS: set[str] = {"CannotListen"}


def _errors() -> frozenset[str]:
    """Names of all exception classes there are now; remembered, since libraries are loaded late."""
    waiting: list[type[BaseException]] = [BaseException]
    while waiting:
        found = waiting.pop()
        _ERRORS.add(found.__name__)
        waiting += type.__subclasses__(found)
    return frozenset(_ERRORS)


def place(value: object) -> str:
    """`file.py:line` of our own code, or `port N`."""
    if not isinstance(value, str) or not value.isascii():
        return OTHER
    file, _, line = value.partition(":")
    if file in _files() and line.isdecimal() and len(line) <= 4:
        return value
    port = value.removeprefix("port ")
    return value if port != value and port.isdecimal() and len(port) <= 5 else OTHER


@cache
def _files() -> frozenset[str]:
    folders = (HERE / "bot", HERE / "escalation")
    return frozenset(path.name for folder in folders for path in folder.rglob("*.py"))


def part(value: object) -> str:
    """A part of the danger detection: what stands before the colon of what is said of it."""
    return of(PARTS, str(value).partition(":")[0])
