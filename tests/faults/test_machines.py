"""The same roles on several machines' stores: under Sentinels and on a cluster, a primary killed under way.

Each about half a minute.
"""

import asyncio
import os

import pytest

from bot.copies import Copies
from bot.errors import StoreDown, StoreRefused
from bot.store import connect, refuse_if_persistent
from tests.faults.campaign import quiet
from tests.faults.house import House, house_on, until
from tests.faults.talks import Person, live, on_duty, verdict
from tests.stand_ins.servers import Server, slotted, watched

ROLES = ("gateway-0", "gateway-1", "worker-0", "worker-1", "engine")


def people() -> list[Person]:
    """Every end on both channels, with and without haste."""
    made = []
    for number, end in enumerate(("leave", "delete", "danger") * 2):
        made.append(Person("sms", f"+35567000000{number}", 3, number % 2 == 0, end))
        made.append(Person("telegram", f"mira {number}", 3, number % 2 == 1, end))
    return made


async def talk_through(built: House, primary: Server) -> list[Person]:
    """All of them at once; the primary dies when the first is answered."""
    cast = people()
    async with on_duty(built):
        talks = [asyncio.create_task(live(built, person)) for person in cast]
        await built.sandbox.until(lambda: any(built.sandbox.answers(one.phone) for one in cast), 30)
        primary.kill()
        await asyncio.gather(*talks)
        await until(lambda: quiet(built), 30, "everything is out")
    return cast


async def test_a_fail_over_under_sentinels_loses_and_doubles_nothing() -> None:
    with watched() as servers:
        async with house_on(servers.url, ROLES, "real") as built:
            first = servers.primary()
            cast = await talk_through(built, first)
            assert verdict(built, cast)[1] == []
            assert servers.primary() is not first


@pytest.mark.skipif(
    os.environ.get("HOTLINE_CLUSTER_FAULTS") != "1",
    reason="not every run ended in time (bot/operating/RUNBOOK.md)",
)
async def test_a_fail_over_on_a_cluster_loses_and_doubles_nothing() -> None:
    with slotted() as servers:
        async with house_on(servers.url, ROLES, "real") as built:
            cast = await talk_through(built, servers.holder("hl:{p1}:inbox"))
            assert verdict(built, cast)[1] == []


async def test_a_node_that_persists_is_refused_wherever_it_is() -> None:
    with watched() as servers, slotted() as cluster:
        for url, nodes in ((servers.url, servers.nodes), (cluster.url, cluster.nodes)):
            client = connect(url)
            await refuse_if_persistent(client)
            with nodes[-1].asked() as node:
                node.config_set("save", "900 1")
            with pytest.raises(StoreRefused, match="save"):
                await refuse_if_persistent(client)
            await client.aclose()


async def test_what_no_replica_has_does_not_count() -> None:
    """And where there is no replica at all, what one server has does."""
    with watched() as servers:
        client = connect(servers.url)
        copies = Copies(client)
        await copies.made("hl:{p1}:inbox")
        primary = servers.primary()
        with primary.asked() as node:
            node.config_set("min-replicas-to-write", 0)
        for one in servers.nodes:
            if one is not primary:
                one.freeze()
        with pytest.raises(StoreDown, match="no replica"):
            await copies.made("hl:{p1}:inbox")
        for one in servers.nodes:
            if one is not primary:
                one.kill()
        await until(lambda: _alone(primary), 20, "the primary knows that it is alone")
        await Copies(client).made("hl:{p1}:inbox")
        await client.aclose()


def _alone(primary: Server) -> bool:
    return int(primary.info("replication")["connected_slaves"]) == 0
