"""The event stream: what changed, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import Message, Scope

from bot.clock import SetClock
from escalation.console.app import ConsoleSettings, create_app
from escalation.console.live import Hub
from escalation.console.security import HEADERS
from escalation.console.sessions import SessionStore
from escalation.console.staff import Staff
from tests.unit.console.conftest import SignedIn
from tests.unit.console.fake_desk import FakeDesk, line, row
from tests.unit.console.tab import COOKIE, Person, Tab

PATIENCE = 5.0


class Stream:
    """One connection to /events, read as it comes."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.leave = asyncio.Event()
        self.raw = b""
        self.task: asyncio.Task[None] | None = None
        self._data: asyncio.Queue[str | None] = asyncio.Queue()

    async def receive(self) -> Message:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.raw += message["body"]
        for block in message["body"].decode().split("\n\n"):
            if block.startswith("data: "):
                self._data.put_nowait(block.removeprefix("data: "))
        if not message.get("more_body"):
            self._data.put_nowait(None)

    async def next(self, *, beats: bool = False) -> str | None:
        """The next change; signs of life are passed over unless asked for."""
        async with asyncio.timeout(PATIENCE):
            while (found := await self._data.get()) == "beat" and not beats:
                pass
        return found


@asynccontextmanager
async def streaming(app: Starlette, tab: Tab) -> AsyncIterator[Stream]:
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/events",
        "raw_path": b"/events",
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8001),
        "headers": [
            (b"host", b"127.0.0.1:8001"),
            (b"accept", b"text/event-stream"),
            (b"user-agent", tab.client.headers["user-agent"].encode()),
            (b"cookie", f"{COOKIE}={tab.cookie}".encode()),
        ],
    }
    stream = Stream()
    stream.task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.leave.set()
        async with asyncio.timeout(PATIENCE):
            await stream.task


async def test_a_page_is_told_to_look_and_then_what_changed(
    app: Starlette, signed_in: SignedIn, desk: FakeDesk
) -> None:
    tab = await signed_in("counsellor")
    async with streaming(app, tab) as stream:
        assert await stream.next() == "all"
        assert await stream.next(beats=True) == "beat"
        await asyncio.sleep(0)
        desk.put(row("3-cccc", alias="quiet heron"), line("a secret"))
        assert {await stream.next(), await stream.next()} == {"queue", "case 3-cccc"}
        assert stream.start["status"] == 200
        headers = {name.decode().lower(): value.decode() for name, value in stream.start["headers"]}
        assert headers["content-type"].startswith("text/event-stream")
        assert {name.lower() for name in HEADERS} <= headers.keys()
        assert stream.raw.startswith(b"retry: 2000\n\n")
        for word in (b"heron", b"secret", b"danger", b"Arta"):
            assert word not in stream.raw


async def test_only_a_page_that_answers_beats_is_a_sign_of_life(
    app: Starlette, signed_in: SignedIn, desk: FakeDesk, people: dict[str, Person]
) -> None:
    """A line to a machine that died stays open for long: that we can send says nothing."""
    tab = await signed_in("counsellor")
    await tab.get("/queue")
    desk.calls.clear()
    here = (people["counsellor"].id, ("sq", "en"))
    async with streaming(app, tab) as stream:
        for _ in range(4):
            await stream.next(beats=True)
        assert desk.made("present") == [here]  # it opened the line
        assert (await tab.post("/beat")).status_code == 204
        assert desk.made("present") == [here] * 2
    assert desk.made("absent") == []


async def test_the_stream_ends_with_its_session(
    app: Starlette, signed_in: SignedIn, sessions: SessionStore, people: dict[str, Person]
) -> None:
    tab = await signed_in("counsellor")
    async with streaming(app, tab) as stream:
        assert await stream.next() == "all"
        await sessions.drop_all(people["counsellor"].id)
        found = await stream.next()
        while found == "all":
            found = await stream.next()
        assert found == "out"
        assert await stream.next() is None


async def test_the_stream_ends_with_the_role(app: Starlette, signed_in: SignedIn, staff: Staff) -> None:
    tab = await signed_in("counsellor")
    async with streaming(app, tab) as stream:
        assert await stream.next() == "all"
        staff.set_role("Arta", "editor")
        found = await stream.next()
        while found == "all":
            found = await stream.next()
        assert found == "out"


async def test_streaming_and_its_beats_do_not_keep_a_session_alive(
    app: Starlette, signed_in: SignedIn, sessions: SessionStore, store: object
) -> None:
    from redis.asyncio import Redis

    assert isinstance(store, Redis)
    tab = await signed_in("counsellor")
    await tab.get("/queue")
    (key,) = [key async for key in store.scan_iter("hl:{staff}:session:*")]
    await store.expire(key, 100)
    async with streaming(app, tab) as stream:
        for _ in range(4):
            await stream.next(beats=True)
        await tab.post("/beat")
    assert await store.ttl(key) <= 100


async def test_a_stranger_gets_no_stream(stranger: Tab) -> None:
    response = await stranger.get("/events", accept="text/event-stream")
    assert (response.status_code, response.text) == (401, "signed out")


async def test_pages_are_told_again_after_the_desk_was_away(desk: FakeDesk) -> None:
    """A subscription that breaks is made anew, and every page told to look at everything."""

    class Breaking(FakeDesk):
        broke, back = False, asyncio.Event()

        async def changes(self) -> AsyncIterator[tuple[str, str]]:
            if not self.broke:
                self.broke = True
                raise ConnectionError("gone")
            self.back.set()
            async for change in super().changes():
                yield change

    breaking = Breaking()
    hub = Hub(breaking)
    async with hub.listen() as listener, asyncio.timeout(PATIENCE):
        assert await listener.next(PATIENCE) == ["all"]
        await breaking.back.wait()
        breaking.put(row())
        found: list[str] = []
        while "queue" not in found and "all" not in found:
            found += await listener.next(PATIENCE)
    await hub.stop()


async def test_the_same_change_twice_is_one(desk: FakeDesk) -> None:
    hub = Hub(desk)
    async with hub.listen() as listener:
        for change in ("queue", "case a", "queue", "case a"):
            listener.tell(change)
        assert await listener.next(0) == []  # not waited for
        assert await listener.next(PATIENCE) == ["queue", "case a"]
        assert await listener.next(0) == []
    await hub.stop()


async def test_the_application_stops_following_when_it_ends(
    desk: FakeDesk, staff: Staff, sessions: SessionStore, clock: SetClock, people: dict[str, Person]
) -> None:
    app = create_app(desk, staff, sessions, ConsoleSettings(clock=clock))
    tab = Tab(app, clock)
    await tab.sign_in(people["counsellor"])
    async with app.router.lifespan_context(app):
        async with streaming(app, tab) as stream:
            assert await stream.next() == "all"
            await asyncio.sleep(0)
        assert len(desk._listening) == 1
    assert desk._listening == set()
    await tab.client.aclose()
