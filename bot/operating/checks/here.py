"""This machine and our own files: settings, secrets, swap, time zone, accounts, models."""

import asyncio
import os
import resource
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from bot.bootstrap import Hotline
from bot.operating.checks import Wrong
from bot.roles import ENGINE_PYTHON
from bot.settings import ROOT, Settings, name_of

FILES = 4_096
TRAIN = "run `hotline content train`, then start worker and engine again"
SWAPS, GROUP_SWAP = Path("/proc/swaps"), Path("/sys/fs/cgroup/memory.swap.max")
MAPPED = Path("/sys/class/block")


async def settings_complete(whole: Hotline) -> str:
    settings = whole.settings
    if not settings.secret:
        raise Wrong(f"{name_of('secret')} is missing", "set it to at least 32 random characters")
    if not (settings.sms or settings.telegram):
        raise Wrong("no channel", f"set {name_of('twilio_account_sid')} or {name_of('telegram_token')}")
    if settings.sms and not settings.public_url:
        raise Wrong(
            f"{name_of('public_url')} is missing",
            "set it to the address Twilio was given: that is what it signs",
        )
    for setting in ("public_url", "console_url"):
        url = urlsplit(getattr(settings, setting))
        if url.scheme == "http" and url.hostname not in ("127.0.0.1", "localhost"):
            raise Wrong(f"{name_of(setting)} is not https", "put a proxy with a certificate before it")
    return "complete"


async def secrets_ours_alone(_: Hotline) -> str:
    """Files that settings are read from; nobody else on the machine may read them."""
    paths = {name: Path(path) for name, path in os.environ.items() if _names_a_file(name) and path}
    for name, path in sorted(paths.items()):
        if path.exists() and path.stat().st_mode & 0o007:
            raise Wrong(f"the file of {name} can be read by everybody", "chmod o= it", soon=True)
    return f"{len(paths)} settings come from files that are ours alone" if paths else "no secret is in a file"


def _names_a_file(name: str) -> bool:
    setting = name.removeprefix("HOTLINE_").removesuffix("_FILE").lower()
    return name.startswith("HOTLINE_") and name.endswith("_FILE") and setting in Settings.__slots__


async def nothing_swapped(_: Hotline) -> str:
    """Text in memory must not reach a disk: no swap, or only encrypted or compressed memory."""
    open_swaps = [line.split()[0] for line in _lines(SWAPS)[1:] if not _safe(line.split()[0])]
    if not open_swaps:
        return "no swap on a disk"
    if _lines(GROUP_SWAP) == ["0"]:
        return "the machine has swap, this container may not use it; see that the store's may not either"
    raise Wrong(
        "swap is on: what people write could reach a disk", "switch it off (swapoff -a) or encrypt it"
    )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _safe(device: str) -> bool:
    """Memory itself (zram), or a device of dm-crypt."""
    name = Path(device).resolve().name
    kind = _lines(MAPPED / name / "dm" / "uuid")
    return name.startswith("zram") or bool(kind and kind[0].startswith("CRYPT"))


async def files_enough(_: Hotline) -> str:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < FILES:
        raise Wrong(f"only {hard} open files allowed", f"allow {FILES} or more (ulimit -n)", soon=True)
    return "enough connections can be open"


async def time_zone(_: Hotline) -> str:
    """Counsellors read times in this machine's zone."""
    named = os.environ.get("TZ", "")
    if named and named.lstrip(":") not in available_timezones():
        raise Wrong(f"the time zone {named} does not exist here", "set TZ, for example to Europe/Tirane")
    if time.localtime().tm_gmtoff == 0 and time.tzname[0] in ("UTC", "GMT"):
        raise Wrong("counsellors read times in UTC", "set TZ, for example to Europe/Tirane", soon=True)
    return f"counsellors read times in {time.strftime('%Z (UTC%z)')}"


async def opening_hours(whole: Hotline) -> str:
    """When somebody is here, so that a person who waits can be told when we are back."""
    hours = whole.hours
    if hours.path is None:
        raise Wrong(
            "not set: every language counts as always open",
            f"copy escalation/cases/hours.example.yml, write them, and set {name_of('hours_file')}",
            soon=True,
        )
    try:
        problems = hours.problems()
    except OSError:
        raise Wrong(
            "the file cannot be read: every language counts as always open",
            f"see that {name_of('hours_file')} names a file we may read",
        ) from None
    if problems:
        raise Wrong(f"{problems[0].says}: it counts as always open", problems[0].mend)
    return f"set for {', '.join(hours.weeks) or 'no language: all are always open'}"


async def accounts(whole: Hotline) -> str:
    return await asyncio.to_thread(_staff_file, Path(whole.settings.staff_file))


def _staff_file(path: Path) -> str:
    if not path.exists():
        raise Wrong("there is no account yet", "make one with `hotline staff add NAME`")
    if path.stat().st_mode & 0o077:
        raise Wrong("others may read the staff file", f"chmod 600 the file of {name_of('staff_file')}")
    return "accounts are ours alone"


async def detection(_: Hotline) -> str:
    from escalation.danger.assess import Assessor

    degraded = (await asyncio.to_thread(Assessor.load)).degraded
    if degraded:
        raise Wrong(f"degraded ({', '.join(degraded)})", f"mend the file, or {TRAIN}")
    return "both detectors work"


async def models(_: Hotline) -> str:
    """Trained from the data that is here? An image carries none: there it was settled when it was made."""
    if not (ROOT / "nlu_data" / "danger" / "en").exists():
        return "as they were when this image was made"
    from escalation.danger.train import stale as danger_stale

    stale = ["danger classifier"] if await asyncio.to_thread(danger_stale) else []
    if ENGINE_PYTHON.exists() and await asyncio.to_thread(
        _fails, str(ENGINE_PYTHON), "-m", "engine.commands", "stale", at=ROOT / "dialogues"
    ):
        stale.append("dialogue model")
    if stale:
        raise Wrong(f"older than their data: {', '.join(stale)}", TRAIN)
    return "as new as their data"


def _fails(*command: str, at: Path) -> bool:
    silent = subprocess.DEVNULL
    return bool(subprocess.run(command, cwd=at, stdout=silent, stderr=silent, check=False).returncode)  # noqa: S603
