"""Refusals of the Bot API, in its own words."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

OLD_QUERY = "Bad Request: query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(eq=False)
class TelegramError(Exception):
    """An answer with `ok: false`."""

    status: int
    description: str
    retry_after: int = 0

    def response(self) -> JSONResponse:
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        headers = {}
        if self.retry_after:
            body["parameters"] = {"retry_after": self.retry_after}
            headers["Retry-After"] = str(self.retry_after)
        return JSONResponse(body, self.status, headers)


def by_status(status: int, retry_after: int) -> TelegramError:
    """The refusal a fault asks for by its number."""
    words = {
        400: "Bad Request: chat not found",
        401: "Unauthorized",
        403: "Forbidden: bot was blocked by the user",
        404: "Not Found",
        409: OTHER_POLL,
        429: f"Too Many Requests: retry after {retry_after}",
    }
    return TelegramError(
        status, words.get(status, "Internal Server Error"), retry_after if status == 429 else 0
    )
