"""Accounts in a real browser: passkeys of a virtual authenticator, setting up, the administrator's pages.

Needs Debian's `chromium` and `chromium-driver`. Without them it is skipped and says so; with
HOTLINE_REQUIRE_BROWSER=1 it fails instead.
"""

import os
import shutil
import time
from collections.abc import Iterator

import pyotp
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from bot.children import free_port
from escalation.console.catalogue import words
from escalation.console.staff import Account, Provision
from tests.browser.test_console_pages import FLAGS
from tests.unit.console.browsing import SAID, Page, check_names, faint
from tests.unit.console.served import Served

NEW = "four new words here"
LANGUAGES = ["en", "sq", "bcms", "ro"]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with an empty profile."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        why = "no Chromium here: apt-get install chromium chromium-driver"
        if os.environ.get("HOTLINE_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def served(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Under the one name of this machine that browsers allow passkeys for."""
    console = Served(store_url, tmp_path_factory.mktemp("console"), free_port())
    console.url = console.url.replace("127.0.0.1", "localhost")
    console.start()
    yield console
    console.stop()


@pytest.fixture
def page(chromium: webdriver.Chrome, served: Served) -> Iterator[Page]:
    """The browser, signed out; afterwards nothing may have been refused by the policy or be broken."""
    served.do(served.desk.cases.clear)
    one = Page(chromium, served)
    one.fresh()
    yield one
    one.scripts(True)
    wrong = [entry["message"] for entry in one.log() if entry["level"] == "SEVERE"]
    # Wrong tries and an ended session answer 401 and 422: those are meant.
    assert [message for message in wrong if not any(code in message for code in ("401", "422"))] == []


@pytest.fixture
def authenticator(chromium: webdriver.Chrome) -> Iterator[None]:
    """A device that knows its owner, as a phone or laptop does."""
    options = VirtualAuthenticatorOptions(
        protocol=VirtualAuthenticatorOptions.Protocol.CTAP2,
        transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=True,
    )
    chromium.add_virtual_authenticator(options)
    yield
    chromium.remove_virtual_authenticator()


@pytest.fixture
def administrator(served: Served) -> Provision:
    return served.staff.add(f"Emil {time.monotonic_ns()}", "administrator")


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


def looked_at(page: Page, where: str) -> None:
    """Each control has a name, text stands out in light and dark, nothing runs off a small screen."""
    check_names(page)
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        assert faint(page) == [], (where, scheme)
    page.size(320, 640)
    wide = page.driver.execute_script("return document.documentElement.scrollWidth")
    assert wide <= 320, (where, wide)
    page.size(1280, 860)


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
    page.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    looked_at(page, "/login/code")
    page.driver.find_element(By.ID, "code").send_keys(pyotp.TOTP(arta.secret).now(), Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/queue"))
    served.staff.passkeys.used(f"id{arta.account.id}", 1)  # copied
    page.open("/account")
    page.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    looked_at(page, "/account")
    page.driver.find_element(By.ID, "app-proof").send_keys(arta.password, Keys.ENTER)
    page.wait(lambda: page.driver.current_url.endswith("/account/app"))
    looked_at(page, "/account/app")
    page.open("/account")
    page.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
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
    page.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    looked_at(page, "/login/renew")
