"""However a talk ends, and wherever a process dies meanwhile: nothing of it is left anywhere."""

import os
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Literal, cast

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot import keys
from bot.bootstrap import Hotline
from bot.channels.base import Channel, Inbound, Outgoing, Sent
from bot.clock import SetClock
from bot.errors import TryLater
from bot.loopback import Loopback
from bot.private import Address, Text
from bot.sender import Sender
from bot.settings import Settings
from tests.stand_ins.mortal import Died, Fate, Mortal
from tests.stand_ins.parts import ScriptedEngine, WordJudge

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a death somewhere else is no simpler one
SECRET = "a deployment secret for tests, long enough"
PERSON = {"sms": Address("+355690000001"), "telegram": Address("700000001")}
LAST = ("Done. Nothing", "Okay, we will", "Thank you, and bye")
type End = Literal["delete", "stop", "left", "close", "silence", "age", "expired"]
ASKED: tuple[End, ...] = ("delete", "stop", "left", "close")
"""The ends with which a Telegram chat is emptied."""
ENDS: tuple[End, ...] = ("delete", "stop", "left", "close", "silence", "age", "expired")


class Provider(Loopback):
    """Keeps what it was given, as Twilio its log and Telegram its chats, until it is told to delete it."""

    def __init__(self, name: str, clock: SetClock) -> None:
        super().__init__(name)
        self.deletes_log = self.can_list = name == "sms"
        self.wipes_chat = name == "telegram"
        self.down = False
        self.kept: dict[str, tuple[str, float]] = {}
        self.shown: list[tuple[str, str, str]] = []
        """What the person was sent and it was not taken back: our id, the provider's, the words."""
        self.numbers: dict[str, int] = {}
        self.vanished: list[str] = []
        """Their own words that were taken out of the chat though no end asked for it."""
        self._clock = clock

    def took(self, provider_id: str, text: str) -> int:
        """Returns the number it has, where messages are numbered through."""
        self.kept[provider_id] = (text, self._clock.now())
        self.numbers[provider_id] = len(self.numbers) + 1
        return self.numbers[provider_id] if self.wipes_chat else 0

    def owed_id(self, message: Inbound) -> str | None:
        return message.provider_id if self.deletes_log else None

    def shown_id(self, message: Inbound) -> str | None:
        return message.provider_id if self.wipes_chat else None

    async def send(self, message: Outgoing) -> Sent:
        sid = f"out-{len(self.numbers)}"
        self.shown.append((message.id, sid, message.text.reveal()))
        return Sent(sid, self.took(sid, message.text.reveal()))

    async def was_sent(self, message: Outgoing, since: float) -> Sent | None:
        return next((Sent(sid) for one, sid, _ in self.shown if one == message.id), None)

    async def delete(self, provider_ids: Sequence[str]) -> None:
        if self.down:
            raise TryLater(503)
        for one in provider_ids:
            first, span, end = one.partition("..")
            for gone in self._between(first, end) if span else [one]:
                self.kept.pop(gone, None)

    def _between(self, first: str, end: str) -> list[str]:
        known = list(self.kept)
        start = known.index(first) + 1 if first in known else 0
        return known[start : known.index(end) if end in known else None]

    def unheard(self, after: str, before: str | None) -> str | None:
        return f"{after}..{before or ''}" if self.wipes_chat else None

    async def take_back(self, address: Address, numbers: range, known: Collection[str]) -> None:
        if self.down:
            raise TryLater(503)
        gone = [one for one in self.kept if self.numbers[one] in numbers and one not in known]
        self.vanished += [one for one in gone if one.startswith("in-")]
        self.shown = [one for one in self.shown if one[1] not in gone]
        for one in gone:
            del self.kept[one]

    async def leftovers(self, now: float) -> list[str]:
        return [one for one, (_, at) in self.kept.items() if self.deletes_log and at < now - keys.HOUR]


class Process:
    """One life of gateway, worker and console on the store."""

    def __init__(self, store: Mortal, providers: dict[str, Provider], clock: SetClock) -> None:
        channels = cast(dict[str, Channel], providers)
        self.whole = Hotline(Settings(secret=SECRET), store, clock, channels)
        self.whole.__dict__["engine"] = ScriptedEngine()
        self.worker = self.whole.worker(WordJudge())
        whole = self.whole
        self.sender = Sender(
            whole.outbox, whole.inbox, whole.deletions, whole.channels, clock, whole.deliveries.out
        )

    async def work(self) -> None:
        """All there is to do: what was begun and what is new, what is over, what is to be deleted."""
        await self.worker.hold()
        await self.whole.sweep.run()
        for partition in range(keys.PARTITIONS):
            for again in (True, False):
                while await self.worker.turn_once(partition, again=again, block_ms=0) is not None:
                    pass
            for again in (True, False):
                while entries := await self.whole.outbox.next(partition, again=again, block_ms=0):
                    await self.sender.send(partition, entries)
        await self.whole.store.delete(keys.LOOKED)
        await self.whole.deletions.look_through(self.whole.channels)
        await self.whole.deletions.run(self.whole.channels)


