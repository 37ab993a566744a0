"""A counsellor in Chromium: signs in, reads, answers, closes; then its profile and caches are searched.

Chromium and Selenium are no parts of a deployment; without them this is told as not searched.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp

from bot.audit.house import Counsellor, House, until
from bot.audit.marks import Marks
from bot.audit.phones import Phones
from bot.audit.searched import Searched
from bot.audit.talks import Talk

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
    "--lang=en",
)
PAGES, STORAGE, COOKIE = "console pages", "browser storage", "browser cookie"


def missing() -> str:
    """What is missing for it; empty: nothing."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return "no Chromium here (apt-get install chromium chromium-driver)"
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "Selenium is not installed here"
    return ""


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """A browser with an empty profile in this folder; when it ends it has written what it keeps."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--disk-cache-dir={profile / 'cache'}"):
        options.add_argument(flag)
    started = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver") or "")
    )
    try:
        yield started
    finally:
        started.quit()


def one_case(
    house: House, phones: Phones, searched: Searched, who: Counsellor, talks: list[Talk], *, leak: bool
) -> Talk | None:
    """Take, read, answer and close the most urgent case; the talk it was of."""
    with chromium(house.folder / "profile") as page:
        _sign_in(page, house, who)
        until(lambda: _press(page, "form[action='/queue/take'] button"), "a case to take in the browser")
        until(lambda: "/cases/" in page.current_url, "the page of a case")
        case = page.current_url.split("/cases/")[1].split("/")[0].split("#")[0].split("?")[0]
        named = searched.marks.named(page.find_element("tag name", "body").text)
        talk = next((one for one in talks if any(one.name in place for place in named)), None)
        if talk is None:
            searched.unreachable[PAGES] = "the case in the browser was of no talk that is closed"
            return None
        _answer(page, phones, searched.marks, talk)
        opened = page.current_window_handle
        page.switch_to.new_window("tab")
        page.get(house.url("console", f"/cases/{case}/close"))
        until(lambda: _press(page, f"form[action$='/{case}/close'] button"), "the button that closes")
        until(lambda: f"/{case}/close" not in page.current_url, "the page after closing")
        page.close()
        page.switch_to.window(opened)
        if leak:
            page.execute_script("localStorage.leak = arguments[0]", searched.marks.word("browser's storage"))
        _look_at_open_tab(page, searched, talk)
    return talk


def _look_at_open_tab(page: Any, searched: Searched, talk: Talk) -> None:
    """The tab that was open all the time: its talk is gone from it by itself, and from its storage."""

    def gone() -> bool:
        return not searched.marks.find(page.page_source.encode())

    try:
        until(gone, "the talk to leave the open tab", 20)
    except Exception:
        searched.hit(PAGES, f"an open tab still shows the talk ({talk.name})")
    searched.look(PAGES, "page and title of an open tab", f"{page.title}\n{page.page_source}".encode())
    stored = page.execute_script(
        "return JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    )
    searched.look(STORAGE, "local and session storage", stored.encode())
    searched.look(COOKIE, "cookies", str(page.get_cookies()).encode())


def _sign_in(page: Any, house: House, who: Counsellor) -> None:
    page.get(house.url("console", "/login"))
    page.find_element("css selector", "input[name='name']").send_keys(who.name)
    page.find_element("css selector", "input[name='password']").send_keys(who.password)
    _press(page, "form[action='/login'] button")
    until(lambda: page.find_elements("css selector", "input[name='code']"), "the page for a code")
    page.find_element("css selector", "input[name='code']").send_keys(pyotp.TOTP(who.seed).now())
    _press(page, "form[action='/login/code'] button")
    until(lambda: page.current_url.endswith("/queue"), "the queue in the browser")


def _answer(page: Any, phones: Phones, marks: Marks, talk: Talk) -> None:
    """An answer that is sent, and a draft that is not."""
    place = f"answer in the browser ({talk.name})"
    _field(page).send_keys(marks.word(place, talk.spoken.alphabet))
    _press(page, "form[action$='/answer'] button.primary")
    until(lambda: place in marks.named(" ".join(phones.answers(talk))), place)
    until(lambda: _field(page).get_attribute("value") == "", "an empty field after the answer was sent")
    _field(page).send_keys(marks.word(f"draft in the browser ({talk.name})", talk.spoken.alphabet))


def _field(page: Any) -> Any:
    return page.find_element("css selector", "textarea[name='text']")


def _press(page: Any, selector: str) -> bool:
    for button in page.find_elements("css selector", selector):
        if button.is_displayed():
            button.click()
            return True
    return False
