"""The counsellors' console and staff accounts, put together with the deployment's secret."""

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette

from bot import directory
from bot.bootstrap import Hotline
from bot.channels.sms.segments import count
from bot.settings import PRICE, Settings
from bot.vault import derived
from escalation.console.app import create_app
from escalation.console.reseal import reseal
from escalation.console.sessions import SessionStore
from escalation.console.settings import ConsoleSettings, Practice, Price
from escalation.console.staff import Provision, Staff


def open_staff(path: str, secret: str, previous: Sequence[str] = ()) -> Staff:
    """The staff accounts; the folder is ours alone. What an earlier secret sealed is sealed anew."""
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = derived(secret, b"staff")
    reseal(path, key, [derived(one, b"staff") for one in previous])
    return Staff(path, key)


def add_staff(path: str, secret: str, name: str, role: str, languages: Sequence[str]) -> Provision:
    return open_staff(path, secret).add(name, role, languages)


def console_app(whole: Hotline, practice: Practice | None = None) -> Starlette:
    """The console's pages on this deployment's desk, or on that of a practice room."""
    settings = whole.settings
    return create_app(
        whole.desk,
        open_staff(settings.staff_file, settings.secret, settings.previous_secrets),
        SessionStore(whole.store, derived(settings.secret, b"sign-in"), whole.clock),
        ConsoleSettings(
            url=_url(settings),
            count=count,
            price=_price(settings),
            hours=whole.hours,
            clock=whole.clock,
            practice=practice,
        ),
        directory.services,
    )


def _price(settings: Settings) -> Price | None:
    found = PRICE.fullmatch(settings.sms_price)
    return (float(found[1]), found[2]) if found else None


def _url(settings: Settings) -> str:
    return settings.console_url or f"http://127.0.0.1:{settings.console_port}"
