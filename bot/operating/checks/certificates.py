"""The certificates that providers and counsellors see: trusted, and for how long."""

import asyncio
import ssl
import time
from urllib.parse import urlsplit

from bot.bootstrap import Hotline
from bot.operating.checks import Wrong
from bot.settings import name_of

REACHED_S = 5.0
DAY = 86_400
LATE, SOON = 7, 21
"""Days left. Caddy renews with a third of the lifetime left: fewer means that renewing fails."""


async def certificates(whole: Hotline) -> str:
    settings, days = whole.settings, []
    for setting in ("public_url", "console_url"):
        url = urlsplit(getattr(settings, setting))
        if url.scheme == "https" and url.hostname:
            days.append(await _days_left(url.hostname, url.port or 443, name_of(setting)))
    return f"trusted, {min(days)} days left" if days else "no https address"


async def _days_left(host: str, port: int, named: str) -> int:
    try:
        async with asyncio.timeout(REACHED_S):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        raise Wrong(
            f"the certificate at {named} is not trusted or is over",
            "let the proxy fetch one: see that ports 80 and 443 are reached from outside, under that name",
        ) from None
    except (OSError, TimeoutError) as error:
        raise Wrong(
            f"{named} is not reached ({type(error).__name__})", "check name, firewall and proxy"
        ) from None
    shown = writer.get_extra_info("peercert") or {}
    writer.close()
    days = int((ssl.cert_time_to_seconds(str(shown["notAfter"])) - time.time()) // DAY)
    if days < SOON:
        raise Wrong(
            f"the certificate at {named} is over in {days} days",
            "see why the proxy does not renew it: its names and ports",
            soon=days >= LATE,
        )
    return days
