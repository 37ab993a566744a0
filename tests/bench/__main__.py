"""`python -m tests.bench`: measure, print one table, and leave nothing running."""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import uvloop

from bot.errors import HotlineError
from bot.process import no_dumps
from tests.bench.burst import campaign
from tests.bench.figures import memory
from tests.bench.opened import grow
from tests.bench.phones import Arrivals, Line, line
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.pressure import burst, danger
from tests.bench.processes import line_of, process, troubles
from tests.bench.provider import LISTENER
from tests.bench.rasa_server import MODEL, Rasa, rasa
from tests.bench.result import Result
from tests.bench.rounds import Speech, play, warm
from tests.bench.table import table
from tests.bench.targets import targets

HELP_JSON = "also write all figures to this file"


async def reference(result: Result, plan: Plan, folder: Path) -> None:
    """Embedding and verdict alone, before anything else runs; and the texts for the dialogue."""
    output = folder / "reference.log"
    command = [sys.executable, "-m", "tests.bench.reference", str(plan.texts)]
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as in our roles: bot/__main__.py
    async with process(command, output, environment) as started:
        result.reference = json.loads(await line_of(started, plan.patience_s, output))


async def side_by_side(
    result: Result, hotline: Line, server: Rasa, plan: Plan, speech: Speech, pids: dict[str, int]
) -> None:
    """Both sides' rounds in turn, the same texts: what a machine is slow at for a while, both are."""
    same = Speech(result.reference["harmless"])
    sides = (
        (result.hotline, hotline.ask, speech, pids),
        (result.rasa, server.ask, same, {"rasa run": server.pid}),
    )
    for _, ask, said, _ in sides:
        await warm(ask, said)
    for senders in plan.senders:
        for side, ask, said, roles in sides:
            told(f"  {side.name}: {senders} sender{'s' * (senders > 1)}")
            side.rounds.append(await play(ask, said, senders, plan.bounds, roles))
    result.silent = server.silent
    for side, _, _, roles in sides:
        side.memory = memory(roles)


async def ours(result: Result, plan: Plan, speech: Speech, folder: Path) -> None:
    """The whole hotline: ready, asked beside the same model behind Rasa's own server, under pressure."""
    output, arrivals, side = folder / "house.log", Arrivals(), result.hotline
    await arrivals.listen()
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.bench.house"]
    try:
        async with process(command, output, {LISTENER: str(arrivals.port)}) as started:
            found = json.loads(await line_of(started, plan.patience_s, output))
            side.ready_s = round(time.monotonic() - began, 2)
            async with line(found["given"], arrivals) as hotline:
                told("  rasa run: starting")
                async with rasa(folder, folder / "rasa.log") as server:
                    result.rasa.ready_s = server.ready_s
                    await side_by_side(result, hotline, server, plan, speech, found["pids"])
                await asked(result, hotline, plan, speech, found["pids"])
    finally:
        arrivals.close()
        result.troubles = troubles(output) if output.exists() else {}


async def asked(result: Result, hotline: Line, plan: Plan, speech: Speech, pids: dict[str, int]) -> None:
    played = list(speech.phones)
    told("  hotline: danger to queue")
    urgent = [(language, text) for language, text in result.reference["urgent"]]
    result.queued = await danger(hotline, urgent[: plan.urgent])
    told(f"  hotline: {plan.rate} messages a second for {plan.burst_s:.0f} s")
    result.burst = await burst(hotline, speech, plan.rate, plan.burst_s, plan.backlog_s)
    told(f"  hotline: {plan.campaign} texts in {plan.campaign_s:.0f} s, some of them danger")
    result.campaign = await campaign(
        hotline, speech, urgent, plan.campaign, plan.campaign_s, plan.backlog_s + plan.campaign_s
    )
    told(f"  hotline: up to {plan.sizes[-1]} talks open")
    texts = result.reference["harmless"]
    result.opened = await grow(hotline, texts, played, plan.sizes, plan.messages, pids)


async def bench(result: Result, plan: Plan) -> None:
    """All measurements, one after the other; what was found before a failure stays in `result`."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as made:
        folder = Path(made)
        async with asyncio.timeout(plan.budget_s):
            told("  embedding and verdict alone")
            await reference(result, plan, folder)
            speech = Speech(result.reference["harmless"])
            told("  hotline: starting")
            await ours(result, plan, speech, folder)


def told(sentence: str) -> None:
    """Progress, apart from the table."""
    print(sentence, file=sys.stderr, flush=True)


async def run(result: Result, plan: Plan) -> str:
    """Why it ended early, or nothing."""
    task = asyncio.ensure_future(bench(result, plan))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return "Stopped before its end."
    except TimeoutError:
        return f"Not done within {plan.budget_s:.0f} s."
    except HotlineError as error:
        return str(error)
    return ""


def read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a smoke test: under a minute on a quiet machine"
    )
    parser.add_argument("--senders", type=int, nargs="+", metavar="N", help="senders of each round")
    parser.add_argument("--json", type=Path, metavar="FILE", help=HELP_JSON)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = read(arguments)
    plan = (QUICK if options.quick else FULL).with_senders(options.senders)
    if not MODEL.is_file():
        sys.exit("There is no trained model: run `make train` first.")
    no_dumps()
    result = Result(quick=options.quick)
    ended = uvloop.run(run(result, plan))
    result.finish(ended)
    print(table(result))
    if options.json:
        found = {**result.as_json(), "targets": [asdict(target) for target in targets(result)]}
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 1 if ended or result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
