"""Settings: environment variables, each also readable from a file named by NAME_FILE, read once.

Errors name the setting and the mend, never the value.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.private import Unshown

ROOT = Path(__file__).resolve().parent.parent
TWILIO_API = "https://api.twilio.com"
TELEGRAM_API = "https://api.telegram.org"
PRICE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ([A-Z]{3})")


@dataclass(frozen=True, slots=True, repr=False)
class Settings(Unshown):
    """What the hotline runs with; secrets are kept out of `repr`."""

    secret: str = field(default="", repr=False)
    """The deployment secret everything is sealed under: at least 32 random characters."""
    secret_previous: str = field(default="", repr=False)
    """While the secret is changed: the one before (of several, each on its line). Open talks go on."""
    store_url: str = field(default="", repr=False)
    """Redis or Valkey without persistence, as bot/store_address.py says. Empty: one inside `hotline run`."""
    public_url: str = ""
    """Where the providers reach the gateway. Empty: Telegram is polled, SMS needs one."""
    bind: str = "127.0.0.1"
    """Address to listen on."""
    gateway_port: int = 8000
    """Where the providers' webhooks come in."""
    console_port: int = 8001
    """Where the counsellors' pages are."""
    console_url: str = ""
    """Where counsellors open the console, when it is behind a proxy (https)."""
    sandbox_port: int = 8002
    """Only with `--demo`: the stand-in for both providers, with the phone page."""
    metrics_port: int = 0
    """Prometheus metrics of this process; 0: off."""
    metrics_bind: str = "127.0.0.1"
    """Address they are served at: never one that strangers reach."""
    engine_url: str = "http://127.0.0.1:5005"
    """Where the dialogue engine answers."""
    engine_token: str = field(default="", repr=False)
    """Shared by worker and engine; `hotline run` makes one."""
    twilio_account_sid: str = field(default="", repr=False)
    """Account at Twilio; empty: no SMS."""
    twilio_auth_token: str = field(default="", repr=False)
    """Its primary Auth Token, which signs webhooks."""
    twilio_number: str = field(default="", repr=False)
    """Our number there, in E.164."""
    twilio_api_url: str = TWILIO_API
    """Where Twilio's REST API is."""
    telegram_token: str = field(default="", repr=False)
    """The bot's token; empty: no Telegram."""
    telegram_secret: str = field(default="", repr=False)
    """Shared with Telegram: proves that a webhook call is theirs."""
    telegram_api_url: str = TELEGRAM_API
    """Where the Bot API is."""
    default_region: str = "AL"
    """Two-letter country that numbers written without a country code belong to."""
    silence_minutes: int = 60
    """A conversation nobody writes in is erased after this long."""
    most_held: int = 6
    """Most talks one counsellor may hold at once; an emergency may be one more."""
    sms_price: str = ""
    """What one SMS segment costs, for the counter under an answer: `0.07 EUR`. Empty: segments only."""
    alert_telegram_chat: str = field(default="", repr=False)
    """Chat id of somebody of the team: told there, without content, when nobody comes for too long."""
    alert_mail_to: str = field(default="", repr=False)
    """Address of the team, told in the same way by mail."""
    alert_mail_server: str = field(default="", repr=False)
    """Where that mail is handed in: `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS."""
    hours_file: str = ""
    """Opening hours by language, as escalation/cases/hours.example.yml shows them. Empty: always open."""
    staff_file: str = str(ROOT / "run" / "staff.sqlite")
    """Staff accounts (never a word of a conversation)."""

    @property
    def previous_secrets(self) -> tuple[str, ...]:
        """Secrets that were in use before, newest first."""
        found = (one.strip() for one in self.secret_previous.splitlines())
        return tuple(dict.fromkeys(one for one in found if one and one != self.secret))

    @property
    def sms(self) -> bool:
        return bool(self.twilio_account_sid)

    @property
    def telegram(self) -> bool:
        return bool(self.telegram_token)


_WHOLE_NUMBERS = {
    "gateway_port",
    "console_port",
    "sandbox_port",
    "metrics_port",
    "silence_minutes",
    "most_held",
}


def name_of(setting: str) -> str:
    """The environment variable of a setting."""
    return f"HOTLINE_{setting.upper()}"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; raises SettingsError naming the first that is wrong."""
    source = os.environ if environment is None else environment
    values: dict[str, str | int] = {}
    for setting in Settings.__slots__:
        text = _read(source, name_of(setting))
        if text is None:
            continue
        values[setting] = _whole(setting, text) if setting in _WHOLE_NUMBERS else text
    settings = Settings(**values)  # type: ignore[arg-type]
    _check(settings)
    return settings


def _read(source: Mapping[str, str], name: str) -> str | None:
    path = source.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE: this file cannot be read ({type(error).__name__}).") from None
    value = source.get(name)
    return value.strip() if value is not None and value.strip() else None


def _whole(setting: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f"{name_of(setting)} must be a whole number.") from None


def _check(settings: Settings) -> None:
    if settings.secret and len(settings.secret) < 32:
        raise SettingsError(f"{name_of('secret')} is too short: give at least 32 random characters.")
    if any(len(one) < 32 for one in settings.previous_secrets):
        raise SettingsError(
            f"{name_of('secret_previous')} holds one shorter than 32 characters: it never was our secret."
        )
    if settings.silence_minutes < 1:
        raise SettingsError(f"{name_of('silence_minutes')} must be at least 1.")
    if settings.most_held < 1:
        raise SettingsError(f"{name_of('most_held')} must be at least 1.")
    if settings.sms_price and not PRICE.fullmatch(settings.sms_price):
        raise SettingsError(f"{name_of('sms_price')} must be a number and a currency, as in 0.07 EUR.")
    if settings.alert_mail_to and urlsplit(settings.alert_mail_server).scheme not in {"smtp", "smtps"}:
        raise SettingsError(
            f"{name_of('alert_mail_server')} must be smtps://user:password@host:465 or smtp://…"
        )
    if settings.alert_telegram_chat and not settings.alert_telegram_chat.lstrip("-").isdigit():
        raise SettingsError(f"{name_of('alert_telegram_chat')} must be a chat's number.")
    if settings.sms and not (settings.twilio_auth_token and settings.twilio_number):
        raise SettingsError(
            f"{name_of('twilio_account_sid')} is set: {name_of('twilio_auth_token')} and "
            f"{name_of('twilio_number')} are needed too."
        )
    if settings.telegram and settings.public_url and not settings.telegram_secret:
        raise SettingsError(
            f"{name_of('telegram_secret')} is needed with {name_of('telegram_token')} and "
            f"{name_of('public_url')}: it proves that a request comes from Telegram."
        )
    if settings.telegram_secret and not settings.telegram_secret.isascii():
        raise SettingsError(f"{name_of('telegram_secret')} may hold only A-Z, a-z, 0-9, _ and -.")


def required(settings: Settings) -> Settings:
    """What every role of a real deployment needs; raises SettingsError."""
    if not settings.secret:
        raise SettingsError(f"{name_of('secret')} is missing: set it to at least 32 random characters.")
    return settings
