"""`hotline doctor`: settings, store, engine, providers, models, clock: what is wrong, and how to mend it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from bot import bootstrap, logs
from bot.bootstrap import Hotline
from bot.errors import HotlineError
from bot.operating.checks import Wrong, certificates, here, providers, store
from bot.settings import Settings, name_of

type Check = Callable[[Hotline], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `soon` works for now and does not count as wrong."""

    name: str
    state: Literal["ok", "soon", "wrong"]
    says: str
    mend: str = ""

    def __str__(self) -> str:
        mend = f". Mend: {self.mend}." if self.mend else ""
        return f"{self.state.upper() if self.state != 'ok' else 'ok':6} {self.name}: {self.says}{mend}"


async def examine(settings: Settings, *, as_json: bool = False) -> int:
    """Run every check and print what was found; the exit code is the number of what is wrong, at most 100."""
    logs.silence_libraries()  # an HTTP client's log line holds the address asked: Telegram's has the token
    found = []
    reachable = settings if settings.store_url else replace(settings, store_url=store.NOWHERE)
    async with bootstrap.hotline(reachable, with_channels=False) as whole:
        for name, check in CHECKS.items():
            found.append(await _run(name, check, whole))
            if not as_json:
                print(found[-1], flush=True)
    wrong = sum(one.state == "wrong" for one in found)
    if as_json:
        print(json.dumps({"ok": not wrong, "checks": [asdict(one) for one in found]}, indent=2))
    else:
        print("Everything is in order." if not wrong else f"{wrong} to mend.")
    return min(wrong, 100)


async def _run(name: str, check: Check, whole: Hotline) -> Finding:
    try:
        return Finding(name, "ok", await check(whole))
    except Wrong as error:
        return Finding(name, "soon" if error.soon else "wrong", str(error), error.mend)
    except HotlineError as error:
        return Finding(name, "wrong", str(error).rstrip("."), "")
    except Exception as error:  # what a check stumbles over is a finding, never a traceback with values in it
        return Finding(name, "wrong", f"the check failed ({type(error).__name__} at {logs.where(error)})")


async def _engine(whole: Hotline) -> str:
    if not await whole.engine.ready():
        raise Wrong(f"does not answer at {name_of('engine_url')}", "start it with `hotline engine`")
    return "ready"


CHECKS: Mapping[str, Check] = {
    "settings": here.settings_complete,
    "secrets": here.secrets_ours_alone,
    "store": store.forgets,
    "engine": _engine,
    "danger detection": here.detection,
    "models": here.models,
    "Twilio": providers.twilio,
    "Telegram": providers.telegram,
    "certificates": certificates.certificates,
    "clock": providers.clock,
    "time zone": here.time_zone,
    "opening hours": here.opening_hours,
    "swap": here.nothing_swapped,
    "open files": here.files_enough,
    "staff": here.accounts,
    "deletions": store.deleted,
    "the whole": store.the_whole,
}
