"""The bench's own arithmetic, and that its table never hides a failure."""

import os

import pytest

from bot.sessions import Card, Conversation, Line, Who
from bot.vault import Key
from tests.bench import figures
from tests.bench.burst import Campaign, scripted, unanswered
from tests.bench.figures import Processors, Round, Spread, memory
from tests.bench.opened import Level, Opened
from tests.bench.plan import FULL, MOST_SENDERS
from tests.bench.pressure import Burst, Queued
from tests.bench.result import Result
from tests.bench.rounds import Speech
from tests.bench.table import table
from tests.bench.targets import targets
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


def test_a_campaign_has_whole_talks_and_some_cry() -> None:
    speech = Speech({language: [f"{language} {number}" for number in range(9)] for language in LANGUAGES})
    urgent = [(language, f"{language} help {number}") for number in range(5) for language in LANGUAGES]
    sent = list(scripted(speech, urgent, 300))
    assert len(sent) == 300
    assert sum(cries for _, _, cries in sent) == 45
    assert len({id(talk) for talk, _, _ in sent}) == 100
    assert all("help" in text for _, text, cries in sent if cries)
    assert len({id(talk) for talk, _, cries in sent if cries}) == 45, "one cry in a talk"


def resting(*who: Who, case: bool = False) -> Conversation:
    card = Card("sms", "+355690000000", "hashed", 0.0, case=case)
    return Conversation("0-a", Key(bytes(32)), card, [Line(one, "text", 0.0) for one in who])


@pytest.mark.parametrize(
    ("talk", "missing"),
    [
        (resting("person", "bot", "bot", "person", "bot"), 0),
        (resting("person", "person", "bot"), 1),
        (resting("person", "bot", "person"), 1),
        (resting("person", "bot", "person", "notice", "person", "person", case=True), 0),
        (resting("person", "person", "notice", "person", case=True), 1),
        (resting("person", "bot", "person", case=True), 3),
    ],
)
def test_a_text_without_an_answer_is_found(talk: Conversation, missing: int) -> None:
    assert unanswered(talk) == missing


def test_a_target_is_met_missed_or_not_measured() -> None:
    result = Result(quick=True)
    assert {one.met for one in targets(result)} == {None}
    result.burst = Burst(200, 1.0, [3.0] * 99 + [11.0, 12.0])
    result.campaign = Campaign(100, 1.0, 2, [900.0, 5100.0], worked_off_s=7.0)
    for side, ms in ((result.hotline, 30.0), (result.rasa, 60.0)):
        side.rounds.append(Round(16, [ms] * 10, seconds=ms / 100))
    found = {one.what: one.met for one in targets(result)}
    assert found == {
        "webhook answered, p99 at 200 a second": False,
        "text to answer, p50, 16 senders": True,
        "answers a second, 16 senders": True,
        "100 texts in 1 s: all 2 danger messages queued": False,
        "100 texts in 1 s: all answered, none lost or doubled": True,
    }
    assert table(result).count("MISSED") == 2


def test_a_lost_text_of_a_campaign_breaks_the_run() -> None:
    result = Result(quick=True, campaign=Campaign(100, 1.0, worked_off_s=7.0))
    assert not result.broken
    result.campaign = Campaign(100, 1.0, worked_off_s=7.0, lost=1)
    assert result.broken


def test_flat_is_how_far_the_furthest_is_from_the_mean() -> None:
    levels = [Level(talks, Round(1, [1.0], seconds=1.0), trips) for talks, trips in ((10, 9.0), (1000, 11.0))]
    opened = Opened(levels)
    assert opened.flat(opened.trips) == 0.1
    assert opened.flat(opened.cpu_ms) is None


def test_senders_stay_within_bounds() -> None:
    assert FULL.with_senders(None).senders == (1, 4, 16)
    assert FULL.with_senders([0, 1000]).senders == (1, MOST_SENDERS)
