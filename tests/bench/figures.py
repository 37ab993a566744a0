"""What is measured: spreads of times, rounds of messages, memory, and who else used the processors."""

import math
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psutil

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Times in milliseconds; with fewer than 100 of them p99 is the largest."""

    n: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, times: Iterable[float]) -> "Spread | None":
        """None for no times at all."""
        ordered = sorted(times)
        if not ordered:
            return None
        return cls(len(ordered), *(round(_rank(ordered, share), 2) for share in (0.50, 0.95, 0.99)))


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(slots=True)
class Round:
    """So many senders, each writing again when the answer is there."""

    senders: int
    times: list[float] = field(default_factory=list, repr=False)
    languages: dict[str, list[float]] = field(default_factory=dict, repr=False)
    seconds: float = 0.0
    unanswered: int = 0
    others: float = 0.0
    """Share of all processors that processes not ours used meanwhile."""

    def add(self, language: str, ms: float) -> None:
        self.times.append(ms)
        self.languages.setdefault(language, []).append(ms)

    @property
    def answered(self) -> Spread | None:
        return Spread.of(self.times)

    @property
    def each_second(self) -> float:
        return round(len(self.times) / self.seconds, 1) if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Memory:
    """One process. Pages that several map (libraries, the encoder's weights) are shared out in `pss`."""

    role: str
    pss: float | None
    rss: float


def memory(roles: Mapping[str, int]) -> list[Memory]:
    """Of each role's process and its children, in MB; `pss` is None where the system does not tell."""
    found = []
    for role, pid in roles.items():
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        if role in ("house", "run"):  # its children are the other roles
            family = [process]
        rss = sum(one.memory_info().rss for one in family) / MB
        try:
            pss = sum(one.memory_full_info().pss for one in family) / MB
        except psutil.AccessDenied:
            # Our own processes let nobody of the same user look into their memory; root may.
            pss = None
        found.append(Memory(role, None if pss is None else round(pss, 1), round(rss, 1)))
    return found


class Processors:
    """Who used the processors between two moments: ours, or others."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = [*pids, os.getpid()]
        self._began, self._busy, self._mine = time.monotonic(), _busy(), self._ours()

    def others(self) -> float:
        """Share of all processors since the beginning, 0 to 1, that went to processes not ours."""
        passed = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        used = (_busy() - self._busy) - (self._ours() - self._mine)
        return round(min(1.0, max(0.0, used / passed)), 3) if passed else 0.0

    def _ours(self) -> float:
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in self._pids if psutil.pid_exists(pid))


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)
