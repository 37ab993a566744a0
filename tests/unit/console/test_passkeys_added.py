"""Adding passkeys: for whom, from which page, how many, and under which addresses there are any."""

import pytest

from escalation.console.ceremony import place
from escalation.console.staff import Staff
from escalation.console.staff_passkeys import MOST
from tests.unit.console.authenticator import Authenticator, added, asked
from tests.unit.console.tab import Person, Tab, text_of


@pytest.mark.parametrize(
    ("name", "right", "says"),
    [("x", True, "A name has"), ("<b>phone</b>", True, "A name has"), ("phone", False, "was not right")],
)
async def test_adding_needs_a_name_and_the_password(
    here: Tab, people: dict[str, Person], name: str, right: bool, says: str
) -> None:
    arta = people["counsellor"]
    await here.sign_in(arta)
    given = arta.password if right else "wrong"
    refused = await here.post("/account/passkeys/ask", name=name, password=given)
    assert refused.status_code == 422
    assert says in refused.text


async def test_adding_is_for_this_session_and_page(
    here: Tab, people: dict[str, Person], staff: Staff
) -> None:
    arta = people["counsellor"]
    await here.sign_in(arta)
    options = await asked(here, "/account/passkeys/ask", name="phone", password=arta.password)
    other = Authenticator().make(options, origin="http://localhost:8002")
    assert (await here.post("/account/passkeys", name="phone", credential=other)).status_code == 422
    # The number was used up by that.
    late = Authenticator().make(options)
    assert (await here.post("/account/passkeys", name="phone", credential=late)).status_code == 422
    assert staff.passkeys.of(arta.id) == []


async def test_an_account_has_ten_at_most_and_each_once(
    here: Tab, people: dict[str, Person], staff: Staff
) -> None:
    arta, device = people["counsellor"], Authenticator()
    await added(here, arta, device)
    await here.sign_in(arta)
    options = await asked(here, "/account/passkeys/ask", name="again", password=arta.password)
    assert len(options["excludeCredentials"]) == 1
    again = await here.post("/account/passkeys", name="again", credential=device.make(options))
    assert again.status_code == 422
    for number in range(MOST - 1):
        staff.passkeys.add(arta.id, f"key {number}", f"id{number}", b"key", 0, False)
    full = await here.post("/account/passkeys/ask", name="one more", password=arta.password)
    assert full.status_code == 422
    assert "ten passkeys" in full.text


async def test_under_a_bare_address_there_are_none(stranger: Tab, people: dict[str, Person]) -> None:
    assert "Use a passkey" not in text_of(await stranger.get("/login"))
    assert (await stranger.post("/login/passkey/ask")).status_code == 404
    assert (await stranger.post("/login/passkey", credential="{}")).status_code == 404
    await stranger.sign_in(people["counsellor"])
    assert "Passkeys do not work under this address" in text_of(await stranger.get("/account"))


@pytest.mark.parametrize(
    ("url", "host", "found"),
    [
        ("http://127.0.0.1:8001", "localhost:8001", ("localhost", "http://localhost:8001")),
        ("http://127.0.0.1:8001", "127.0.0.1:8001", None),
        ("http://127.0.0.1:8001", "[::1]:8001", None),
        ("http://desk.example.org", "desk.example.org", None),
        ("https://desk.example.org", "desk.example.org", ("desk.example.org", "https://desk.example.org")),
        ("https://Desk.example.org", "DESK.example.org", ("desk.example.org", "https://desk.example.org")),
        ("https://desk.example.org", "other.example.org", None),
        ("https://desk.example.org:8443", "desk.example.org", None),
        ("https://192.0.2.7", "192.0.2.7", None),
        ("https://desk.example.org", "", None),
    ],
)
def test_where_passkeys_are_good(url: str, host: str, found: tuple[str, str] | None) -> None:
    assert place(url, host) == found
