"""Talks are counted, never persons: closed labels, coarse times, no small number that leaves the house."""

import itertools
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest

from bot import keys, metrics
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.counts import last_month, month_of
from bot.errors import SettingsError
from bot.known import OTHER
from bot.metrics import FEW, TABLES, TALKS
from bot.private import Address
from bot.report import HELD, Cell, lines, published, report, whole
from bot.settings import Settings
from tests.conftest import SECRET
from tests.stand_ins.parts import ScriptedEngine, WordJudge

HOUR = 3600
NOW = datetime(2026, 10, 31, 23, 0, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    metrics.drain()
    metrics._people.clear()
    yield
    metrics.drain()
    metrics._people.clear()


@pytest.fixture
async def talk(whole: Hotline) -> Stage:
    """One worker on the store, with stand-ins for judge and engine."""
    whole.__dict__["engine"] = ScriptedEngine()
    played = Stage(whole, WordJudge())
    await played.ready()
    return played


def shown(monkeypatch: pytest.MonkeyPatch, now: float) -> dict[str, float]:
    """What /metrics says at a time."""
    monkeypatch.setattr(time, "time", lambda: now)
    text = generate_latest(metrics.REGISTRY).decode()
    return {name: float(number) for name, number in re.findall(r"^([a-z]\S*) (\S+)$", text, re.MULTILINE)}


def a_talk(topic: str = "job_offer") -> None:
    metrics.ended("sms", "sq", "AL", "danger", [topic], "delete")


# On the metrics page


def test_a_foreign_label_becomes_other(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = "they locked me in +355691234567"
    for _ in range(FEW):
        metrics.ended(mark, mark, mark, mark, [mark], mark)
        metrics.case(mark)
    metrics.refused(mark, mark)
    metrics.sent(mark, mark)
    metrics.accepted(mark)
    found = shown(monkeypatch, NOW)
    assert "locked" not in repr(found)
    assert "355691234567" not in repr(found)
    assert found['hotline_language_total{value="other"}'] == FEW


def test_labels_are_from_closed_sets_and_all_there_before_anybody_wrote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(shown(monkeypatch, NOW))
    for table, values in TABLES.items():
        for value in {*values, OTHER}:
            assert f'hotline_{table}_total{{value="{value}"}}' in before
    a_talk()
    assert set(shown(monkeypatch, NOW + 2 * HOUR)) == before


def test_no_moment_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client library would add when each count first rose, to the millisecond."""
    metrics.refused("sms", "signature")
    assert not [name for name in shown(monkeypatch, NOW) if "_created" in name]


def test_a_single_talk_does_not_move_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown(monkeypatch, NOW)
    a_talk()
    assert shown(monkeypatch, NOW + HOUR) == before


def test_the_page_moves_at_full_hours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    name = 'hotline_risk_total{value="danger"}'
    assert shown(monkeypatch, NOW)[name] == 0
    for _ in range(2 * FEW - 1):
        a_talk()
    assert shown(monkeypatch, NOW + HOUR - 1)[name] == 0
    assert shown(monkeypatch, NOW + HOUR)[name] == FEW


@pytest.mark.parametrize(
    ("seconds", "step"),
    [
        (0, "under_1_min"),
        (59.9, "under_1_min"),
        (60, "under_5_min"),
        (899, "under_15_min"),
        (3599, "under_60_min"),
        (3600, "longer"),
    ],
)
def test_times_are_coarse(seconds: float, step: str) -> None:
    assert metrics.step(seconds) == step


# A talk is counted once


async def test_a_talk_is_counted_once_when_it_ends_and_under_no_id(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    address = Address("+355691234567")
    await talk.say("sms", address, "is this job real?", "en")
    await talk.say("sms", address, "he hits me", "en")
    assert not [entry for entry in metrics.drain() if entry[0] in TALKS]  # nothing of a talk that is open
    await talk.say("sms", address, "DELETE")
    counted = metrics.drain()
    assert [entry for entry in counted if entry[0] in TALKS] == [
        ("channel", "sms"),
        ("language", "en"),
        ("country", "unknown"),
        ("risk", "danger"),
        ("end", "delete"),
    ]
    assert counted[("case", "closed")] == 1


async def test_waiting_and_answering_are_counted_once_for_each_case(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    address = Address("+355691234567")
    await talk.say("sms", address, "they locked me in", "en")
    [row] = await whole.desk.queue()
    clock.move(200)
    for _ in range(2):
        await whole.desk.claim(row.id, "arta")
    clock.move(200)
    for _ in range(2):
        await whole.desk.answer(row.id, "arta", "I am here.")
    counted = metrics.drain()
    assert counted[("case", "opened")] == 1
    assert {entry: n for entry, n in counted.items() if entry[0] in ("waited", "answered")} == {
        ("waited", "under_5_min"): 1,
        ("answered", "under_15_min"): 1,
    }


async def test_the_months_counts_are_of_all_processes_and_lapse(whole: Hotline, clock: SetClock) -> None:
    month = month_of(datetime.fromtimestamp(clock.now(), UTC).date())
    for _ in range(2):
        a_talk()
        await whole.counts.keep()
    tables, since = await whole.counts.of(month)
    assert tables["language"] == {"sq": 2}
    assert since == f"{datetime.fromtimestamp(clock.now(), UTC):%Y-%m-%d}"
    assert 0 < await whole.store.ttl(keys.counts(month)) <= keys.COUNTS
    names = {name.decode().partition("|")[0] for name in await whole.store.hkeys(keys.counts(month))}
    assert names <= {*TABLES, "since"}


async def test_what_could_not_be_kept_is_kept_later(whole: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    a_talk()

    def down(**_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as broken:
        broken.setattr(whole.store, "pipeline", down)
        with pytest.raises(OSError, match="away"):
            await whole.counts.keep()
    assert metrics.drain()[("language", "sq")] == 1


# What leaves the house


def test_small_numbers_and_none_look_the_same() -> None:
    cells = published({"a": {"x": 0, "y": 4, "z": 40}}, ["a"])["a"]
    assert [str(cell) for cell in cells.values()] == ["<5", "<5", "40-44"]


def test_numbers_are_given_in_steps() -> None:
    cells = published({"a": {"x": 12, "y": 14, "z": 15}}, ["a"])["a"]
    assert [str(cell) for cell in cells.values()] == ["10-14", "10-14", "15-19"]


def test_where_a_sister_tables_total_would_tell_a_small_number_another_is_held_back() -> None:
    found = published({"a": {"x": 30}, "b": {"t": 4, "u": 4, "v": 4, "w": 18}}, ["a", "b"])
    assert [str(cell) for cell in found["b"].values()] == ["<5", "<5", "<5", HELD]
    assert possible(found, ["a", "b"], "b", "u") == set(range(FEW))


def test_where_nothing_is_left_to_hold_back_the_whole_table_is() -> None:
    found = published({"a": {"x": 10}, "b": {"u": 4, "v": 3, "w": 3}}, ["a", "b"])
    assert {str(cell) for cell in found["b"].values()} == {HELD}


def possible(found: dict[str, dict[str, Cell]], sisters: list[str], table: str, value: str) -> set[int]:
    """Every number a cell could be, given all that is shown: tried out, one world after the other."""
    most = 80

    def totals(row: dict[str, Cell], but: str = "") -> set[int]:
        sums = {0}
        for name, cell in row.items():
            if name != but:
                low, high = cell.low, min(cell.high, most)
                sums = {s + n for s in sums for n in range(low, high + 1) if s + n <= 3 * most}
        return sums

    common = set.intersection(*(totals(found[sister]) for sister in sisters))
    others = totals(found[table], but=value)
    cell = found[table][value]
    numbers = range(cell.low, min(cell.high, most) + 1)
    return {n for n in numbers if any(total - n in others for total in common)}


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("uvw"), st.sampled_from("xy")), max_size=40)
)
def test_no_small_number_can_be_told_from_all_that_is_shown(people: list[tuple[str, str, str]]) -> None:
    tables = {
        name: {value: sum(person[at] == value for person in people) for value in values}
        for at, (name, values) in enumerate((("one", "abcd"), ("two", "uvw"), ("three", "xy")))
    }
    found = published(tables, ["one", "two", "three"])
    for table, value in itertools.chain.from_iterable(((t, v) for v in row) for t, row in found.items()):
        if str(found[table][value]) == f"<{FEW}":
            assert possible(found, ["one", "two", "three"], table, value) == set(range(FEW))


def test_the_report_names_every_value_so_that_what_is_missing_says_nothing() -> None:
    empty, one = lines("2026-10", {}, ""), lines("2026-10", {"topic": {"disclosure": 4}}, "")
    assert empty == one
    assert {len(row) for row in whole({}).values()} == {len(values) + 1 for values in TABLES.values()}


async def test_only_months_that_are_over_are_given() -> None:
    clock = SetClock(NOW)
    assert last_month(NOW) == "2026-09"
    for month in ("2026-10", "2027-01"):
        with pytest.raises(SettingsError, match="not over yet"):
            await report(Settings(secret=SECRET), month, clock)
    with pytest.raises(SettingsError, match="is written like"):
        await report(Settings(secret=SECRET), "October", clock)


async def test_the_report_is_printed_from_the_store(
    whole: Hotline, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = SetClock(NOW)
    place = keys.counts("2026-09")
    await whole.store.hset(place, mapping={"topic|rights": 23, "topic|disclosure": 2, "since": "2026-09-12"})
    await report(Settings(secret=SECRET, store_url=store_url), "", clock)
    said = capsys.readouterr().out
    assert "Hotline, 2026-09" in said
    assert "Counted from 2026-09-12 on" in said
    assert re.search(r"rights +20-24", said)
    assert re.search(r"disclosure +<5", said)
