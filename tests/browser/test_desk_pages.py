"""A counsellor's day in a real browser: bursts, handing on, cover, what is inserted, a line that was lost."""

import time
from collections.abc import Callable, Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bot.marks import Mute
from escalation.console.quick import quick
from tests.unit.console.browsing import SAID, Page, check_names, faint
from tests.unit.console.fake_desk import line
from tests.unit.console.served import Served


@pytest.fixture
def me(page: Page, served: Served) -> str:
    """Signed in, and with a talk on the screen."""
    arta = served.counsellor()
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    return str(arta.account.id)


def says(served: Served, text: str) -> None:
    served.do(lambda: served.desk.say("3-aaaa", line(text, at=time.time())))


def answers(served: Served, me: str) -> list[object]:
    return [call[2] for call in served.desk.made("answer") if call[1] == me]


def box(page: Page) -> str:
    return str(page.driver.find_element(By.ID, "text").get_attribute("value"))


def test_an_answer_over_new_words_is_asked_once_more(page: Page, served: Served, me: str) -> None:
    page.driver.find_element(By.ID, "text").send_keys("Good, then we are done.")
    says(served, "no wait he is back")
    page.wait_for("no wait he is back")
    page.type(Keys.CONTROL + Keys.ENTER)
    page.wait_for("They have just written something new.")
    assert answers(served, me) == []
    assert box(page) == "Good, then we are done."
    page.type(" Are you safe?", Keys.CONTROL + Keys.ENTER)
    page.wait(lambda: answers(served, me) == ["Good, then we are done. Are you safe?"])
    page.wait(lambda: box(page) == "")
    page.log()  # what was asked again was refused first: that is meant


def test_under_cover_an_answer_needs_its_tick_each_time(page: Page, served: Served, me: str) -> None:
    close, tick = (By.CSS_SELECTOR, "[data-dialog='close-dialog'] button"), (By.NAME, "anyway")
    served.do(lambda: served.desk.change("3-aaaa", covered_at=time.time()))
    page.wait_for("Somebody else may be reading the phone")
    page.driver.find_element(*close).click()  # the page was open before they went under cover
    page.wait_for("But not now: nothing is sent")
    assert "The person will be told:" not in page.text
    page.type(Keys.ESCAPE)
    text = page.driver.find_element(By.ID, "text")
    text.send_keys("Sorry, bye.", Keys.CONTROL + Keys.ENTER)
    page.wait_for("Not sent: somebody else may be reading")
    page.driver.find_element(*tick).click()
    text.send_keys(Keys.CONTROL + Keys.ENTER)
    page.wait(lambda: box(page) == "")
    page.wait(lambda: not page.driver.find_element(*tick).is_selected())
    served.do(lambda: served.desk.change("3-aaaa", covered_at=0.0))
    page.wait(lambda: "Somebody else may be reading the phone" not in page.text)
    page.driver.find_element(*close).click()
    page.wait_for("The person will be told:")
    assert "But not now" not in page.text
    page.log()  # the first was refused: that is meant


def test_a_question_closes_when_they_write(page: Page, served: Served, me: str) -> None:
    page.driver.find_element(By.CSS_SELECTOR, "[data-dialog='close-dialog'] button").click()
    page.wait_for("Close this talk?")
    says(served, "one more thing")
    page.wait_for("one more thing")
    page.wait(lambda: "Close this talk?" not in page.text)


def test_ready_words_are_inserted_by_keys_and_never_sent(page: Page, served: Served, me: str) -> None:
    ready = quick("sq")
    page.driver.find_element(By.ID, "text").click()
    page.type("/")
    page.wait(lambda: page.driver.switch_to.active_element.accessible_name == f"Insert {ready[0].title}")
    page.type(Keys.ARROW_DOWN, Keys.ENTER)
    page.wait(lambda: box(page) == ready[1].text)
    assert page.driver.switch_to.active_element.accessible_name == "Your answer"
    page.type(Keys.F2)
    assert box(page) == f"{ready[1].text} 800 290 290"
    page.wait_for("Text messages: 1.")
    assert answers(served, me) == []


