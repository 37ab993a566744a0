"""A headless Chromium, and the console on a desk without a store for it to open.

Needs Debian's `chromium` and `chromium-driver`. Without them these tests are skipped and say so; with
HOTLINE_REQUIRE_BROWSER=1 they fail instead.
"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from bot.children import free_port
from escalation.console.staff import Provision
from tests.unit.console.browsing import Page
from tests.unit.console.served import Served

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,860",
    "--lang=en",
)


def chromium_in(profile: Path) -> webdriver.Chrome:
    """A headless Chromium with a profile of its own."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        why = "no Chromium here: apt-get install chromium chromium-driver"
        if os.environ.get("HOTLINE_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with an empty profile."""
    started = chromium_in(tmp_path_factory.mktemp("profile"))
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
    """The browser, signed out, with an empty queue; afterwards nothing may have been refused or broken."""
    served.do(served.desk.cases.clear)
    one = Page(chromium, served)
    one.fresh()
    yield one
    one.scripts(True)
    wrong = [entry["message"] for entry in one.log() if entry["level"] == "SEVERE"]
    # A closed talk answers 404, wrong tries and an ended session 401 and 422: those are meant.
    assert [message for message in wrong if not any(code in message for code in ("401", "404", "422"))] == []


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
