"""The providers: our credentials, their webhook and our number, and the clock we share with them.

https://www.twilio.com/docs/iam/api/account, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
and https://core.telegram.org/bots/api#getwebhookinfo. Their answers are read and dropped: they hold numbers.
"""

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.bootstrap import Hotline
from bot.operating.checks import Wrong
from bot.settings import Settings, name_of

FAST_S, DRIFT_S = 5.0, 30.0
RECENT_S = 3600
PENDING = 100


async def twilio(whole: Hotline) -> str:
    settings = whole.settings
    if not settings.sms:
        return "not set up"
    about = f"/2010-04-01/Accounts/{settings.twilio_account_sid}"
    account = _twilio_body(await _asked(settings, f"{about}.json"))
    if account.get("status") != "active":
        raise Wrong("the account is not active", "see Twilio's console: suspended accounts send nothing")
    listed = _twilio_body(
        await _asked(settings, f"{about}/IncomingPhoneNumbers.json", {"PhoneNumber": settings.twilio_number})
    )
    ours = listed.get("incoming_phone_numbers") or []
    if not ours:
        raise Wrong("our number is not this account's", f"correct {name_of('twilio_number')}, in E.164")
    number = ours[0]
    if not (number.get("capabilities") or {}).get("sms", True):
        raise Wrong("our number cannot do SMS", "buy one that can")
    wanted = f"{settings.public_url.rstrip('/')}/twilio/sms"
    if str(number.get("sms_url", "")).split("#", 1)[0] != wanted:
        raise Wrong(
            "messages to our number are sent elsewhere",
            f"set its webhook to {name_of('public_url')} + /twilio/sms#rc=5&rp=all&ct=1000&rt=2500&tt=15000",
            soon=bool(number.get("sms_application_sid")),
        )
    if str(number.get("sms_method", "POST")).upper() != "POST":
        raise Wrong("the webhook is called with GET, which Twilio logs", "set it to POST")
    if "#" not in str(number.get("sms_url")) or not number.get("sms_fallback_url"):
        raise Wrong(
            "a webhook that fails is not tried again, or has no fallback",
            "add #rc=5&rp=all&ct=1000&rt=2500&tt=15000 to it, and a fallback address that is not ours",
            soon=True,
        )
    return "account active, number and webhook are ours"


async def telegram(whole: Hotline) -> str:
    settings = whole.settings
    if not settings.telegram:
        return "not set up"
    await _bot(settings, "getMe")
    hook = await _bot(settings, "getWebhookInfo")
    if not settings.public_url:
        return "token good, polled"
    if hook.get("url") != f"{settings.public_url.rstrip('/')}/telegram":
        raise Wrong("messages are sent elsewhere", "start a worker: it sets the webhook")
    if int(hook.get("pending_update_count") or 0) > PENDING:
        raise Wrong(
            "many messages are waiting there", "see that the gateway is reached from outside", soon=True
        )
    if time.time() - int(hook.get("last_error_date") or 0) < RECENT_S:
        raise Wrong(
            "a webhook call has failed within the hour",
            "see that the gateway is reached from outside",
            soon=True,
        )
    return "token good, webhook ours"


async def clock(whole: Hotline) -> str:
    """One-time codes, signatures and what is `late` all need the right time."""
    settings = whole.settings
    urls = {settings.twilio_api_url: settings.sms, settings.telegram_api_url: settings.telegram}
    url = next((url for url, on in urls.items() if on), "")
    if not url:
        return "no provider to compare with"
    began = time.time()
    date = (await _get(url, "the provider")).headers.get("date")
    if not date:
        return "the provider does not tell the time"
    drift = abs(parsedate_to_datetime(date).timestamp() - (began + time.time()) / 2)
    if drift > DRIFT_S:
        raise Wrong(f"this machine's clock is {drift:.0f} s off", "switch on time synchronisation")
    return "agrees with the provider's"


async def _asked(settings: Settings, path: str, query: dict[str, str] | None = None) -> httpx.Response:
    auth = (settings.twilio_account_sid, settings.twilio_auth_token)
    return await _get(f"{settings.twilio_api_url.rstrip('/')}{path}", "Twilio", query, auth)


def _twilio_body(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in (401, 403):
        raise Wrong(
            "Twilio refuses us", f"correct {name_of('twilio_account_sid')} or {name_of('twilio_auth_token')}"
        )
    return _body(answer, "Twilio")


async def _bot(settings: Settings, method: str) -> dict[str, Any]:
    answer = await _get(
        f"{settings.telegram_api_url.rstrip('/')}/bot{settings.telegram_token}/{method}", "Telegram"
    )
    if answer.status_code in (401, 404):
        raise Wrong("Telegram refuses us", f"correct {name_of('telegram_token')}")
    found = _body(answer, "Telegram").get("result")
    return found if isinstance(found, dict) else {}


def _body(answer: httpx.Response, name: str) -> dict[str, Any]:
    try:
        found = answer.json() if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Wrong(f"{name} answers {answer.status_code}", f"see {name}'s status page; try again")
    return found


async def _get(
    url: str, name: str, query: dict[str, str] | None = None, auth: tuple[str, str] | None = None
) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=FAST_S, trust_env=False) as client:
            return await client.get(url, params=query, auth=auth)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Wrong(f"{name} is not reached ({type(error).__name__})", "check network and address") from None
