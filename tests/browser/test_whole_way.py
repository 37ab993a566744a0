"""As people use it: phones to text from, a counsellor who signs in, answers and closes; then nothing is left.

Starts what `make run` starts (every role its own process, real store, engine and models) on free ports, and
drives phone page and console in Debian's Chromium. Without Chromium it is skipped and says how to get it;
with HOTLINE_REQUIRE_BROWSER=1 it fails instead.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.request import urlopen

import pytest
from redis import Redis
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from bot.children import free_port
from bot.run import Run
from bot.settings import Settings

PATIENCE_S = 30.0
ANSWER = "Tu sam. I am here with you."


@dataclass(frozen=True)
class Talk:
    """One young person: how they write, what they ask, how they say they are in danger."""

    language: str
    question: str
    right: tuple[str, ...]
    """Words one of which a right answer holds."""
    danger: str


TALKS = (
    Talk(
        "sq",
        "me kane ofruar pune ne itali, a eshte e vertete?",
        ("kontrat", "ofert"),
        "ma ka marre pasaporten dhe s'me le te dal",
    ),
    Talk(
        "ro",
        "mi-a oferit cineva de munca in italia, e adevarat?",
        ("contract", "ofert"),
        "mi-a luat pasaportul si nu ma lasa sa ies din casa",
    ),
    Talk(
        "bcms",
        "нуде ми посао у италији, да ли је понуда права?",
        ("уговор", "понуд"),
        "узели су ми пасош и закључали ме, не могу да изађем",
    ),
    Talk(
        "en",
        "someone offered me a job in italy, is it real?",
        ("contract", "offer"),
        "he took my passport and locked us in the flat",
    ),
)


@dataclass(frozen=True)
class House:
    """Everything running, and a browser with a counsellor's window and a young person's."""

    phones: str
    console: str
    store: str
    chrome: webdriver.Chrome
    desk: str
    street: str


@pytest.fixture(scope="module")
def house(chromium: webdriver.Chrome) -> Iterator[House]:
    ports = {name: free_port() for name in ("gateway_port", "console_port", "sandbox_port")}
    run = Run(replace(Settings(), **ports), demo=True)  # type: ignore[arg-type]
    try:
        run.start()
        desk = chromium.current_window_handle
        chromium.switch_to.new_window("window")
        started = House(
            f"http://127.0.0.1:{ports['sandbox_port']}",
            f"http://127.0.0.1:{ports['console_port']}",
            run.store_url,
            chromium,
            desk,
            chromium.current_window_handle,
        )
        sign_in(started, run)
        yield started
    finally:
        run.stop()


def sign_in(house: House, run: Run) -> None:
    """With password and one-time code, as a counsellor does."""
    assert run.code is not None
    house.chrome.switch_to.window(house.desk)
    house.chrome.get(f"{house.console}/queue")
    named(house, "input", "Name").send_keys("demo")
    named(house, "input", "Password").send_keys(run.demo_password)
    named(house, "button", "Continue").click()
    until(lambda: bool(named(house, "input", "One-time code")))
    named(house, "input", "One-time code").send_keys(run.code())
    named(house, "button", "Sign in").click()
    until(lambda: "/queue" in house.chrome.current_url)


def until(true: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait for something a person would see."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if true():
                return
        except (StaleElementReferenceException, LookupError):
            pass
        if time.monotonic() > deadline:
            raise AssertionError("it did not come to that in time")
        time.sleep(0.05)


def named(house: House, kind: str, name: str, within: WebElement | None = None) -> WebElement:
    """A visible control by its accessible name; one that ends in a space is only the name's beginning."""
    for element in (within or house.chrome).find_elements(By.CSS_SELECTOR, kind):
        says = element.accessible_name.strip() if element.is_displayed() else ""
        if says == name or (name.endswith(" ") and says.startswith(name)):
            return element
    raise LookupError(name)


def press(house: House, kind: str, name: str) -> None:
    """Click it; a page that is redrawn just then is looked at again."""

    def pressed() -> bool:
        named(house, kind, name).click()
        return True

    until(pressed)


def type_answer(house: House, words: str) -> None:
    def typed() -> bool:
        named(house, "textarea", "Your answer").send_keys(words)
        return True

    until(typed)


def phone(house: House, channel: str) -> WebElement:
    house.chrome.switch_to.window(house.street)
    return house.chrome.find_element(By.CSS_SELECTOR, f"section.{channel}")


def text_from(house: House, channel: str, words: str) -> None:
    part = phone(house, channel)
    named(house, "textarea", "Message", part).send_keys(words)
    named(house, "button", "Send", part).click()


def answers(house: House, channel: str) -> list[str]:
    return [e.text for e in phone(house, channel).find_elements(By.CSS_SELECTOR, ".theirs .text")]


def open_phones(house: House, number: int) -> None:
    house.chrome.switch_to.window(house.street)
    house.chrome.get(f"{house.phones}/?number=%2B35569000{number:04d}&user=person{number}")


def provider_log(house: House) -> list[object]:
    with urlopen(f"{house.phones}/sandbox/twilio/log", timeout=5) as page:  # noqa: S310 - loopback
        found = json.load(page)
    return list(found["messages"] if isinstance(found, dict) else found)


def left_in_store(house: House) -> list[str]:
    """Keys of conversations, but for the key of a farewell text still on its way."""
    with Redis.from_url(house.store) as store:
        names = [name.decode() for name in store.scan_iter()]
    return [n for n in names if ":at:" in n or ":card" in n or ":talk" in n or ":case:" in n]


@pytest.mark.parametrize("channel", ["sms", "telegram"])
@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.language)
def test_from_a_question_to_a_closed_case(house: House, talk: Talk, channel: str) -> None:
    number = TALKS.index(talk) * 2 + (channel == "telegram") + 1
    open_phones(house, number)
    text_from(house, channel, talk.question)
    until(lambda: any(word in " ".join(answers(house, channel)).lower() for word in talk.right))

    text_from(house, channel, talk.danger)
    house.chrome.switch_to.window(house.desk)
    until(lambda: bool(named(house, "button", "Claim ")))
    press(house, "button", "Take the most urgent")
    until(lambda: "/cases/" in house.chrome.current_url)
    until(lambda: talk.danger in house.chrome.find_element(By.TAG_NAME, "main").text)
    page = house.chrome.find_element(By.TAG_NAME, "main").text
    assert "papers" in page.lower() or "locked" in page.lower()

    type_answer(house, ANSWER)
    press(house, "button", "Send")
    until(lambda: ANSWER in answers(house, channel))

    house.chrome.switch_to.window(house.desk)
    close(house)
    until(lambda: not left_in_store(house))
    until(lambda: provider_log(house) == [])
    if channel == "telegram":
        until(lambda: len(answers(house, channel)) == 1)


def close(house: House) -> None:
    press(house, "button, a, summary", "Close the talk")
    press(house, "button", "Close and erase")
    until(lambda: "erased" in house.chrome.find_element(By.TAG_NAME, "main").text.lower())
    house.chrome.get(f"{house.console}/queue")
