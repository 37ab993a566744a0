"""kill -9 at random moments of erasing; more rounds by `python -m tests.faults.erasing --rounds N`."""

import os
import random

from tests.faults.erasing import campaign

ROUNDS = int(os.environ.get("HOTLINE_KILL_ROUNDS", "3"))


async def test_whatever_is_killed_while_talks_end_nothing_is_left() -> None:
    random.seed(7)
    outcome = await campaign(ROUNDS)
    assert outcome.rounds == ROUNDS
    assert sum(outcome.killed.values()) >= ROUNDS
    assert outcome.left == []
