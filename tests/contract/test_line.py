"""Both providers' real protocols, end to end in one process: stand-in, gateway on a port, worker, store."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bot import keys
from tests.stand_ins.line import Line, line

PHONE = "+355691234567"
SIGNED_FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def running(store_url: str) -> AsyncIterator[Line]:
    async with line(store_url) as started:
        yield started


@pytest.fixture
async def waiting(store_url: str) -> AsyncIterator[Line]:
    """A line without a worker: what comes in stays in the inbox."""
    async with line(store_url, working=False) as started:
        yield started


async def in_inbox(running: Line) -> int:
    lengths = [await running.whole.store.xlen(keys.inbox(n)) for n in range(keys.PARTITIONS)]
    return sum(lengths)


async def no_card_left(running: Line) -> None:
    async with asyncio.timeout(10):
        while [n async for n in running.whole.store.scan_iter(match="hl:*:card")]:  # noqa: ASYNC110 - a store
            await asyncio.sleep(0.02)


async def test_an_sms_is_answered_by_sms(running: Line) -> None:
    await running.sandbox.sms(PHONE, "is this job real?")
    answers = await running.sandbox.answered(PHONE, 2)
    assert answers[-1] == "answer 1"


async def test_a_telegram_message_is_answered_on_telegram(running: Line) -> None:
    await running.sandbox.telegram("mira", "is this job real?")
    answers = await running.sandbox.answered("mira", 2)
    assert answers[-1] == "answer 1"


async def test_after_close_nothing_is_left_at_the_sms_provider(running: Line) -> None:
    desk = running.whole.desk
    await running.sandbox.sms(PHONE, "they locked me in")
    await running.sandbox.answered(PHONE, 1)
    [row] = await desk.queue()
    await desk.claim(row.id, "anna")
    await desk.answer(row.id, "anna", "I am here")
    await running.sandbox.until(lambda: "I am here" in running.sandbox.answers(PHONE))
    await desk.close(row.id, "anna", wipe_chat=True)
    await running.sandbox.until(lambda: running.sandbox.twilio_log() == [], timeout=30)
    names = [name.decode() async for name in running.whole.store.scan_iter()]
    assert not [name for name in names if row.id in name]


async def test_after_close_the_telegram_chat_holds_only_the_farewell(running: Line) -> None:
    desk = running.whole.desk
    await running.sandbox.telegram("mira", "they locked me in")
    await running.sandbox.answered("mira", 1)
    [row] = await desk.queue()
    await desk.claim(row.id, "anna")
    await desk.close(row.id, "anna", wipe_chat=True)
    await running.sandbox.until(lambda: len(running.sandbox.inbox("mira")) == 1, timeout=30)
    assert "talk is over" in running.sandbox.answers("mira")[0]


async def test_a_provider_that_fails_is_tried_again_and_the_person_sees_it_once(running: Line) -> None:
    for kind in ("500", "429"):
        running.sandbox.faults("twilio", kind)
    await running.sandbox.sms(PHONE, "is this job real?")
    answers = await running.sandbox.answered(PHONE, 2, timeout=30)
    assert answers[-1] == "answer 1"
    assert len(answers) == 2


async def test_telegram_429_is_waited_for(running: Line) -> None:
    running.sandbox.faults("telegram", "429", retry_after=1)
    await running.sandbox.telegram("mira", "hello")
    assert len(await running.sandbox.answered("mira", 2, timeout=30)) == 2


async def test_a_person_who_blocks_the_bot_is_erased(running: Line) -> None:
    await running.sandbox.telegram("mira", "is this job real?")
    await running.sandbox.answered("mira", 2)
    running.sandbox.people.block("mira")
    await running.sandbox.settled()
    await no_card_left(running)


async def test_stop_at_the_provider_ends_quietly(running: Line) -> None:
    await running.sandbox.sms(PHONE, "is this job real?")
    await running.sandbox.answered(PHONE, 2)
    await running.sandbox.sms(PHONE, "STOP")
    await no_card_left(running)


@pytest.mark.parametrize(
    ("path", "content_type", "body", "status"),
    [
        ("/twilio/sms", SIGNED_FORM, b"Body=x&From=%2B355691234567&MessageSid=SM1", 403),
        ("/twilio/sms", "application/json", b"{}", 415),
        ("/twilio/sms", SIGNED_FORM, b"\xff\xff\xff", 400),
        ("/twilio/sms", SIGNED_FORM, b"Body=" + b"x" * 70_000, 413),
        ("/telegram", "application/json", b'{"update_id": 1}', 403),
        ("/twilio/none", SIGNED_FORM, b"", 404),
    ],
)
async def test_what_is_not_from_a_provider_changes_nothing(
    waiting: Line, path: str, content_type: str, body: bytes, status: int
) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{waiting.url}{path}",
            content=body,
            headers={"content-type": content_type, "x-twilio-signature": "a"},
        )
    assert answer.status_code == status
    assert b"355691234567" not in answer.content
    assert await in_inbox(waiting) == 0


TELEGRAM_ODDITIES = [
    b"not json",
    b"[]",
    b"[" * 50_000,
    b'{"update_id": "x"}',
    b'{"update_id": 2, "poll": {"id": "1"}}',
    b'{"update_id": 3, "message": {"message_id": 1, "chat": {"id": -5, "type": "group"}, "text": "hi"}}',
    b'{"update_id": 4, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, '
    b'"from": {"is_bot": true}, "text": "hi"}}',
    b'{"update_id": 5, "message": {"message_id": 1, "chat": "x", "text": 7}}',
    b'{"update_id": 6, "something_new": {"text": "hi"}}',
    b'{"update_id": 7, "callback_query": {"data": "x"}}',
]


@pytest.mark.parametrize("body", TELEGRAM_ODDITIES)
async def test_telegram_updates_that_are_not_for_us_change_nothing(waiting: Line, body: bytes) -> None:
    headers = {"x-telegram-bot-api-secret-token": waiting.whole.settings.telegram_secret}
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{waiting.url}/telegram", content=body, headers=headers)
    assert answer.status_code in (200, 400)
    assert await in_inbox(waiting) == 0


async def test_a_foreign_account_is_refused(waiting: Line) -> None:
    from twilio.request_validator import RequestValidator

    fields = {"AccountSid": "AC" + "9" * 32, "Body": "x", "From": PHONE, "MessageSid": "SM9"}
    url = f"{waiting.url}/twilio/sms"
    signature = RequestValidator(waiting.whole.settings.twilio_auth_token).compute_signature(url, fields)
    async with httpx.AsyncClient() as client:
        answer = await client.post(url, data=fields, headers={"x-twilio-signature": signature})
    assert answer.status_code == 403
    assert await in_inbox(waiting) == 0


@pytest.mark.parametrize(
    "body", ["", " ", "/", "/restart", '/affirm{"language": "x"}', "👍🙏", "\x01\x02", "x" * 1600, "ё" * 700]
)
async def test_odd_texts_get_a_defined_answer(running: Line, body: str) -> None:
    await running.sandbox.sms(PHONE, body)
    answers = await running.sandbox.answered(PHONE, 1)
    assert answers[0]


async def test_a_picture_without_words_is_answered_kindly(running: Line) -> None:
    await running.sandbox.sms(PHONE, "", media=["image/jpeg"])
    [answer] = await running.sandbox.answered(PHONE, 1)
    assert "only read text" in answer


async def test_an_edited_message_is_screened_again(running: Line) -> None:
    number = running.sandbox.people.text("mira", "is this job real?", "en")
    await running.sandbox.answered("mira", 2)
    running.sandbox.people.edit("mira", "they locked me in", number)
    await running.sandbox.answered("mira", 3)
    assert [row.risk for row in await running.whole.desk.queue()] == ["emergency"]


async def test_the_gateway_tells_the_provider_to_try_again_when_the_store_is_down(
    waiting: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(waiting.whole.inbox._scripts, "run", down)
    headers = {"x-telegram-bot-api-secret-token": waiting.whole.settings.telegram_secret}
    update = {
        "update_id": 9,
        "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"},
    }
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{waiting.url}/telegram", json=update, headers=headers)
    assert answer.status_code == 503


async def test_the_cover_word_empties_the_telegram_chat_and_delete_under_cover_too(running: Line) -> None:
    await running.sandbox.telegram("mira", "he hits me")
    await running.sandbox.answered("mira", 1)
    await running.sandbox.telegram("mira", "pizza roma")
    await running.sandbox.until(lambda: _chat(running) == ["wrong number"], timeout=30)
    assert [row.covered_at > 0 for row in await running.whole.desk.queue()] == [True]
    await running.sandbox.telegram("mira", "who is this?")
    await running.sandbox.until(lambda: len(_chat(running)) == 2)
    await running.sandbox.telegram("mira", "DELETE")
    await running.sandbox.until(lambda: _chat(running) == ["no problem"], timeout=30)
    assert len(running.sandbox.inbox("mira")) == 1
    await no_card_left(running)


def _chat(running: Line) -> list[str]:
    """What of our answers stands in the chat, by its gist."""
    gists = ("wrong number", "no problem")
    return [next((g for g in gists if g in text), text) for text in running.sandbox.answers("mira")]
