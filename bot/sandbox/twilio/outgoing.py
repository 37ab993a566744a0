"""From the hotline to a phone: accepted or refused, moved on, shown, and reported."""

import asyncio
import re
from urllib.parse import urlsplit

from bot.channels.sms.segments import LONGEST_BODY
from bot.sandbox.twilio.errors import TwilioError
from bot.sandbox.twilio.log import VERSION, Message
from bot.sandbox.twilio.service import Alert, Twilio

E164 = re.compile(r"\+[1-9]\d{6,14}")

# Twilio's magic numbers for test credentials: sending to them always fails this way.
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
UNREACHABLE = 30003

type Reports = asyncio.Queue[dict[str, str] | None]


class Outgoing:
    """What `POST Messages` sets going."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio

    def create(self, form: dict[str, str]) -> Message:
        """Accepts a message for sending, or refuses it with the error Twilio gives."""
        twilio = self._twilio
        _check_required(form)
        _check_options(form)
        self._check_numbers(form["To"], form.get("From", ""))
        service = form.get("MessagingServiceSid") or None
        status = "accepted" if service else "queued"
        body = form.get("Body", "")
        message = twilio.record("outbound-api", twilio.number, form["To"], body, status)
        message.service_sid = service
        reports: Reports = asyncio.Queue()
        twilio.tasks.start(self._progress(message, body, reports))
        if form.get("StatusCallback"):
            twilio.tasks.start(self._report(form["StatusCallback"], message.sid, reports))
        return message

    def _check_numbers(self, to: str, sender: str) -> None:
        if not E164.fullmatch(to):
            raise TwilioError(21211, to)
        if to in MAGIC_TO:
            raise TwilioError(MAGIC_TO[to], to)
        if sender and sender != self._twilio.number:
            raise TwilioError(21659, sender)
        if to == self._twilio.number:
            raise TwilioError(21266, to)
        if to in self._twilio.opt_outs:
            raise TwilioError(21610)

    async def _progress(self, message: Message, body: str, reports: Reports) -> None:
        """queued, sent, delivered; or queued, failed; or queued, sent, undelivered."""
        twilio = self._twilio
        fault = twilio.faults.take("delivery")
        end = fault.kind if fault else "delivered"
        for status in ["failed"] if end == "failed" else ["sent", end]:
            await asyncio.sleep(twilio.settings.status_delay)
            message.move(status, twilio.clock.now())
            message.sent = message.sent or message.updated
            if status == "sent":
                message.price = message.segments * twilio.settings.price_sent
            elif status == "delivered":
                twilio.show(message.to, body, mine=False)
            else:
                message.error_code = UNREACHABLE
            reports.put_nowait(_report_form(message))
            twilio.changes.mark()
        reports.put_nowait(None)

    async def _report(self, url: str, sid: str, reports: Reports) -> None:
        """Delivery reports, in a line of their own: a slow webhook does not hold the message up."""
        held: list[dict[str, str]] = []
        while (form := await reports.get()) is not None:
            fault = self._twilio.faults.take("callbacks", form["MessageStatus"])
            kind = fault.kind if fault else ""
            if kind == "reorder":
                held.append(form)
            elif kind != "lose":
                await self._deliver(url, sid, [form, *held] + [form] * (kind == "repeat"))
                held.clear()
        await self._deliver(url, sid, held)

    async def _deliver(self, url: str, sid: str, forms: list[dict[str, str]]) -> None:
        for form in forms:
            outcome = await self._twilio.webhooks.deliver(url, form)
            # What a report is answered with is not read: only whether it was.
            if outcome.failure and outcome.error is not None:
                self._twilio.alerts.append(Alert(outcome.error, sid))


def _report_form(message: Message) -> dict[str, str]:
    form = {
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "MessageStatus": message.status,
        "To": message.to,
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "From": message.from_,
        "ApiVersion": VERSION,
    }
    if message.error_code is not None:
        form["ErrorCode"] = str(message.error_code)
    if message.status in ("delivered", "undelivered"):
        form["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    if message.service_sid:
        form["MessagingServiceSid"] = message.service_sid
    return form


def _check_required(form: dict[str, str]) -> None:
    if not form.get("To"):
        raise TwilioError(21604)
    if not form.get("From") and not form.get("MessagingServiceSid"):
        raise TwilioError(21603)
    if not form.get("Body") and not form.get("MediaUrl"):
        raise TwilioError(21602)
    if len(form.get("Body", "")) > LONGEST_BODY:
        raise TwilioError(21617)


def _check_options(form: dict[str, str]) -> None:
    callback = form.get("StatusCallback", "")
    if callback:
        parsed = urlsplit(callback)
        if parsed.scheme not in ("http", "https") or not parsed.hostname or "_" in parsed.hostname:
            raise TwilioError(21609, callback)
    # Both need Message Redaction, which this account does not have.
    if form.get("ContentRetention", "retain") != "retain":
        raise TwilioError(30029)
    if form.get("AddressRetention", "retain") != "retain":
        raise TwilioError(30030)
