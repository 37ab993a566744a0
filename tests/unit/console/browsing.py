"""What a counsellor does and sees in a real browser."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from escalation.console.staff import Provision
from tests.unit.console.fake_desk import line, row
from tests.unit.console.served import Served

PATIENCE = 15
SAID = "sefi ma mori pasaporten"
CONTRAST = Path(__file__).with_name("contrast.js")


class Window:
    """A browser at a console: what a counsellor does and sees."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def fresh(self) -> None:
        while len(self.driver.window_handles) > 1:
            self.driver.close()
            self.driver.switch_to.window(self.driver.window_handles[0])
        self.size(1280, 860)
        self.scheme("light")
        self.driver.get(f"{self.url}/static/icon.svg")
        self.driver.delete_all_cookies()
        self.log()

    def log(self) -> list[dict[str, str]]:
        """What the browser complained of since last time."""
        found: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return found

    def open(self, path: str) -> None:
        self.driver.get(self.url + path)

    def sign_in(self, who: Provision) -> None:
        """By keyboard: the first field has the focus already."""
        self.open("/")
        self.wait(lambda: self.focused("name"))
        self.type(who.account.name, Keys.TAB, who.password, Keys.ENTER)
        self.wait(lambda: self.focused("code"))
        self.type(pyotp.TOTP(who.secret).now(), Keys.ENTER)
        self.wait(lambda: self.driver.current_url.endswith("/queue"))

    def focused(self, name: str) -> bool:
        """Whether the field of this id has the focus: browsers give it a moment after the page is there."""
        return self.driver.switch_to.active_element.get_attribute("id") == name

    def type(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def tab_to(self, name: str) -> None:
        """Press Tab until the control of this accessible name has the focus."""
        seen = []
        for _ in range(40):
            self.type(Keys.TAB)
            seen.append(self.driver.switch_to.active_element.accessible_name)
            if seen[-1] == name:
                return
        raise AssertionError(f"no control {name!r} by keyboard, but {seen}")

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def wait(self, true: Callable[[], object]) -> None:
        WebDriverWait(self.driver, PATIENCE, 0.05, ignored_exceptions=[Exception]).until(lambda _: true())

    def wait_for(self, *words: str) -> None:
        self.wait(lambda: any(word in self.text for word in words))

    def size(self, width: int, height: int) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def scheme(self, name: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def scripts(self, on: bool) -> None:
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})

    def later(self, seconds: int) -> None:
        """Let the page believe that this much time has passed."""
        self.driver.execute_script(f"const now = Date.now; Date.now = () => now() + {seconds * 1000};")


class Page(Window):
    """A browser at a console whose desk is made of what the test puts there."""

    def __init__(self, driver: webdriver.Chrome, served: Served) -> None:
        super().__init__(driver, served.url)
        self.served = served

    def put(self, **values: Any) -> None:
        """A talk for the desk, of now."""
        now = time.time()
        times = {"opened_at": now - 200, "wrote_at": now - 200}
        said = line(SAID, risk="danger", reasons=("Somebody holds their passport.",), at=now - 150)
        one = row(**(times | values))
        self.served.do(lambda: self.served.desk.put(one, line("pershendetje", at=now - 190), said))


def check_names(page: Window) -> None:
    """Every control has a name; read again where the live page was just being renewed."""
    for _ in range(5):
        try:
            return _names(page)
        except StaleElementReferenceException:
            continue
    raise AssertionError("the page never stood still")


def _names(page: Window) -> None:
    driver = page.driver
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang")
    assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1
    assert len(driver.find_elements(By.TAG_NAME, "main")) == 1
    ids = [found.get_attribute("id") for found in driver.find_elements(By.CSS_SELECTOR, "[id]")]
    assert len(ids) == len(set(ids))
    controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    shown = [found for found in driver.find_elements(By.CSS_SELECTOR, controls) if found.is_displayed()]
    assert len(shown) > 1
    assert [found.get_attribute("outerHTML") for found in shown if not found.accessible_name] == []


def faint(page: Window) -> list[str]:
    """Texts whose contrast is under 4.5 to 1 (WCAG AA)."""
    found: list[str] = page.driver.execute_script(CONTRAST.read_text("utf-8"))
    return found


def bottom(page: Window, element: object) -> float:
    return float(page.driver.execute_script("return arguments[0].getBoundingClientRect().bottom", element))


def top(page: Window, element: object) -> float:
    return float(page.driver.execute_script("return arguments[0].getBoundingClientRect().top", element))
