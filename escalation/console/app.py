"""The console as an application: `create_app` puts its parts together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from escalation.console.access import routes
from escalation.console.desk import Desk
from escalation.console.endings import Endings
from escalation.console.live import Hub
from escalation.console.pages import Pages
from escalation.console.roster import Roster
from escalation.console.security import Door
from escalation.console.sessions import SessionStore
from escalation.console.settings import UVICORN, ConsoleSettings, Directory
from escalation.console.staff import Staff
from escalation.console.visit import Console, Visit

__all__ = ["UVICORN", "ConsoleSettings", "create_app"]

_REASONS = {404: "missing", 405: "missing", 413: "large", 415: "form", 400: "form"}


def create_app(
    desk: Desk,
    staff: Staff,
    sessions: SessionStore,
    settings: ConsoleSettings,
    directory: Directory | None = None,
) -> Starlette:
    """The counsellors' pages. Serve with `uvicorn.Config(app, **UVICORN, ...)`."""
    hub = Hub(desk)
    pages = Pages(practice=settings.practice is not None)
    console = Console(
        desk, staff, Roster(staff), sessions, settings, directory, pages, hub, Endings(settings.clock)
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await hub.stop()

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        visit = Visit(request, console)
        key = error.detail if error.detail in {"role", "stale"} else _REASONS.get(error.status_code, "broken")
        if visit.live:
            return visit.say(f"error.{key}", error.status_code)
        return visit.page("message.html", error.status_code, key=key)

    return Starlette(
        routes=routes(console),
        middleware=[Middleware(Door, console=console)],
        exception_handlers={HTTPException: refused},
        lifespan=lifespan,
    )
