"""The queue: what a row says, who may take what."""

import pytest

from escalation.cases.case import Outcome
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import NOW, FakeDesk, row
from tests.unit.console.tab import Person, text_of

NASTY = "<img src=x onerror=alert(1)>\u202e\u200b"


async def test_a_row_says_why_in_plain_words(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row(opened_at=NOW - 3900, wrote_at=NOW + 20, unread=2, script="cyrillic", language="bcms"))
    page = text_of(await (await signed_in("counsellor")).get("/queue"))
    for words in (
        "quiet heron",
        "Danger",
        "Somebody holds their passport.",
        "Documents taken",
        "Threats",
        "BCMS (Cyrillic)",
        "SMS",
        "IT",
        "1 h 5 min",
        "Writing again",
        "New: 2",
        "Claim quiet heron",
    ):
        assert words in page


async def test_rows_stand_in_the_order_of_the_desk_with_counts(signed_in: SignedIn, desk: FakeDesk) -> None:
    for place, (case_id, risk) in enumerate([("c", "emergency"), ("a", "danger"), ("b", "concern")], 1):
        desk.put(row(case_id, alias=f"alias {case_id}", risk=risk, place=place))
    desk.put(row("d", alias="alias d", state="held", holder="somebody"))
    response = await (await signed_in("counsellor")).get("/queue")
    page = text_of(response)
    assert page.index("alias c") < page.index("alias a") < page.index("alias b") < page.index("alias d")
    assert "3 waiting 2 in danger 0 yours 1 with colleagues" in page
    assert "<title>(3) Queue · Hotline</title>" in response.text


async def test_an_empty_queue_says_so_and_offers_nothing_to_take(signed_in: SignedIn) -> None:
    response = await (await signed_in("counsellor")).get("/queue")
    assert "Nobody is waiting" in text_of(response)
    assert 'id="take" disabled' in response.text


async def test_the_fragment_is_the_same_rows(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row())
    tab = await signed_in("counsellor")
    page, fragment = await tab.get("/queue"), await tab.live("/queue/live")
    assert fragment.text.startswith('<div id="live"')
    assert fragment.text in page.text


async def test_hostile_words_are_shown_and_do_nothing(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(
        row(alias=NASTY, reasons=(NASTY,), signals=(NASTY,), language=NASTY, channel=NASTY, country=NASTY)
    )
    response = await (await signed_in("counsellor")).get("/queue")
    assert "<img" not in response.text
    assert "\u202e" not in response.text
    assert "\u200b" not in response.text
    assert "&lt;img src=x" in response.text


async def test_an_unknown_level_is_never_shown_as_harmless(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row(risk="catastrophe"))
    assert "level-danger" in (await (await signed_in("counsellor")).get("/queue")).text


@pytest.mark.parametrize("who", ["counsellor", "supervisor"])
async def test_taking_the_most_urgent_claims_it_for_me(
    signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person], who: str
) -> None:
    desk.put(row("3-bbbb", place=2))
    desk.put(row("3-aaaa", place=1))
    tab = await signed_in(who)
    response = await tab.post("/queue/take")
    assert (response.status_code, response.headers["location"]) == (303, "/cases/3-aaaa")
    assert desk.cases["3-aaaa"].row.holder == people[who].id
    assert desk.made("present")[-1] == (people[who].id, people[who].account.languages)


async def test_my_languages_come_first_and_nobody_is_left(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row("ro", language="ro", risk="emergency", place=1, opened_at=NOW - 20))
    desk.put(row("sq", language="sq", place=2))
    desk.put(row("bcms", language="bcms", risk="emergency", place=3, opened_at=NOW - 200))
    tab = await signed_in("counsellor")
    # An emergency that nobody took for long comes first in any language.
    desk.change("sq", place=4)
    assert (await tab.post("/queue/take")).headers["location"] == "/cases/bcms"
    assert (await tab.post("/queue/take")).headers["location"] == "/cases/sq"
    assert (await tab.post("/queue/take")).headers["location"] == "/cases/ro"


async def test_where_a_colleague_is_faster_the_next_is_taken(
    signed_in: SignedIn, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(row("3-aaaa", place=1))
    desk.put(row("3-bbbb", place=2))
    real = desk.claim

    async def claim(case_id: str, counsellor: str) -> Outcome:
        if case_id == "3-aaaa":
            await real(case_id, "somebody faster")
        return await real(case_id, counsellor)

    monkeypatch.setattr(desk, "claim", claim)
    tab = await signed_in("counsellor")
    assert (await tab.post("/queue/take")).headers["location"] == "/cases/3-bbbb"
    assert (await tab.post("/queue/take")).headers["location"] == "/queue"
    assert "Nobody is waiting." in text_of(await tab.get("/queue"))


@pytest.mark.parametrize(
    ("state", "says"),
    [("held", "A colleague was faster"), (None, "This talk is closed and erased")],
)
async def test_a_claim_too_late_says_why(
    signed_in: SignedIn, desk: FakeDesk, state: str | None, says: str
) -> None:
    if state:
        desk.put(row(state=state, holder="somebody"))
    tab = await signed_in("counsellor")
    response = await tab.post("/cases/3-aaaa/claim")
    assert response.headers["location"] == "/queue"
    assert says in text_of(await tab.get("/queue"))
    assert says not in text_of(await tab.get("/queue"))


async def test_held_talks_name_their_counsellor_and_mine_can_be_opened(
    signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person]
) -> None:
    desk.put(row("3-aaaa", alias="mine", state="held", holder=people["counsellor"].id))
    desk.put(row("3-bbbb", alias="theirs", state="held", holder=people["colleague"].id))
    desk.put(row("3-cccc", alias="of one who left", state="held", holder="unknown"))
    response = await (await signed_in("counsellor")).get("/queue")
    page = text_of(response)
    assert "Open mine" in page
    assert "With Bojan" in page
    assert "With a colleague" in page
    assert 'href="/cases/3-bbbb"' not in response.text


async def test_waiting_rows_can_be_shown_by_language(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row("a", alias="alias a", language="sq"))
    desk.put(row("b", alias="alias b", language="ro", place=2))
    tab = await signed_in("counsellor")
    for path in ("/queue?language=ro", "/queue/live?language=ro"):
        page = text_of(await tab.get(path))
        assert "alias b" in page
        assert "alias a" not in page
        assert "2 waiting" in page
    assert "alias a" in text_of(await tab.get("/queue?language=%3Cb%3E"))


async def test_nothing_of_a_case_stands_in_an_address_or_title(signed_in: SignedIn, desk: FakeDesk) -> None:
    desk.put(row())
    text = (await (await signed_in("counsellor")).get("/queue")).text
    import re

    addresses = re.findall(r'(?:href|action|src|content|data-live)="([^"]*)"', text)
    assert not any("heron" in address or "passport" in address for address in addresses)
    assert "heron" not in re.findall(r"<title>(.*?)</title>", text)[0]


async def test_looking_does_not_keep_a_session_alive_but_doing_does(
    signed_in: SignedIn, desk: FakeDesk, store: object
) -> None:
    from redis.asyncio import Redis

    assert isinstance(store, Redis)
    tab = await signed_in("counsellor")
    (key,) = [key async for key in store.scan_iter("hl:{staff}:session:*")]
    for path in ("/queue/live", "/queue?auto=1&language=", "/cases/3-aaaa/live"):
        await store.expire(key, 100)
        await tab.live(path)
        assert await store.ttl(key) <= 100
    await tab.post("/present", {**tab.same_site, "X-Live": "1"})
    assert await store.ttl(key) > 1700
