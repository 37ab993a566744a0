"""A whole shift on the real console, desk and store: by finger on a phone, and by keyboard alone.

The colleague's laptop dies as laptops do: it says no goodbye, and its line stays open on our side.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
en, ro = words("en"), words("ro")


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
    hands.write(en("login.name"), who.account.name)
    hands.write(en("login.password"), who.password)
    hands.press(en("login.next"))
    page.wait_for(say("code.title"))
    hands.write(say("code.code"), pyotp.TOTP(who.secret).now())
    hands.press(say("code.sign_in"))
    page.wait_for(say("queue.waiting_title"))


def alias_of(page: Window) -> str:
    page.wait(
        lambda: "/cases/" in page.driver.current_url and page.driver.find_element(By.TAG_NAME, "h1").text
    )
    return page.driver.find_element(By.TAG_NAME, "h1").text


@dataclass
class Shift:
    """Ana, who reads Romanian pages, and her colleague Bojan on a laptop, with English ones."""

    page: Window
    laptop: Laptop
    working: Working
    way: type[Finger] | type[Keyboard]
    alias: str = ""
    case: str = ""

    def __post_init__(self) -> None:
        self.ana = self.working.counsellor("Ana", "ro", "ro")
        self.bojan = self.working.counsellor("Bojan", "en", "ro")
        self.hands, self.theirs = self.way(self.page), self.way(self.laptop)

    def takes_the_most_urgent(self) -> None:
        """Of two who write, the one in danger writes last and comes first."""
        page = self.page
        self.working.text(ASKS, WISH)
        page.wait_for(ro("level.none"))
        self.working.text(IN_DANGER, CRY)
        page.wait_for(ro("level.emergency"))
        self.hands.press(ro("queue.take"))
        page.wait_for(CRY)
        self.alias, self.case = alias_of(page), page.driver.current_url.removeprefix(self.working.url)
        assert self.working.holder(self.alias) == self.ana.account.id

    def answers_in_romanian(self) -> None:
        self.hands.write(ro("answer.label"), ANSWER)
        self.hands.send(ro)
        self.page.wait(lambda: TEXTED in self.working.heard(IN_DANGER))
        self.page.wait(lambda: self.page.driver.find_element(By.ID, "text").get_attribute("value") == "")

    def hands_over(self) -> None:
        """With a note, to a colleague who has come to work since; they take it and say something."""
        page, laptop, hands, theirs = self.page, self.laptop, self.hands, self.theirs
        sign_in(laptop, theirs, self.bojan, en)
        page.driver.refresh()
        page.wait_for(CRY)
        hands.press(ro("case.release"))
        page.wait_for(ro("confirm.release_title"))
        hands.choose(ro("hand.whom"), self.bojan.account.name)
        hands.write(ro("hand.note"), NOTE)
        hands.press(ro("confirm.release"))
        page.wait_for(ro("note.released"))
        laptop.wait_for(en("hand.to_you", by=self.ana.account.name))
        theirs.press(f"{en('queue.claim')} {self.alias}")
        laptop.wait_for(NOTE)
        theirs.write(en("answer.label"), "Ok.")
        theirs.send(en)
        laptop.wait(lambda: "Ok." in self.working.heard(IN_DANGER))
        self.working.text(IN_DANGER, MORE)
        laptop.wait_for(MORE)

    def gets_it_back_from_a_dead_laptop(self) -> None:
        self.laptop.die()
        free = self.working.pass_by(
            DUTY_S, awake=self.ana, until=lambda: self.working.holder(self.alias) is None
        )
        assert free
        self.page.wait_for(ro("queue.came_back"))
        self.hands.press(ro("queue.take"))
        self.page.wait_for(MORE)
        assert alias_of(self.page) == self.alias
        assert self.working.holder(self.alias) == self.ana.account.id

    def closes_it_in_every_tab(self, width: int, height: int) -> None:
        """Open in two tabs, and on the laptop that comes back."""
        page, laptop = self.page, self.laptop
        page.driver.switch_to.new_window("tab")
        page.size(width, height)
        page.open(self.case)
        page.wait_for(MORE)
        self.closes()
        for tab in page.driver.window_handles:
            page.driver.switch_to.window(tab)
            page.wait(lambda: ro("gone.closed") in page.text and CRY not in page.driver.page_source)
        laptop.wake()
        laptop.wait(lambda: CRY not in laptop.driver.page_source and NOTE not in laptop.driver.page_source)
        conversation = self.case.removeprefix("/cases/")
        page.wait(lambda: not any(conversation in name for name in self.working.left()))

    def takes_the_next_and_closes(self) -> None:
        self.hands.press(ro("gone.queue"))
        self.page.wait_for(ro("queue.waiting_title"))
        self.hands.press(ro("queue.take"))
        self.page.wait_for(WISH)
        self.closes()
        self.page.wait_for(ro("gone.closed"))
        self.page.wait(lambda: self.working.left() == [])

    def closes(self) -> None:
        self.hands.press(ro("case.close"))
        self.page.wait_for(ro("confirm.close_title"))
        self.hands.press(ro("confirm.close"))


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
    shift = Shift(page, laptop, working, way)
    page.size(width, height)
    sign_in(page, shift.hands, shift.ana, ro)
    page.wait_for(ro("queue.empty"))
    shift.takes_the_most_urgent()
    shift.answers_in_romanian()
    shift.hands_over()
    shift.gets_it_back_from_a_dead_laptop()
    shift.closes_it_in_every_tab(width, height)
    shift.takes_the_next_and_closes()
