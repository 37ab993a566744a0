"""A stand-in for the dialogue engine that is a process of its own: it can be killed, and keeps nothing."""

from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.roles import serve
from bot.settings import Settings


async def turn(request: Request) -> Response:
    """Answers `answer <n>`, counting in the state it is given."""
    asked = await request.json()
    number = int((asked["state"] or {}).get("n", 0)) + 1
    reply = {"key": "utter_x", "text": f"answer {number}"}
    return JSONResponse({"replies": [reply], "topic": "job_offer", "state": {"n": number}})


async def health(_: Request) -> Response:
    return PlainTextResponse("ready")


async def run_engine(settings: Settings) -> None:
    app = Starlette(routes=[Route("/turn", turn, methods=["POST"]), Route("/health", health)])
    await serve(app, "127.0.0.1", urlsplit(settings.engine_url).port or 0)
