"""Everything one run found, for the table and as JSON."""

import os
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import psutil

from tests.bench.burst import Campaign
from tests.bench.figures import OUTSIDE, Memory, Round, Spread
from tests.bench.opened import Opened
from tests.bench.pressure import Burst, Queued
from tests.bench.rasa_server import DIFFERENCES


@dataclass(slots=True)
class Side:
    """One of the two that are compared."""

    name: str
    ready_s: float | None = None
    rounds: list[Round] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)

    def of(self, senders: int) -> Round | None:
        """The round with so many senders."""
        return next((one for one in self.rounds if one.senders == senders), None)

    @property
    def pss(self) -> float | None:
        return _sum(one.pss for one in self.memory if one.role not in OUTSIDE)

    @property
    def rss(self) -> float | None:
        return _sum(one.rss for one in self.memory if one.role not in OUTSIDE)


@dataclass(slots=True)
class Result:
    """Filled as the run goes on."""

    quick: bool
    began: float = field(default_factory=time.monotonic)
    at: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    reference: dict[str, Any] = field(default_factory=dict, repr=False)
    hotline: Side = field(default_factory=lambda: Side("hotline"))
    rasa: Side = field(default_factory=lambda: Side("rasa run"))
    queued: Queued | None = None
    burst: Burst | None = None
    campaign: Campaign | None = None
    opened: Opened | None = None
    silent: int = 0
    """Messages Rasa's own server answered with nothing."""
    troubles: dict[str, int] = field(default_factory=dict)
    ended: str = ""
    seconds: float = 0.0

    def finish(self, ended: str) -> None:
        self.ended, self.seconds = ended, round(time.monotonic() - self.began, 1)

    @property
    def broken(self) -> bool:
        """Whether something promised did not hold: an answer lost or doubled, a case missing."""
        lost = any(one.unanswered for one in self.hotline.rounds)
        late = self.burst is not None and (
            self.burst.refused + self.burst.unanswered + self.burst.doubled > 0
            or self.burst.worked_off_s is None
        )
        wrong = self.campaign is not None and self.campaign.wrong > 0
        return lost or late or wrong or bool(self.queued and self.queued.missing)

    @property
    def embedding(self) -> Spread | None:
        return Spread.of(self.reference.get("embedding", []))

    @property
    def verdict(self) -> Spread | None:
        return Spread.of(self.reference.get("verdict", []))

    @property
    def in_talk(self) -> Spread | None:
        return Spread.of(self.reference.get("in_talk", []))

    @property
    def others(self) -> float | None:
        """Share of the processors that others used during the rounds, on average."""
        shares = [one.others for side in (self.hotline, self.rasa) for one in side.rounds]
        return round(sum(shares) / len(shares), 3) if shares else None

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "quick": self.quick,
            "seconds": self.seconds,
            "ended_early": self.ended,
            "machine": machine(),
            "others_cpu_share": self.others,
            "embedding_ms": _plain(self.embedding),
            "verdict_ms": _plain(self.verdict),
            "verdict_on_8th_message_ms": _plain(self.in_talk),
            "judge_not_loaded": self.reference.get("judge", ""),
            "hotline": _side(self.hotline),
            "rasa_run": _side(self.rasa) | {"answered_with_nothing": self.silent},
            "danger_to_queue": _spread(self.queued),
            "burst": _spread(self.burst),
            "campaign": _spread(self.campaign),
            "open_talks": _opened(self.opened),
            "trouble_in_logs": self.troubles,
            "what_differs": " ".join(DIFFERENCES),
        }


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "ready_s": side.ready_s,
        "rounds": [_round(one) for one in side.rounds],
        "memory_mb": [asdict(one) for one in side.memory],
        "pss_mb": side.pss,
        "rss_mb": side.rss,
    }


def _round(one: Round) -> dict[str, Any]:
    return {
        "senders": one.senders,
        "answer_ms": _plain(one.answered),
        "by_language_ms": {code: _plain(Spread.of(times)) for code, times in sorted(one.languages.items())},
        "answers_per_second": one.each_second,
        "unanswered": one.unanswered,
        "others_cpu_share": one.others,
        "cpu_ms_per_answer": one.cpu_ms,
        "cpu_s_by_role": one.cpu,
    }


def _spread(one: Queued | Burst | Campaign | None) -> dict[str, Any] | None:
    if one is None:
        return None
    found = {
        name: value for name, value in asdict(one).items() if name not in ("times", "refused_of", "queued")
    }
    return {"ms": _plain(one.spread), **found}


def _opened(one: Opened | None) -> dict[str, Any] | None:
    if one is None:
        return None
    levels = [{"talks": level.talks, "trips": level.trips, **_round(level.round)} for level in one.levels]
    return {"levels": levels, "played_bytes": one.played_bytes, "filled_bytes": one.filled_bytes}


def _plain(spread: Spread | None) -> dict[str, Any] | None:
    return asdict(spread) if spread else None


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return (
        round(sum(value for value in known if value is not None), 1) if known and None not in known else None
    )
