"""The start page, the sign of life for machines, and the one for people."""

from starlette.responses import PlainTextResponse, Response

from escalation.console.visit import Visit


async def alive(_: Visit) -> Response:
    return PlainTextResponse("ok")


async def home(visit: Visit) -> Response:
    if visit.account.at_desk:
        return visit.go("/queue")
    return visit.go("/staff" if visit.account.role == "administrator" else "/account")


async def beat(visit: Visit) -> Response:
    """The browser answered a beat of its event stream: machine and line are alive, whoever sits there."""
    await visit.on_duty()
    return Response(status_code=204)


async def present(visit: Visit) -> Response:
    """Somebody moved or typed: the session's idle time has begun again already."""
    await visit.on_duty()
    return Response(status_code=204)
