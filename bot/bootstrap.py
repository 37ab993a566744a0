"""Where the parts are put together: the only place that picks real ones.

Imports stand where a part is made: the gateway needs neither models nor providers' clients, and stays small.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot import logs, metrics, scripts
from bot.channels.base import Channel
from bot.clock import Clock, SharedClock
from bot.counts import Counts
from bot.inbox import Inbox
from bot.private import Unshown
from bot.scripts import Scripts, Store
from bot.settings import Settings
from bot.store import connect
from bot.vault import Vault

if TYPE_CHECKING:
    from bot.alert import Alert
    from bot.deletions import Deletions
    from bot.engine import Engine
    from bot.erase import Eraser
    from bot.judging import Judge, Judging
    from bot.marks import Marks
    from bot.operating.signs import Signs
    from bot.outbox import Outbox
    from bot.outlook import Outlook
    from bot.sessions import Sessions
    from bot.sweep import Sweep
    from bot.turn import Turns
    from bot.worker import Worker
    from escalation.cases.closing import Closing
    from escalation.cases.deliveries import Deliveries
    from escalation.cases.desk import Desk
    from escalation.cases.hours import Hours
    from escalation.cases.queue import Cases
    from escalation.cases.waiting import Waiting


@dataclass(repr=False)
class Hotline(Unshown):
    """All parts, each made when first asked for, so that a role carries only what it uses."""

    settings: Settings
    store: Store
    clock: Clock
    channels: Mapping[str, Channel]

    @cached_property
    def scripts(self) -> Scripts:
        return Scripts(self.store, scripts.HERE)

    @cached_property
    def silence_s(self) -> int:
        return self.settings.silence_minutes * 60

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.settings.secret, self.store, self.clock, self.settings.previous_secrets)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.store, self.vault, self.scripts, self.clock, self.silence_s)

    @cached_property
    def outbox(self) -> "Outbox":
        from bot.outbox import Outbox

        return Outbox(self.store, self.vault, self.scripts)

    @cached_property
    def sessions(self) -> "Sessions":
        from bot.sessions import Sessions

        return Sessions(self.store, self.vault, self.clock, self.silence_s)

    @cached_property
    def cases(self) -> "Cases":
        from escalation.cases.queue import Cases

        return Cases(self.store, self.vault, self.clock, self.settings.most_held)

    @cached_property
    def hours(self) -> "Hours":
        from escalation.cases.hours import Hours

        return Hours(self.settings.hours_file)

    @cached_property
    def marks(self) -> "Marks":
        from bot.marks import Marks

        return Marks(self.store, self.clock)

    @cached_property
    def waiting(self) -> "Waiting":
        from escalation.cases.waiting import Waiting

        return Waiting(self.store, self.clock, self.cases.duty)

    @cached_property
    def outlook(self) -> "Outlook":
        from bot.outlook import Outlook

        return Outlook(self.cases, self.waiting, self.hours, self.clock)

    @cached_property
    def closing(self) -> "Closing":
        from escalation.cases.closing import Closing

        return Closing(self.store, self.clock)

    @cached_property
    def deliveries(self) -> "Deliveries":
        from escalation.cases.deliveries import Deliveries

        return Deliveries(self.store, self.vault)

    @cached_property
    def deletions(self) -> "Deletions":
        from bot.deletions import Deletions

        return Deletions(self.store, self.vault, self.clock)

    @cached_property
    def eraser(self) -> "Eraser":
        from bot.erase import Eraser

        return Eraser(
            self.store,
            self.vault,
            self.scripts,
            self.inbox,
            self.outbox,
            self.deletions,
            self.cases,
            self.channels,
            self.clock,
        )

    @cached_property
    def engine(self) -> "Engine":
        from bot.engine import Engine

        return Engine(self.settings.engine_url, self.settings.engine_token)

    @cached_property
    def counts(self) -> Counts:
        return Counts(self.store, self.clock)

    @cached_property
    def signs(self) -> "Signs":
        from bot.operating.signs import Signs

        return Signs(self.store, self.clock)

    @property
    def watched_parts(self) -> tuple[str, ...]:
        """What leaves signs of working: the engine, and the channels that are set up."""
        settings = self.settings
        return ("engine", *(["sms"] if settings.sms else []), *(["telegram"] if settings.telegram else []))

    @cached_property
    def desk(self) -> "Desk":
        from escalation.cases.desk import Desk

        parts = (self.cases, self.sessions, self.outbox, self.inbox, self.clock, self.deliveries)
        return Desk(*parts, self.waiting, self.marks)

    @cached_property
    def sweep(self) -> "Sweep":
        from bot.sweep import Sweep

        parts = (self.store, self.inbox, self.outbox, self.sessions, self.cases, self.closing)
        return Sweep(*parts, self.outlook, self.eraser, self.clock)

    @cached_property
    def alert(self) -> "Alert":
        from bot.alert import Alert

        return Alert(self.store, self.cases, self.channels, self.settings, self.clock, self.hours)

    def turns(self, judging: "Judging") -> "Turns":
        from bot.cover import Cover
        from bot.dialogue import Dialogue
        from bot.handover import Handover
        from bot.orders import Orders
        from bot.pace import Paces
        from bot.turn import Turns

        parts = (self.inbox, self.outbox, self.sessions, self.cases)
        handover = Handover(self.cases, self.outlook)
        return Turns(
            self.inbox,
            self.outbox,
            self.sessions,
            self.vault,
            judging,
            Dialogue(self.engine, handover),
            handover,
            self.cases,
            self.eraser,
            Orders(*parts, self.closing, self.marks, self.eraser, self.clock),
            Cover(handover, self.cases, self.eraser),
            Paces(self.scripts, self.vault),
            self.marks,
            self.channels,
            self.clock,
        )

    def worker(self, judge: "Judge") -> "Worker":
        from bot.ahead import Ahead
        from bot.app import taking_in
        from bot.catchup import CatchUp
        from bot.judging import Judging
        from bot.operating.signs import Watched
        from bot.sender import Sender
        from bot.worker import Worker

        judging = Judging(judge)
        watched = {name: Watched(channel, self.signs) for name, channel in self.channels.items()}

        return Worker(
            self.store,
            self.scripts,
            self.inbox,
            self.outbox,
            self.turns(judging),
            Sender(self.outbox, self.inbox, self.deletions, watched, self.clock, self.deliveries.out),
            self.deletions,
            dict(self.channels),
            self.clock,
            CatchUp(self.store, taking_in(self.inbox), self.channels, self.clock),
            Ahead(self.inbox, judging),
        )


def channels(settings: Settings) -> dict[str, Channel]:
    """The channels that are set up; call inside a running loop."""
    found: dict[str, Channel] = {}
    if settings.sms:
        from bot.channels.sms.send import Sms

        callback = f"{settings.public_url.rstrip('/')}/twilio/status" if settings.public_url else ""
        found["sms"] = Sms(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.twilio_number,
            api=settings.twilio_api_url,
            callback=callback,
        )
    if settings.telegram:
        from bot.channels.telegram.send import Telegram

        found["telegram"] = Telegram(settings.telegram_token, api=settings.telegram_api_url)
    return found


@asynccontextmanager
async def hotline(
    settings: Settings, *, with_channels: bool = True, clock: Clock | None = None
) -> AsyncIterator[Hotline]:
    """All parts on one store, closed at the end."""
    store = connect(settings.store_url)
    made = channels(settings) if with_channels else {}
    whole = Hotline(settings, store, clock or SharedClock(), made)
    try:
        yield whole
    finally:
        if "engine" in whole.__dict__:
            await whole.engine.aclose()
        for channel in made.values():
            await channel.aclose()
        await store.aclose()


def judge() -> "Judge":
    """The danger detectors; loading never fails, a part that does is told to operators."""
    from escalation.danger.assess import Assessor

    assessor = Assessor.load()
    metrics.degraded(len(assessor.degraded))
    for part in assessor.degraded:
        logs.event("degraded", part=part)
    return assessor
