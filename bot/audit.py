"""`hotline audit`: marked conversations are led to every kind of end, then searched for everywhere.

It runs on a store of its own, so it can be run beside a live system without touching a talk.
"""

import contextlib
import io
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import generate_latest

from bot import logs, metrics
from bot.clock import SetClock
from bot.converse import Stage, stage
from bot.private import Address, Unshown
from bot.scripts import Store
from bot.settings import ROOT, Settings

LANGUAGES = {
    "en": (
        "what should I check before a job in Italy, {mark}",
        "my boss locked us in and took my passport {mark}",
    ),
    "sq": (
        "cfare duhet te di para nje pune ne itali {mark}",
        "ma ka marre pasaporten dhe s'me le te dal {mark}",
    ),
    "bcms": ("шта да проверим пре посла у италији {mark}", "zakljucali su me i uzeli mi pasos {mark}"),
    "ro": (
        "ce sa verific inainte de un job in italia {mark}",
        "mi-a luat pasaportul si nu ma lasa sa ies {mark}",
    ),
}
ENDS = ("delete", "stop", "close", "silence")
LARGEST = 20_000_000


@dataclass(repr=False)
class Searched(Unshown):
    """What was looked through and what was found; a hit names the place, never the words."""

    marks: list[bytes] = field(default_factory=list, repr=False)
    looked: dict[str, int] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)

    def look(self, kind: str, place: str, content: bytes) -> None:
        self.looked[kind] = self.looked.get(kind, 0) + 1
        if any(mark in content for mark in self.marks):
            self.hits.append(f"{kind}: {place}")


async def audit(settings: Settings, *, leak: bool = False) -> int:
    """Plant, end, search, report; 0 only without a hit. `leak` plants one that must be found."""
    said = io.StringIO()
    logs.write_to(said)
    logs.silence_libraries()
    began, found, clock = time.time(), Searched(), SetClock(time.time())
    async with stage(settings, clock=clock) as played:
        await _plant(played, clock, found)
        if leak:
            await played.whole.store.set("hl:leak", found.marks[0], ex=60)
        async for name, content in _everything_in(played.whole.store):
            found.look("store keys", name, content)
        found.look("log lines", "this process", said.getvalue().encode())
        found.look("metrics", "this process", generate_latest(metrics.REGISTRY))
    for path in _written_since(began):
        found.look("files", str(path.name), _content(path))
    _report(found)
    return 1 if found.hits else 0


async def _plant(played: Stage, clock: SetClock, found: Searched) -> None:
    for channel in ("sms", "telegram"):
        for question, danger in LANGUAGES.values():
            for end in ENDS:
                mark = f"k{secrets.token_hex(6)}"
                address = played.caller(channel)
                found.marks += [mark.encode(), address.reveal().lstrip("+").encode()]
                await played.say(channel, address, question.format(mark=mark))
                await played.say(channel, address, danger.format(mark=mark))
                await _end(played, clock, channel, address, end)


async def _end(played: Stage, clock: SetClock, channel: str, address: Address, end: str) -> None:
    if end in ("delete", "stop"):
        await played.say(channel, address, end.upper())
        return
    whole = played.whole
    hashed = whole.vault.hashed(channel, address)
    partition = whole.vault.partition(hashed)
    conversation = (await whole.store.get(f"hl:{{p{partition}}}:at:{hashed}")).decode()
    if end == "close":
        await whole.desk.claim(conversation, "audit")
        await whole.desk.answer(conversation, "audit", "I am here.")
        await whole.desk.close(conversation, "audit", wipe_chat=True)
    else:
        clock.move(25 * 3600)
        await whole.sweep.run()
    await played.settle(partition, channel)


async def _everything_in(store: Store) -> AsyncIterator[tuple[str, bytes]]:
    """Every key's name, value by type, and raw dump."""
    async for name in store.scan_iter(count=500):
        kind = (await store.type(name)).decode()
        raw = await store.dump(name) or b""
        readers = {
            "string": lambda n: store.get(n),
            "hash": lambda n: store.hgetall(n),
            "list": lambda n: store.lrange(n, 0, -1),
            "zset": lambda n: store.zrange(n, 0, -1, withscores=True),
            "set": lambda n: store.smembers(n),
            "stream": lambda n: store.xrange(n),
        }
        value = await readers[kind](name)
        yield name.decode(), name + b"\n" + raw + b"\n" + repr(value).encode()


def _written_since(began: float) -> Iterator[Path]:
    """Files changed since the audit began, in the working, temporary and home folders."""
    for folder in {ROOT, Path(tempfile.gettempdir()), Path.home()}:
        for path in folder.rglob("*"):
            if ".git" in path.parts or ".venv" in path.parts:
                continue
            with contextlib.suppress(OSError):
                if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= began - 1:
                    yield path


def _content(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        if path.stat().st_size <= LARGEST:
            return path.read_bytes()
    return b""


def _report(found: Searched) -> None:
    kinds = f"{len(LANGUAGES)} languages, {len(ENDS)} ends, 2 channels"
    print(f"Planted {len(found.marks) // 2} conversations: {kinds}.")
    for kind, number in found.looked.items():
        print(f"  searched {number:>6} {kind}")
    for hit in found.hits:
        print(f"  FOUND in {hit}")
    print(f"{len(found.hits)} hits.")
