"""With debug logging forced on in every library, nothing of a person comes out of any process, into any file.

What `make run` starts, with every role made as loud as it can be (loud.py): people text over both channels,
in ways that work and in ways that fail in every role, a counsellor answers and closes. Then all that the
processes wrote is searched for the words, numbers, chat ids and names that went through them.
"""

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.children import free_port
from bot.settings import ROOT
from tests.conftest import SECRET
from tests.privacy.loud import BOOM, HERE, PYTHON
from tests.privacy.loud_house import HOSTILE, Console, House, loud_house, mark, until

FIRST_CHAT = 700_000_001
TO_A_PERSON = (
    "Starting store",
    "Ready after",
    "The hotline is running",
    "Phones to text from",
    "Counsellor console",
    "name demo",
    "(press Enter",
    "Stopping",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with loud_house(tmp_path_factory.mktemp("loud")) as started:
        yield started


def test_all_of_it_speaks_and_nothing_of_a_person_is_in_it(house: House) -> None:
    desk = Console(house)
    desk.sign_in()
    _talks_that_work(house)
    _requests_that_fail(house)
    _failures_in_every_role(house, desk)
    metrics = _metrics(house)
    house.process.terminate()
    house.process.wait(30)
    written = {**house.written(), **metrics}
    found = [
        f"{what} in {name}"
        for what, words in house.marks.items()
        for name, content in written.items()
        if words.lower().encode() in content.lower()
    ]
    assert found == []
    _only_events(house)


def _talks_that_work(house: House) -> None:
    """Questions over both channels, pictures, an edited message, DELETE."""
    number = house.new("number", f"+35569{secrets.randbelow(10**7):07d}")
    house.marks["number without plus"] = number[1:]
    house.new("chat id", str(FIRST_CHAT))
    name = house.new("name and username")
    house.sandbox("sms", **{"from": number, "body": f"what is a fair contract {house.new('sms text')}"})
    house.sandbox("sms", **{"from": number, "body": "", "media": [f"image/{house.new('media name')}"]})
    house.sandbox("telegram/text", user=name, text=f"a ka pune ne itali {house.new('telegram text')}")
    house.sandbox("telegram/send", user=name, kind="photo", caption=house.new("caption"))
    house.sandbox("telegram/edit", user=name, text=f"a ka pune {house.new('edited text')}")
    house.sandbox("telegram/text", user=name, text=f"/start {house.new('command')}")
    until(lambda: len(house.shown(number)) >= 4)
    until(lambda: len(house.shown(name)) >= 4)
    house.sandbox("telegram/text", user=name, text="DELETE")
    house.sandbox("telegram/block", user=name)
    house.sandbox("telegram/group", user=house.new("group member"), text=house.new("group text"))


def _requests_that_fail(house: House) -> None:
    """Unsigned, malformed, too large, to no page; the words in path, query, header, body."""
    words = house.new("malformed request")
    bodies = (
        f"Body={words}&From={words}".encode(),
        f'{{"update_id": "{words}"'.encode(),
        words.encode() * 9000,
    )
    kinds = ("application/x-www-form-urlencoded", "application/json", words)
    doors = ("/twilio/sms", "/twilio/status", "/telegram", f"/{words}")
    with httpx.Client(timeout=20, trust_env=False) as web:
        for part, paths in {
            "gateway": doors,
            "console": ("/login", f"/cases/{words}", f"/static/{words}"),
            "sandbox": doors,
        }.items():
            for path in paths:
                for body in bodies:
                    for kind in kinds:
                        headers = {"Content-Type": kind, "X-Twilio-Signature": words, "Cookie": f"a={words}"}
                        web.post(house.url(part, f"{path}?q={words}"), content=body, headers=headers)
                web.get(house.url(part, f"{path}?q={words}"), headers={"Host": words})
    house.sandbox(
        "sms", **{"from": house.new("name of a sender"), "body": house.new("text without a number")}
    )


def _failures_in_every_role(house: House, desk: Console) -> None:
    """The words are thrown in the sandbox, the gateway, the worker, the console and the engine."""
    for role in ("sandbox", "gateway", "worker"):
        number = house.new(f"number thrown in {role}", f"+35568{secrets.randbelow(10**7):07d}")
        house.sandbox("sms", **{"from": number, "body": f"{BOOM}{role} {house.new(f'thrown in {role}')}"})
    # The worker's turn fails again and again: then a human gets it as it is.
    until(lambda: len(house.shown(house.marks["number thrown in worker"])) > 1)
    engine = f"http://127.0.0.1:{(house.folder / 'engine').read_text()}/turn?{house.new('engine query')}"
    for token in (house.new("engine token"), f"{BOOM}engine {house.new('thrown in engine')}"):
        house.web.post(engine, content=house.new("engine body"), headers={"Authorization": token})
    helped = house.new("number of a case", f"+35567{secrets.randbelow(10**7):07d}")
    house.sandbox("sms", **{"from": helped, "body": f"he locked me in and hits me {house.new('danger')}"})
    # It went the whole way: a counsellor reads it. Other cases may have come before.
    page = until(lambda: desk.take_until(house.marks["danger"]))
    case = re.search(r"/cases/([^/\"?]+)/answer", page)
    assert case
    for words in (house.new("counsellor's answer"), f"{BOOM}console {house.new('thrown in console')}"):
        desk.post(f"/cases/{case[1]}/answer", text=words, once=secrets.token_hex(8))
    until(lambda: any(house.marks["counsellor's answer"] in shown for shown in house.shown(helped)))
    desk.post(f"/cases/{case[1]}/close", wipe="on")
    house.new("case id", case[1])


def _metrics(house: House) -> dict[str, bytes]:
    return {
        f"metrics of {role}": house.web.get(house.url(f"m_{role}", "/metrics")).content
        for role in ("gateway", "worker", "console")
    }


def _only_events(house: House) -> None:
    """Of a role nothing comes out but events; the rest is what `hotline run` says to whoever starts it."""
    seen = set()
    for line in house.said().splitlines():
        if line.startswith("{"):
            event = json.loads(line)
            seen.add((event["event"], event.get("role", "")))
        else:
            assert not line.strip() or line.strip().startswith(TO_A_PERSON)
    started = {("started", role) for role in ("gateway", "worker", "console")}
    # Every trap was sprung: what was thrown is told by its kind, and no more.
    thrown = {("failed", role) for role in ("gateway", "console", "engine", "process")} | {
        ("turn_failed", "")
    }
    assert started | thrown <= seen


def test_without_what_keeps_a_role_silent_the_same_comes_out(store_url: str, tmp_path: Path) -> None:
    """The search finds what there is to find: a gateway left open says the words in every way."""
    port, words = free_port(), mark()
    environment = {
        **HOSTILE,
        "HOTLINE_SECRET": SECRET,
        "HOTLINE_STORE_URL": store_url,
        "HOTLINE_GATEWAY_PORT": str(port),
        "HOTLINE_TELEGRAM_TOKEN": "42:TEST",
        "HOTLINE_TELEGRAM_SECRET": "secret",
        "PYTHONPATH": str(ROOT),
    }
    chat = {"id": FIRST_CHAT, "type": "private"}
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": chat, "text": f"{BOOM}gateway {words}"},
    }
    outputs = {}
    for guard in ((), ("--open",)):
        with (tmp_path / "output").open("wb") as output:
            process = subprocess.Popen(
                [*PYTHON, str(HERE), *guard, "gateway"],
                env=environment,
                cwd=tmp_path,
                stdout=output,
                stderr=output,
            )
        here = f"http://127.0.0.1:{port}"
        with httpx.Client(timeout=20, trust_env=False) as web:
            until(lambda: web.get(f"{here}/health/ready").status_code == 200)  # noqa: B023 - used at once
            header = {"X-Telegram-Bot-Api-Secret-Token": "secret"}
            assert web.post(f"{here}/telegram", json=update, headers=header).status_code == 503
        process.terminate()
        process.wait(30)
        outputs[guard] = (tmp_path / "output").read_bytes()
    assert outputs[()].count(words.encode()) == 0
    assert b'"event": "failed"' in outputs[()]
    assert outputs[("--open",)].count(words.encode()) > 20
