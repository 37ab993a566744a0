"""A store's keys, held against the table of bot/keys.py: what may be there, for how long, how it looks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot import keys
from bot.keys import KEPT, Kept

SOMETIMES = 500
STREAMS = ("inbox", "outbox")


def pattern(kept: Kept) -> re.Pattern[str]:
    """What names of this kind of key look like."""
    parts = re.split(r"(<[^>]+>|\{pN\})", kept.pattern)
    return re.compile(
        "".join(
            r"\{p\d+\}" if part == "{pN}" else r"[^:]+" if part.startswith("<") else re.escape(part)
            for part in parts
        )
    )


PATTERNS = tuple((kept, pattern(kept)) for kept in KEPT)


@dataclass(frozen=True)
class Found:
    """One key: its name, the kind it is of, its value by type, as it is dumped, and its seconds to live."""

    name: str
    kept: Kept | None
    values: list[bytes]
    raw: bytes
    lives: int
    """Seconds; -1: for ever."""

    @property
    def row(self) -> str:
        return f"`{self.kept.pattern}`" if self.kept else "memory of the store"

    @property
    def shown(self) -> str:
        """What may be said of it: its kind; the name only where no kind has it, and nothing of its ids."""
        return self.kept.pattern if self.kept else re.sub(r"[0-9a-fA-F]{6,}|\d+", "…", self.name)[:60]


def kind_of(name: str) -> Kept | None:
    return next((kept for kept, wanted in PATTERNS if wanted.fullmatch(name)), None)


def everything(store: Any) -> Iterator[Found]:
    """Every key there is, read and never changed; `store` is a client whose answers are bytes."""
    for raw_name in store.scan_iter(count=SOMETIMES):
        name = raw_name.decode("utf-8", "replace")
        dumped = store.dump(raw_name)
        if dumped is None:
            continue  # It ended meanwhile.
        kind = store.type(raw_name).decode()
        yield Found(name, kind_of(name), list(_values(store, raw_name, kind)), dumped, store.ttl(raw_name))


def _values(store: Any, name: bytes, kind: str) -> Iterator[bytes]:
    match kind:
        case "string":
            yield store.get(name) or b""
        case "hash":
            for one, value in store.hgetall(name).items():
                yield from (one, value)
        case "list":
            yield from store.lrange(name, 0, -1)
        case "zset":
            for one, score in store.zrange(name, 0, -1, withscores=True):
                yield from (one, str(score).encode())
        case "set":
            yield from store.smembers(name)
        case "stream":
            for entry, fields in store.xrange(name):
                yield entry
                for one, value in fields.items():
                    yield from (one, value)
        case _:
            raise ValueError("a type of key nobody of us writes")


def wrong_shape(found: Found) -> Iterator[str]:
    """What no key may be, at any moment, with or without talks: not in the table, or without an end."""
    if found.kept is None:
        yield "a key that is not in bot/keys.py"
    if found.lives == -1:
        yield "a key without an end"
    if found.lives > keys.COUNTS:
        yield "a key that lives longer than anything may"


def left_over(there: Iterable[Found]) -> list[Found]:
    """Which keys should be gone, or empty, once every talk has ended and all is sent and deleted.

    By their rows: what a lifetime alone erases may still be there. So may what a last text leaves for its
    fifteen minutes, in a conversation that has nothing but a key and, on Telegram, the text's id.
    """
    found = list(there)
    with_card = {_conversation(one) for one in found if one.name.endswith(":card")}
    last = {_conversation(one) for one in found if one.name.endswith(":key") and _short(one)} - with_card
    return [
        one
        for one in found
        if one.kept is not None
        and "lifetime" not in one.kept.erased_by
        and one.values
        and not (one.name.endswith((":key", ":shown")) and _conversation(one) in last)
    ]


def _conversation(found: Found) -> str:
    return found.name.rpartition(":")[0]


def _short(found: Found) -> bool:
    return 0 <= found.lives <= keys.FAREWELL
