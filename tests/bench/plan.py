"""How long and how much: under four minutes on a quiet machine; a quick run is a smoke test."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.bench.rounds import Bounds

MOST_SENDERS = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """The bounds of one run."""

    texts: int
    """Harmless examples of each language."""
    senders: tuple[int, ...]
    bounds: Bounds
    urgent: int
    rate: int
    burst_s: float
    campaign: int
    """Texts of the campaign, and over how many seconds they come."""
    campaign_s: float
    sizes: tuple[int, ...]
    """How many talks are open while so many messages are played, one after the other."""
    messages: int
    backlog_s: float
    """How long a backlog may take to be worked off."""
    patience_s: float
    """How long anything may take to start."""
    budget_s: float

    def with_senders(self, senders: Sequence[int] | None) -> "Plan":
        chosen = tuple(min(MOST_SENDERS, max(1, one)) for one in senders or self.senders)
        return replace(self, senders=chosen)


FULL = Plan(
    texts=50,
    senders=(1, 4, 16),
    bounds=Bounds(8.0, 1000),
    urgent=30,
    rate=200,
    burst_s=4.0,
    campaign=1000,
    campaign_s=10.0,
    sizes=(10, 100, 1_000, 10_000),
    messages=240,
    backlog_s=90.0,
    patience_s=120.0,
    budget_s=480.0,
)
QUICK = replace(
    FULL,
    texts=12,
    bounds=Bounds(1.5, 200),
    urgent=8,
    burst_s=1.0,
    campaign=100,
    campaign_s=1.0,
    sizes=(10, 1_000),
    messages=16,
    budget_s=120.0,
)
