"""The console on a desk without a store, with four people who may sign in."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis
from starlette.applications import Starlette

from bot import logs
from bot.channels.sms.segments import count
from bot.clock import SetClock
from escalation.console import password
from escalation.console.app import ConsoleSettings, create_app
from escalation.console.sessions import SessionStore
from escalation.console.staff import Staff
from tests.unit.console.authenticator import HERE
from tests.unit.console.fake_desk import FakeDesk
from tests.unit.console.tab import URL, Person, Tab, person

KEY = b"a key for the staff file of tests"
type SignedIn = Callable[[str], Awaitable[Tab]]


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with little work: these tests sign in hundreds of times."""
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def staff(tmp_path: Path, clock: SetClock) -> Staff:
    return Staff(str(tmp_path / "staff.sqlite"), KEY, clock)


@pytest.fixture
def people(staff: Staff) -> dict[str, Person]:
    """One of each role, and a second counsellor."""
    return {
        "counsellor": person(staff.add("Arta", "counsellor", ("sq", "en"))),
        "colleague": person(staff.add("Bojan", "counsellor", ("bcms",))),
        "supervisor": person(staff.add("Carmen", "supervisor", ())),
        "editor": person(staff.add("Dora", "editor", ())),
        "administrator": person(staff.add("Emil", "administrator", ())),
    }


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def sessions(store: "Redis", clock: SetClock) -> SessionStore:
    return SessionStore(store, KEY, clock)


def services(country: str | None, language: str) -> list[tuple[str, str]]:
    return [("Numero verde", "800 290 290")] if country == "IT" else []


@pytest.fixture
def app(desk: FakeDesk, staff: Staff, sessions: SessionStore, clock: SetClock) -> Starlette:
    settings = ConsoleSettings(url=URL, count=count, price=(0.07, "EUR"), heartbeat=0.05, clock=clock)
    return create_app(desk, staff, sessions, settings, services)


@pytest.fixture
async def stranger(app: Starlette, clock: SetClock) -> AsyncIterator[Tab]:
    """A browser without a session."""
    tab = Tab(app, clock)
    yield tab
    await tab.client.aclose()


@pytest.fixture
async def signed_in(app: Starlette, clock: SetClock, people: dict[str, Person]) -> AsyncIterator[SignedIn]:
    """Opens a tab signed in as one of the people."""
    tabs: list[Tab] = []

    async def open_tab(who: str) -> Tab:
        tab = Tab(app, clock)
        tabs.append(tab)
        await tab.sign_in(people[who])
        return tab

    yield open_tab
    for tab in tabs:
        await tab.client.aclose()


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What our own log writes."""
    out = io.StringIO()
    monkeypatch.setattr(logs, "_out", out)
    return out


@pytest.fixture
async def here(app: Starlette, clock: SetClock) -> AsyncIterator[Tab]:
    """A browser at the address where passkeys are good."""
    tab = Tab(app, clock, HERE)
    yield tab
    await tab.client.aclose()


@pytest.fixture
async def elsewhere(app: Starlette, clock: SetClock) -> AsyncIterator[Tab]:
    tab = Tab(app, clock, HERE)
    yield tab
    await tab.client.aclose()
