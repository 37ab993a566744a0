"""`hotline audit --live` sees keys that should not be, or not so, and changes nothing."""

import os

import pytest

from bot import keys
from bot.audit.live import look
from bot.errors import SettingsError
from bot.scripts import Store
from bot.settings import Settings

CARD = keys.of("3-0123456789abcdef01234567", "card")
TALK = keys.of("3-0123456789abcdef01234567", "talk")


async def test_sealed_keys_with_an_end_are_well(store: Store, store_url: str) -> None:
    await store.set(CARD, b"\xff" + os.urandom(60), ex=60)
    await store.rpush(TALK, b"\xff" + os.urandom(60))
    await store.expire(TALK, 60)
    await store.set(keys.lease(3), "worker", px=5000)
    assert look(Settings(store_url=store_url)) == 0


@pytest.mark.parametrize(
    ("name", "value", "lives", "says"),
    [
        ("hl:leak", b"x", 60, "not in bot/keys.py"),
        (keys.lease(2), b"x", None, "without an end"),
        (CARD, b'{"channel": "sms"}', 60, "not sealed"),
        (keys.staff("once:5f:1"), "ma ka marrë pasaportën sot".encode(), 60, "words that can be read"),
        (keys.staff("once:5f:2"), b"call +355691234567", 60, "phone number"),
    ],
)
async def test_what_is_wrong_is_found_and_not_shown(
    store: Store,
    store_url: str,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: bytes,
    lives: int | None,
    says: str,
) -> None:
    await store.set(name, value, ex=lives)
    assert look(Settings(store_url=store_url)) == 1
    said = capsys.readouterr().out
    assert says in said
    assert not [word for word in value.decode().split() if len(word) > 3 and word in said]
    assert await store.get(name) == value


def test_without_a_running_store_it_says_so() -> None:
    with pytest.raises(SettingsError):
        look(Settings())
