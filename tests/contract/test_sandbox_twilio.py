"""The stand-in's REST API, called through Twilio's own client, sync and async."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.sandbox import Sandbox, SandboxSettings

# twilio's own use of aiohttp, nothing of ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

# Untyped in the package.
make_client: Any = Client

PERSON, OTHER = "+355691234567", "+381601234567"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings(status_delay=0.01, twilio_api_key="SK1:key-secret")) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
async def sandbox(running: Sandbox) -> AsyncIterator[Sandbox]:
    yield running
    await running.reset()


def moved(url: str, base: str) -> str:
    asked, here = urlsplit(url), urlsplit(base)
    return urlunsplit((here.scheme, here.netloc, asked.path, asked.query, ""))


def local(http: Any, base: str) -> Any:
    """Twilio's client has no setting for the address: every request is pointed at the stand-in."""
    real = http.request

    def request(method: str, url: str, *args: Any, **options: Any) -> Any:
        return real(method, moved(url, base), *args, **options)

    http.request = request
    return http


@asynccontextmanager
async def connected(
    sandbox: Sandbox, user: str = "", password: str = "", account: str = ""
) -> AsyncIterator[Any]:
    """An async client with the sandbox's own credentials, or others."""
    settings = sandbox.settings
    http = local(AsyncTwilioHttpClient(), sandbox.url)
    own = settings.twilio_account_sid
    yield make_client(user or own, password or settings.twilio_auth_token, account or own, http_client=http)
    await http.session.close()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Any]:
    async with connected(sandbox) as client:
        yield client


async def send(client: Any, sandbox: Sandbox, body: str = "hello", to: str = PERSON, **options: Any) -> Any:
    return await client.messages.create_async(
        to=to, from_=sandbox.settings.twilio_number, body=body, **options
    )


async def refused(work: Callable[[], Any]) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        await work()
    return caught.value


async def test_a_message_is_created_queued_and_arrives_on_the_phone(client: Any, sandbox: Sandbox) -> None:
    message = await send(client, sandbox, "përshëndetje")
    assert (message.status, message.direction, message.date_sent) == ("queued", "outbound-api", None)
    assert (message.num_segments, message.num_media) == ("1", "0")
    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    await sandbox.settled()
    fetched = await client.messages(message.sid).fetch_async()
    assert (fetched.status, fetched.error_code, fetched.price) == ("delivered", None, "-0.08000")
    assert fetched.date_sent is not None
    assert sandbox.answers(PERSON) == ["përshëndetje"]


async def test_answers_have_the_real_shape(client: Any, sandbox: Sandbox) -> None:
    message = await send(client, sandbox)
    record = sandbox.twilio_log()[0]
    account = sandbox.settings.twilio_account_sid
    assert record["uri"] == f"/2010-04-01/Accounts/{account}/Messages/{message.sid}.json"
    assert record["subresource_uris"]["media"].startswith("/2010-04-01/")
    assert record["date_created"].endswith("+0000")
    assert datetime.now(UTC) - message.date_created < timedelta(seconds=60)


async def test_the_sync_client_works_the_same_way(sandbox: Sandbox) -> None:
    settings = sandbox.settings

    def work() -> tuple[str, str, int, bool, int]:
        http = local(TwilioHttpClient(), sandbox.url)
        client = make_client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
        created = client.messages.create(to=PERSON, from_=settings.twilio_number, body="one")
        client.messages.create(to=OTHER, from_=settings.twilio_number, body="two")
        asyncio.run_coroutine_threadsafe(sandbox.settled(), loop).result()
        redacted = client.messages(created.sid).update(body="")
        listed = len(client.messages.list(to=PERSON))
        gone = client.messages(created.sid).delete()
        left = len(client.messages.list())
        http.session.close()
        return created.body, redacted.body, listed, gone, left

    loop = asyncio.get_running_loop()
    assert await asyncio.to_thread(work) == ("one", "", 1, True, 1)


async def test_a_wrong_token_is_refused(sandbox: Sandbox) -> None:
    async with connected(sandbox, password="wrong") as client:
        error = await refused(lambda: send(client, sandbox))
    assert (error.status, error.code) == (401, 20003)
    assert sandbox.twilio_log() == []


async def test_an_api_key_is_accepted_and_another_account_is_not(sandbox: Sandbox) -> None:
    async with connected(sandbox, "SK1", "key-secret") as client:
        assert (await send(client, sandbox)).status == "queued"
    async with connected(sandbox, "SK1", "key-secret", account="AC" + "9" * 32) as client:
        error = await refused(lambda: send(client, sandbox))
    assert (error.status, error.code) == (401, 20003)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "069123"}, 21211),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550009"}, 21614),
        ({"to": "+15005550006"}, 21266),
        ({"body": ""}, 21602),
        ({"body": "a" * 1601}, 21617),
        ({"from_": ""}, 21603),
        ({"from_": "+15005559999"}, 21659),
        ({"status_callback": "ftp://example.org"}, 21609),
        ({"status_callback": "https://my_host.example.org/status"}, 21609),
        ({"content_retention": "discard"}, 30029),
        ({"address_retention": "obfuscate"}, 30030),
    ],
)
async def test_what_twilio_refuses(
    client: Any, sandbox: Sandbox, parameters: dict[str, str], code: int
) -> None:
    good = {"to": PERSON, "from_": sandbox.settings.twilio_number, "body": "hello"}
    error = await refused(lambda: client.messages.create_async(**(good | parameters)))
    assert (error.status, error.code) == (400, code)
    assert sandbox.twilio_log() == []


async def test_the_longest_body_is_accepted(client: Any, sandbox: Sandbox) -> None:
    assert (await send(client, sandbox, "ë" * 1600)).num_segments == "24"