class Scene:
    """A talk with one person, and a house in which processes die."""

    def __init__(self, store: Mortal, deaths: Sequence[int]) -> None:
        self.store, self.clock = store, SetClock()
        self.providers = {name: Provider(name, self.clock) for name in ("sms", "telegram")}
        self.process = Process(store, self.providers, self.clock)
        self.fate: Fate = store.connection_pool.fate  # type: ignore[attr-defined]
        self.deaths = list(deaths)
        self.numbers = 0

    async def through(self, act: Callable[[Process], Awaitable[None]]) -> None:
        """Do it, dying as fate wills, again and again until it was done in one life."""
        while True:
            self.fate.left = self.deaths.pop(0) if self.deaths else -1
            try:
                await act(self.process)
            except (Died, BaseExceptionGroup):
                await self.store.connection_pool.disconnect()
                self.process = Process(self.store, self.providers, self.clock)
            else:
                self.fate.left = -1
                return

    def wrote(self, channel: str, text: str, kind: Literal["text", "left"] = "text") -> Inbound:
        self.numbers += 1
        provider_id, number = f"in-{self.numbers}", 0
        if kind == "text":
            number = self.providers[channel].took(provider_id, text)
        now = self.clock.now()
        return Inbound(channel, provider_id, PERSON[channel], Text(text), now, "en", kind, number)

    async def say(self, channel: str, text: str, kind: Literal["text", "left"] = "text") -> None:
        message = self.wrote(channel, text, kind)

        async def act(process: Process) -> None:
            await process.whole.inbox.accept(message)
            await process.work()

        await self.through(act)

    async def conversation(self, channel: str) -> str:
        vault = self.process.whole.vault
        await vault.agree()
        hashed = vault.hashed(channel, PERSON[channel])
        return cast(bytes, await self.store.get(keys.at(vault.partition(hashed), hashed))).decode()


async def end(scene: Scene, channel: str, how: End, *, answering: bool) -> None:
    deaths, scene.deaths = scene.deaths, []
    case = how == "close" or answering
    await scene.say(channel, "they locked me in" if case else "is this job real")
    conversation = await scene.conversation(channel)
    if case:
        await scene.process.whole.desk.claim(conversation, "anna")
        await scene.process.work()
    if answering:
        await scene.process.whole.desk.answer(conversation, "anna", "I am here")
    scene.deaths = deaths
    if how in ("delete", "stop"):
        await scene.say(channel, how.upper())
    elif how == "left":
        await scene.say(channel, "", "left")
    elif how == "close":
        scene.clock.move(1)

        async def close(process: Process) -> None:
            await process.whole.desk.close(conversation, "anna", wipe_chat=True)
            await process.work()

        await scene.through(close)
    else:
        scene.clock.move({"silence": 61 * 60, "age": 25 * 3600, "expired": 5 * 3600}[how])
        if how == "expired":  # nothing ran for hours: the store itself let these go
            gone = [keys.of(conversation, part) for part in ("key", "card", "talk", "way")]
            await scene.store.delete(
                *gone, *[name async for name in scene.store.scan_iter(match="hl:*:at:*")]
            )
        await scene.through(lambda process: process.work())
        scene.clock.move(120)
        await scene.through(lambda process: process.work())


async def time_passes(scene: Scene) -> None:
    for seconds in (61, keys.MINUTE * 5, keys.HOUR + 1, keys.HOUR + 1):
        scene.clock.move(seconds)
        await scene.process.work()


async def assert_nothing_left(scene: Scene, channel: str, how: End, asked_again: int = 0) -> None:
    names = [name.decode() async for name in scene.store.scan_iter()]
    assert not [
        n for n in names if any(part in n for part in (":c:", ":at:", ":trying:", ":case:", ":report:"))
    ]
    for partition in range(keys.PARTITIONS):
        for name in (keys.inbox(partition), keys.outbox(partition)):
            assert await scene.store.xlen(name) == 0
        for name in (keys.due(partition), keys.since(partition), keys.ends(partition)):
            assert await scene.store.zcard(name) == 0
    assert await scene.process.whole.cases.rows() == []
    provider = scene.providers[channel]
    left = [text for text, _ in provider.kept.values()]
    if channel == "sms":
        assert left == []
    elif how in ASKED:
        assert [text for text in left if not text.startswith(LAST)] == []
    texts = [text for *_, text in provider.shown]
    assert provider.vanished == []
    last = [place for place, text in enumerate(texts) if text.startswith(LAST)]
    assert bool(last) == (how in ("delete", "stop", "close"))
    assert all(text.startswith(LAST) for text in texts[last[0] :]) if last else True
    assert len(last) <= 1 + asked_again, "the last text came twice"


@pytest.mark.parametrize("channel", ["sms", "telegram"])
@pytest.mark.parametrize("how", ENDS)
async def test_every_end_leaves_nothing(mortal: Mortal, channel: str, how: End) -> None:
    await mortal.flushall()
    scene = Scene(mortal, [])
    await end(scene, channel, how, answering=False)
    await time_passes(scene)
    await assert_nothing_left(scene, channel, how)


@settings(
    max_examples=int(os.environ.get("HOTLINE_EXAMPLES", "60")),
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    channel=st.sampled_from(["sms", "telegram"]),
    how=st.sampled_from(ENDS),
    deaths=st.lists(st.integers(0, 160), min_size=1, max_size=3),
    answering=st.booleans(),
    again=st.booleans(),
    down=st.booleans(),
)
# A new process that had nothing to do but to send: it sent the last text for ever.
@example(channel="sms", how="close", deaths=[160, 123, 137], answering=False, again=False, down=False)
async def test_wherever_a_process_dies_nothing_is_left(
    mortal: Mortal, channel: str, how: End, deaths: list[int], answering: bool, again: bool, down: bool
) -> None:
    await mortal.flushall()
    scene = Scene(mortal, deaths)
    scene.providers[channel].down = down
    await end(scene, channel, how, answering=answering and how not in ("silence", "expired"))
    again = again and how in ("delete", "stop")
    if again:
        await scene.say(channel, how.upper())
    await time_passes(scene)
    if down:
        owing = await scene.process.whole.deletions.owing()
        assert owing.waiting > 0 or (channel == "telegram" and how not in ASKED)
        scene.providers[channel].down = False
        for _ in range(4):
            await time_passes(scene)
    await assert_nothing_left(scene, channel, how, int(again))
