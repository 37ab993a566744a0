"""What tests of accounts do in a browser before they begin."""

import pyotp
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from escalation.console.staff import Provision
from tests.unit.console.browsing import Page


def first_step(page: Page, name: str, password: str) -> None:
    page.open("/login")
    page.wait(lambda: page.focused("name"))
    page.type(name, Keys.TAB, password, Keys.ENTER)


def enter(page: Page, who: Provision, ends: str) -> None:
    first_step(page, who.account.name, who.password)
    page.wait(lambda: page.focused("code"))
    page.type(pyotp.TOTP(who.secret).now(), Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith(ends))


def add_passkey(page: Page, who: Provision) -> None:
    page.open("/account")
    page.driver.find_element(By.ID, "passkey-name").click()
    page.type("work phone", Keys.TAB, who.password, Keys.ENTER)
    page.wait_for("The passkey is added.")