async def test_who_opted_out_is_not_texted_until_they_start_again(client: Any, sandbox: Sandbox) -> None:
    await sandbox.sms(PERSON, " stop ")
    error = await refused(lambda: send(client, sandbox))
    assert (error.status, error.code) == (400, 21610)
    assert (await send(client, sandbox, to=OTHER)).status == "queued"
    await sandbox.sms(PERSON, "START")
    assert (await send(client, sandbox)).status == "queued"


async def test_a_messaging_service_accepts_before_it_queues(client: Any, sandbox: Sandbox) -> None:
    message = await client.messages.create_async(to=PERSON, messaging_service_sid="MG1", body="hello")
    assert (message.status, message.messaging_service_sid) == ("accepted", "MG1")


async def test_a_message_on_its_way_is_in_no_day_and_cannot_be_deleted() -> None:
    async with Sandbox(SandboxSettings(status_delay=60)) as sandbox, connected(sandbox) as client:
        message = await send(client, sandbox)
        error = await refused(lambda: client.messages(message.sid).delete_async())
        assert (error.status, error.code) == (409, 20009)
        after = datetime.now(UTC) - timedelta(days=1)
        assert len(await client.messages.list_async()) == 1
        assert await client.messages.list_async(date_sent_after=after) == []


async def test_a_delivered_message_can_be_deleted(client: Any, sandbox: Sandbox) -> None:
    message = await send(client, sandbox)
    await sandbox.settled()
    assert await client.messages(message.sid).delete_async() is True
    assert sandbox.twilio_log() == []


async def test_deleted_means_gone_but_not_from_the_phone(client: Any, sandbox: Sandbox) -> None:
    inbound = await sandbox.sms(PERSON, "hello")
    assert await client.messages(inbound.sid).delete_async() is True
    for work in (client.messages(inbound.sid).delete_async, client.messages(inbound.sid).fetch_async):
        error = await refused(work)
        assert (error.status, error.code) == (404, 20404)
    assert [shown.text for shown in sandbox.inbox(PERSON)] == ["hello"]


async def test_a_young_message_cannot_be_deleted_where_that_is_set() -> None:
    async with Sandbox(SandboxSettings(delete_delay=60)) as sandbox:
        inbound = await sandbox.sms(PERSON, "hello")
        async with connected(sandbox) as client:
            error = await refused(lambda: client.messages(inbound.sid).delete_async())
            assert (error.status, error.code) == (409, 20009)
            sandbox.advance(61)
            assert await client.messages(inbound.sid).delete_async() is True


async def test_redaction_empties_the_text_and_keeps_the_numbers(client: Any, sandbox: Sandbox) -> None:
    inbound = await sandbox.sms(PERSON, "hello")
    redacted = await client.messages(inbound.sid).update_async(body="")
    assert (redacted.body, redacted.from_) == ("", PERSON)
    error = await refused(lambda: client.messages(inbound.sid).update_async(body="other"))
    assert (error.status, error.code) == (400, 30400)


async def test_listing_filters_and_gives_newest_first(client: Any, sandbox: Sandbox) -> None:
    await sandbox.sms(PERSON, "first")
    await sandbox.sms(OTHER, "second")
    sandbox.advance(2 * 86_400)
    await sandbox.sms(PERSON, "third")
    number = sandbox.settings.twilio_number
    today = datetime.now(UTC)

    async def bodies(**filters: Any) -> list[str]:
        return [message.body for message in await client.messages.list_async(**filters)]

    assert await bodies() == ["third", "second", "first"]
    assert await bodies(to=number, from_=PERSON) == ["third", "first"]
    assert await bodies(to=PERSON) == []
    assert await bodies(date_sent_after=today + timedelta(days=1)) == ["third"]
    assert await bodies(date_sent_after=today - timedelta(minutes=5)) == ["third", "second", "first"]
    assert await bodies(date_sent_before=today + timedelta(days=1)) == ["second", "first"]
    assert await bodies(date_sent=(today + timedelta(days=2)).date()) == ["third"]


async def test_listing_goes_through_all_pages(client: Any, sandbox: Sandbox) -> None:
    for number in range(7):
        await sandbox.sms(PERSON, str(number))
    listed = await client.messages.list_async(page_size=3)
    assert [message.body for message in listed] == ["6", "5", "4", "3", "2", "1", "0"]
    page = await client.messages.page_async(page_size=3)
    assert page.next_page_url.startswith("https://api.twilio.com/2010-04-01/")
    assert len(await client.messages.list_async(limit=2)) == 2


async def test_media_are_listed_and_go_with_the_message(client: Any, sandbox: Sandbox) -> None:
    inbound = await sandbox.sms(PERSON, "", media=["image/jpeg", "image/png"])
    assert inbound.sid.startswith("MM")
    message = client.messages(inbound.sid)
    media = await message.media.list_async()
    assert [medium.content_type for medium in media] == ["image/jpeg", "image/png"]
    assert await message.media(media[0].sid).delete_async() is True
    assert (await message.fetch_async()).num_media == "1"
    assert await message.delete_async() is True
    error = await refused(message.fetch_async)
    assert error.code == 20404


async def test_a_health_check_can_read_the_account_and_the_number(client: Any, sandbox: Sandbox) -> None:
    account = await client.api.v2010.accounts(sandbox.settings.twilio_account_sid).fetch_async()
    assert account.status == "active"
    numbers = await client.incoming_phone_numbers.list_async(phone_number=sandbox.settings.twilio_number)
    assert [number.phone_number for number in numbers] == [sandbox.settings.twilio_number]
