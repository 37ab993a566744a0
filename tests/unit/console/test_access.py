"""Role by role, what each route of the console answers: the table of the security list, and no route more."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from escalation.console import access
from escalation.console.staff import Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk, line, row
from tests.unit.console.tab import Person, Tab

SECRET = "a word that only its holder may read"
PASS, DENIED, SIGN_IN = "passes", "denied", "to sign-in"

WHO = ("stranger", "halfway", "renewing", "counsellor", "supervisor", "editor", "administrator")
# Who gets what from each route, in the order above. "halfway" gave the password and owes the code; "renewing"
# has a first password and owes everything.
EVERYBODY = (PASS,) * 7
HALFWAY = (SIGN_IN, PASS, SIGN_IN, DENIED, DENIED, DENIED, DENIED)
RENEWING = (SIGN_IN, SIGN_IN, PASS, DENIED, DENIED, DENIED, DENIED)
NOT_IN = (PASS, PASS, PASS, DENIED, DENIED, DENIED, DENIED)
SESSION = (SIGN_IN, PASS, PASS, PASS, PASS, PASS, PASS)
STAFF = (SIGN_IN, SIGN_IN, SIGN_IN, PASS, PASS, PASS, PASS)
AT_DESK = (SIGN_IN, SIGN_IN, SIGN_IN, PASS, PASS, DENIED, DENIED)
SUPERVISOR = (SIGN_IN, SIGN_IN, SIGN_IN, DENIED, PASS, DENIED, DENIED)
ADMINISTRATOR = (SIGN_IN, SIGN_IN, SIGN_IN, DENIED, DENIED, DENIED, PASS)
EXPECTED = {
    "GET /health/live": EVERYBODY,
    "GET /static/{name}": EVERYBODY,
    "GET /login": EVERYBODY,
    "POST /login": EVERYBODY,
    "GET /login/code": HALFWAY,
    "POST /login/code": HALFWAY,
    "POST /login/recovery": HALFWAY,
    "POST /login/code/passkey/ask": HALFWAY,
    "POST /login/code/passkey": HALFWAY,
    "POST /login/passkey/ask": NOT_IN,
    "POST /login/passkey": NOT_IN,
    "GET /login/renew": RENEWING,
    "POST /login/renew": RENEWING,
    "POST /logout": SESSION,
    "GET /": STAFF,
    "GET /account": STAFF,
    "POST /account/password": STAFF,
    "POST /account/interface": STAFF,
    "POST /account/sessions": STAFF,
    "POST /account/sessions/end": STAFF,
    "POST /account/recovery": STAFF,
    "GET /account/app": STAFF,
    "POST /account/app": STAFF,
    "POST /account/app/code": STAFF,
    "POST /account/passkeys/ask": STAFF,
    "POST /account/passkeys": STAFF,
    "POST /account/passkeys/remove": STAFF,
    "GET /staff": ADMINISTRATOR,
    "POST /staff": ADMINISTRATOR,
    "GET /staff/trail": ADMINISTRATOR,
    "GET /staff/{id}": ADMINISTRATOR,
    "POST /staff/{id}/role": ADMINISTRATOR,
    "POST /staff/{id}/languages": ADMINISTRATOR,
    "POST /staff/{id}/disable": ADMINISTRATOR,
    "POST /staff/{id}/enable": ADMINISTRATOR,
    "POST /staff/{id}/unlock": ADMINISTRATOR,
    "POST /staff/{id}/reset": ADMINISTRATOR,
    "POST /staff/{id}/sessions": ADMINISTRATOR,
    "GET /queue": AT_DESK,
    "GET /queue/live": AT_DESK,
    "POST /queue/take": AT_DESK,
    "GET /events": AT_DESK,
    "POST /beat": AT_DESK,
    "POST /present": AT_DESK,
    "POST /measure": AT_DESK,
    "GET /cases/{id}": AT_DESK,
    "GET /cases/{id}/live": AT_DESK,
    "POST /cases/{id}/claim": AT_DESK,
    "POST /cases/{id}/answer": AT_DESK,
    "POST /cases/{id}/release": AT_DESK,
    "GET /cases/{id}/bot": AT_DESK,
    "POST /cases/{id}/bot": AT_DESK,
    "GET /cases/{id}/close": AT_DESK,
    "POST /cases/{id}/close": AT_DESK,
    "GET /cases/{id}/mute": AT_DESK,
    "POST /cases/{id}/mute": AT_DESK,
    "GET /muted": AT_DESK,
    "POST /muted/lift": AT_DESK,
    "GET /shift": AT_DESK,
    "POST /shift": AT_DESK,
    "GET /board": SUPERVISOR,
    "GET /board/live": SUPERVISOR,
    "GET /cases/{id}/pick": AT_DESK,
    "POST /cases/{id}/typing": AT_DESK,
    "POST /cases/{id}/safe": AT_DESK,
    "GET /cases/{id}/release": AT_DESK,
    "POST /cases/{id}/join": SUPERVISOR,
    "POST /cases/{id}/leave": SUPERVISOR,
}
CHANGING = [name.split(" ", 1)[1] for name in EXPECTED if name.startswith("POST")]
PASSWORD = "four new words here"


def at(path: str, account: str = "3-aaaa") -> str:
    found = account if path.startswith("/staff/") else "3-aaaa"
    return path.replace("{id}", found).replace("{name}", "console.css")


@pytest.fixture(autouse=True)
def _a_case_held_by_the_colleague(desk: FakeDesk, people: dict[str, Person]) -> None:
    desk.put(row(state="held", holder="somebody"), line(SECRET, risk="danger", reasons=("a reason",)))


@pytest.fixture
def opened(
    app: Starlette, signed_in: SignedIn, stranger: Tab, staff: Staff, people: dict[str, Person]
) -> Callable[[str], Awaitable[Tab]]:
    """A tab as somebody of the table."""
    invited = staff.invite("Fatos", "administrator")
    begun = {
        "halfway": ("Emil", people["administrator"].password, "/login/code"),
        "renewing": ("Fatos", invited.password, "/login/renew"),
    }

    async def open_as(who: str) -> Tab:
        if who in begun:
            name, password, path = begun[who]
            stranger.client.cookies.clear()
            await stranger.post("/login", name=name, password=password)
            assert (await stranger.get(path)).status_code == 200
        return stranger if who in ("stranger", *begun) else await signed_in(who)

    return open_as


def test_the_table_names_every_route_and_there_is_no_other(app: Starlette) -> None:
    assert {f"{entry.method} {entry.path}" for entry in access.TABLE} == set(EXPECTED)
    assert [type(route) for route in app.routes] == [Route] * len(EXPECTED)
    assert [route.name for route in app.routes if isinstance(route, Route)] == list(EXPECTED)


@pytest.mark.parametrize("who", WHO)
async def test_role_by_role(
    opened: Callable[[str], Awaitable[Tab]], staff: Staff, people: dict[str, Person], who: str
) -> None:
    """What a role may not have changes nothing; no role sees a line of somebody else's talk."""
    found, before = {}, staff.list()
    for name in EXPECTED:
        method, path = name.split(" ", 1)
        if name == "GET /events" and who in ("counsellor", "supervisor"):
            found[name] = PASS  # an endless answer: test_events.py
            continue
        tab, where = await opened(who), at(path, people["colleague"].id)
        response = await (tab.get(where) if method == "GET" else tab.post(where))
        assert SECRET not in response.text
        assert response.headers["cache-control"] == "no-store"
        away = response.status_code == 303 and response.headers["location"] == "/login"
        if (away and (path != "/logout" or who == "stranger")) or _words_back(path, response.status_code):
            found[name] = SIGN_IN
        else:
            found[name] = DENIED if response.status_code == 403 else PASS
    assert found == {name: expected[WHO.index(who)] for name, expected in EXPECTED.items()}
    assert (staff.list() == before) == (who != "administrator")


def _words_back(path: str, status: int) -> bool:
    """Whoever is not signed in any more gets their words back instead of losing them."""
    return path.endswith("/answer") and status == 401


@pytest.mark.parametrize("who", ["editor", "administrator"])
async def test_editors_and_administrators_see_no_talk_and_no_queue(
    opened: Callable[[str], Awaitable[Tab]], people: dict[str, Person], desk: FakeDesk, who: str
) -> None:
    """Not even one that somehow got into their hands."""
    desk.put(row(state="held", holder=people[who].id), line(SECRET))
    tab = await opened(who)
    for path in ("/queue", "/queue/live", "/cases/3-aaaa", "/cases/3-aaaa/live", "/events"):
        response = await tab.get(path)
        assert response.status_code == 403
        assert SECRET not in response.text
        assert "heron" not in response.text
