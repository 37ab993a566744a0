"""Who is next: nobody is passed over without a word, and what was handed on finds who it is meant for."""

import pytest

from escalation.cases.alarm import alarm
from escalation.cases.case import CaseRow
from escalation.console.urgency import needs_reason, owed, ranked, reminder
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import NOW, FakeDesk, row
from tests.unit.console.tab import Person, text_of


async def test_passing_over_the_most_urgent_asks_why(
    signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person]
) -> None:
    desk.put(row("3-aaaa", alias="first one", risk="emergency", place=1))
    desk.put(row("3-bbbb", alias="second one", place=2))
    tab = await signed_in("counsellor")
    queue = await tab.get("/queue")
    assert 'href="/cases/3-bbbb/pick"' in queue.text
    assert 'action="/cases/3-aaaa/claim"' in queue.text
    assert 'action="/cases/3-bbbb/claim"' not in queue.text
    for given in ({}, {"why": " \u200b "}):
        response = await tab.post("/cases/3-bbbb/claim", **given)
        assert response.headers["location"] == "/cases/3-bbbb/pick"
    assert "Somebody more urgent waits" in text_of(await tab.get("/cases/3-bbbb/pick"))
    assert desk.made("claim") == []
    response = await tab.post("/cases/3-bbbb/claim", why="<b>We spoke</b> this morning.")
    assert response.headers["location"] == "/cases/3-bbbb"
    assert desk.made("claim") == [("3-bbbb", people["counsellor"].id, "<b>We spoke</b> this morning.")]
    # Its supervisor can see why, colleagues cannot, and no page's address holds it.
    seen = (await (await signed_in("supervisor")).get("/board")).text
    assert "&lt;b&gt;We spoke&lt;/b&gt; this morning." in seen
    assert "We spoke" not in (await (await signed_in("colleague")).get("/queue")).text


async def test_the_most_urgent_needs_no_reason(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row("3-aaaa"))
    tab = await signed_in("counsellor")
    assert (await tab.post("/cases/3-aaaa/claim")).headers["location"] == "/cases/3-aaaa"


async def test_too_many_talks_say_so(signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person]) -> None:
    desk.most_held = 1
    desk.put(row("3-aaaa", state="held", holder=people["counsellor"].id))
    desk.put(row("3-bbbb"))
    tab = await signed_in("counsellor")
    for path in ("/queue/take", "/cases/3-bbbb/claim"):
        assert (await tab.post(path)).headers["location"] == "/queue"
        assert "as many talks as one person can" in text_of(await tab.get("/queue"))


def order(rows: list[CaseRow], who: Person) -> list[str]:
    return [one.id for one in ranked(rows, who.account, NOW)]


def test_handed_to_me_comes_with_my_languages_and_to_others_last(people: dict[str, Person]) -> None:
    me, bojan = people["counsellor"], people["colleague"]
    rows = [
        row("for bojan", meant_for=f"account:{bojan.id}", passed_at=NOW - 10, risk="emergency"),
        row("romanian", language="ro"),
        row("for me", language="ro", meant_for=f"account:{me.id}", passed_at=NOW - 10),
        row("albanian"),
        row("for albanians", language="it", meant_for="language:sq", passed_at=NOW - 10),
    ]
    assert order(rows, me) == ["for me", "albanian", "for albanians", "romanian", "for bojan"]
    assert not needs_reason(rows[2], rows, me.account, NOW)
    assert needs_reason(rows[0], rows, me.account, NOW)
    # Nobody waits for one colleague for long.
    late = [row("for bojan", meant_for=f"account:{bojan.id}", passed_at=NOW - 121), *rows[1:]]
    assert order(late, me)[0] == "for bojan"


@pytest.mark.parametrize(
    ("risk", "waited", "level"),
    [
        ("emergency", 0, 2),
        ("emergency", 45, 3),
        ("danger", 44, 1),
        ("danger", 45, 2),
        ("danger", 150, 3),
        ("concern", 299, 1),
        ("none", 1800, 3),
        ("catastrophe", 0, 1),
    ],
)
def test_the_alarm_grows_with_risk_and_waiting(risk: str, waited: int, level: int) -> None:
    assert alarm([row(risk=risk, opened_at=NOW - waited)], NOW) == level
    assert alarm([row(risk="none", opened_at=NOW), row(risk=risk, opened_at=NOW - waited)], NOW) == level


def test_an_answer_is_owed_from_the_first_word_without_one() -> None:
    assert owed(row(), NOW)[0] == 0
    assert owed(row(owes_since=NOW - 70, risk="emergency"), NOW) == (70, 180)


def test_a_reminder_grows_and_spares_whoever_types() -> None:
    def waits(seconds: int, typed: int = 999) -> int:
        return reminder([row(risk="danger", owes_since=NOW - seconds, typing_at=NOW - typed)], NOW)[0]

    assert [waits(59), waits(60), waits(181), waits(181, typed=59), waits(181, typed=60)] == [0, 2, 3, 0, 3]


async def test_the_banner_is_read_aloud_in_steps(signed_in: SignedIn, desk: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    for waited, said in ((50, "a moment"), (200, "3 min"), (299, "3 min"), (3599, "30 min")):
        desk.put(row(risk="emergency", opened_at=tab.clock.now() - waited))
        fragment = (await tab.live("/queue/live")).text
        assert 'data-alarm="3"' in fragment
        assert f'data-words="Somebody in danger waits, the longest for {said}. ' in fragment
        assert "heron" not in fragment.split("data-words=")[1].split(">")[0]
