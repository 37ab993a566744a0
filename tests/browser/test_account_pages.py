"""Every page of accounts and staff: named controls, light and dark, a small screen, each language."""

import time

import pyotp
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from escalation.console.catalogue import words
from escalation.console.staff import Account, Provision
from tests.browser.looking import looked_at, unfold
from tests.browser.signing_in import enter, first_step
from tests.unit.console.browsing import Page
from tests.unit.console.served import Served

LANGUAGES = ["en", "sq", "bcms", "ro"]


def colleagues(served: Served) -> Account:
    """Accounts in every state; the one that is returned has been through most."""
    number = time.monotonic_ns()
    made = served.staff.add(f"Bojan {number}", "supervisor", ("bcms", "en", "sq", "ro"))
    served.staff.passkeys.add(made.account.id, "key ring", f"id{number}", b"key", 0, False)
    served.staff.disable(served.staff.add(f"Dora {number}", "editor").account.name)
    served.staff.invite(f"Fatos {number}", "counsellor")
    for _ in range(5):
        served.staff.verify_code(made.account.id, "000000")
    return made.account


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_an_account_is_for_everyone(page: Page, served: Served, language: str) -> None:
    """In the account's own language, from the second step on; in the browser's before."""
    arta = served.counsellor(language)
    page.open("/login")
    looked_at(page, "/login")
    first_step(page, arta.account.name, "wrong")
    page.wait(lambda: page.driver.find_element(By.ID, "problem"))
    looked_at(page, "/login, wrong")
    served.staff.new_recovery(arta.account.id)
    served.staff.passkeys.add(arta.account.id, "work phone", f"id{arta.account.id}", b"key", 5, False)
    first_step(page, arta.account.name, arta.password)
    page.wait(lambda: page.driver.current_url.endswith("/login/code"))
    unfold(page)
    looked_at(page, "/login/code")
    page.driver.find_element(By.ID, "code").send_keys(pyotp.TOTP(arta.secret).now(), Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/queue"))
    served.staff.passkeys.used(f"id{arta.account.id}", 1)  # copied
    page.open("/account")
    unfold(page)
    looked_at(page, "/account")
    page.driver.find_element(By.ID, "app-proof").send_keys(arta.password, Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/account/app"))
    looked_at(page, "/account/app")
    page.open("/account")
    unfold(page)
    page.driver.find_element(By.ID, "recovery-proof").send_keys(arta.password, Keys.ENTER)
    page.wait(lambda: page.driver.find_element(By.CLASS_NAME, "codes"))
    looked_at(page, "recovery codes")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_staff_is_for_everyone(
    page: Page, served: Served, administrator: Provision, language: str
) -> None:
    served.staff.set_interface(administrator.account.id, language)
    one = colleagues(served)
    enter(page, administrator, "/staff")
    assert words(language)("staff.add_title") in page.text
    for path in ("/staff", f"/staff/{one.id}", f"/staff/{administrator.account.id}", "/staff/trail"):
        page.open(path)
        looked_at(page, path)
    page.open(f"/staff/{one.id}")
    page.driver.find_element(By.ID, "reset-proof").send_keys(administrator.password, Keys.ENTER)
    page.wait(lambda: page.driver.find_element(By.CSS_SELECTOR, "dd.letters"))
    looked_at(page, "a password to begin with")
    password = page.driver.find_element(By.CSS_SELECTOR, "dd.letters").text
    served.staff.set_interface(one.id, language)
    page.fresh()
    first_step(page, one.name, password)
    page.wait(lambda: page.driver.current_url.endswith("/login/renew"))
    unfold(page)
    looked_at(page, "/login/renew")
