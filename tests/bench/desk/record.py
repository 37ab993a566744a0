"""What the load run writes down: times, when each case came into sight, and what went wrong."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.bench.figures import Spread

NOW = time.monotonic


@dataclass(slots=True)
class Sight:
    """When one console first heard of a case in its event stream, and first had it in its queue."""

    heard: float = 0.0
    queued: float = 0.0
    open_since: float = 0.0
    """Since when this page had its event stream by then."""


@dataclass(slots=True)
class Record:
    """Filled by all counsellors and people; times in milliseconds, `counting` only once all is warm."""

    counting: bool = False
    times: dict[str, list[float]] = field(default_factory=dict, repr=False)
    sizes: dict[str, list[int]] = field(default_factory=dict, repr=False)
    errors: Counter[str] = field(default_factory=Counter)
    sights: dict[str, dict[str, Sight]] = field(default_factory=dict, repr=False)
    """By case, then by counsellor."""
    wrote: dict[str, float] = field(default_factory=dict, repr=False)
    """When the webhook of the danger message that opened a case was sent."""
    taken: set[str] = field(default_factory=set, repr=False)
    """Cases somebody claimed: handed on later, they come into a queue anew."""
    missing: int = 0
    """Danger messages that opened no case in time."""
    races: int = 0
    claims: int = 0
    double: int = 0
    """Cases that two counsellors were told are theirs."""

    def took(self, what: str, began: float, size: int = 0) -> None:
        if self.counting:
            self.times.setdefault(what, []).append((NOW() - began) * 1000)
            self.sizes.setdefault(what, []).append(size)

    def wrong(self, what: str) -> None:
        if self.counting:
            self.errors[what] += 1

    def hears(self, counsellor: str, case: str, open_since: float) -> None:
        sight = self._sight(counsellor, case, open_since)
        sight.heard = sight.heard or NOW()

    def sees(self, counsellor: str, case: str, open_since: float) -> None:
        if case not in self.taken:
            sight = self._sight(counsellor, case, open_since)
            sight.queued = sight.queued or NOW()

    def _sight(self, counsellor: str, case: str, open_since: float) -> Sight:
        return self.sights.setdefault(case, {}).setdefault(counsellor, Sight(open_since=open_since))

    def spread(self, what: str) -> Spread | None:
        return Spread.of(self.times.get(what, ()))

    def since_webhook(self, sense: str) -> Spread | None:
        """From a danger message's webhook until it was `heard`, or `queued`, by each console open by then.

        A page that is being changed at that moment is told "all" once it is there, and fetches everything.
        """
        found = []
        for case, began in self.wrote.items():
            sights = self.sights.get(case, {}).values()
            first = min((sight.heard for sight in sights if sight.heard), default=0.0)
            moments = [getattr(sight, sense) for sight in sights if sight.open_since < first]
            found += [(at - began) * 1000 for at in moments if at]
        return Spread.of(found)
