"""The load run's own arithmetic: who counts as an open console, and that its table hides no failure."""

from tests.bench.desk.record import Record, Sight
from tests.bench.desk.told import Shift, told

SHIFT = Shift(2, 300, 150, 60.0, 0.0, {"console": 0.4}, {"commands": 1000.0})


def test_only_consoles_that_were_open_count_and_each_by_itself() -> None:
    record = Record(wrote={"a": 10.0})
    record.sights["a"] = {
        "anna": Sight(heard=10.1, queued=10.2, open_since=5.0),
        "ben": Sight(heard=10.15, open_since=5.0),
        "carla": Sight(heard=12.0, queued=12.1, open_since=11.0),
    }
    heard, queued = record.since_webhook("heard"), record.since_webhook("queued")
    assert heard is not None
    assert queued is not None
    assert (heard.n, round(heard.p50), round(heard.p99)) == (2, 100, 150)
    assert (queued.n, round(queued.p99)) == (1, 200)


def test_what_came_into_a_queue_after_it_was_taken_is_no_first_sight() -> None:
    record = Record(wrote={"a": 10.0}, taken={"a"})
    record.sees("anna", "a", 5.0)
    assert record.since_webhook("queued") is None


def test_nothing_is_counted_before_all_is_warm() -> None:
    record = Record()
    record.took("queue page", 0.0)
    record.wrong("take: 500")
    assert record.times == {}
    assert not record.errors


def test_a_missed_aim_and_an_error_are_shown() -> None:
    record = Record(times={"queue page": [20.0] * 90 + [400.0] * 10}, sizes={"queue page": [50_000] * 100})
    record.errors["take: 500"] = 1
    record.double = 1
    table = "\n".join(told(SHIFT, record, {"failed StoreDown": 2}, 90.0))
    assert "20 / 400 / 400  (100)  50 kB  p95 under 100: NO" in table
    assert "1 x take: 500" in table
    assert "2 x failed StoreDown (in the roles' logs)" in table
    assert "450 open cases (150 held at the end)" in table
