"""The turn on a real store, with stand-ins for judge and engine."""

import pytest

from bot.bootstrap import Hotline
from bot.converse import Stage
from tests.stand_ins.parts import ScriptedEngine, WordJudge


@pytest.fixture
def judge() -> WordJudge:
    return WordJudge()


@pytest.fixture
def engine(whole: Hotline) -> ScriptedEngine:
    stand_in = ScriptedEngine()
    whole.__dict__["engine"] = stand_in
    return stand_in


@pytest.fixture
async def talk(whole: Hotline, judge: WordJudge, engine: ScriptedEngine) -> Stage:
    played = Stage(whole, judge)
    await played.ready()
    return played
