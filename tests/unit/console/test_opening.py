"""The pages say whether it is open, when it opens next, and which holidays come."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from bot.clock import SetClock
from escalation.cases.hours import Hours
from escalation.cases.hours_file import DAYS
from escalation.console.app import ConsoleSettings, create_app
from escalation.console.sessions import SessionStore
from escalation.console.staff import Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk, row
from tests.unit.console.tab import URL, text_of

THURSDAY = datetime(2026, 11, 26, 12, 0, tzinfo=ZoneInfo("Europe/Tirane")).timestamp()
WEEK = "".join(f"  {day}: 09:00-17:00\n" for day in DAYS)
ALWAYS = "bcms: always\nen: always\n"
MORNINGS = WEEK.replace("17", "11")
FILE = f"sq:\n  zone: Europe/Tirane\n{WEEK}ro:\n  zone: Europe/Bucharest\n{MORNINGS}{ALWAYS}"


@pytest.fixture
def app(desk: FakeDesk, staff: Staff, sessions: SessionStore, clock: SetClock, tmp_path: Path) -> Starlette:
    path = tmp_path / "hours.yml"
    path.write_text(FILE, encoding="utf-8")
    clock.move(THURSDAY - clock.now())
    settings = ConsoleSettings(url=URL, heartbeat=0.05, hours=Hours(str(path)), clock=clock)
    return create_app(desk, staff, sessions, settings, None)


@pytest.mark.parametrize(
    ("who", "path"), [("counsellor", "/queue"), ("counsellor", "/shift"), ("supervisor", "/board")]
)
async def test_each_page_says_what_is_open_and_which_holidays_come(
    signed_in: SignedIn, who: str, path: str
) -> None:
    page = await (await signed_in(who)).get(path)
    text = text_of(page)
    assert "Albanian open, closes " in text
    assert "Romanian closed, opens 27.11. " in text
    assert "BCMS always open" in text
    if path != "/queue":
        assert "28.11. Albanian AL: Dita" in text
        assert text.index("30.11. Albanian") < text.index("1.12. Romanian")


async def test_while_closed_only_danger_is_an_alarm(
    signed_in: SignedIn, desk: FakeDesk, clock: SetClock
) -> None:
    now = clock.now()
    desk.put(row(risk="none", language="ro", opened_at=now - 3000, wrote_at=now - 3000))
    tab = await signed_in("counsellor")
    page = await tab.get("/queue")
    assert 'data-alarm="0"' in page.text
    assert 'data-waiting="1"' in page.text  # in sight all the same
    desk.change("3-aaaa", risk="danger")
    assert 'data-alarm="3"' in (await tab.get("/queue")).text
