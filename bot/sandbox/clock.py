"""The stand-in's time: real, but a test can move it ahead (48 hours, a week without updates)."""

from datetime import UTC, datetime, timedelta


class Clock:
    """UTC now, plus what it was moved ahead by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def unix(self) -> int:
        return int(self.now().timestamp())

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        self._ahead = timedelta()
