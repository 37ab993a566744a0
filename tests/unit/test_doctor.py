"""`hotline doctor` finds what is wrong here, and says how to mend it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import doctor, logs
from bot.bootstrap import Hotline
from bot.clock import Clock
from bot.operating.checks import Wrong, here, store
from bot.settings import Settings
from bot.store import Embedded, connect
from tests.conftest import SECRET

TOKEN = "token-canary"


async def test_the_exit_code_counts_and_json_tells_the_same(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "silence_libraries", lambda: None)

    async def well(_: Hotline) -> str:
        return "good"

    async def wrong(_: Hotline) -> str:
        raise Wrong("broken", "mend it so")

    async def soon(_: Hotline) -> str:
        raise Wrong("old", "renew it", soon=True)

    async def stumbles(_: Hotline) -> str:
        raise ValueError(TOKEN)

    monkeypatch.setattr(doctor, "CHECKS", {"a": well, "b": wrong, "c": soon, "d": stumbles})
    assert await doctor.examine(Settings(secret=SECRET, store_url=store_url)) == 2
    lines = capsys.readouterr().out
    assert "WRONG  b: broken. Mend: mend it so." in lines
    assert await doctor.examine(Settings(secret=SECRET, store_url=store_url), as_json=True) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [one["state"] for one in told["checks"]] == ["ok", "wrong", "soon", "wrong"]
    assert told["checks"][1] == {"name": "b", "state": "wrong", "says": "broken", "mend": "mend it so"}
    assert TOKEN not in lines


@pytest.fixture
def own() -> Iterator[Embedded]:
    with Embedded() as embedded:
        yield embedded


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("maxmemory-policy", "allkeys-lru", "throws messages away"),
        ("appendonly", "yes", "appendonly"),
        ("save", "900 1", "save"),
        ("maxmemory", "1", "no writes"),
    ],
)
async def test_a_store_that_forgets_too_little_or_too_much_is_found(
    own: Embedded, name: str, value: str, says: str
) -> None:
    client = connect(own.url)
    whole = Hotline(Settings(secret=SECRET, store_url=own.url), client, Clock(), {})
    assert "keeps nothing" in await store.forgets(whole)
    await client.config_set(name, value)
    found = await doctor._run("store", store.forgets, whole)
    await client.aclose()
    assert found.state != "ok"
    assert says in found.says or "nearly full" in found.says


async def test_swap_on_a_disk_is_found(
    whole: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swaps, group, mapped = tmp_path / "swaps", tmp_path / "swap.max", tmp_path / "block"
    for name, path in (("SWAPS", swaps), ("GROUP_SWAP", group), ("MAPPED", mapped)):
        monkeypatch.setattr(here, name, path)
    head = "Filename Type Size Used Priority\n"
    swaps.write_text(head)
    assert "no swap" in await here.nothing_swapped(whole)
    swaps.write_text(f"{head}/dev/zram0 partition 1 0 5\n")
    assert "no swap" in await here.nothing_swapped(whole)
    swaps.write_text(f"{head}/dev/sda2 partition 1 0 5\n")
    with pytest.raises(Wrong, match="could reach a disk"):
        await here.nothing_swapped(whole)
    group.write_text("0\n")
    assert "this container may not use it" in await here.nothing_swapped(whole)
    group.unlink()
    swaps.write_text(f"{head}/dev/dm-3 partition 1 0 5\n")
    (mapped / "dm-3" / "dm").mkdir(parents=True)
    (mapped / "dm-3" / "dm" / "uuid").write_text("CRYPT-PLAIN-swap\n")
    assert "no swap" in await here.nothing_swapped(whole)


async def test_files_that_others_can_read_are_found(
    whole: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, staff = tmp_path / "secret", tmp_path / "staff.sqlite"
    for path in (secret, staff):
        path.write_text("x")
        path.chmod(0o644)
    monkeypatch.setenv("HOTLINE_SECRET_FILE", str(secret))
    whole.settings = replace(whole.settings, staff_file=str(staff))
    with pytest.raises(Wrong, match="HOTLINE_SECRET_FILE"):
        await here.secrets_ours_alone(whole)
    with pytest.raises(Wrong, match="others may read"):
        await here.accounts(whole)
    for path in (secret, staff):
        path.chmod(0o600)
    assert "ours alone" in await here.secrets_ours_alone(whole)
    assert "ours alone" in await here.accounts(whole)


async def test_a_time_zone_that_does_not_exist_is_found(
    whole: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Nowhere")
    with pytest.raises(Wrong, match="does not exist"):
        await here.time_zone(whole)
