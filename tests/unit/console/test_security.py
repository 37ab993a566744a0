"""The console's security list: headers, cookies, forged requests. Role by role: test_access.py."""

import io
import re

import pytest
from redis.exceptions import ConnectionError as StoreGone

from bot.clock import SetClock
from escalation.console.pages import HERE
from escalation.console.security import HEADERS
from escalation.console.sessions import SessionStore
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk, line, row
from tests.unit.console.tab import SAME_SITE, Person, Tab, text_of
from tests.unit.console.test_access import CHANGING, SECRET, at


@pytest.fixture(autouse=True)
def _a_case_held_by_the_colleague(desk: FakeDesk, people: dict[str, object]) -> None:
    desk.put(row(state="held", holder="somebody"), line(SECRET, risk="danger", reasons=("a reason",)))


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/../app.py", "/static/app.py", "/queue/", "/cases/", "/admin"]
)
async def test_what_is_not_there_is_not_told_to_strangers(stranger: Tab, path: str) -> None:
    response = await stranger.get(path)
    assert response.status_code in (303, 404)
    assert "Traceback" not in response.text


async def test_every_answer_carries_every_header(stranger: Tab, signed_in: SignedIn, desk: FakeDesk) -> None:
    tab = await signed_in("counsellor")
    answers = [
        await stranger.get("/login"),
        await stranger.get("/queue"),
        await stranger.get("/health/live"),
        await stranger.get("/static/live.js"),
        await stranger.get("/static/nothing.js"),
        await stranger.post("/login", name="x", password="y"),
        await stranger.post("/login", {"Origin": "https://evil.example"}),
        await stranger.get("/login", host="evil.example"),
        await stranger.client.put("/login"),
        await tab.get("/queue"),
        await tab.live("/queue/live"),
        await tab.get("/cases/3-aaaa"),
        await tab.get("/cases/none"),
        await tab.get("/nothing"),
        await tab.post("/measure", text="x"),
        await tab.post("/present"),
        await tab.get("/account"),
    ]
    assert {response.status_code for response in answers} >= {200, 204, 303, 401, 403, 404, 405, 421}
    for response in answers:
        missing = {name for name, value in HEADERS.items() if response.headers.get(name) != value}
        assert not missing, (response.request.url.path, missing)
        assert response.headers["cache-control"] == "no-store"
        assert "server" not in response.headers
        assert "etag" not in response.headers
        assert "last-modified" not in response.headers


def test_the_policy_allows_only_our_own_files() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("frame-ancestors") == "'none'"
    assert policy.pop("base-uri") == "'none'"
    assert set(policy) == {"script-src", "style-src", "img-src", "connect-src", "form-action"}
    assert set(policy.values()) == {"'self'"}


def test_pages_need_nothing_that_the_policy_forbids() -> None:
    for path in (HERE / "templates").iterdir():
        text = path.read_text("utf-8")
        assert not re.search(
            r"""\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc="/static/)|javascript:""", text
        )
        assert not re.search(r"""(src|href|action)="(https?:)?//""", text)
        assert "|safe" not in text
        assert "autoescape" not in text
    for path in (HERE / "static").iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
        assert not re.search(r"sessionStorage|indexedDB|document\.cookie|console\.", text)


FORGED = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "a sibling host": {"Origin": "http://127.0.0.1:8002", "Sec-Fetch-Site": "same-site"},
    "typed by nobody": {"Sec-Fetch-Site": "none"},
    "no word of where from": {},
    "null origin, old browser": {"Origin": "null"},
    "says same site, origin of another": SAME_SITE | {"Origin": "https://evil.example"},
    "right host, other scheme": {"Origin": "https://127.0.0.1:8001"},
}


@pytest.mark.parametrize("how", FORGED)
async def test_forged_requests_change_nothing(signed_in: SignedIn, desk: FakeDesk, how: str) -> None:
    tab = await signed_in("counsellor")
    desk.calls.clear()
    for path in CHANGING:
        response = await tab.post(at(path), FORGED[how], text="hello", once="f1", new="x", old="y")
        assert response.status_code == 403, path
    assert desk.calls == []
    assert (await tab.get("/account")).status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", "ünïcode"])
async def test_a_form_without_its_token_changes_nothing(
    signed_in: SignedIn, desk: FakeDesk, token: str
) -> None:
    tab = await signed_in("counsellor")
    desk.calls.clear()
    for path in CHANGING:
        tab.token = token
        assert (await tab.post(at(path), text="hello", once="f1")).status_code == 403, path
    assert desk.calls == []
    assert (await tab.get("/account")).status_code == 200


