"""`python -m tests.faults.role gateway|worker|console|engine short|real`: a role as it is, but the models.

With `short`, what takes minutes, hours or days in the real thing takes seconds, so that its end can be waited
for; with `real` all is as it is. A lease has to outlast a fail-over, or the next worker sends again what it
cannot ask the provider about.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np

from bot import bootstrap, deletions, dialogue, judging, roles, sender, settings, sweep, worker
from bot.bootstrap import Hotline
from bot.channels.sms import send as sms
from bot.settings import Settings
from tests.faults.engine import run_engine
from tests.stand_ins.parts import ScriptedEngine, WordJudge

SILENCE_S = 3


def shorten() -> None:
    worker.LEASE_MS, worker.RENEW_S = 1200, 0.3
    deletions.AGAIN = ((10**6, 1),)  # type: ignore[assignment]
    deletions.BEING_TRIED, deletions.LOOK_EVERY = 1, 2
    sender.FINAL_AFTER, sweep.ORDERED_S = 0.5, 3
    sms.REPLY_S, sms.SENT_S, sms.UNANSWERED_S = 1, 6, 10
    Hotline.silence_s = SILENCE_S  # type: ignore[assignment]
    Hotline.engine = ScriptedEngine()  # type: ignore[assignment]


def without_models() -> None:
    vector = np.zeros(384, dtype=np.float32)
    for one in (judging, dialogue):
        vars(one)["embed"] = lambda text: vector
    bootstrap.judge = WordJudge


RUN: dict[str, Callable[[Settings], Coroutine[Any, Any, None]]] = {
    "gateway": roles.run_gateway,
    "worker": roles.run_worker,
    "console": roles.run_console,
    "engine": run_engine,
}


def main(role: str, pace: str) -> None:
    if pace == "short":
        shorten()
    without_models()
    asyncio.run(RUN[role](settings.load()))


if __name__ == "__main__":
    main(*sys.argv[1:])
