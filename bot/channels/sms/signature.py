"""Whether a request comes from Twilio.

https://www.twilio.com/docs/usage/webhooks/webhooks-security: HMAC-SHA1 over the full URL and every POST
parameter, blank ones too, with the account's primary Auth Token. The port does not count; scheme, path and
case do.
"""

from urllib.parse import parse_qsl, urldefrag

from twilio.request_validator import RequestValidator

from bot.errors import Refused
from bot.private import Unshown

MAX_FIELDS = 200


class Form(Unshown, dict[str, list[str]]):
    """Posted fields in all their values; a blank value is a value (a picture without words has `Body=`)."""

    def getall(self, name: str) -> list[str]:
        return self.get(name, [])

    def first(self, name: str) -> str:
        values = self.get(name)
        return values[0] if values else ""


def read_form(body: bytes) -> Form:
    """Raises Refused for what is not a form in UTF-8."""
    form = Form()
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MAX_FIELDS,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError:
        raise Refused("malformed form", 400) from None
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def signed(token: str, url: str, form: Form, signature: str) -> bool:
    """Whether `signature` is Twilio's for this form posted to this URL."""
    if not token or not signature:
        return False
    return bool(RequestValidator(token).validate(urldefrag(url).url, form, signature))


def signed_body(token: str, url: str, body: str, signature: str) -> bool:
    """The same for a JSON body: the URL carries its SHA-256, the signature covers the URL."""
    if not token or not signature or "bodySHA256=" not in url:
        return False
    return bool(RequestValidator(token).validate(urldefrag(url).url, body, signature))
