"""Readiness, gauges and alerts tell the truth, and nothing of anybody."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest, start_http_server
from starlette.applications import Starlette

from bot import keys, metrics
from bot.bootstrap import Hotline
from bot.channels.base import Outgoing, Sent
from bot.children import free_port
from bot.clock import Clock, SetClock
from bot.converse import Stage
from bot.errors import ChannelError, NeverAgain, OperatorNeeded, TryLater
from bot.loopback import Loopback
from bot.operating import gauges
from bot.operating.health import Health, look
from bot.operating.healthy import healthy
from bot.operating.signs import Signs, Watched
from bot.private import Address, Text
from bot.roles import gateway_app, server
from bot.scripts import Store
from bot.settings import Settings
from bot.store import Embedded, connect
from escalation.cases.hours import Hours
from escalation.cases.hours_file import DAYS
from tests.conftest import SECRET
from tests.stand_ins.parts import PHONE, ScriptedEngine
from tests.unit.cases.test_desk import show

PARTS = ("engine", "sms")


class Moody(Loopback):
    """Sends and deletes, or fails as it is told."""

    error: ChannelError | None = None
    deletes_log = True

    async def send(self, message: Outgoing) -> Sent:
        if self.error is not None:
            raise self.error
        return await super().send(message)

    async def delete(self, provider_ids: Sequence[str]) -> None:
        if self.error is not None:
            raise self.error


async def seen(whole: Hotline) -> Health:
    return await look(whole.store, whole.clock, PARTS, whole.hours)


async def test_a_quiet_hotline_is_well(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    await whole.store.zadd(keys.WORKERS, {"w": clock.now()})
    assert [name for name, part in (await seen(whole)).parts().items() if not part["ok"]] == []


async def test_without_a_worker_nobody_is_served(whole: Hotline) -> None:
    health = await seen(whole)
    assert health.unserved == keys.PARTITIONS
    assert not health.parts()["worker"]["ok"]


async def test_danger_without_a_human_is_counted_until_one_reads(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "he hits me")
    await talk.say("sms", Address("+355691234568"), "a human please")
    clock.move(200)
    health = await seen(whole)
    assert (health.danger, health.danger_s, health.cases) == (1, 200, 2)
    assert not health.parts()["danger"]["ok"]
    assert not health.parts()["counsellors"]["ok"]

    await whole.cases.duty.present("anna")
    first = (await whole.cases.rows())[0]
    await whole.desk.claim(first.id, "anna")
    await show(whole, first.id)
    assert (await seen(whole)).danger == 0
    assert (await seen(whole)).parts()["counsellors"]["ok"]

    await talk.say("sms", PHONE, "are you there?")
    clock.move(30)
    assert (await seen(whole)).danger_s == 30
    await show(whole, first.id)
    assert (await seen(whole)).danger == 0


async def test_outside_opening_hours_somebody_is_wanted_only_for_danger(
    talk: Stage, whole: Hotline, tmp_path: Path
) -> None:
    path = tmp_path / "hours.yml"
    week = "".join(f"  {day}: 20:00-21:00\n" for day in DAYS)  # it is eight in the morning
    path.write_text(f"en:\n  zone: UTC\n  holidays_of: []\n{week}", encoding="utf-8")
    await talk.say("sms", Address("+355691234568"), "a human please")
    assert (await seen(whole)).expected == 1
    health = await look(whole.store, whole.clock, PARTS, Hours(str(path)))
    assert (health.cases, health.expected) == (1, 0)
    assert health.parts()["counsellors"]["ok"]
    await talk.say("sms", PHONE, "he hits me")
    health = await look(whole.store, whole.clock, PARTS, Hours(str(path)))
    assert (health.cases, health.expected) == (2, 1)
    assert not health.parts()["counsellors"]["ok"]


async def test_a_message_without_its_turn_and_an_answer_not_out_grow_old(
    whole: Hotline, store: Store
) -> None:
    seconds, _ = await store.time()
    await store.xadd(keys.inbox(3), {"c": "3-x"}, id=f"{(seconds - 100) * 1000}-0")
    await store.xadd(keys.outbox(5), {"c": "5-x"}, id=f"{(seconds - 300) * 1000}-0")
    health = await seen(whole)
    assert (health.inbox, health.outbox) == (1, 1)
    assert health.inbox_s == pytest.approx(100, abs=5)
    assert health.outbox_s == pytest.approx(300, abs=5)
    parts = health.parts()
    assert not parts["inbox"]["ok"]
    assert not parts["outbox"]["ok"]


async def test_an_engine_that_fails_is_seen_and_one_sign_of_life_ends_it(
    whole: Hotline, clock: SetClock, engine: ScriptedEngine
) -> None:
    engine.down = True
    await gauges.feel(whole, "w")
    clock.move(120)
    await gauges.feel(whole, "w")
    assert (await seen(whole)).failing["engine"] == 120
    engine.down = False
    await gauges.feel(whole, "w")
    assert (await seen(whole)).failing["engine"] == 0


@pytest.mark.parametrize(
    ("error", "failing"), [(OperatorNeeded(20003), 90), (TryLater(), 90), (NeverAgain(), 0)]
)
async def test_a_provider_that_refuses_is_seen(
    whole: Hotline, clock: SetClock, error: ChannelError, failing: float
) -> None:
    channel = Moody("sms")
    watched = Watched(channel, Signs(whole.store, clock))
    message = Outgoing("1", "sms", PHONE, Text("hello"))
    channel.error = error
    for wait in (90, 0):
        with pytest.raises(type(error)):
            await watched.send(message)
        clock.move(wait)
    assert (await seen(whole)).failing["sms"] == failing
    channel.error = None
    await watched.send(message)
    assert (await seen(whole)).failing["sms"] == 0


async def test_deletions_that_fail_are_seen(whole: Hotline, clock: SetClock) -> None:
    channel = Moody("sms")
    await whole.deletions.add(0, ["sms|SM1"])
    assert (await seen(whole)).deletions_failing == 0
    channel.error = TryLater(20009)
    for _ in range(5):
        await whole.deletions.run({"sms": channel})
        clock.move(keys.HOUR)
    health = await seen(whole)
    assert (health.deletions, health.deletions_failing) == (1, 1)
    assert not health.parts()["deletions"]["ok"]


async def test_deletions_nobody_tries_are_overdue(whole: Hotline, clock: SetClock) -> None:
    await whole.deletions.add(0, ["sms|SM1"])
    clock.move(keys.HOUR)
    assert (await seen(whole)).deletions_s == keys.HOUR
    assert not (await seen(whole)).parts()["deletions"]["ok"]


async def asked(app: Starlette) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return await client.get("/health/ready")


async def test_readiness_names_the_parts_and_nobody(talk: Stage, whole: Hotline) -> None:
    await talk.say("sms", PHONE, "he hits me")
    answer = await asked(gateway_app(whole))
    assert answer.status_code == 200
    body = answer.json()
    assert body["ready"] is True
    named = {"store", "worker", "engine", "inbox", "outbox", "danger", "counsellors", "deletions"}
    assert named <= set(body["parts"])
    [row] = await whole.cases.rows()
    for private in (row.id, row.alias, PHONE.reveal()[-6:]):
        assert private not in answer.text


@pytest.fixture
def store_of_its_own() -> Iterator[Embedded]:
    with Embedded() as store:
        yield store


async def test_a_gateway_that_cannot_keep_a_message_is_not_ready(store_of_its_own: Embedded) -> None:
    client = connect(store_of_its_own.url)
    app = gateway_app(Hotline(Settings(secret=SECRET), client, Clock(), {}))
    assert (await asked(app)).status_code == 200
    await client.config_set("maxmemory", "1")
    full = await asked(app)
    assert (full.status_code, full.json()["ready"]) == (503, False)
    await client.config_set("maxmemory", "0")
    assert (await asked(app)).status_code == 200
    store_of_its_own.stop()
    assert (await asked(app)).status_code == 503
    await client.aclose()


async def test_nothing_of_anybody_is_in_the_gauges(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    await talk.say("sms", PHONE, "he hits me")
    clock.move(60)
    gauges.show(await seen(whole))
    shown = generate_latest(metrics.REGISTRY).decode()
    assert "hotline_danger_unanswered_oldest_seconds 60.0" in shown
    [row] = await whole.cases.rows()
    assert not [one for one in (row.id, row.alias, PHONE.reveal()[-6:]) if one in shown]


async def test_signs_are_kept_for_an_hour_at_most(whole: Hotline, clock: SetClock) -> None:
    signs = Signs(whole.store, clock)
    await signs.works("engine")
    await signs.fails("sms")
    assert 0 < await whole.store.ttl(keys.SIGNS) <= keys.HOUR
    assert keys.SIGNS in {kept.pattern for kept in keys.KEPT}


async def test_a_sign_that_cannot_be_left_costs_nobody_an_answer(store_of_its_own: Embedded) -> None:
    client = connect(store_of_its_own.url)
    store_of_its_own.stop()
    watched = Watched(Loopback("sms"), Signs(client, Clock()))
    assert await watched.send(Outgoing("1", "sms", PHONE, Text("hello"))) == Sent("1")
    await client.aclose()


def test_a_worker_is_well_while_its_beat_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("HOTLINE_METRICS_PORT", str(port))
    assert not healthy("worker")
    gauges.beat()
    serving, thread = start_http_server(port, addr="127.0.0.1", registry=metrics.REGISTRY)
    assert healthy("worker")
    monkeypatch.setattr("bot.operating.healthy.BEAT_S", -1.0)
    assert not healthy("worker")
    serving.shutdown()
    serving.server_close()
    thread.join()


async def test_a_gateway_is_well_while_it_is_ready(
    store_of_its_own: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("HOTLINE_GATEWAY_PORT", str(port))
    client = connect(store_of_its_own.url)
    running = server(gateway_app(Hotline(Settings(secret=SECRET), client, Clock(), {})), "127.0.0.1", port)
    serving = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    assert await asyncio.to_thread(healthy, "gateway")
    await client.config_set("maxmemory", "1")
    assert not await asyncio.to_thread(healthy, "gateway")
    running.should_exit = True
    await serving
    await client.aclose()


def test_what_readiness_says_is_plain_json() -> None:
    assert json.loads(json.dumps(Health().parts()))
