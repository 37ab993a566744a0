"""The console's own style sheet, scripts and icon."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from escalation.console.visit import Visit


async def static(visit: Visit) -> Response:
    found = visit.console.pages.static.get(visit.request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    content, kind = found
    return Response(content, media_type=kind)