async def test_the_token_of_another_session_is_no_good(signed_in: SignedIn, desk: FakeDesk) -> None:
    mine, theirs = await signed_in("counsellor"), await signed_in("colleague")
    mine.token = theirs.token
    assert (await mine.post("/queue/take")).status_code == 403
    assert desk.made("claim") == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),  # a form under our own referrer policy
        ({"Origin": "http://localhost:8001"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
async def test_our_own_pages_are_believed(signed_in: SignedIn, headers: dict[str, str], status: int) -> None:
    tab = await signed_in("counsellor")
    assert (await tab.post("/queue/take", headers)).status_code == status


@pytest.mark.parametrize("path", ["/queue/live", "/events", "/cases/3-aaaa/live", "/static/live.js"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_sites_cannot_pull_our_answers_in(signed_in: SignedIn, path: str, site: str) -> None:
    tab = await signed_in("counsellor")
    response = await tab.get(path, **{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:8002", "127.0.0.1:8001.evil.example", ""]
)
async def test_an_unknown_host_gets_nothing(signed_in: SignedIn, host: str) -> None:
    tab = await signed_in("counsellor")
    response = await tab.get("/queue", host=host)
    assert (response.status_code, response.text) == (421, "unknown host")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"token=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"text=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % number for number in range(50)), "application/x-www-form-urlencoded", 400),
        (b"", "", 415),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    signed_in: SignedIn, desk: FakeDesk, content: bytes, kind: str, status: int
) -> None:
    tab = await signed_in("counsellor")
    desk.calls.clear()
    headers = SAME_SITE | {"Content-Type": kind}
    response = await tab.client.post("/cases/3-aaaa/answer", content=content, headers=headers)
    assert response.status_code == status
    assert desk.calls == []


@pytest.mark.parametrize("case_id", ["a" * 65, "a.b", "a b", "a%2Fb", "<script>", "a%00", "ü"])
async def test_an_id_that_is_none_is_not_asked_for(signed_in: SignedIn, desk: FakeDesk, case_id: str) -> None:
    tab = await signed_in("counsellor")
    response = await tab.get(f"/cases/{case_id}")
    assert response.status_code == 404
    assert "<script>" not in response.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused(signed_in: SignedIn, method: str) -> None:
    tab = await signed_in("counsellor")
    assert (await tab.client.request(method, "/cases/3-aaaa/close")).status_code == 405


@pytest.mark.parametrize(
    ("error", "status"), [(StoreGone(SECRET), 503), (RuntimeError(SECRET), 500), (KeyError(SECRET), 500)]
)
async def test_what_breaks_says_so_without_a_word_of_content(
    signed_in: SignedIn, desk: FakeDesk, logged: io.StringIO, error: Exception, status: int
) -> None:
    tab = await signed_in("counsellor")
    desk.broken = error
    page, fragment = await tab.get("/queue"), await tab.live("/queue/live")
    assert (page.status_code, fragment.status_code) == (status, status)
    assert SECRET not in page.text + fragment.text + logged.getvalue()
    assert "This did not work" in text_of(page)


async def test_the_log_names_the_kind_of_a_failure_only(
    signed_in: SignedIn, desk: FakeDesk, logged: io.StringIO
) -> None:
    tab = await signed_in("counsellor")
    desk.broken = RuntimeError(SECRET)
    await tab.get("/queue")
    written = logged.getvalue()
    assert '"error": "RuntimeError"' in written
    assert SECRET not in written
    assert "/queue" not in written


async def test_the_sign_of_life_answers_under_any_host(stranger: Tab) -> None:
    response = await stranger.get("/health/live", host="10.0.0.7")
    assert (response.status_code, response.text) == (200, "ok")


async def test_words_that_were_not_sent_come_back_and_nothing_is_sent(
    signed_in: SignedIn, sessions: SessionStore, people: dict[str, Person], desk: FakeDesk
) -> None:
    """The session ended while somebody wrote, and their browser has no scripts."""
    tab = await signed_in("counsellor")
    await sessions.drop_all(people["counsellor"].id)
    desk.calls.clear()
    response = await tab.post("/cases/3-aaaa/answer", text="I am here <b>with</b> you", once="f1")
    assert response.status_code == 401
    assert response.headers["cache-control"] == "no-store"
    assert "Nothing was sent" in text_of(response)
    assert "I am here &lt;b&gt;with&lt;/b&gt; you</textarea>" in response.text
    assert SECRET not in response.text
    assert desk.calls == []
    forged = await tab.post("/cases/3-aaaa/answer", {"Origin": "https://evil.example"}, text="planted")
    assert forged.status_code == 403
    assert "planted" not in forged.text


async def test_a_session_somebody_planted_before_is_not_the_one_after(
    stranger: Tab, sessions: SessionStore, people: dict[str, Person], clock: SetClock
) -> None:
    """Fixation: a token that an attacker knows is given up at the next step."""
    emil, arta = people["administrator"], people["counsellor"]
    stranger.cookie = planted = await sessions.open(emil.id, "code", emil.account.version, stranger.agent)
    await stranger.get("/login/code")
    await stranger.post("/login", name="Arta", password=arta.password)
    await stranger.get("/login/code")
    await stranger.post("/login/code", code=arta.code(clock))
    assert (await stranger.get("/queue")).status_code == 200
    assert stranger.cookie != planted
    stranger.cookie = planted
    assert (await stranger.get("/queue")).headers["location"] == "/login"
