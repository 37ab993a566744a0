"""A store's address: one server, Sentinels, a cluster."""

import pytest

from bot.cluster import Cluster
from bot.errors import SettingsError
from bot.sentinel import Following
from bot.store import connect
from bot.store_address import hosts_of, read


def test_sentinels_are_read() -> None:
    found = read("redis+sentinel://anna:p%40ss@one:26380,two,[::1]:7/main?sentinel_password=other")
    assert (found.form, found.service) == ("sentinel", "main")
    assert found.hosts == (("one", 26380), ("two", 26379), ("::1", 7))
    assert found.options == {"username": "anna", "password": "p@ss", "sentinel_password": "other"}


def test_a_cluster_is_read_over_tls() -> None:
    found = read("rediss+cluster://:secret@one,two:7000?ssl_ca_certs=/run/ca.pem")
    assert (found.form, found.hosts) == ("cluster", (("one", 6379), ("two", 7000)))
    assert found.options == {"password": "secret", "ssl": True, "ssl_ca_certs": "/run/ca.pem"}


def test_the_hosts_of_one_server_are_its_own() -> None:
    assert hosts_of("redis://:secret@one:7000/0") == (("one", 7000),)


async def test_each_form_has_its_client() -> None:
    for url, kind in (
        ("redis+sentinel://:secret@one/main", Following),
        ("rediss+sentinel://:secret@one/main", Following),
        ("redis+cluster://:secret@one", Cluster),
        ("rediss+cluster://:secret@one", Cluster),
    ):
        client = connect(url)
        assert type(client) is kind
        await client.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://:secret@one",
        "redis+sentinel:///main",
        "redis+sentinel://:secret@one,,two/main",
        "redis+sentinel://:secret@one:port/main",
        "redis+cluster://:secret@one/main",
        "redis+cluster://",
        "redis+other://:secret@one",
        "unix+cluster://:secret@one",
        "http+sentinel://:secret@one/main",
    ],
)
def test_a_wrong_one_names_the_setting_and_not_its_value(url: str) -> None:
    with pytest.raises(SettingsError, match="HOTLINE_STORE_URL") as wrong:
        connect(url)
    assert "secret" not in str(wrong.value)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(read("redis+cluster://:secret@one"))
