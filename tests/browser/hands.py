"""Two ways to work at the console: by finger on a phone, and by keyboard alone."""

from collections.abc import Callable

from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from escalation.console.catalogue import Words
from tests.unit.console.browsing import Window

PATIENCE_S = 20
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
REDRAWN = (StaleElementReferenceException, ElementNotInteractableException, LookupError)
"""A live page was drawn anew just then: it is looked at again."""

# Whether what has the focus shows it, and nothing else lies upon it (WCAG 2.2, 2.4.7 and 2.4.11).
SEEN = """
const at = document.activeElement, look = getComputedStyle(at), place = at.getBoundingClientRect();
const inside = (low, high, end) => (Math.max(low, 0) + Math.min(high, end)) / 2;
const top = document.elementFromPoint(
  inside(place.left, place.right, innerWidth), inside(place.top, place.bottom, innerHeight));
return at.matches(":focus-visible") && look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2
  && (at === top || at.contains(top));
"""


class Finger:
    """Taps and types, looking for each control by its name as it is shown then."""

    def __init__(self, page: Window) -> None:
        self.page = page

    def press(self, name: str) -> None:
        self._until(lambda: self._found(name).click())

    def write(self, name: str, words: str) -> None:
        self._until(lambda: self._found(name).send_keys(words))

    def choose(self, name: str, option: str) -> None:
        self._until(lambda: Select(self._found(name)).select_by_visible_text(option))

    def send(self, say: Words) -> None:
        self.press(say("answer.send"))

    def _found(self, name: str) -> WebElement:
        for element in self.page.driver.find_elements(By.CSS_SELECTOR, CONTROLS):
            if element.is_displayed() and element.accessible_name == name:
                return element
        raise LookupError(name)

    def _until(self, done: Callable[[], None]) -> None:
        def tried(_: object) -> bool:
            done()
            return True

        WebDriverWait(self.page.driver, PATIENCE_S, 0.05, ignored_exceptions=REDRAWN).until(tried)


class Keyboard:
    """Keys alone, sent to whatever has the focus; each stop on the way must show that it has it."""

    def __init__(self, page: Window) -> None:
        self.page = page

    def press(self, name: str) -> None:
        self._reach(name)
        self.keys(Keys.ENTER)

    def write(self, name: str, words: str) -> None:
        self._reach(name)
        self.keys(words)

    def choose(self, name: str, option: str) -> None:
        self._reach(name)
        self.keys(option)

    def keys(self, *keys: str) -> None:
        ActionChains(self.page.driver).send_keys(*keys).perform()

    def send(self, say: Words) -> None:
        """As the hint under the answer says; the focus is in the answer still."""
        ActionChains(self.page.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(
            Keys.CONTROL
        ).perform()

    def _reach(self, name: str) -> None:
        stops: list[str] = []
        for _ in range(60):
            if stops[-1:] == [name] or self._at() == name:
                return
            self.keys(Keys.TAB)
            stops.append(self._at())
            assert stops[-1] == "" or self.page.driver.execute_script(SEEN), (
                f"the focus on {stops[-1]!r} hides"
            )
        raise AssertionError(f"no control {name!r} by keyboard, but {stops}")

    def _at(self) -> str:
        """The name of what has the focus; empty for no control, or where the page was drawn anew."""
        try:
            at = self.page.driver.switch_to.active_element
            return "" if at.tag_name in ("body", "main") else at.accessible_name
        except StaleElementReferenceException:
            return ""


type Hands = Finger | Keyboard
