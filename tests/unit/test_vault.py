"""The deployment secret changes while talks go on, keys are lost, clocks jump: nothing splits or stays."""

import itertools
import time

import numpy as np
import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.clock import Clock, SetClock, SharedClock
from bot.converse import Stage
from bot.errors import KeyGone, SettingsError
from bot.loopback import Loopback
from bot.private import Address, Text
from bot.scripts import Store
from bot.settings import Settings, load
from bot.vault import Vault
from tests.stand_ins.parts import PHONE, ScriptedEngine, WordJudge

OLD, NEW, NEWER = (
    "the first deployment secret of all",
    "the second deployment secret, new",
    "the third deployment secret, newer",
)
NUMBERS = itertools.count(100)
"""The providers' ids go on, whichever process a message comes to."""


@pytest.fixture(autouse=True)
def _no_embedding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.judging.embed", lambda text: np.zeros(384, dtype=np.float32))
    monkeypatch.setattr("bot.dialogue.embed", lambda text: np.zeros(384, dtype=np.float32))


async def process(store: Store, clock: Clock, secret: str, previous: str = "") -> Stage:
    """A process with these secrets: gateway, worker and console in one."""
    settings = Settings(secret=secret, secret_previous=previous)
    whole = Hotline(settings, store, clock, {name: Loopback(name) for name in ("sms", "telegram")})
    whole.__dict__["engine"] = ScriptedEngine()
    stage = Stage(whole, WordJudge())
    stage._numbers = NUMBERS
    await stage.ready()
    return stage


async def conversations(store: Store) -> set[str]:
    return {name.decode().split(":")[3] async for name in store.scan_iter(match="hl:*:c:*")}


async def test_a_rolling_restart_neither_splits_nor_doubles_a_talk(store: Store, clock: SetClock) -> None:
    """Half the processes on the new secret, messages and turns on either, and back again."""
    first = await process(store, clock, OLD)
    assert len((await first.say("sms", PHONE, "is this job real")).replies) == 2
    second = await process(store, clock, NEW, OLD)
    third = await process(store, clock, OLD)  # an old one that is started during the roll
    for number, (takes_in, works) in enumerate(
        [(second, first), (first, second), (third, second), (second, third), (second, second)]
    ):
        message = Inbound("sms", f"SM{number}", PHONE, Text(f"and the contract {number}"), clock.now(), "en")
        assert await takes_in.whole.inbox.accept(message)
        other = first if takes_in is second else second
        assert not await other.whole.inbox.accept(message), "the provider's second copy was taken in"
        await works.ready()
        partition = takes_in.partition("sms", PHONE)
        assert len(await works.settle(partition, "sms")) == 1
    assert len(await conversations(store)) == 1


async def test_after_the_roll_the_old_secret_opens_nothing(store: Store, clock: SetClock) -> None:
    first = await process(store, clock, OLD)
    await first.say("sms", PHONE, "is this job real")
    await (await process(store, clock, NEW, OLD)).say("sms", PHONE, "and the contract")
    last = await process(store, clock, NEW)
    assert len((await last.say("sms", PHONE, "and the pay")).replies) == 1
    [conversation] = await conversations(store)
    thief = Vault(OLD, store, clock)
    with pytest.raises(KeyGone):
        await thief.key(conversation)
    assert await last.whole.vault.key(conversation)


async def test_secrets_can_change_twice_and_back(store: Store, clock: SetClock) -> None:
    await (await process(store, clock, OLD)).say("sms", PHONE, "is this job real")
    for secret, previous in [
        (NEW, OLD), (NEW, ""), (NEWER, NEW), (NEWER, f"{NEW}\n{OLD}"), (NEWER, ""), (OLD, NEWER), (OLD, "")
    ]:  # fmt: skip
        clock.move(31)
        stage = await process(store, clock, secret, previous)
        assert len((await stage.say("sms", PHONE, "and the contract")).replies) == 1
    assert len(await conversations(store)) == 1


async def test_a_secret_that_was_thrown_away_ends_the_talks_and_serves_new_ones(
    store: Store, clock: SetClock
) -> None:
    await (await process(store, clock, OLD)).say("sms", PHONE, "is this job real")
    stage = await process(store, clock, NEW)
    assert len((await stage.say("sms", PHONE, "is this job real")).replies) == 2


async def test_a_lost_day_key_costs_the_talk_and_no_message(store: Store, clock: SetClock) -> None:
    first = await process(store, clock, OLD)
    await first.say("sms", PHONE, "is this job real")
    [lost] = await conversations(store)
    await store.delete(keys.day(int(clock.now() // keys.DAY)))
    second = await process(store, clock, OLD)
    assert len((await second.say("sms", PHONE, "are you there")).replies) == 2
    assert len(await conversations(store)) == 2
    clock.move(61 * 60)
    await second.whole.sweep.run()
    await second.settle(keys.partition_of(lost), "sms")
    await second.settle(second.partition("sms", PHONE), "sms")
    assert await conversations(store) == set()


async def test_a_store_that_came_back_empty_is_agreed_upon(store: Store, clock: SetClock) -> None:
    """Both processes remember keys; one conversation comes of messages to either."""
    first, second = await process(store, clock, OLD), await process(store, clock, OLD)
    for stage in (first, second):
        await stage.ready()
        await stage.say("sms", PHONE, "is this job real")
    await store.flushall()
    for stage in (second, first):
        stage.whole.vault._agreed_at = float("-inf")  # two seconds later
        await stage.ready()
        await stage.say("sms", PHONE, "are you there")
    assert len(await conversations(store)) == 1


@pytest.mark.parametrize("hours", [-26, -5, 5, 26])
async def test_a_clock_that_jumps_ends_no_open_talk(
    store: Store, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """This machine's clock jumps; all go by the store's."""
    stage = await process(store, SharedClock(), OLD)
    await stage.say("sms", PHONE, "they locked me in")
    await stage.say("telegram", Address("700000001"), "is this job real")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
    for clock in (stage.whole.clock, SharedClock()):  # one that was running, and a process started after
        stage.whole.__dict__.pop("sweep", None)
        stage.whole.clock = clock
        await stage.whole.sweep.run()
        assert abs(clock.now() - real()) < 60
    for partition in range(keys.PARTITIONS):
        await stage.settle(partition, "sms")
    assert len(await conversations(store)) == 2
    assert len((await stage.say("telegram", Address("700000001"), "and the contract")).replies) == 1


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_store_whose_clock_jumps_keeps_nothing_longer(
    store: Store, clock: SetClock, hours: int
) -> None:
    stage = await process(store, clock, OLD)
    await stage.say("sms", PHONE, "is this job real")
    clock.move(hours * 3600)
    assert (await stage.say("sms", PHONE, "and the contract")).replies
    clock.move(62 * 60)
    await stage.whole.sweep.run()
    await stage.settle(stage.partition("sms", PHONE), "sms")
    assert await conversations(store) == set()


def test_a_previous_secret_that_never_was_one_is_refused() -> None:
    with pytest.raises(SettingsError, match="HOTLINE_SECRET_PREVIOUS") as refused:
        load({"HOTLINE_SECRET": OLD, "HOTLINE_SECRET_PREVIOUS": "too short"})
    assert "too short" not in str(refused.value)
    assert load({"HOTLINE_SECRET": NEW, "HOTLINE_SECRET_PREVIOUS": f"{OLD}\n{NEW}\n"}).previous_secrets == (
        OLD,
    )
