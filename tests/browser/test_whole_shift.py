"""A whole shift on the real console, desk and store: by finger on a phone, and by keyboard alone.

The colleague's laptop dies as laptops do: it says no goodbye, and its line stays open on our side.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyotp
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from escalation.console.catalogue import Words, words
from escalation.console.staff import Provision
from tests.browser.conftest import chromium_in
from tests.browser.hands import Finger, Hands, Keyboard
from tests.browser.working import Working
from tests.unit.console.browsing import Window

ASKS, IN_DANGER = "+40722000001", "+40722000002"
WISH = "vreau sa vorbesc cu un om"
CRY = "m-a incuiat in camera si ma bate, ajutati-ma acum"
ANSWER = "Sunt aici cu tine. Ești singură acum?"
TEXTED = "Sunt aici cu tine. Esti singura acum?"
NOTE = "Întreabă unde e el acum."
MORE = "nu stiu unde e"
DUTY_S = 90


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    made = Working(tmp_path_factory.mktemp("shift"))
    made.start()
    yield made
    made.stop()


class Laptop(Window):
    """A colleague's browser on a machine that can die."""

    def _processes(self) -> list[psutil.Process]:
        return psutil.Process(self.driver.service.process.pid).children(recursive=True)

    def die(self) -> None:
        """Nothing runs any more, and nobody is told: connections stay as they are."""
        for process in self._processes():
            process.suspend()

    def wake(self) -> None:
        for process in self._processes():
            process.resume()


@pytest.fixture
def laptop(working: Working, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(chromium_in(tmp_path), working.url)
    made.size(1280, 860)
    yield made
    made.wake()
    made.driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, working: Working) -> Window:
    one = Window(chromium, working.url)
    one.fresh()
    return one


def sign_in(page: Window, hands: Hands, who: Provision, say: Words) -> None:
    """Before the account is known, the page is in the browser's language."""
    page.open("/")
    hands.write(words("en")("login.name"), who.account.name)
    hands.write(words("en")("login.password"), who.password)
    hands.press(words("en")("login.next"))
    page.wait_for(say("code.title"))
    hands.write(say("code.code"), pyotp.TOTP(who.secret).now())
    hands.press(say("code.sign_in"))
    page.wait_for(say("queue.waiting_title"))


def alias_of(page: Window) -> str:
    page.wait(
        lambda: "/cases/" in page.driver.current_url and page.driver.find_element(By.TAG_NAME, "h1").text
    )
    return page.driver.find_element(By.TAG_NAME, "h1").text


def in_every_tab(page: Window, shows: Callable[[], object]) -> None:
    for tab in page.driver.window_handles:
        page.driver.switch_to.window(tab)
        page.wait(shows)


@pytest.mark.parametrize(
    ("way", "width", "height"), [(Finger, 390, 844), (Keyboard, 1280, 860), (Keyboard, 390, 844)]
)
def test_a_whole_shift(
    page: Window,
    laptop: Laptop,
    working: Working,
    way: type[Finger] | type[Keyboard],
    width: int,
    height: int,
) -> None:
    ana, bojan = working.counsellor("Ana", "ro", "ro"), working.counsellor("Bojan", "en", "ro")
    hands, ro, en = way(page), words("ro"), words("en")
    page.size(width, height)
    sign_in(page, hands, ana, ro)
    page.wait_for(ro("queue.empty"))

    # Two write; the one in danger writes last, and comes first.
    working.text(ASKS, WISH)
    page.wait_for(ro("level.none"))
    working.text(IN_DANGER, CRY)
    page.wait_for(ro("level.emergency"))
    hands.press(ro("queue.take"))
    page.wait_for(CRY)
    alias, case = alias_of(page), page.driver.current_url.removeprefix(working.url)
    assert working.holder(alias) == ana.account.id
    hands.write(ro("answer.label"), ANSWER)
    hands.send(ro)
    page.wait(lambda: TEXTED in working.heard(IN_DANGER))
    page.wait(lambda: page.driver.find_element(By.ID, "text").get_attribute("value") == "")

    # To a colleague with a note, who takes it and says something.
    theirs = way(laptop)
    sign_in(laptop, theirs, bojan, en)
    page.driver.refresh()  # the colleague has come to work since
    page.wait_for(CRY)
    hands.press(ro("case.release"))
    page.wait_for(ro("confirm.release_title"))
    hands.choose(ro("hand.whom"), bojan.account.name)
    hands.write(ro("hand.note"), NOTE)
    hands.press(ro("confirm.release"))
    page.wait_for(ro("note.released"))
    laptop.wait_for(en("hand.to_you", by=ana.account.name))
    theirs.press(f"{en('queue.claim')} {alias}")
    laptop.wait_for(NOTE)
    theirs.write(en("answer.label"), "Ok.")
    theirs.send(en)
    laptop.wait(lambda: "Ok." in working.heard(IN_DANGER))
    working.text(IN_DANGER, MORE)
    laptop.wait_for(MORE)

    # It dies. Nobody is left with somebody who is gone.
    laptop.die()
    assert working.pass_by(DUTY_S, awake=ana, until=lambda: working.holder(alias) is None)
    page.wait_for(ro("queue.came_back"))
    hands.press(ro("queue.take"))
    page.wait_for(MORE)
    assert alias_of(page) == alias
    assert working.holder(alias) == ana.account.id

    # Open in two tabs and on a laptop that comes back: the end is seen in all of them.
    page.driver.switch_to.new_window("tab")
    page.size(width, height)
    page.open(case)
    page.wait_for(MORE)
    hands.press(ro("case.close"))
    page.wait_for(ro("confirm.close_title"))
    hands.press(ro("confirm.close"))
    in_every_tab(page, lambda: ro("gone.closed") in page.text and CRY not in page.driver.page_source)
    laptop.wake()
    laptop.wait(lambda: CRY not in laptop.driver.page_source and NOTE not in laptop.driver.page_source)
    page.wait(lambda: not any(case.removeprefix("/cases/") in name for name in working.left()))

    # The one who asked waits still, and is next.
    hands.press(ro("gone.queue"))
    page.wait_for(ro("queue.waiting_title"))
    hands.press(ro("queue.take"))
    page.wait_for(WISH)
    hands.press(ro("case.close"))
    page.wait_for(ro("confirm.close_title"))
    hands.press(ro("confirm.close"))
    page.wait_for(ro("gone.closed"))
    page.wait(lambda: working.left() == [])