def test_handing_on_with_a_note_by_keyboard(page: Page, served: Served, me: str) -> None:
    bojan = served.counsellor()
    served.do(lambda: served.desk.on.add(bojan.account.id))
    page.open("/cases/3-aaaa")
    page.tab_to("Hand on")
    page.type(Keys.ENTER)
    page.wait_for("Hand this talk on?")
    page.type(bojan.account.name, Keys.TAB, "Ask about the ferry.", Keys.TAB, Keys.TAB, Keys.ENTER)
    page.wait_for("Handed back. The talk waits for a colleague.")
    given = served.desk.made("hand_on")[-1]
    assert given == ("3-aaaa", me, f"account:{bojan.account.id}", "Ask about the ferry.")
    assert SAID not in page.driver.page_source


def test_any_key_uncovers_and_does_nothing_else(page: Page, served: Served, me: str) -> None:
    page.driver.find_element(By.ID, "hide").click()
    page.wait(lambda: SAID not in page.text)
    page.type("x")
    page.wait_for(SAID)
    assert box(page) == ""


def test_another_window_in_front_for_long_covers_too(page: Page, served: Served, me: str) -> None:
    page.driver.execute_script("dispatchEvent(new Event('blur'))")
    page.later(70)
    page.wait(lambda: SAID not in page.text)


def test_what_comes_while_covered_is_not_read(page: Page, served: Served, me: str) -> None:
    page.driver.find_element(By.ID, "hide").click()
    page.wait(lambda: SAID not in page.text)
    served.do(lambda: served.desk.calls.clear())
    says(served, "are you there")
    page.wait(lambda: "are you there" in page.driver.page_source)
    assert served.desk.made("seen") == []
    page.type(Keys.ENTER)
    page.wait_for("are you there")
    page.wait(lambda: served.desk.made("seen"))


@pytest.fixture
def line_of(page: Page) -> Iterator[Callable[[bool], None]]:
    """Cuts the browser off, and lets it back."""

    def connect(connected: bool) -> None:
        speeds = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": not connected, **speeds})

    page.driver.execute_cdp_cmd("Network.enable", {})
    yield connect
    connect(True)
    page.log()  # what was refused without a line is meant


def test_ten_minutes_without_a_line_leave_no_gap(
    page: Page, served: Served, me: str, line_of: Callable[[bool], None]
) -> None:
    line_of(False)
    page.driver.find_element(By.ID, "text").send_keys("I am here")
    page.type(Keys.CONTROL + Keys.ENTER)
    page.wait_for("Not sent: the connection is broken.")
    says(served, "first of the lost")
    says(served, "last of the lost")
    page.later(10 * 60)
    page.wait(lambda: SAID not in page.text)  # covered meanwhile
    line_of(True)
    page.type(Keys.SHIFT)
    page.wait_for("first of the lost")
    page.wait_for("last of the lost")
    page.wait(lambda: "The connection is broken. Trying" not in page.text)
    assert box(page) == "I am here"
    assert answers(served, me) == []


def test_two_hundred_messages_in_a_minute_are_all_there(page: Page, served: Served, me: str) -> None:
    page.driver.find_element(By.ID, "text").send_keys("half an answer")
    for number in range(200):
        says(served, f"message {number}.")
    page.wait_for("message 199.")
    shown = page.text
    assert [number for number in range(200) if f"message {number}." not in shown] == []
    assert box(page) == "half an answer"


def test_both_tabs_of_one_counsellor_agree(page: Page, served: Served, me: str) -> None:
    page.driver.switch_to.new_window("tab")
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    page.driver.find_element(By.CSS_SELECTOR, "button[value='no']").click()
    for tab in page.driver.window_handles:
        page.driver.switch_to.window(tab)
        page.wait_for("Not safe to text: somebody else may read what you send.")
    served.do(lambda: served.desk.change("3-aaaa", holder="a colleague"))
    for tab in page.driver.window_handles:
        page.driver.switch_to.window(tab)
        page.wait_for("A colleague has this talk")
        assert SAID not in page.driver.page_source


def test_nothing_of_a_talk_rests_in_the_browser(page: Page, served: Served, me: str) -> None:
    stored = page.driver.execute_script(
        "return JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, "
        "document.cookie, document.title])"
    )
    assert "sefi" not in stored
    assert "heron" not in stored
    databases = page.driver.execute_async_script("indexedDB.databases().then(arguments[0])")
    assert databases == []
    assert page.driver.execute_async_script("caches.keys().then(arguments[0])") == []


