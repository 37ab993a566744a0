"""docker-compose.yml keeps what it promises: nothing on a disk, nobody reaches more than they need."""

import re
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from bot.settings import Settings, name_of
from tests.repo.compose_file import GIVEN, ROOT, read

WHOLE = read()
SERVICES: dict[str, dict[str, Any]] = WHOLE["services"]
KEPT = {"staff", "certificates"}
"""The only volumes: accounts, and the proxy's certificates."""
WORLD = {"proxy", "worker", "doctor"}
"""Who may reach the world: the proxy to fetch certificates, the worker to send, the doctor to ask."""
NOT_GIVEN = {
    *("HOTLINE_GATEWAY_PORT", "HOTLINE_CONSOLE_PORT", "HOTLINE_SANDBOX_PORT"),  # the networks' own
    *("HOTLINE_TWILIO_API_URL", "HOTLINE_TELEGRAM_API_URL"),  # the providers' own
}
MEETS = {
    "proxy": {"gateway", "console"},
    "engine": {"worker", "doctor"},
    "store": {"gateway", "console", "worker", "doctor"},
}


def mebibytes(size: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([mg])b?", size).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit == "g" else 1)


def neighbours(name: str) -> set[str]:
    """Who shares an internal network with it that is not only for metrics."""
    mine = set(SERVICES[name]["networks"]) - {"watch", "outside"}
    return {other for other, one in SERVICES.items() if other != name and mine & set(one["networks"])}


def test_it_is_a_compose_file() -> None:
    PyCompose.from_yaml(yaml.safe_dump(WHOLE))


def test_what_is_none_would_be_seen() -> None:
    broken = yaml.safe_load(yaml.safe_dump(WHOLE))
    broken["services"]["store"]["readonly"] = True
    with pytest.raises(ValueError, match="readonly"):
        PyCompose.from_yaml(yaml.safe_dump(broken))


def test_it_has_every_role() -> None:
    assert {"gateway", "worker", "console", "engine", "store", "proxy", "doctor"} == set(SERVICES)
    assert {profile for one in SERVICES.values() for profile in one["profiles"]} == {
        "door",
        "work",
        "store",
        "doctor",
    }


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_can_do_little(name: str) -> None:
    one = SERVICES[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    user, _, group = one["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert one["pids_limit"] > 0
    assert not {"cap_add", "privileged", "devices", "pid", "ipc", "network_mode", "env_file"} & set(one)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_of_a_container_reaches_a_disk(name: str) -> None:
    one = SERVICES[name]
    assert one["logging"] == {"driver": "none"}
    assert one["ulimits"]["core"] == 0
    assert one["memswap_limit"] == one["mem_limit"], "else its memory may be swapped"
    volumes = [volume.split(":") for volume in one.get("volumes", [])]
    assert {volume[0] for volume in volumes} <= KEPT
    assert all(re.search(r"uid=10001,.*mode=0700,.*noexec", place) for place in one["tmpfs"])


def test_only_two_volumes_are_kept_and_by_whom() -> None:
    assert set(WHOLE["volumes"]) == KEPT
    users = {name: one["volumes"] for name, one in SERVICES.items() if "volumes" in one}
    assert users == {
        "proxy": ["certificates:/data"],
        "console": ["staff:/staff"],
        "doctor": ["staff:/staff:ro"],
    }


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"doctor"}))
def test_a_container_runs_for_ever_says_how_it_is_and_ends_in_peace(name: str) -> None:
    one = SERVICES[name]
    assert one["restart"] == "unless-stopped"
    assert one["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert one["healthcheck"]["retries"] <= 5
    assert int(one["stop_grace_period"].removesuffix("s")) >= 5


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert {name for name, one in SERVICES.items() if one.get("ports") or one.get("expose")} == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["80:8080", "443:8443"]


def test_who_can_reach_the_world() -> None:
    networks = WHOLE["networks"]
    assert {name for name, one in networks.items() if not (one or {}).get("internal")} == {"outside"}
    assert {name for name, one in SERVICES.items() if "outside" in one["networks"]} == WORLD


@pytest.mark.parametrize("name", sorted(MEETS))
def test_who_can_reach_whom(name: str) -> None:
    assert neighbours(name) == MEETS[name]


def test_a_store_elsewhere_can_be_reached() -> None:
    networks = read({**GIVEN, "HOTLINE_STORE_IS_HERE": "false"})["networks"]
    assert networks["memory"]["internal"] is False
    assert SERVICES["gateway"]["depends_on"]["store"]["required"] is False


def test_the_store_keeps_nothing_and_throws_nothing_away() -> None:
    store = SERVICES["store"]
    given = dict(zip(store["command"][2::2], store["command"][3::2], strict=True))
    assert given["--save"] == ""
    assert given["--appendonly"] == "no"
    assert given["--maxmemory-policy"] == "noeviction"
    assert any(place.startswith(f"{given['--dir']}:") for place in store["tmpfs"])
    assert mebibytes(given["--maxmemory"]) <= 0.8 * mebibytes(store["mem_limit"])


def test_secrets_are_files_and_only_with_whom_they_belong() -> None:
    assert all(one["file"].startswith("./secrets/") for one in WHOLE["secrets"].values())
    assert SERVICES["engine"]["secrets"] == ["engine_token"]
    assert SERVICES["store"]["secrets"] == ["store_conf"]
    assert "secrets" not in SERVICES["proxy"]
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for one in SERVICES.values():
        for name, value in one.get("environment", {}).items():
            if re.search(r"SECRET|TOKEN|STORE_URL", name):
                assert name.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in one["secrets"]


@pytest.mark.parametrize("name", ["gateway", "worker", "console", "doctor"])
def test_settings_are_ours(name: str) -> None:
    known = {name_of(setting) for setting in Settings.__slots__}
    named = {one for one in SERVICES[name]["environment"] if one.startswith("HOTLINE_")}
    given = {one if one in known else one.removesuffix("_FILE") for one in named}
    assert given - known == set()
    assert {name_of("secret"), name_of("store_url"), name_of("engine_token")} <= given


def test_every_setting_can_be_given() -> None:
    """One that Compose does not pass on would be set in .env and change nothing."""
    known = {name_of(setting) for setting in Settings.__slots__}
    named = SERVICES["worker"]["environment"]
    assert {one for one in known if one not in named and f"{one}_FILE" not in named} == NOT_GIVEN


def test_images_have_a_version() -> None:
    images = [one["image"] for one in SERVICES.values()]
    bases = re.findall(
        r"^\s*FROM (\S+)",
        "".join(
            (ROOT / name).read_text(encoding="utf-8")
            for name in ("Dockerfile", "dialogues/Dockerfile", "docker-compose.yml")
        ),
        re.MULTILINE,
    )
    ours = {image for image in images if image.startswith("hotline")}
    for image in [*(set(images) - ours), *bases]:
        assert re.search(r":\d+\.\d+\.\d+", image), image


def test_the_proxy_lets_in_what_the_channels_declare() -> None:
    proxy = (ROOT / WHOLE["configs"]["caddyfile"]["file"]).read_text(encoding="utf-8")
    [paths] = re.findall(r"^\s*path (.+)$", proxy, re.MULTILINE)
    declared = set()
    for channel in ("sms", "telegram"):
        source = (ROOT / "bot" / "channels" / channel / "webhook.py").read_text(encoding="utf-8")
        declared |= set(re.findall(r'Route\("([^"]+)"', source))
    assert set(paths.split()) == declared
    assert set(re.findall(r"\{\$(\w+)\}", proxy)) == {"HOTLINE_PUBLIC_URL", "HOTLINE_CONSOLE_URL"}
    assert proxy.count("{") == proxy.count("}")
    for port in ("8080", "8443"):
        assert port in proxy
