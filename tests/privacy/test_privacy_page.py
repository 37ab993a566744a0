"""What young people are told of what is kept is what the code does, in every language, number for number."""

import re
from pathlib import Path

import pytest

from bot import inbox, keys
from bot.commands import command_in
from bot.keys import DAY, HOUR, KEPT, MINUTE
from bot.marks import MUTE_HOURS
from bot.rests import BESIDES
from bot.settings import Settings
from bot.wording import LANGUAGES

README = Path(__file__).resolve().parents[2] / "README.md"
UNITS = {
    "en": {"minutes": MINUTE, "hours": HOUR, "days": DAY},
    "sq": {"minuta": MINUTE, "orë": HOUR, "ditë": DAY},
    "bcms": {"minuta": MINUTE, "sata": HOUR, "sati": HOUR, "dana": DAY},
    "ro": {"minute": MINUTE, "ore": HOUR, "zile": DAY},
}
TELEGRAM_LETS = 48 * HOUR
"""https://core.telegram.org/bots/api#deletemessage"""
PROVIDERS_COPIES = 30 * DAY
COMMANDS = {
    "en": {"DELETE": "delete", "STOP": "stop"},
    "sq": {"FSHI": "delete", "NDALO": "stop"},
    "bcms": {"OBRIŠI": "delete", "STOP": "stop"},
    "ro": {"ȘTERGE": "delete", "STOP": "stop"},
}
MOST_LINES = 25


def page(language: str) -> str:
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- privacy {language} -->\n(.*?)<!-- /privacy {language} -->", text, re.DOTALL)
    assert found is not None
    return found[1]


def numbers(language: str) -> list[int]:
    """Every time on the page, in seconds, in order."""
    words = "|".join(UNITS[language])
    found = re.findall(rf"(\d+) (?:de )?({words})\b", page(language))
    return [int(number) * UNITS[language][unit] for number, unit in found]


def rest(name: str) -> str:
    [found] = [rest.lifetime for rest in BESIDES if rest.name == name]
    return found


def kept(end: str) -> str:
    [found] = [one.lifetime for one in KEPT if one.pattern.endswith(end)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_time_on_the_page_is_the_codes(language: str) -> None:
    assert numbers(language) == [
        Settings().silence_minutes * MINUTE,
        keys.CAP,
        keys.FAREWELL,
        inbox.SEEN,
        max(MUTE_HOURS) * HOUR,
        keys.COUNTS,
        keys.PROVIDER_IDS,
        PROVIDERS_COPIES,
        TELEGRAM_LETS,
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_stands_there_without_its_unit(language: str) -> None:
    assert len(re.findall(r"\d+", page(language))) == len(numbers(language))


def test_the_tables_say_the_same_times() -> None:
    assert kept(":card") == f"{Settings().silence_minutes} min of silence, {keys.CAP // HOUR} h at most"
    assert kept(":seen:<hmac>") == f"{inbox.SEEN // HOUR} h"
    assert kept(":muted:<hmac>") == f"{max(MUTE_HOURS)} h at most"
    assert kept(":before:<hmac>") == f"{keys.CAP // HOUR} h"
    assert kept(":shown") == f"{keys.TELEGRAM_IDS // HOUR} h at most"
    assert kept(":due") == f"{keys.PROVIDER_IDS // DAY} days"
    assert kept(":<month>") == f"{keys.COUNTS // DAY} days"
    assert f"{keys.PROVIDER_IDS // DAY} days" in rest("SMS provider's message log")
    assert f"{PROVIDERS_COPIES // DAY} days" in rest("SMS provider's backups and logs")
    assert f"{TELEGRAM_LETS // HOUR} h" in rest("Telegram")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_to_write_work_as_they_are_printed(language: str) -> None:
    said = set(re.findall(r"\b[A-ZÇËŠȘȚ]{4,}\b", page(language)))
    assert said == set(COMMANDS[language])
    for word, command in COMMANDS[language].items():
        found = command_in(word, language)
        assert found is not None
        assert found.name == command


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_short_and_says_what_is_not_promised(language: str) -> None:
    lines = [line for line in page(language).splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES
    shape = ["**" if line.startswith("**") else "-" for line in lines if line.startswith(("**", "-"))]
    assert shape == ["**", *"------", "**", *"--", "**", *"---"]
    assert "Twilio" in page(language)
    assert "Telegram" in page(language)
