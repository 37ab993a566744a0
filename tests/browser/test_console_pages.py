"""The console in a real browser, on a desk without a store: by keyboard, live, and without scripts."""

import time

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.unit.console.browsing import SAID, Page, bottom, top
from tests.unit.console.fake_desk import line
from tests.unit.console.served import Served


def test_a_whole_talk_by_keyboard(page: Page, served: Served) -> None:
    """Sign in with both factors, claim, answer, close: no mouse."""
    page.put()
    arta = served.counsellor()
    page.sign_in(arta)
    assert page.driver.title == "(1) Queue · Hotline"
    page.tab_to("Skip to the page")
    page.tab_to("Claim quiet heron")
    page.type(Keys.ENTER)
    page.wait_for(SAID)
    assert page.driver.title == "Talk · Hotline"
    page.tab_to("Your answer")
    page.type("Jam këtu.")
    page.wait_for("Text messages: 1. Room left: 151.")
    page.type(Keys.CONTROL + Keys.ENTER)
    page.wait(lambda: "on its way" in page.text)
    assert served.desk.made("answer") == [("3-aaaa", arta.account.id, "Jam këtu.")]
    assert page.driver.switch_to.active_element.accessible_name == "Your answer"
    assert page.driver.switch_to.active_element.get_attribute("value") == ""
    page.tab_to("Close the talk")
    page.type(Keys.ENTER)
    page.wait_for("Close this talk?")
    page.tab_to("Close and erase")
    page.type(Keys.ENTER)
    page.wait_for("Closed and erased")
    assert SAID not in page.driver.page_source
    assert "heron" not in page.driver.page_source


def test_what_happens_is_seen_without_reload_and_an_end_in_every_tab(page: Page, served: Served) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    page.wait_for("Nobody is waiting")
    page.put()
    page.wait_for("Somebody holds their passport.")
    page.wait(lambda: page.driver.title == "(1) Queue · Hotline")
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.driver.switch_to.new_window("tab")
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    page.type("half an answer")
    served.do(lambda: served.desk.say("3-aaaa", line("a je aty", at=time.time())))
    page.wait_for("a je aty")
    served.do(lambda: served.desk.erase("3-aaaa"))
    for tab in page.driver.window_handles:
        page.driver.switch_to.window(tab)
        page.wait_for("Closed and erased")
        assert SAID not in page.driver.page_source
        assert page.driver.find_elements(By.TAG_NAME, "textarea") == []
        assert page.driver.title == "Closed and erased · Hotline"


def test_a_long_talk_opens_at_its_end(page: Page, served: Served) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    lines = [line(f"line {number} " + "word " * 20, at=time.time()) for number in range(60)]
    served.do(lambda: served.desk.say("3-aaaa", *lines))
    for width, height in ((1280, 860), (390, 844)):
        page.size(width, height)
        page.open("/cases/3-aaaa")
        page.wait_for("line 59")
        page.wait(lambda: ends_above_the_answer(page))


def ends_above_the_answer(page: Page) -> bool:
    """Found anew each time: the page may have put others in their place meanwhile."""
    last = page.driver.find_elements(By.CLASS_NAME, "line")[-1]
    answer = page.driver.find_element(By.ID, "text")
    return 0 < bottom(page, last) <= top(page, answer)


def test_a_talk_nobody_looks_at_is_covered(page: Page, served: Served) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    page.later(3 * 60 + 10)
    page.wait(lambda: SAID not in page.text)
    assert page.driver.switch_to.active_element.accessible_name == "Show the talk again"
    page.type(Keys.ENTER)
    page.wait_for(SAID)
    page.tab_to("Hide the talk")
    page.type(Keys.ENTER)
    page.wait(lambda: SAID not in page.text)


def test_nobody_is_signed_out_without_a_word(page: Page, served: Served) -> None:
    page.sign_in(served.counsellor())
    page.wait_for("Nobody is waiting")
    page.later(29 * 60)
    page.wait_for("You will be signed out soon")
    page.type(Keys.SHIFT)
    page.wait(lambda: "You will be signed out soon" not in page.text)


def test_an_ended_session_leaves_nothing_on_the_screen(page: Page, served: Served) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    served.end_sessions(arta.account.id)
    page.wait(lambda: page.driver.current_url.endswith("/login"))
    page.driver.back()
    page.wait(lambda: page.driver.current_url.endswith("/login") or SAID not in page.driver.page_source)
    assert SAID not in page.driver.page_source


def test_everything_works_without_scripts(page: Page, served: Served) -> None:
    page.put(channel="telegram")
    page.scripts(False)
    page.sign_in(served.counsellor())
    page.driver.find_element(By.ID, "take").click()
    page.wait_for(SAID)
    page.driver.find_element(By.ID, "text").send_keys("Jam këtu.")
    page.driver.find_element(By.ID, "send").click()
    page.wait_for("on its way")
    page.driver.find_element(By.CSS_SELECTOR, "[action$='/close'] button").click()
    page.wait_for("Also delete in the Telegram chat")
    page.driver.find_element(By.CSS_SELECTOR, "main button").click()
    page.wait_for("Closed and erased")
    assert served.desk.made("close")[-1][2] is True
