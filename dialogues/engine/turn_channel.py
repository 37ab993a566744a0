"""The one private endpoint: POST /turn, and GET /health.

Whatever is wrong with a request, the answer is a fixed word and nothing of the request: not in the body, not
in a log.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from engine.dialogue import Engine
from engine.quiet import failed
from engine.request import LARGEST, BadRequest, allowed, read

ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)
TOKEN: web.AppKey[str] = web.AppKey("token", str)
MODEL: web.AppKey[str] = web.AppKey("model", str)
FIXED = {400: "malformed", 401: "token", 404: "unknown", 405: "unknown", 413: "too large", 500: "failed"}


def fixed(status: int) -> web.Response:
    """An answer that says what is wrong in one of our own words."""
    word = FIXED.get(status, "refused")
    return web.Response(
        status=status, body=json.dumps({"error": word}).encode(), content_type="application/json"
    )


def body_of(value: dict[str, Any]) -> web.Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})


async def turn(request: web.Request) -> web.Response:
    """One message in, replies and the new state out."""
    if not allowed(request.headers.get("Authorization"), request.app[TOKEN]):
        return fixed(401)
    if (request.content_length or 0) > LARGEST:
        return fixed(413)
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return fixed(413)
    try:
        asked = read(body)
    except BadRequest:
        return fixed(400)
    return body_of(await request.app[ENGINE].turn(asked))


async def health(request: web.Request) -> web.Response:
    """Whether turns are taken, and by which model."""
    return body_of({"ready": True, "model": request.app[MODEL]})


@web.middleware
async def nothing_told(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turn every failure into a fixed word; only the kind of an unexpected one is said."""
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException as error:
        return fixed(error.status)
    except Exception as error:
        failed(type(error))
        return fixed(500)
    return response


def application(engine: Engine, token: str, model: str) -> web.Application:
    """The engine behind its endpoint."""
    app = web.Application(middlewares=[nothing_told], client_max_size=LARGEST)
    app[ENGINE], app[TOKEN], app[MODEL] = engine, token, model
    app.router.add_post("/turn", turn)
    app.router.add_get("/health", health)
    return app
