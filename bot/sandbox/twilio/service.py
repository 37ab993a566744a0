"""Twilio behind its API: what both directions share, and both directions."""

from dataclasses import dataclass

from bot.channels.sms.segments import count
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.network import Network
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.tasks import Tasks
from bot.sandbox.twilio.calls import Calls
from bot.sandbox.twilio.keywords import OptOuts
from bot.sandbox.twilio.log import Log, Message, new_sid
from bot.sandbox.twilio.phones import Phones, Text
from bot.sandbox.twilio.webhook import Webhooks


@dataclass(frozen=True, slots=True)
class Alert:
    """A line of the Debugger, without what Twilio would also keep there: the request and our answer."""

    code: int
    sid: str


class Twilio:
    """All state of the SMS side; `Outgoing`, `Incoming` and the REST API stand on it."""

    def __init__(
        self, settings: SandboxSettings, network: Network, clock: Clock, changes: Changes, faults: Faults
    ) -> None:
        self.settings, self.network = settings, network
        self.clock, self.changes, self.faults = clock, changes, faults
        self.webhooks = Webhooks(network, settings.twilio_auth_token)
        self.tasks = Tasks()
        self.log, self.phones, self.opt_outs = Log(), Phones(), OptOuts()
        self.calls = Calls()
        self.alerts: list[Alert] = []

    @property
    def number(self) -> str:
        return self.settings.twilio_number

    async def reset(self) -> None:
        await self.tasks.cancel()
        self.log.clear()
        self.calls.clear()
        self.phones.clear()
        self.opt_outs.clear()
        self.alerts.clear()
        self.changes.mark()

    def record(
        self, direction: str, from_: str, to: str, body: str, status: str, media: list[str] | None = None
    ) -> Message:
        """A new line in the log."""
        now = self.clock.now()
        message = Message(
            sid=new_sid("MM" if media else "SM"),
            account_sid=self.settings.twilio_account_sid,
            direction=direction,
            from_=from_,
            to=to,
            body=body,
            status=status,
            created=now,
            segments=count(body).segments,
            updated=now,
            media={new_sid("ME"): kind for kind in media or []},
        )
        self.log.add(message)
        self.changes.mark()
        return message

    def show(self, number: str, text: str, mine: bool) -> None:
        """Puts a text on a phone's screen."""
        self.phones.show(number, Text.of(text, mine, self.clock.now()))
        self.changes.mark()

    def answer(self, to: str, text: str, logged: bool = True) -> None:
        """A message nobody created through the API: Twilio's own, or one asked for in TwiML."""
        if logged:
            message = self.record("outbound-reply", self.number, to, text, "delivered")
            message.sent = message.created
        self.show(to, text, mine=False)
