"""The event stream of an open page: what changed, and a beat that the page answers (`POST /beat`).

Only the answer says that a counsellor's machine is there: a line to one that lost its power stays open on our
side for a quarter of an hour.
"""

import asyncio
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from escalation.console.live import EVERYTHING
from escalation.console.visit import Visit

BEAT: Final = "beat"
OUT: Final = "out"
"""The session has ended."""
_RETRY_MS = 2000
_STREAM_HEADERS = {"X-Accel-Buffering": "no"}


async def stream(visit: Visit) -> Response:
    return EventStream(visit)


class EventStream(Response):
    """Server-sent events until the browser leaves or the session ends."""

    media_type = "text/event-stream"

    def __init__(self, visit: Visit) -> None:
        super().__init__(headers=_STREAM_HEADERS)
        del self.headers["content-length"]
        self._visit = visit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        async def tell(*changes: str) -> None:
            body = "".join(f"data: {change}\n\n" for change in changes)
            await send({"type": "http.response.body", "body": body.encode(), "more_body": True})

        console = self._visit.console
        async with console.hub.listen() as listener:
            await self._visit.on_duty()
            await send(
                {"type": "http.response.body", "body": b"retry: %d\n\n" % _RETRY_MS, "more_body": True}
            )
            await tell(EVERYTHING)
            loop, beat_at = asyncio.get_running_loop(), 0.0
            while True:
                if loop.time() >= beat_at:
                    if not await self._still_signed_in():
                        await tell(OUT)
                        break
                    beat_at = loop.time() + console.settings.heartbeat
                    await tell(BEAT)
                if changes := await listener.next(max(0.0, beat_at - loop.time())):
                    await tell(*changes)
        await send({"type": "http.response.body", "body": b""})

    async def _still_signed_in(self) -> bool:
        """Whether the session and its account are still good; being connected lengthens neither."""
        console = self._visit.console
        session = await console.sessions.read(self._visit.signed.key)
        account = await console.roster.get(self._visit.account.id)
        return session is not None and account is not None and session.good_for(account) and account.at_desk


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
