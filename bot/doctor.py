"""`hotline doctor`: settings, store, engine, providers, models, clock: what is wrong, and how to mend it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from bot import bootstrap
from bot.bootstrap import Hotline
from bot.errors import HotlineError
from bot.process import swap_is_on
from bot.settings import Settings, name_of
from bot.store import refuse_if_persistent

Check = Callable[[Hotline], Awaitable[str]]
FAST_S, DRIFT_S = 3.0, 30.0
LONG_S = 86_400
"""Twilio may refuse for minutes, seldom for days; an outage of ours or theirs lasts hours."""
NOWHERE = "redis://127.0.0.1:1"


class Wrong(HotlineError):
    """A check failed; the text says how to mend it."""


async def examine(settings: Settings) -> int:
    """Run every check, print one line each; the exit code is the number of what is wrong, at most 100."""
    wrong = 0
    reachable = settings if settings.store_url else replace(settings, store_url=NOWHERE)
    async with bootstrap.hotline(reachable, with_channels=False) as whole:
        for name, check in CHECKS.items():
            try:
                print(f"ok     {name}: {await check(whole)}")
            except HotlineError as error:
                wrong += 1
                print(f"WRONG  {name}: {error}")
    print("Everything is in order." if not wrong else f"{wrong} to mend.")
    return min(wrong, 100)


async def _settings(whole: Hotline) -> str:
    settings = whole.settings
    if not settings.secret:
        raise Wrong(f"{name_of('secret')} is missing: set it to at least 32 random characters.")
    if not (settings.sms or settings.telegram):
        raise Wrong(f"no channel: set {name_of('twilio_account_sid')} or {name_of('telegram_token')}.")
    if settings.sms and not settings.public_url:
        raise Wrong(f"{name_of('public_url')} is missing: Twilio signs the address it was given.")
    return "complete"


async def _store(whole: Hotline) -> str:
    if whole.settings.store_url == NOWHERE:
        return "embedded (with hotline run)"
    await refuse_if_persistent(whole.store)
    return "answers, keeps nothing on disk"


async def _engine(whole: Hotline) -> str:
    if not await whole.engine.ready():
        raise Wrong(f"does not answer at {name_of('engine_url')}: start it with `hotline engine`.")
    return "ready"


async def _detection(_: Hotline) -> str:
    from escalation.danger.assess import Assessor

    degraded = Assessor.load().degraded
    if degraded:
        raise Wrong(f"degraded ({', '.join(degraded)}): mend the file, or run `hotline content train`.")
    return "both detectors work"


async def _providers(whole: Hotline) -> str:
    settings, reached = whole.settings, []
    for on, name, url in (
        (settings.sms, "Twilio", settings.twilio_api_url),
        (settings.telegram, "Telegram", settings.telegram_api_url),
    ):
        if on:
            await _date_of(url, name)
            reached.append(name)
    return " and ".join(reached) + " reached" if reached else "none set up"


async def _clock(whole: Hotline) -> str:
    settings = whole.settings
    url = settings.twilio_api_url if settings.sms else settings.telegram_api_url if settings.telegram else ""
    if not url:
        return "no provider to compare with"
    drift = abs(await _date_of(url, "the provider") - time.time())
    if drift > DRIFT_S:
        raise Wrong(f"this machine's clock is {drift:.0f} s off: switch on time synchronisation.")
    return "agrees with the provider"


async def _date_of(url: str, name: str) -> float:
    try:
        async with httpx.AsyncClient(timeout=FAST_S, trust_env=False) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        raise Wrong(f"{name} is not reached ({type(error).__name__}): check network and address.") from None
    date = answer.headers.get("date")
    return parsedate_to_datetime(date).timestamp() if date else time.time()


async def _swap(_: Hotline) -> str:
    if swap_is_on():
        raise Wrong("swap is on: text could reach a disk. Switch it off (swapoff -a) or encrypt it.")
    return "off"


async def _deletions(whole: Hotline) -> str:
    if whole.settings.store_url == NOWHERE:
        return "embedded (with hotline run)"
    owing = await whole.deletions.owing()
    if not owing.waiting:
        return "nothing is still to be deleted at a provider"
    said = f"{owing.waiting} still to be deleted at a provider, the oldest for {span(owing.oldest)}"
    if owing.oldest > LONG_S:
        raise Wrong(f"{said}: is a worker running, and does the provider accept our credentials?")
    return said


def span(seconds: float) -> str:
    """A time as an operator says it."""
    unit, name = next(
        (u, n) for u, n in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")) if seconds >= u or u == 1
    )
    return f"{seconds / unit:.0f} {name}"


async def _staff(whole: Hotline) -> str:
    return await asyncio.to_thread(_staff_file, Path(whole.settings.staff_file))


def _staff_file(path: Path) -> str:
    if not path.exists():
        raise Wrong("there is no account yet: make one with `hotline staff add NAME`.")
    if path.stat().st_mode & 0o077:
        raise Wrong("others may read the staff file: chmod 600 it.")
    return "accounts are ours alone"


CHECKS: dict[str, Check] = {
    "settings": _settings,
    "store": _store,
    "engine": _engine,
    "danger detection": _detection,
    "providers": _providers,
    "clock": _clock,
    "deletions": _deletions,
    "swap": _swap,
    "staff": _staff,
}
