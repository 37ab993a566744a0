"""Accounts in a real browser: passkeys of a virtual authenticator, setting up, the administrator's pages."""

import time

import pyotp
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from escalation.console.staff import Provision
from tests.browser.signing_in import add_passkey, enter, first_step
from tests.unit.console.browsing import SAID, Page
from tests.unit.console.served import Served

NEW = "four new words here"


def test_a_passkey_signs_in_alone_by_keyboard(page: Page, served: Served, authenticator: None) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    add_passkey(page, arta)
    assert "work phone" in page.text
    page.tab_to("Sign out")
    page.type(Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/login"))
    page.tab_to("Use a passkey")
    page.type(Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/queue"))
    (kept,) = served.staff.passkeys.of(arta.account.id)
    assert kept.sign_count > 0
    page.open("/account")
    page.tab_to("Remove the passkey work phone")
    page.type(Keys.ENTER)
    page.wait_for("The passkey is removed.")
    assert served.staff.passkeys.of(arta.account.id) == []


def test_a_passkey_is_the_second_step_too(page: Page, served: Served, authenticator: None) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    add_passkey(page, arta)
    page.fresh()
    first_step(page, arta.account.name, arta.password)
    page.wait(lambda: page.driver.current_url.endswith("/login/code"))
    page.tab_to("Use a passkey")
    page.type(Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/queue"))


def test_a_device_that_does_not_know_its_owner_opens_nothing(
    page: Page, served: Served, chromium: webdriver.Chrome, authenticator: None
) -> None:
    arta = served.counsellor()
    page.sign_in(arta)
    add_passkey(page, arta)
    page.fresh()
    chromium.set_user_verified(False)
    page.open("/login")
    page.tab_to("Use a passkey")
    page.type(Keys.ENTER)
    page.wait_for("Nothing was signed.")
    assert page.driver.switch_to.active_element.accessible_name == "Use a passkey"
    assert page.driver.current_url.endswith("/login")


def test_somebody_new_sets_up_their_account_and_keeps_codes(page: Page, served: Served) -> None:
    invited = served.staff.invite(f"Fatos {time.monotonic_ns()}", "counsellor", ("sq",))
    first_step(page, invited.account.name, invited.password)
    page.wait_for("Set up your account")
    assert page.driver.find_element(By.CSS_SELECTOR, ".square svg").size["width"] > 150
    page.tab_to("Type it instead")
    page.type(Keys.ENTER)
    secret = page.driver.find_element(By.CLASS_NAME, "secret").text.replace(" ", "")
    page.driver.find_element(By.ID, "new").click()
    page.type(NEW)
    page.tab_to("New password again")
    page.type(NEW)
    page.tab_to("The six digits your app shows now")
    page.type(pyotp.TOTP(secret).now(), Keys.ENTER)
    page.wait_for("Recovery codes")
    code = page.driver.find_element(By.CSS_SELECTOR, ".codes li").text
    page.tab_to("I have kept them")
    page.type(Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/queue"))
    page.fresh()
    first_step(page, invited.account.name, NEW)
    page.wait(lambda: page.driver.current_url.endswith("/login/code"))
    page.tab_to("Use a recovery code")
    page.type(Keys.ENTER)
    page.tab_to("Recovery code")
    page.type(code, Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/queue"))


def test_an_administrator_makes_resets_and_switches_off_by_keyboard(
    page: Page, served: Served, administrator: Provision
) -> None:
    enter(page, administrator, "/staff")
    name = f"Genta {time.monotonic_ns()}"
    page.driver.find_element(By.ID, "name").click()
    page.type(name)
    page.tab_to("Your own password")
    page.type(administrator.password, Keys.ENTER)
    page.wait_for("A password to begin with")
    first = page.driver.find_element(By.CSS_SELECTOR, "dd.letters").text
    assert served.staff.verify_password(name, first) is not None
    page.tab_to("Go on")
    page.type(Keys.ENTER)
    page.wait_for("Not set up yet")
    page.driver.find_element(By.ID, "reset-proof").click()
    page.type(administrator.password, Keys.ENTER)
    page.wait_for("A password to begin with")
    assert served.staff.verify_password(name, first) is None
    page.tab_to("Go on")
    page.type(Keys.ENTER)
    page.wait_for("Lost password or phone")
    page.tab_to("Switch off")
    page.type(Keys.ENTER)
    page.wait_for("Switched off")
    found = served.staff.named(name)
    assert found is not None
    assert found.disabled


def test_words_typed_when_the_session_ends_stay_and_nothing_is_sent(page: Page, served: Served) -> None:
    """With scripts, once the page finds out; the talk itself leaves the screen."""
    arta = served.counsellor()
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    page.driver.find_element(By.ID, "text").send_keys("Jam këtu <b>")
    kept = "return !document.dispatchEvent(new CustomEvent('signed-out', {cancelable: true}))"
    assert page.driver.execute_script(kept)
    assert page.driver.execute_script(kept)  # found out twice: still the same page
    page.wait_for("You are signed out")
    assert SAID not in page.driver.page_source
    assert page.driver.find_element(By.ID, "words").get_attribute("value") == "Jam këtu <b>"
    assert page.driver.switch_to.active_element.accessible_name == "What you wrote"
    assert served.desk.made("answer")[-1:] != [("3-aaaa", arta.account.id, "Jam këtu <b>")]
    page.tab_to("Sign in again")
    # Nothing was typed: there is nothing to stay for.
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    assert not page.driver.execute_script(kept)


def test_words_typed_without_scripts_come_back_too(page: Page, served: Served) -> None:
    arta = served.counsellor()
    page.scripts(False)
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.wait_for(SAID)
    before = served.desk.made("answer")
    page.driver.find_element(By.ID, "text").send_keys("Jam këtu <b>")
    served.end_sessions(arta.account.id)
    page.driver.find_element(By.ID, "send").click()
    page.wait_for("Nothing was sent")
    assert page.driver.find_element(By.ID, "words").get_attribute("value") == "Jam këtu <b>"
    assert SAID not in page.driver.page_source
    assert served.desk.made("answer") == before
