"""Counts without persons: no ids, no texts; times in coarse steps."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

REGISTRY = CollectorRegistry()
STEPS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)

_turns = Counter("hotline_turns", "Turns taken", ["language", "topic", "risk"], registry=REGISTRY)
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


def turn(language: str, topic: str, risk: str, seconds: float) -> None:
    _turns.labels(language, topic.split("__", 1)[0], risk).inc()
    _turn_time.observe(seconds)


def refused(channel: str, reason: str) -> None:
    _refused.labels(channel, reason).inc()


def accepted(channel: str) -> None:
    _accepted.labels(channel).inc()


def sent(channel: str, outcome: str) -> None:
    _sends.labels(channel, outcome).inc()


def degraded(parts: int) -> None:
    _degraded.set(parts)


def deletions(waiting: int, oldest: float) -> None:
    _deletions.set(waiting)
    _oldest.set(round(oldest / 60) * 60)


def serve(port: int) -> None:
    """Serve /metrics on loopback; port 0 serves nothing."""
    if port:
        start_http_server(port, addr="127.0.0.1", registry=REGISTRY)
