"""From a phone to the hotline: on the screen, in the log, and at the webhook."""

from dataclasses import dataclass

import phonenumbers

from bot.channels.sms.segments import LONGEST_BODY
from bot.sandbox.twilio.keywords import keyword
from bot.sandbox.twilio.log import VERSION, Message
from bot.sandbox.twilio.outgoing import E164
from bot.sandbox.twilio.service import Alert, Twilio
from bot.sandbox.twilio.webhook import Outcome, replies

FILTERED = 30039


@dataclass(frozen=True, slots=True)
class Inbound:
    """What became of one SMS to the hotline: its sid and how the webhook answered (None: it did not)."""

    sid: str
    status: int | None
    attempts: int


class Incoming:
    """What a person's SMS sets going."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio

    async def receive(self, from_: str, body: str, media: list[str] | None = None) -> Inbound:
        """Takes an SMS (`media`: content types of its pictures); returns when the webhook has answered."""
        self.check(from_, body)
        twilio = self._twilio
        message = twilio.record("inbound", from_, twilio.number, body, "received", media)
        message.sent = message.created
        message.price = message.segments * twilio.settings.price_received
        form = _form(message)
        twilio.show(from_, body, mine=True)
        self._keyword(from_, body)
        fault = twilio.faults.take("inbound")
        if fault and fault.kind == "lose":
            # Taken for machine-made: the webhook is never called, only a listing shows it.
            message.move("failed", twilio.clock.now())
            message.error_code = FILTERED
            return Inbound(message.sid, None, 0)
        outcome = await self._bring(message.sid, form)
        if fault and fault.kind == "repeat":
            outcome = await self._bring(message.sid, form)
        return Inbound(message.sid, outcome.status, outcome.attempts)

    def check(self, from_: str, body: str) -> None:
        """Refuses what no phone could send."""
        if not E164.fullmatch(from_):
            raise ValueError("a phone number looks like +355691234567")
        if len(body) > LONGEST_BODY:
            raise ValueError(f"at most {LONGEST_BODY} characters")

    def _keyword(self, from_: str, body: str) -> None:
        settings = self._twilio.settings
        word = keyword(body) if settings.keywords else None
        answer = self._twilio.opt_outs.apply(word, from_) if word else None
        if answer:
            self._twilio.answer(from_, answer, logged=settings.log_keyword_replies)

    async def _bring(self, sid: str, form: dict[str, str]) -> Outcome:
        twilio = self._twilio
        url = twilio.network.sms_url
        if not url:
            return Outcome()
        if twilio.settings.webhook_options:
            url += "#" + twilio.settings.webhook_options
        outcome = await twilio.webhooks.deliver(url, form, twilio.settings.fallback_url)
        if outcome.error is not None:
            twilio.alerts.append(Alert(outcome.error, sid))
        if form["From"] not in twilio.opt_outs:
            for text in replies(outcome):
                twilio.answer(form["From"], text)
        twilio.changes.mark()
        return outcome


def _form(message: Message) -> dict[str, str]:
    form = {
        "ToCountry": _country(message.to),
        "ToState": "",
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "ToCity": "",
        "FromZip": "",
        "SmsSid": message.sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": message.body,
        "FromCountry": _country(message.from_),
        "To": message.to,
        "ToZip": "",
        "NumSegments": str(message.segments),
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "From": message.from_,
        "ApiVersion": VERSION,
    }
    folder = message.uri.removesuffix(".json")
    for position, (sid, kind) in enumerate(message.media.items()):
        form[f"MediaUrl{position}"] = f"https://api.twilio.com{folder}/Media/{sid}"
        form[f"MediaContentType{position}"] = kind
    return form


def _country(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""
