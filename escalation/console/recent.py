"""Which talks went back to the bot a moment ago, so that open tabs do not call them erased. In memory only."""

from collections import OrderedDict

from bot.clock import Clock


class Recent:
    """A few ids for a few minutes; written nowhere."""

    def __init__(self, clock: Clock, seconds: float = 900.0, most: int = 500) -> None:
        self._clock, self._seconds, self._most = clock, seconds, most
        self._until: OrderedDict[str, float] = OrderedDict()

    def add(self, case_id: str) -> None:
        self._drop_old()
        self._until[case_id] = self._clock.now() + self._seconds
        self._until.move_to_end(case_id)
        while len(self._until) > self._most:
            self._until.popitem(last=False)

    def forget(self, case_id: str) -> None:
        self._until.pop(case_id, None)

    def __contains__(self, case_id: str) -> bool:
        self._drop_old()
        return case_id in self._until

    def _drop_old(self) -> None:
        now = self._clock.now()
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
