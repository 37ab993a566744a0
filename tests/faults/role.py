"""`python -m tests.faults.role gateway|worker`: a role as it is, with short times and without the models.

What takes minutes, hours or days in the real thing takes seconds here, so that its end can be waited for.
"""

import asyncio
import sys

import numpy as np

from bot import bootstrap, deletions, dialogue, roles, sender, settings, sweep, turn, worker
from bot.bootstrap import Hotline
from bot.channels.sms import send as sms
from tests.stand_ins.parts import ScriptedEngine, WordJudge

SILENCE_S = 3


def shorten() -> None:
    worker.LEASE_MS, worker.RENEW_S = 1200, 0.3
    deletions.AGAIN = ((10**6, 1),)  # type: ignore[assignment]
    deletions.BEING_TRIED, deletions.LOOK_EVERY = 1, 2
    sender.FINAL_AFTER, sweep.ORDERED_S = 0.5, 3
    sms.REPLY_S, sms.SENT_S, sms.UNANSWERED_S = 1, 6, 10
    Hotline.silence_s = SILENCE_S  # type: ignore[assignment]


def without_models() -> None:
    vector = np.zeros(384, dtype=np.float32)
    for one in (turn, dialogue):
        vars(one)["embed"] = lambda text: vector
    Hotline.engine = ScriptedEngine()  # type: ignore[assignment]
    bootstrap.judge = WordJudge


def main(role: str) -> None:
    shorten()
    without_models()
    run = {"gateway": roles.run_gateway, "worker": roles.run_worker}[role]
    asyncio.run(run(settings.load()))


if __name__ == "__main__":
    main(sys.argv[1])
