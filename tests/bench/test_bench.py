"""The bench's own arithmetic, and that its table never hides a failure."""

import os

import pytest

from tests.bench import figures
from tests.bench.figures import Processors, Round, Spread, memory
from tests.bench.plan import FULL, MOST_SENDERS
from tests.bench.pressure import Burst, Queued
from tests.bench.result import Result
from tests.bench.rounds import Speech
from tests.bench.table import table
from tests.bench.texts import LANGUAGES, harmless, urgent


def test_a_spread_takes_times_that_were_measured() -> None:
    assert Spread.of(range(1, 101)) == Spread(100, 50, 95, 99)
    assert Spread.of([7.0]) == Spread(1, 7.0, 7.0, 7.0)
    assert Spread.of([]) is None


def test_answers_a_second_count_answers_only() -> None:
    played = Round(4, seconds=2.0, unanswered=3)
    for ms in (10.0, 20.0, 30.0):
        played.add("sq", ms)
    assert played.each_second == 1.5


def test_memory_is_that_of_the_process_named() -> None:
    (own,) = memory({"run": os.getpid()})
    assert own.rss > 10
    assert own.pss is None or 0 < own.pss <= own.rss


def test_what_we_use_is_not_counted_as_others(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, ours = iter([100.0, 103.0]), iter([10.0, 11.0])
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(figures, "_busy", lambda: next(busy))
    monkeypatch.setattr(Processors, "_used", lambda _: {"worker": next(ours)})
    watched = Processors({})
    watched._began -= 2.0
    # Of 4 seconds of two cores 3 were used, 1 of them by us.
    assert watched.others() == pytest.approx(0.5, abs=0.02)


def test_texts_come_in_all_languages_and_always_the_same() -> None:
    assert {example.language for example in harmless(3)} == set(LANGUAGES)
    assert harmless(3) == harmless(3)
    assert all(example.risk in ("danger", "emergency") for example in urgent(3))


def test_phones_speak_the_languages_in_turn_and_numbers_differ() -> None:
    speech = Speech({language: [f"{language} 1", f"{language} 2"] for language in LANGUAGES})
    phones = [speech.phone() for _ in range(8)]
    assert [phone.language for phone in phones] == [*LANGUAGES, *LANGUAGES]
    assert len({phone.number for phone in phones}) == 8
    assert [speech.text(phones[0]) for _ in range(3)] == ["en 1", "en 2", "en 1"]


def test_a_lost_answer_breaks_the_run() -> None:
    result = Result(quick=True)
    assert not result.broken
    result.hotline.rounds.append(Round(1, unanswered=1))
    assert result.broken


def test_a_missing_case_breaks_the_run_and_is_shown() -> None:
    result = Result(quick=True, queued=Queued([12.0], missing=[("en", "help")]))
    assert result.broken
    assert "1 NOT in the queue" in table(result)


def test_a_backlog_that_stays_breaks_the_run_and_is_shown() -> None:
    result = Result(quick=True, burst=Burst(200, 1.0, [3.0]))
    assert result.broken
    assert "NOT in time" in table(result)


def test_a_run_that_ended_early_says_so() -> None:
    result = Result(quick=True)
    result.finish("Stopped before its end.")
    assert "NOT COMPLETE: Stopped before its end." in table(result)
    assert result.as_json()["ended_early"] == "Stopped before its end."


def test_senders_stay_within_bounds() -> None:
    assert FULL.with_senders(None).senders == (1, 4, 16)
    assert FULL.with_senders([0, 1000]).senders == (1, MOST_SENDERS)
