"""How talks ended that ended a moment ago, for tabs still open. In memory only, for minutes."""

from collections import OrderedDict
from typing import Literal

from bot.clock import Clock

type Way = Literal["closed", "bot"]

_RUNNING_SECONDS = 60.0
"""An order that the desk has not carried out in a minute has failed: the talk is shown again."""
_KEPT_SECONDS = 900.0
_MOST = 500


class Endings:
    """A few ids for a few minutes; written nowhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: OrderedDict[str, tuple[Way, float]] = OrderedDict()

    def add(self, case_id: str, way: Way) -> None:
        self._ends[case_id] = (way, self._clock.now())
        self._ends.move_to_end(case_id)
        while len(self._ends) > _MOST:
            self._ends.popitem(last=False)

    def forget(self, case_id: str) -> None:
        self._ends.pop(case_id, None)

    def running(self, case_id: str) -> bool:
        """Whether its end was ordered just now."""
        return self._clock.now() - self._ended_at(case_id) < _RUNNING_SECONDS

    def way(self, case_id: str) -> Way:
        """How it ended; erased, unless we know better."""
        if self._clock.now() - self._ended_at(case_id) >= _KEPT_SECONDS:
            self.forget(case_id)
        return self._ends.get(case_id, ("closed", 0.0))[0]

    def _ended_at(self, case_id: str) -> float:
        return self._ends.get(case_id, ("closed", float("-inf")))[1]
