"""Every page of the desk, in every state and language, is for everyone (accounts: test_account_pages.py)."""

import time
from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By

from bot.marks import Mute
from escalation.console.catalogue import LANGUAGES, words
from escalation.console.staff import Provision
from tests.browser.looking import findings, looked_at, unfold
from tests.unit.console.browsing import SAID, Page
from tests.unit.console.fake_desk import line
from tests.unit.console.served import Served

REASONS = (
    "They are locked in or held. (rule sq-locked)",
    "sounds like our examples of emergency: violence, confinement (97 of 100)",
    "most like our example: “" + "word " * 30 + "”",
)
type Make = Callable[[str], Provision]


@pytest.fixture
def signed_in(page: Page, served: Served) -> Make:
    """A supervisor, who sees all there is at a desk, in this language."""

    def make(language: str) -> Provision:
        made = served.staff.add(f"Carmen {time.monotonic_ns()}", "supervisor", ("sq",))
        served.staff.set_interface(made.account.id, language)
        page.sign_in(made)
        return made

    return make


def mine(page: Page, served: Served, me: str, case: str = "3-aaaa", **values: object) -> None:
    """A talk with something of everything in it, held by this account."""
    page.put(id=case, alias="mine", state="held", holder=me, risk="emergency", reasons=REASONS, **values)
    lines = (
        line("bot", "bot", delivery="delivered"),
        line("notice " * 20, "notice"),
        line("mine", "counsellor", delivery="failed"),
        line("w" * 300, risk="concern", reasons=REASONS),
    )
    served.do(lambda: served.desk.say(case, *lines))


def test_what_is_wrong_is_found(page: Page, signed_in: Make) -> None:
    """The looking itself: a page made worse is noticed."""
    signed_in("en")
    assert findings(page) == []
    page.driver.execute_script(
        "const one = document.createElement('button'); one.style.color = 'transparent';"
        "document.getElementById('main').append(one);"
    )
    assert ["critical", "button-name"] in [found[:2] for found in findings(page)]
    page.log()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_queue_is_for_everyone(page: Page, served: Served, signed_in: Make, language: str) -> None:
    me, now = signed_in(language).account.id, time.time()
    looked_at(page, "queue, empty")
    page.put(alias="waiting one", unread=2, wrote_at=now, reasons=REASONS)
    page.put(id="3-bbbb", alias="handed on", meant_for=f"account:{me}", passed_by=me, passed_at=now)
    page.put(id="3-cccc", alias="not first", place=2, language="ro", came_back=True, risk="none")
    page.put(id="3-dddd", alias="theirs", state="held", holder="z", why_picked="because", risk="concern")
    page.put(id="3-ffff", alias="read along", state="held", holder="z", joined=me, owes_since=now - 400)
    page.put(id="3-gggg", alias="covered", state="held", holder=me, covered_at=now, owes_since=now - 90)
    page.put(id="3-hhhh", alias="wrote before", before=True, muted=True)
    served.do(lambda: served.desk.muted.append(Mute("ab12", "quiet heron", me, now + 3600)))
    paths = ("/queue", "/board", "/cases/3-cccc/pick", "/cases/3-aaaa", "/cases/3-dddd", "/muted", "/shift")
    for path in paths:
        page.open(path)
        unfold(page)
        looked_at(page, path)
    page.driver.find_element(By.CSS_SELECTOR, "button[value='break']").click()
    page.wait_for(words(language)("shift.break_now"))
    looked_at(page, "a break")
    page.open("/queue")
    looked_at(page, "queue on a break")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_talk_is_for_everyone(page: Page, served: Served, signed_in: Make, language: str) -> None:
    me, now = signed_in(language).account.id, time.time()
    mine(
        page,
        served,
        me,
        safe="no",
        note="what to know",
        passed_by=me,
        joined="y",
        not_ended=True,
        country="IT",
    )
    page.open("/cases/3-aaaa")
    page.driver.find_element(By.ID, "text").send_keys("„Jam këtu”")
    page.wait(lambda: page.driver.find_element(By.CSS_SELECTOR, "#looks li"))
    looked_at(page, "a talk")
    unfold(page)
    looked_at(page, "a talk, all unfolded")
    mine(page, served, me, covered_at=now)
    page.wait_for(words(language)("case.anyway"))
    page.driver.find_element(By.ID, "send").click()
    page.wait_for(words(language)("note.covered"))
    looked_at(page, "under cover, refused")
    for what in ("release", "bot", "close", "mute"):
        page.driver.execute_script(f"document.getElementById('{what}-dialog').showModal()")
        looked_at(page, f"asked: {what}", names=False)  # what lies behind is out of reach
        page.driver.execute_script(f"document.getElementById('{what}-dialog').close()")
    page.driver.find_element(By.ID, "hide").click()
    page.wait(lambda: SAID not in page.text)
    looked_at(page, "hidden", names=False)
    for path in ("release", "bot", "close", "mute"):
        page.open(f"/cases/3-aaaa/{path}")
        looked_at(page, path)
    page.open("/cases/3-aaaa")
    served.do(lambda: served.desk.erase("3-aaaa"))
    page.wait_for(words(language)("gone.closed"))
    looked_at(page, "closed")
    page.log()  # the answer was refused: that is meant


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_went_wrong_is_for_everyone(page: Page, served: Served, signed_in: Make, language: str) -> None:
    me = signed_in(language).account.id
    for path in ("/staff", "/nowhere", "/cases/none"):
        page.open(path)
        looked_at(page, path)
    mine(page, served, me)
    page.open("/cases/3-aaaa")
    page.driver.find_element(By.ID, "text").send_keys("words that were not sent")
    served.end_sessions(me)
    page.wait_for(words(language)("ended.title"))
    looked_at(page, "signed out while writing")
    page.log()  # what was refused is meant
