"""Processes the bench starts: each in a session of its own, its output in a file, ended whatever happens."""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from json import loads
from pathlib import Path

from bot.errors import HotlineError
from bot.process import die_with_parent
from bot.settings import ROOT

STOP_S = 12.0
# Log lines that mean a figure is not what it seems.
TROUBLE = {"engine_down", "store_down", "turn_failed", "send_failed", "failed", "degraded", "process_ended"}


class NotStarted(HotlineError):
    """A process of the bench ended or stayed silent instead of starting."""


@asynccontextmanager
async def process(
    command: Sequence[str], output: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator["subprocess.Popen[bytes]"]:
    """Runs for as long as the block does. What it writes to standard error goes to `output`.

    Started from the event loop's own thread: a child dies with the thread that made it.
    """
    with output.open("wb") as file:
        started = subprocess.Popen(  # noqa: ASYNC220 - see above; forking is done in a moment
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=file,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        yield started
    finally:
        _end(started)


def _end(started: "subprocess.Popen[bytes]") -> None:
    """Ask it, then make its whole session."""
    if started.poll() is None:
        started.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            started.wait(STOP_S)
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


async def line_of(started: "subprocess.Popen[bytes]", seconds: float, output: Path) -> bytes:
    """The next line it writes to standard output; raises NotStarted with the end of its output."""
    assert started.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            line = await asyncio.to_thread(started.stdout.readline)
    except TimeoutError:
        line = b""
    if not line:
        raise NotStarted(f"{' '.join(map(str, started.args))[:80]} did not start:\n{tail(output)}")  # type: ignore[arg-type]
    return line


def tail(output: Path, lines: int = 8) -> str:
    return "\n".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def troubles(output: Path) -> dict[str, int]:
    """How often the roles wrote of trouble, by event, error and place."""
    found: Counter[str] = Counter()
    for line in output.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError, TypeError, KeyError):
            told = loads(line)
            if told["event"] in TROUBLE:
                told_of = (told.get(name) for name in ("event", "error", "where", "part"))
                found[" ".join(str(word) for word in told_of if word)] += 1
    return dict(found)
