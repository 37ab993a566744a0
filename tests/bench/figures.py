"""What is measured: spreads of times, rounds of messages, memory, and who else used the processors."""

import math
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psutil

MB = 1_000_000
BENCH = "bench"
OUTSIDE = {"sandbox", BENCH}
"""Not the hotline: the provider and the phones at the other end."""


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
    cpu: dict[str, float] = field(default_factory=dict)
    """Processor seconds by role."""

    def add(self, language: str, ms: float) -> None:
        self.times.append(ms)
        self.languages.setdefault(language, []).append(ms)

    @property
    def answered(self) -> Spread | None:
        return Spread.of(self.times)

    @property
    def each_second(self) -> float:
        return round(len(self.times) / self.seconds, 1) if self.seconds else 0.0

    @property
    def cpu_ms(self) -> float | None:
        """Processor milliseconds of all roles for one answer: it stays what it is on a busy machine."""
        return round(sum(self.cpu.values()) / len(self.times) * 1000, 1) if self.times and self.cpu else None


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
    """Who used the processors between two moments: each of our roles, the bench itself, or others."""

    def __init__(self, roles: Mapping[str, int]) -> None:
        self._roles = {**roles, BENCH: os.getpid()}
        self._before = self._used()
        self._began, self._busy, self._mine = time.monotonic(), _busy(), sum(self._before.values())

    def others(self) -> float:
        """Share of all processors since the beginning, 0 to 1, that went to processes not ours."""
        passed = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        used = (_busy() - self._busy) - (sum(self._used().values()) - self._mine)
        return round(min(1.0, max(0.0, used / passed)), 3) if passed else 0.0

    def by_role(self) -> dict[str, float]:
        """Processor seconds since the beginning of each role that is part of the hotline, or of Rasa."""
        return {
            role: round(used - self._before.get(role, 0.0), 3)
            for role, used in self._used().items()
            if role not in OUTSIDE
        }

    def _used(self) -> dict[str, float]:
        return {
            role: sum(psutil.Process(pid).cpu_times()[:2])
            for role, pid in self._roles.items()
            if psutil.pid_exists(pid)
        }


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)
