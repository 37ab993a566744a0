"""The control interface, the phone page without scripts, and the process of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox import Sandbox, SandboxSettings

PERSON = "+355691234567"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings(status_delay=0.0)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
async def sandbox(running: Sandbox) -> AsyncIterator[Sandbox]:
    yield running
    await running.reset()


@pytest.fixture(scope="module")
async def client(running: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        yield client


async def test_a_test_elsewhere_can_text_and_read(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    texted = await client.post("/sandbox/sms", json={"from": PERSON, "body": "përshëndetje"})
    shown = (await client.get(f"/sandbox/phones/{PERSON}")).json()["messages"]
    kept = (await client.get("/sandbox/twilio/log")).json()
    assert texted.json() == {"sid": sandbox.twilio_log()[0]["sid"], "status": None, "attempts": 0}
    assert [(message["text"], message["mine"]) for message in shown] == [("përshëndetje", True)]
    assert shown[0]["size"] == {"encoding": "UCS-2", "segments": 1, "units": 12, "characters": 12}
    assert [message["body"] for message in kept["messages"]] == ["përshëndetje"]
    assert kept["alerts"] == []


async def test_a_test_elsewhere_can_be_somebody_on_telegram(client: httpx.AsyncClient) -> None:
    async def act(action: str, **body: str) -> httpx.Response:
        return await client.post(f"/sandbox/telegram/{action}", json={"user": "Era", **body})

    assert (await act("text", text="hello")).json()["result"] > 0
    assert (await act("edit", text="hello!")).status_code == 200
    assert (await act("send", kind="photo", caption="look")).status_code == 200
    assert (await act("group", text="hi")).status_code == 200
    assert (await act("block")).status_code == 200
    phone = (await client.get("/sandbox/phones/Era")).json()
    assert [(message["text"], message["edited"]) for message in phone["messages"]] == [
        ("hello!", True),
        ("look", False),
    ]
    assert (phone["blocked"], phone["keyboard"]) == (True, [])
    assert (await act("unblock")).status_code == 200
    assert (await act("press", data="none")).json() == {"error": "no such button in this chat"}
    assert (await act("dance")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sandbox/sms", {"from": PERSON}),
        ("/sandbox/sms", {"from": "0691", "body": "hello"}),
        ("/sandbox/sms", []),
        ("/sandbox/telegram/text", {"text": "hello"}),
        ("/sandbox/telegram/text", {"user": "Era", "text": "hello", "colour": "red"}),
        ("/sandbox/faults", {"provider": "twilio", "kind": "500", "colour": "red"}),
        ("/sandbox/faults", {"provider": "viber", "kind": "500"}),
    ],
)
async def test_a_wrong_order_is_refused_and_changes_nothing(
    sandbox: Sandbox, client: httpx.AsyncClient, path: str, body: object
) -> None:
    refused = await client.post(path, json=body)
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert sandbox.twilio_log() == []
    assert sandbox.pending_updates == 0


async def test_faults_clock_and_reset_from_elsewhere(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    token = sandbox.settings.telegram_token
    await client.post("/sandbox/faults", json={"provider": "telegram", "kind": "500", "count": 2})
    assert (await client.post(f"/bot{token}/getMe")).status_code == 500
    await client.delete("/sandbox/faults")
    assert (await client.post(f"/bot{token}/getMe")).status_code == 200
    await sandbox.telegram("Era", "hello")
    assert (await client.get("/sandbox/state")).json()["pending_updates"] == 1
    await client.post("/sandbox/clock", json={"advance": 90_000})
    assert (await client.get("/sandbox/state")).json()["pending_updates"] == 0
    await client.post("/sandbox/reset")
    assert sandbox.inbox("Era") == []


async def test_the_page_works_by_plain_forms(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    form = {"number": PERSON, "user": "Era", "body": "pershendetje\r\nsi je"}
    sent = await client.post("/phone/sms", data=form)
    assert (sent.status_code, sent.headers["location"]) == (303, "/?number=%2B355691234567&user=Era")
    await sandbox.settled()
    assert [shown.text for shown in sandbox.inbox(PERSON)] == ["pershendetje\nsi je"]
    await client.post("/phone/telegram", data={"user": "Era", "text": "hello"})
    await client.post("/phone/telegram", data={"user": "Era", "action": "photo"})
    page = (await client.get(sent.headers["location"])).text
    assert "pershendetje\nsi je" in page
    assert "1 segment · GSM-7" in page
    assert "hello" in page
    await client.post("/phone/telegram", data={"user": "Era", "action": "block"})
    assert "Unblock bot" in (await client.get("/phone/telegram?user=Era")).text
    await client.post("/phone/reset", data={"user": "Era"})
    assert "pershendetje" not in (await client.get("/phone/sms?number=%2B355691234567")).text


async def test_the_page_shows_segments_and_costs(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    await sandbox.sms(PERSON, "ë" * 71)
    sandbox.twilio.answer(PERSON, "answer")
    part = " ".join((await client.get("/phone/sms", params={"number": PERSON})).text.split())
    assert "2 segments · UCS-2 · about $0.015" in part
    assert "1 segment · GSM-7 · about $0.08" in part
    assert "Segments: 2 sent, 1 received. They cost the hotline about $0.095." in part


async def test_what_is_being_written_is_counted(client: httpx.AsyncClient) -> None:
    assert (await client.post("/phone/size", content="a" * 150)).json() == {
        "size": "1 segment · GSM-7",
        "left": 10,
    }
    assert (await client.post("/phone/size", content="ë" * 71)).json() == {
        "size": "2 segments · UCS-2",
        "left": 63,
    }


async def test_what_people_write_cannot_become_markup(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    for text in ("<script>alert(1)</script>", '"><b onclick=x>'):
        await sandbox.sms(PERSON, text)
        await sandbox.telegram("Era", text)
    page = (await client.get("/", params={"number": '"><b>', "user": "<i>"})).text
    page += (await client.get("/", params={"number": PERSON, "user": "Era"})).text
    assert not re.search(r"<script>|<b>|<b onclick|<i>", page)
    policy = (await client.get("/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_every_control_of_the_page_has_a_name(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    fields = re.findall(r'<(?:input(?! type="hidden")|textarea)[^>]*\bid="([^"]+)"', page)
    labelled = re.findall(r'<label[^>]*\bfor="([^"]+)"', page)
    assert sorted(fields) == sorted(labelled) == ["number", "sms-message", "telegram-message", "user"]
    assert len(re.findall(r"<label[^>]*>Message</label>", page)) == 2
    assert len(re.findall(r"<button>Send</button>", page)) == 2
    assert {"SMS phone", "Telegram phone"} <= set(re.findall(r"<h2[^>]*>([^<]+)</h2>", page))
    assert "http" not in page.replace(f"http://{client.base_url.host}", "")


async def test_a_page_of_another_site_may_not_text(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    refused = await client.post("/phone/sms", data={"number": PERSON, "body": "spam"}, headers=foreign)
    assert refused.status_code == 403
    assert sandbox.twilio_log() == []
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert (await client.get("/", headers=followed)).status_code == 200


async def test_the_page_is_told_that_something_is_new_and_nothing_else(
    sandbox: Sandbox, client: httpx.AsyncClient
) -> None:
    async with client.stream("GET", "/phone/events") as events:
        lines = events.aiter_lines()
        assert (await anext(lines)).startswith("data: ")
        await sandbox.sms(PERSON, "secret")
        heard = [await anext(lines) for _ in range(3)]
        assert any(line.startswith("data: ") for line in heard)
        assert "secret" not in "".join(heard)


def test_settings_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from-a-file\n")
    settings = SandboxSettings.from_environment(
        {
            "HOTLINE_SANDBOX_PORT": "9000",
            "HOTLINE_GATEWAY_URL": "http://127.0.0.1:8000/",
            "HOTLINE_PUBLIC_URL": "https://hotline.example.org",
            "HOTLINE_TWILIO_AUTH_TOKEN_FILE": str(secret),
            "HOTLINE_TELEGRAM_TOKEN": "7:X",
            "HOTLINE_SANDBOX_KEYWORDS": "off",
        }
    )
    assert (settings.port, settings.gateway_url) == (9000, "http://127.0.0.1:8000")
    assert (settings.twilio_auth_token, settings.telegram_token) == ("from-a-file", "7:X")
    assert settings.keywords is False
    assert "from-a-file" not in repr(settings)
    assert "7:X" not in repr(settings)


async def test_it_runs_as_a_process_of_its_own_and_stops_when_told(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.write_text("0")
    environment = dict(os.environ) | {"HOTLINE_SANDBOX_PORT_FILE": str(port)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox"), stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        page = await client.get("/")
    process.send_signal(signal.SIGTERM)
    assert page.status_code == 200
    assert await process.wait() == 0
