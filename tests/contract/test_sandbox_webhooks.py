"""What the stand-in brings to the hotline's Twilio webhooks: form, signature, retries, fallback, reports."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from bot.sandbox import Sandbox, SandboxSettings
from bot.sandbox.recorder import Received, Recorder

PERSON = "+355691234567"
PUBLIC = "https://hotline.example.org"
FIELDS = {
    *("MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "NumMedia"),
    *("NumSegments", "SmsStatus", "ApiVersion", "FromCity", "FromState", "FromZip", "FromCountry"),
    *("ToCity", "ToState", "ToZip", "ToCountry"),
}
SETTINGS = SandboxSettings(status_delay=0.01)


@pytest.fixture(scope="module")
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as recorder:
        yield recorder


@pytest.fixture(scope="module")
async def running(recorder: Recorder) -> AsyncIterator[Sandbox]:
    async with Sandbox(replace(SETTINGS, gateway_url=recorder.url, public_url=PUBLIC)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
async def sandbox(running: Sandbox, recorder: Recorder) -> AsyncIterator[Sandbox]:
    yield running
    await running.reset()
    recorder.reset()


def valid(received: Received, url: str) -> bool:
    validator: Any = RequestValidator
    signature = received.headers["x-twilio-signature"]
    return bool(validator(SETTINGS.twilio_auth_token).validate(url, received.form, signature))


async def create(sandbox: Sandbox, callback: str = f"{PUBLIC}/twilio/status") -> str:
    account, token = SETTINGS.twilio_account_sid, SETTINGS.twilio_auth_token
    form = {"To": PERSON, "From": SETTINGS.twilio_number, "Body": "answer", "StatusCallback": callback}
    async with httpx.AsyncClient(auth=(account, token), trust_env=False) as client:
        url = f"{sandbox.url}/2010-04-01/Accounts/{account}/Messages.json"
        created = await client.post(url, data=form)
    assert created.status_code == 201
    return str(created.json()["sid"])


async def test_an_inbound_message_has_every_field_and_a_valid_signature(
    sandbox: Sandbox, recorder: Recorder
) -> None:
    inbound = await sandbox.sms(PERSON, "më ndihmo +&= ж")
    [received] = recorder.received
    form = received.form
    assert (inbound.status, inbound.attempts, received.path) == (200, 1, "/twilio/sms")
    assert set(form) == FIELDS
    assert form["Body"] == "më ndihmo +&= ж"
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == inbound.sid
    assert (form["From"], form["To"], form["FromCountry"]) == (PERSON, SETTINGS.twilio_number, "AL")
    assert (form["NumMedia"], form["NumSegments"], form["FromCity"]) == ("0", "1", "")
    assert received.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert received.headers["i-twilio-idempotency-token"]
    assert valid(received, f"{PUBLIC}/twilio/sms")
    assert not valid(received, f"{recorder.url}/twilio/sms")


async def test_a_picture_without_text_is_signed_with_its_blank_body(
    sandbox: Sandbox, recorder: Recorder
) -> None:
    await sandbox.sms(PERSON, "", media=["image/jpeg"])
    [received] = recorder.received
    assert (received.form["Body"], received.form["NumMedia"]) == ("", "1")
    assert received.form["MediaContentType0"] == "image/jpeg"
    assert received.form["MediaUrl0"].startswith("https://api.twilio.com/2010-04-01/Accounts/")
    assert valid(received, f"{PUBLIC}/twilio/sms")


async def test_by_default_a_server_error_is_not_tried_again(sandbox: Sandbox, recorder: Recorder) -> None:
    recorder.answer_with(500)
    inbound = await sandbox.sms(PERSON, "hello")
    assert (inbound.status, inbound.attempts) == (500, 1)
    assert [alert.code for alert in sandbox.alerts] == [11200]
    assert len(sandbox.twilio_log()) == 1


async def test_by_default_a_refused_connection_is_tried_once_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with Sandbox(replace(SETTINGS, gateway_url=closed)) as sandbox:
        inbound = await sandbox.sms(PERSON, "hello")
        assert (inbound.status, inbound.attempts) == (None, 2)
        assert [alert.code for alert in sandbox.alerts] == [11205]


async def test_overrides_retry_what_they_name_with_the_same_token(recorder: Recorder) -> None:
    settings = replace(
        SETTINGS, gateway_url=recorder.url, public_url=PUBLIC, webhook_options="rc=3&rp=4xx,5xx"
    )
    async with Sandbox(settings) as sandbox:
        recorder.answer_with(500, 404)
        inbound = await sandbox.sms(PERSON, "hello")
        received = list(recorder.received)
        recorder.reset()
    assert (inbound.status, inbound.attempts) == (200, 3)
    assert len({one.headers["i-twilio-idempotency-token"] for one in received}) == 1
    assert len({one.form["MessageSid"] for one in received}) == 1
    # The fragment is neither sent nor signed.
    assert all(valid(one, f"{PUBLIC}/twilio/sms") for one in received)


async def test_a_slow_webhook_is_given_up_within_its_time(recorder: Recorder) -> None:
    settings = replace(SETTINGS, gateway_url=recorder.url, webhook_options="rt=100&rc=1&rp=rt&tt=250")
    given_up = asyncio.Event()

    async def never(_: Received) -> Response:
        await given_up.wait()
        return Response()

    async with Sandbox(settings) as sandbox:
        recorder.answer = never
        inbound = await sandbox.sms(PERSON, "hello")
        given_up.set()
        recorder.reset()
        assert (inbound.status, inbound.attempts) == (None, 2)
        assert [alert.code for alert in sandbox.alerts] == [11200]


async def test_the_fallback_is_told_what_failed(recorder: Recorder) -> None:
    async with Recorder() as fallback:
        settings = replace(SETTINGS, gateway_url=recorder.url, fallback_url=f"{fallback.url}/sms")
        async with Sandbox(settings) as sandbox:
            recorder.answer_with(503)
            inbound = await sandbox.sms(PERSON, "hello")
            recorder.reset()
        [received] = fallback.received
    assert (inbound.status, inbound.attempts) == (200, 2)
    assert (received.form["ErrorCode"], received.form["Body"]) == ("11200", "hello")
    assert received.form["ErrorUrl"] == f"{recorder.url}/twilio/sms"
    assert valid(received, f"{fallback.url}/sms")


@pytest.mark.parametrize(
    ("content", "kind", "alerts"),
    [("{}", "application/json", [12300]), ("<Other/>", "text/xml", [12100]), ("", "text/plain", [])],
)
async def test_answers_that_are_no_twiml_are_alerts(
    sandbox: Sandbox, recorder: Recorder, content: str, kind: str, alerts: list[int]
) -> None:
    recorder.answer_with(200, content=content, media_type=kind)
    await sandbox.sms(PERSON, "hello")
    assert [alert.code for alert in sandbox.alerts] == alerts


async def test_a_reply_asked_for_in_twiml_reaches_the_phone(sandbox: Sandbox, recorder: Recorder) -> None:
    twiml = "<Response><Message>one</Message><Message><Body>two</Body></Message></Response>"
    recorder.answer_with(200, content=twiml, media_type="text/xml")
    await sandbox.sms(PERSON, "hello")
    assert sandbox.answers(PERSON) == ["one", "two"]
    assert sandbox.twilio_log()[0]["direction"] == "outbound-reply"


async def test_a_faulty_inbound_comes_twice_or_only_stands_in_the_log(
    sandbox: Sandbox, recorder: Recorder
) -> None:
    sandbox.faults("inbound", "repeat")
    await sandbox.sms(PERSON, "twice")
    assert len({one.form["MessageSid"] for one in recorder.received}) == 1
    assert len(recorder.received) == 2
    sandbox.faults("inbound", "lose")
    await sandbox.sms(PERSON, "never")
    assert len(recorder.received) == 2
    assert [(m["body"], m["status"], m["error_code"]) for m in sandbox.twilio_log()] == [
        ("never", "failed", 30039),
        ("twice", "received", None),
    ]


async def test_reports_are_signed_and_name_sent_and_delivered(sandbox: Sandbox, recorder: Recorder) -> None:
    sid = await create(sandbox)
    first, last = await recorder.wait(2)
    assert [one.form["MessageStatus"] for one in (first, last)] == ["sent", "delivered"]
    assert {one.form["MessageSid"] for one in (first, last)} == {sid}
    assert last.form["RawDlrDoneDate"].isdecimal()
    assert all(valid(one, f"{PUBLIC}/twilio/status") for one in (first, last))
    assert sandbox.answers(PERSON) == ["answer"]


async def test_without_a_callback_address_nothing_is_reported(sandbox: Sandbox, recorder: Recorder) -> None:
    await create(sandbox, callback="")
    await sandbox.settled()
    assert recorder.received == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("repeat", ["sent", "sent", "delivered"]),
        ("reorder", ["delivered", "sent"]),
        ("lose", ["delivered"]),
    ],
)
async def test_faulty_reports(sandbox: Sandbox, recorder: Recorder, kind: str, expected: list[str]) -> None:
    sandbox.faults("callbacks", kind, operation="sent")
    await create(sandbox)
    await sandbox.settled()
    assert [one.form["MessageStatus"] for one in recorder.received] == expected


@pytest.mark.parametrize(
    ("kind", "statuses"), [("undelivered", ["sent", "undelivered"]), ("failed", ["failed"])]
)
async def test_a_message_may_not_arrive(
    sandbox: Sandbox, recorder: Recorder, kind: str, statuses: list[str]
) -> None:
    sandbox.faults("delivery", kind)
    sid = await create(sandbox)
    await sandbox.settled()
    assert [one.form["MessageStatus"] for one in recorder.received] == statuses
    assert recorder.received[-1].form["ErrorCode"] == "30003"
    assert sandbox.answers(PERSON) == []
    assert [(m["sid"], m["status"]) for m in sandbox.twilio_log()] == [(sid, kind)]


async def test_stop_is_answered_by_twilio_and_still_forwarded(sandbox: Sandbox, recorder: Recorder) -> None:
    await sandbox.sms(PERSON, "Stop")
    await sandbox.sms(PERSON, "HELP")
    await sandbox.sms(PERSON, "yes")
    await sandbox.sms(PERSON, "I can't stop crying")
    assert [one.form["Body"] for one in recorder.received] == ["Stop", "HELP", "yes", "I can't stop crying"]
    assert "OptOutType" not in recorder.received[0].form
    stopped, started = sandbox.answers(PERSON)
    assert "unsubscribed" in stopped
    assert "re-subscribed" in started


async def test_keyword_handling_can_be_switched_off() -> None:
    async with Sandbox(replace(SETTINGS, keywords=False)) as sandbox:
        await sandbox.sms(PERSON, "STOP")
        assert sandbox.answers(PERSON) == []


async def test_a_sandbox_without_a_gateway_only_logs() -> None:
    async with Sandbox(SETTINGS) as sandbox:
        inbound = await sandbox.sms(PERSON, "hello")
        assert (inbound.status, inbound.attempts) == (None, 0)
        assert sandbox.twilio_log()[0]["body"] == "hello"


@pytest.mark.parametrize(("number", "body"), [("069123", "hello"), (PERSON, "a" * 1601)])
async def test_no_phone_sends_that(sandbox: Sandbox, number: str, body: str) -> None:
    with pytest.raises(ValueError, match=r"phone number|characters"):
        await sandbox.sms(number, body)
