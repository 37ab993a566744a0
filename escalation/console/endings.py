"""How talks ended that ended a moment ago, for tabs still open. In memory only, for minutes."""

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
        self._ends: dict[str, tuple[Way, float]] = {}
        self._gone: set[str] = set()

    def add(self, case_id: str, way: Way) -> None:
        self.forget(case_id)
        self._ends[case_id] = (way, self._clock.now())
        while len(self._ends) > _MOST:
            self.forget(next(iter(self._ends)))

    def forget(self, case_id: str) -> None:
        self._ends.pop(case_id, None)
        self._gone.discard(case_id)

    def running(self, case_id: str) -> bool:
        """Whether its end was ordered just now, and the desk has it still."""
        return case_id not in self._gone and self._clock.now() - self._ended_at(case_id) < _RUNNING_SECONDS

    def gone(self, case_id: str) -> None:
        """The desk has it no more; should it come again, it is a new talk."""
        if case_id in self._ends:
            self._gone.add(case_id)

    def way(self, case_id: str) -> Way:
        """How it ended; erased, unless we know better."""
        if self._clock.now() - self._ended_at(case_id) >= _KEPT_SECONDS:
            self.forget(case_id)
        return self._ends.get(case_id, ("closed", 0.0))[0]

    def _ended_at(self, case_id: str) -> float:
        return self._ends.get(case_id, ("closed", float("-inf")))[1]
