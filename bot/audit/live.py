"""`hotline audit --live`: the store of a running system, read only, without a look into any talk.

Shapes alone are judged: keys that are not in the table, keys without an end, values that are not sealed
though their row says they are, and anything that reads like a phone number or a sentence.
"""

import re
from collections import Counter
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from bot.audit.store_keys import Found, everything, wrong_shape
from bot.errors import SettingsError, StoreDown
from bot.settings import Settings, name_of

NUMBER = re.compile(rb"(?<![\w.])\+\d{8,15}(?!\d)")
SENTENCE = re.compile(r"[^\W\d_]{2,}(?:[ ,.!?']+[^\W\d_]{2,}){3,}")
"""Four words in a row, in any alphabet."""
SEALED = re.compile(r"\bsealed\b|^what was said\b")
LEAST_SEALED = 28
"""Bytes of nonce and tag: nothing sealed is shorter."""


def look(settings: Settings) -> int:
    """Look, and say what is wrong; 0 only if nothing is. Nothing is written."""
    if not settings.store_url:
        raise SettingsError(f"{name_of('store_url')} is empty: there is no running store to look at.")
    counted: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    try:
        with Redis.from_url(settings.store_url) as store:
            for found in everything(store):
                counted[found.shown] += 1
                wrong.update(f"{found.shown}: {what}" for what in {*wrong_shape(found), *unsealed(found)})
    except (RedisError, OSError) as error:
        raise StoreDown(f"The store does not answer ({type(error).__name__}). Is it running?") from None
    print("Looked at every key of the running store. Read only: no talk was touched, no value is shown.")
    for kind, number in sorted(counted.items()):
        print(f"  searched {number:>6}  {kind}")
    for what, number in sorted(wrong.items()):
        print(f"  FOUND {number} times: {what}")
    print(f"{sum(counted.values())} keys, {sum(wrong.values())} hits.")
    return 1 if wrong else 0


def unsealed(found: Found) -> set[str]:
    """What in this key reads like a person's."""
    said: set[str] = set()
    for value in found.values:
        if NUMBER.search(value):
            said.add("a phone number that can be read")
        if SENTENCE.search(_text(value)):
            said.add("words that can be read")
    if found.kept and found.kept.pattern.endswith((":card", ":talk", ":shown")):
        said |= {"a value that is not sealed" for value in found.values if not _sealed(value)}
    return said


def _sealed(value: bytes) -> bool:
    """Whether it looks like noise: long enough, and no text."""
    return len(value) >= LEAST_SEALED and not _text(value)


def _text(value: Any) -> str:
    """The value where it is text; noise is none."""
    try:
        return str(value.decode("utf-8"))
    except UnicodeDecodeError:
        return ""
