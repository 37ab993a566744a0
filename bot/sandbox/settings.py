"""What the stand-in is started with: environment variables, each also from the file NAME_FILE names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEMO_ACCOUNT = "AC" + "0" * 32
DEMO_NUMBER = "+15005550006"


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Secrets stay out of `repr`; the defaults suit a test, `from_environment` suits a demo."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: any free port."""
    gateway_url: str = ""
    """Where inbound messages are really delivered; empty: SMS only waits in the log, Telegram for polling."""
    public_url: str = ""
    """The address the gateway believes it has: what is signed. Empty: the same as `gateway_url`."""
    twilio_account_sid: str = DEMO_ACCOUNT
    twilio_auth_token: str = field(default="sandbox-auth-token", repr=False)
    twilio_api_key: str = field(default="", repr=False)
    """An API key and its secret, "SK...:secret", accepted besides the account's own token."""
    twilio_number: str = DEMO_NUMBER
    telegram_token: str = field(default="42:SANDBOX", repr=False)
    telegram_secret: str = field(default="sandbox-secret", repr=False)
    first_chat: int = 700_000_001
    """Chat id of the first person on Telegram; the next have the next."""
    webhook_options: str = ""
    """Connection overrides as in the fragment of a webhook's address: "rc=5&rp=all&ct=1000&rt=2500"."""
    fallback_url: str = ""
    """Called once the retries are used up, with ErrorCode and ErrorUrl; empty: nothing more is done."""
    status_delay: float = 0.02
    """Seconds from queued to sent, and from sent to delivered."""
    delete_delay: float = 0.0
    """Seconds for which a message cannot be deleted yet (error 20009), besides not being sent."""
    keywords: bool = True
    """Twilio's default handling of STOP, START and HELP words on a long code."""
    log_keyword_replies: bool = True
    """Whether its own answers to those words stand in the message log, too."""
    retry_unit: float = 1.0
    """Telegram's back-off is 0, 2, 4, 8 ... times this many seconds."""
    price_sent: float = 0.08
    """Estimate, US dollars, for each segment the hotline sends abroad."""
    price_received: float = 0.0075
    """Estimate, US dollars, for each segment the hotline receives."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "SandboxSettings":
        """The settings of `python -m bot.sandbox`: slow enough for a person to watch a message travel."""
        read = _Reader(os.environ if environment is None else environment)
        return cls(
            port=int(read("HOTLINE_SANDBOX_PORT", "8002")),
            gateway_url=read("HOTLINE_GATEWAY_URL", "").rstrip("/"),
            public_url=read("HOTLINE_PUBLIC_URL", "").rstrip("/"),
            twilio_account_sid=read("HOTLINE_TWILIO_ACCOUNT_SID", DEMO_ACCOUNT),
            twilio_auth_token=read("HOTLINE_TWILIO_AUTH_TOKEN", cls().twilio_auth_token),
            twilio_number=read("HOTLINE_TWILIO_NUMBER", DEMO_NUMBER),
            telegram_token=read("HOTLINE_TELEGRAM_TOKEN", cls().telegram_token),
            telegram_secret=read("HOTLINE_TELEGRAM_SECRET", cls().telegram_secret),
            first_chat=int(read("HOTLINE_SANDBOX_FIRST_CHAT", str(cls().first_chat))),
            webhook_options=read("HOTLINE_SANDBOX_WEBHOOK_OPTIONS", ""),
            fallback_url=read("HOTLINE_SANDBOX_FALLBACK_URL", ""),
            delete_delay=float(read("HOTLINE_SANDBOX_DELETE_DELAY", "0")),
            keywords=read("HOTLINE_SANDBOX_KEYWORDS", "on") != "off",
            status_delay=0.4,
        )


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def __call__(self, name: str, default: str) -> str:
        path = self._environment.get(f"{name}_FILE", "")
        if path:
            return Path(path).read_text(encoding="utf-8").strip()
        return self._environment.get(name, "") or default
