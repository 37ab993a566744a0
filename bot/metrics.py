"""Counts without persons: no ids, no texts, labels from closed sets, times in coarse steps.

Two kinds. How the machine does is shown at once. What people wrote about is counted when a talk has ended,
and shown as it stood at the last full hour, in steps of `FEW`: from two looks at it nobody can tell what one
message, whose moment a phone company knows, was about.
"""

import threading
import time
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot import known
from bot.known import OTHER

# It would show the moment a count first was more than nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
STEPS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
FEW = 5
"""Fewer than this are not told apart."""

TABLES: Mapping[str, frozenset[str]] = {
    "channel": known.CHANNELS,
    "language": known.LANGUAGES,
    "country": known.COUNTRIES,
    "risk": known.RISKS,
    "end": known.ENDS,
    "topic": known.TOPICS,
    "case": known.CASES,
    "waited": known.STEPS,
    "answered": known.STEPS,
    "delivery": known.DELIVERY,
}
"""What is counted of people, and the values there are (besides `other`)."""
ABOUT = {
    "channel": "Talks by the way they came",
    "language": "Talks by language",
    "country": "Talks by the country answers were about",
    "risk": "Talks by the highest risk in them",
    "end": "Talks by how they ended",
    "topic": "Talks by topic; one talk may have several",
    "case": "Cases opened, closed, offered again",
    "waited": "Cases by the time until a counsellor took them",
    "answered": "Cases by the time until a counsellor's first answer",
    "delivery": "Messages of ours by what became of them",
}
TALKS = ("channel", "language", "country", "risk", "end")
"""Tables in which every talk stands exactly once."""

Counted = dict[tuple[str, str], int]

_people: Tally[tuple[str, str]] = Tally()
_fresh: Tally[tuple[str, str]] = Tally()
_lock = threading.Lock()


class Slowly(Collector):
    """The tables as they stood at the last full hour: every value always there, in steps of `FEW`."""

    def __init__(self) -> None:
        self._hour = -1
        self._shown: Counted = {}

    def collect(self) -> Iterable[Metric]:
        hour = int(time.time() // 3600)
        if hour != self._hour:
            with _lock:
                self._hour, self._shown = hour, dict(_people)
        yield from self._families()

    def _families(self) -> Iterator[Metric]:
        for table, values in TABLES.items():
            family = CounterMetricFamily(f"hotline_{table}", f"{ABOUT[table]}, hourly", labels=["value"])
            for value in sorted(values | {OTHER}):
                family.add_metric([value], self._shown.get((table, value), 0) // FEW * FEW)
            yield family


REGISTRY.register(Slowly())
_turn_time = Histogram("hotline_turn_seconds", "From inbox to answer", buckets=STEPS, registry=REGISTRY)
_refused = Counter(
    "hotline_refused", "Requests refused at the door", ["channel", "reason"], registry=REGISTRY
)
_accepted = Counter("hotline_accepted", "Messages taken in", ["channel"], registry=REGISTRY)
_sends = Counter("hotline_sends", "Messages handed to a provider", ["channel", "outcome"], registry=REGISTRY)
_degraded = Gauge("hotline_degraded", "Parts of the danger detection that do not work", registry=REGISTRY)
_deletions = Gauge("hotline_deletions_waiting", "Ids still to be deleted at a provider", registry=REGISTRY)
_oldest = Gauge(
    "hotline_deletions_oldest_seconds", "How long the oldest of them waits, to the minute", registry=REGISTRY
)


def turn(seconds: float) -> None:
    _turn_time.observe(seconds)


def refused(channel: str, reason: str) -> None:
    _refused.labels(known.of(known.PROVIDERS, channel), known.of(known.REASONS, reason)).inc()


def accepted(channel: str) -> None:
    _accepted.labels(known.of(known.CHANNELS, channel)).inc()


def sent(channel: str, outcome: str) -> None:
    """`outcome` is "sent" or the name of the error."""
    outcome = known.of(known.OUTCOMES, outcome)
    _sends.labels(known.of(known.CHANNELS, channel), outcome).inc()
    if outcome in ("NeverAgain", "PersonLeft"):
        count("delivery", "given_up")
    else:
        count("delivery", "sent" if outcome == "sent" else "tried_again")


def degraded(parts: int) -> None:
    _degraded.set(parts)


def deletions(waiting: int, oldest: float) -> None:
    _deletions.set(waiting)
    _oldest.set(round(oldest / 60) * 60)


def ended(
    channel: str, language: str, country: str | None, risk: str, topics: Iterable[str], why: str
) -> None:
    """A talk is over: once in each table, and once for each topic it was about."""
    count("channel", channel)
    count("language", language)
    count("country", country or "unknown")
    count("risk", risk)
    count("end", why)
    for topic in {known.of(known.TOPICS, topic) for topic in topics}:
        count("topic", topic)


def case(what: str) -> None:
    """A case was opened, closed or offered again."""
    count("case", what)


def waited(seconds: float) -> None:
    """How long somebody waited until a counsellor took their case."""
    count("waited", step(seconds))


def answered(seconds: float) -> None:
    """How long somebody waited until a counsellor first wrote to them."""
    count("answered", step(seconds))


def step(seconds: float) -> str:
    for minutes, name in ((1, "under_1_min"), (5, "under_5_min"), (15, "under_15_min"), (60, "under_60_min")):
        if seconds < minutes * 60:
            return name
    return "longer"


def count(table: str, value: str) -> None:
    """One more; a value that is not of the table counts as `other`."""
    entry = (table, known.of(TABLES[table], value))
    with _lock:
        _people[entry] += 1
        _fresh[entry] += 1


def drain() -> Counted:
    """What was counted of people since the last time this was asked."""
    with _lock:
        taken = dict(_fresh)
        _fresh.clear()
    return taken


def put_back(counted: Counted) -> None:
    """What could not be handed on stays to be."""
    with _lock:
        _fresh.update(counted)


def serve(port: int, address: str) -> None:
    """Serve /metrics at this address; port 0 serves nothing."""
    if port:
        start_http_server(port, addr=address, registry=REGISTRY)