def test_a_page_out_of_the_browsers_memory_is_fetched_anew(page: Page, served: Served, me: str) -> None:
    served.do(lambda: served.desk.calls.clear())
    page.driver.execute_script("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait(lambda: served.desk.made("seen"))
    page.wait_for(SAID)


def test_the_banner_says_that_somebody_waits_and_a_break_is_quiet(
    page: Page, served: Served, me: str
) -> None:
    page.put(id="3-bbbb", alias="waiting one", risk="emergency")
    page.wait_for("Somebody in danger waits, the longest for 3 min.")
    page.open("/shift")
    page.driver.find_element(By.CSS_SELECTOR, "button[value='break']").click()
    page.wait_for("Have a good break.")
    assert "Somebody in danger waits" not in page.text
    assert served.desk.cases["3-aaaa"].row.state == "waiting"
    page.driver.find_element(By.CSS_SELECTOR, "button[value='back']").click()
    page.wait_for("You are at work again.")


def test_a_supervisor_reads_along_seen_by_all(page: Page, served: Served) -> None:
    made = served.staff.add("Carmen", "supervisor", ())
    page.sign_in(made)
    page.put(state="held", holder="a counsellor")
    page.open("/board")
    page.wait_for("quiet heron")
    assert SAID not in page.driver.page_source
    page.driver.find_element(By.ID, "join-3-aaaa").click()
    page.wait_for(SAID)
    assert "You read along, and the person was told." in page.text
    assert page.driver.find_elements(By.TAG_NAME, "textarea") == []
    says(served, "a je aty")
    page.wait_for("a je aty")
    page.driver.find_element(By.CSS_SELECTOR, "[action$='/leave'] button").click()
    page.wait_for("You do not read this talk any more")
    assert SAID not in page.driver.page_source


@pytest.mark.parametrize("language", ["en", "sq", "bcms", "ro"])
def test_every_page_of_the_desk_is_for_everyone(page: Page, served: Served, language: str) -> None:
    made = served.staff.add(f"Carmen {language}", "supervisor", ("sq",))
    served.staff.set_interface(made.account.id, language)
    me = made.account.id
    page.sign_in(made)
    now = time.time()
    page.put(
        id="3-bbbb", alias="handed on", before=True, meant_for=f"account:{me}", passed_by=me, passed_at=now
    )
    page.put(id="3-cccc", alias="not first", place=2, language="ro", came_back=True, muted=True)
    page.put(
        id="3-dddd",
        alias="mine",
        state="held",
        holder=me,
        owes_since=now - 400,
        safe="no",
        note="x",
        joined="y",
    )
    page.put(
        id="3-eeee", alias="theirs", state="held", holder="z", why_picked="because", owes_since=now - 400
    )
    page.put(id="3-ffff", alias="read along", state="held", holder="z", joined=me, not_ended=True)
    page.served.do(lambda: page.served.desk.muted.append(Mute("ab12", "quiet heron", me, now + 3600)))
    paths = ("/queue", "/board", "/shift", "/muted", "/cases/3-cccc/pick", "/cases/3-dddd", "/cases/3-ffff")
    asking = [f"/cases/3-dddd/{what}" for what in ("release", "close", "bot", "mute")]
    for path in (*paths, *asking):
        page.open(path)
        if path not in asking:
            check_names(page)
        for scheme in ("light", "dark"):
            page.scheme(scheme)
            assert faint(page) == [], (path, scheme)
        assert small(page) == [], path
        page.size(320, 640)
        wide = page.driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= 320, (path, wide)
        page.size(1280, 860)


def small(page: Page) -> list[str]:
    """Controls under 24 by 24 pixels (WCAG 2.2, 2.5.8); links within a line of text are exempt."""
    controls = "main button, main select, main summary, main .button, .top a, .filter a"
    found: list[str] = page.driver.execute_script(
        "return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility())"
        ".map((one) => [one.textContent.trim(), one.getBoundingClientRect()])"
        ".filter(([, place]) => Math.min(place.width, place.height) < 24).map(([name]) => name)",
        controls,
    )
    return found
