"""The practice room in a real browser: every page says what it is; a talk that is over is looked back on."""

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from bot.children import free_port
from escalation.practice.look_back import Hope, LookBack
from tests.unit.console.browsing import Page, check_names, faint
from tests.unit.console.served import Served


class Room:
    """Looks back on every talk, whoever asks."""

    def look_back(self, conversation: str, account: str) -> LookBack | None:
        hopes = (Hope("asked_safe", True), Hope("no_promise", False))
        return LookBack("Një vajzë 16 vjeçe.", "sq", 3, hopes, other_number=True)


@pytest.fixture
def practised(
    chromium: webdriver.Chrome, store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """A browser at the console of a practice room."""
    console = Served(store_url, tmp_path_factory.mktemp("practice"), free_port(), practice=Room())
    console.start()
    page = Page(chromium, console)
    page.fresh()
    yield page
    console.stop()


def banner(page: Page) -> str:
    """What the landmark that a screen reader names says."""
    found = page.driver.find_element(By.CSS_SELECTOR, "aside.practice")
    assert found.is_displayed()
    assert found.aria_role == "complementary"
    assert found.accessible_name
    return found.text


@pytest.mark.parametrize(("language", "word"), [("en", "PRACTICE"), ("sq", "USHTRIM")])
def test_every_page_says_that_it_is_practice(practised: Page, language: str, word: str) -> None:
    page = practised
    page.open("/login")
    assert banner(page).startswith("PRACTICE")
    page.put()
    arta = page.served.counsellor(language)
    page.sign_in(arta)
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        for width in (1280, 380):
            page.size(width, 800)
            assert banner(page).startswith(word)
            assert faint(page) == []
    page.wait(lambda: page.driver.title.startswith("(1) "))
    assert page.driver.title.endswith(f" · {word}")
    check_names(page)
    page.scripts(False)
    page.open("/account")
    assert banner(page).startswith(word)
    page.scripts(True)


def test_a_talk_that_is_over_is_looked_back_on_without_reload(practised: Page) -> None:
    page = practised
    arta = page.served.counsellor()
    page.sign_in(arta)
    page.put(state="held", holder=arta.account.id)
    page.open("/cases/3-aaaa")
    page.wait_for("Your answer")
    page.served.do(lambda: page.served.desk.erase("3-aaaa"))
    page.wait_for("Looking back")
    assert "Seen: asking whether it is safe to text" in page.text
    assert "Not seen this time: honest words, without promises" in page.text
    assert "is not in the directory" in page.text
    about = page.driver.find_element(By.CSS_SELECTOR, ".look-back p[lang]")
    assert about.get_attribute("lang") == "sq"
    assert faint(page) == []
