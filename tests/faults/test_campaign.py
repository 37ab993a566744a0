"""kill -9 of everything, the primary too, for a minute; more by `python -m tests.faults.campaign`."""

import pytest

from tests.faults.campaign import campaign, report
from tests.faults.talks import FAULTS, Person, judged, kinds

SEED = 5


async def test_whatever_is_killed_nobody_is_lost_or_answered_twice() -> None:
    outcome = await campaign(conversations=60, kills=6, seed=SEED, rate=3.0)
    assert outcome.killed.total() == 6
    assert not [fault for fault in FAULTS if outcome.wrong[fault]], report(outcome, SEED)
    assert (outcome.unfinished, outcome.spoken) == (0, 0)


@pytest.mark.parametrize(
    ("end", "got", "fault"),
    [
        ("leave", ["greeting", "answer 1"], "lost"),
        ("leave", ["greeting", "answer 1", "answer 2", "answer 2"], "doubled"),
        ("leave", ["greeting", "greeting", "answer 1", "answer 2"], "doubled"),
        ("leave", ["greeting", "answer 2", "answer 1"], "out of order"),
        ("leave", ["greeting", "answer 1", "failure", "answer 2"], "doubled"),
        ("delete", ["greeting", "answer 1", "answer 2"], "lost"),
        ("delete", ["greeting", "answer 1", "answer 2", "erased", "erased"], "doubled"),
        ("delete", ["greeting", "answer 1", "erased", "answer 2"], "out of order"),
        ("danger", ["greeting", "answer 1", "answer 2", "told", "joined", "ended"], "lost"),
        (
            "danger",
            ["greeting", "answer 1", "answer 2", "joined", "told", "counsellor", "ended"],
            "out of order",
        ),
    ],
)
def test_the_verdict_finds(end: str, got: list[str], fault: str) -> None:
    assert set(judged(Person("sms", "+1", 2, False, end), got)) == {fault}


def test_what_is_as_it_should_be_is_no_fault() -> None:
    person = Person("sms", "+1", 2, False, "delete")
    assert not judged(person, kinds(["Hi, this is …", "answer 1", "Sorry, something …", "Done. Nothing …"]))
