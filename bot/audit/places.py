"""The search, place by place; what is found is counted and placed, and never shown."""

import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.audit.house import ROLES, House
from bot.audit.phones import Phones
from bot.audit.searched import Searched
from bot.audit.store_keys import everything, left_over, wrong_shape
from bot.audit.talks import Talk
from bot.settings import ROOT

MEMORY, OUTPUT, TEMPORARY = "memory of the store", "output and crash output", "temporary folders"
METRICS, LOG, CHAT = "metrics", "SMS provider's message log", "Telegram"
WIPED = ("DELETE", "STOP", "closed")
"""Ends after which nothing stands in the Telegram chat but a last text."""
PIECE, OVERLAP = 4_000_000, 400
ALSO = (Path("/dev/shm"), Path("/var/log"), Path("/var/tmp"), Path("/var/crash"))  # noqa: S108 - searched
NOT_FILES = {"proc", "sys"}


def look_in_store(house: House, searched: Searched) -> None:
    """Every key: its name, its value by its type, its raw dump; and whether it may be as it is."""
    with house.store() as store:
        for found in everything(store):
            content = b"\n".join([found.name.encode(), *found.values, found.raw])
            searched.look(found.row, found.shown, content)
            for wrong in wrong_shape(found):
                searched.hit(found.row, f"{found.shown}: {wrong}")


def left_in_store(house: House) -> list[str]:
    """Kinds of keys that should be gone by now."""
    with house.store() as store:
        return sorted({found.row for found in left_over(everything(store))})


def in_provider_log(house: House) -> int:
    """How many messages the provider still has."""
    return len(_log(house)["messages"])


def judge_what_is_left(house: House, searched: Searched) -> None:
    """After the ends: what should be gone here and in the provider's log, even where no word can be read."""
    for row in left_in_store(house):
        searched.hit(row.strip(), "still there after every talk has ended")
    found = _log(house)
    searched.look(LOG, "log and alerts", json.dumps(found, ensure_ascii=False).encode())
    if found["messages"]:
        searched.hit(LOG, f"{len(found['messages'])} messages not deleted")


def _log(house: House) -> dict[str, list[object]]:
    page = house.web.get(house.url("sandbox", "/sandbox/twilio/log"))
    return dict(page.json())


def look_in_chats(phones: Phones, searched: Searched, talks: Iterable[Talk]) -> None:
    """What stands in the Telegram chats: wiped after some ends; the rest is the person's own to delete."""
    kept = 0
    for talk in talks:
        if talk.channel != "telegram":
            continue
        shown = phones.shown(talk)
        if talk.end not in WIPED:
            kept += len(shown)
            searched.count(CHAT, len(json.dumps(shown)))
            continue
        searched.look(CHAT, f"chat ({talk.name})", json.dumps(shown, ensure_ascii=False).encode())
        if len(shown) > 1:
            searched.hit(CHAT, f"{len(shown)} messages in a chat that should be empty ({talk.name})")
    if kept:
        searched.tell(
            f"{kept} messages stand in Telegram chats whose talks ended by leaving, silence or age: "
            "only the person can delete those"
        )


def look_at_outputs(house: House, searched: Searched) -> None:
    for role in house.outputs:
        searched.look(OUTPUT, f"output of {role}", house.said(role))


def look_at_metrics(house: House, searched: Searched) -> None:
    for role in ROLES:
        searched.look(METRICS, f"metrics of {role}", house.metrics_of(role))
    searched.look(METRICS, "readiness page", house.web.get(house.url("gateway", "/health/ready")).content)


def look_in_files(house: House, searched: Searched, row_of: dict[Path, str]) -> None:
    """All that was written since the start, in our own folders and in the machine's.

    `row_of` says which row the files below a folder belong to; others are of the temporary folders.
    """
    unread = 0
    for path in written_since(house.began - 1, places(house)):
        row = next((row for folder, row in row_of.items() if path.is_relative_to(folder)), TEMPORARY)
        place = path.relative_to(house.folder) if path.is_relative_to(house.folder) else path
        try:
            for piece in pieces(path):
                searched.look(row, f"file {place}", piece)
        except OSError:
            unread += 1
    if unread:
        searched.tell(f"{unread} files of others could not be read, or were gone again")


def places(house: House) -> list[Path]:
    """The folders that are searched; none inside another."""
    wanted = {house.folder, ROOT, Path.cwd(), Path(tempfile.gettempdir()), Path.home(), *ALSO}
    real = {path.resolve() for path in wanted if path.is_dir()}
    return sorted(path for path in real if not any(path != o and path.is_relative_to(o) for o in real))


def written_since(began: float, folders: Iterable[Path]) -> Iterator[Path]:
    """Files changed since then; links are not followed."""
    left = list(folders)
    while left:
        try:
            with os.scandir(left.pop()) as found:
                for entry in found:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.path.lstrip("/") not in NOT_FILES:
                            left.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False) and _newer(entry, began):
                        yield Path(entry.path)
        except OSError:
            continue


def _newer(entry: "os.DirEntry[str]", began: float) -> bool:
    return entry.stat(follow_symlinks=False).st_mtime >= began


def pieces(path: Path) -> Iterator[bytes]:
    """A file's content, in pieces that overlap: no mark is cut in two."""
    with path.open("rb") as file:
        before = b""
        while piece := file.read(PIECE):
            yield before + piece
            before = piece[-OVERLAP:]


def look_in_memory(house: House, searched: Searched) -> None:
    """The processes' own memory: reported, not judged, for nobody can wipe what Python has freed."""
    with house.store() as store:
        store.memory_purge()
    processes = {MEMORY: {"store": house.store_server.pid}}
    processes["memory of gateway, worker, console"] = {r: house.children[r].process.pid for r in ROLES}
    if engine := house.children.get("engine"):
        processes["memory of the engine"] = {"engine": engine.process.pid}
    else:
        searched.unreachable["memory of the engine"] = "the self-test runs without it"
    for row, pids in processes.items():
        for role, pid in pids.items():
            began = time.monotonic()
            try:
                size, there = _memory_of(pid, searched)
            except OSError:
                searched.unreachable.setdefault(row, "the system lets nobody look into a role while it runs")
                continue
            searched.count(row, size)
            words = "words of ended talks are still to be seen" if there else "no word of an ended talk"
            searched.tell(
                f"memory of {role}: {size // 1_000_000} MB in {time.monotonic() - began:.0f} s, {words}"
            )


def _memory_of(pid: int, searched: Searched) -> tuple[int, bool]:
    """Bytes read of what a process can write to, and whether a word stands there as it was written."""
    size, there = 0, False
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:  # noqa: PTH123
        areas = [line.split()[:2] for line in maps]
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:  # noqa: PTH123
        for area, rights in areas:
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in area.split("-"))
            for at in range(start, end, PIECE):
                try:
                    memory.seek(at)
                    content = memory.read(min(PIECE + OVERLAP, end - at))
                except (OSError, ValueError, OverflowError):
                    break
                size += len(content)
                there = there or searched.marks.find_plain(content)
    if not size:
        raise PermissionError
    return size, there
