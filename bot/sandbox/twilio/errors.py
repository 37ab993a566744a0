"""The errors of Twilio's REST API that a sender of SMS meets: code, HTTP status and wording."""

from dataclasses import dataclass

from starlette.responses import JSONResponse

# Codes and meaning: twilio.com/docs/api/errors/<code>. The status of 20009 is not documented there.
ERRORS: dict[int, tuple[int, str]] = {
    20001: (400, "Invalid parameter"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20009: (409, "Cannot delete this resource before it is complete"),
    20404: (404, "The requested resource {about} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service Unavailable"),
    21211: (400, "Invalid 'To' Phone Number: {about}"),
    21212: (400, "Invalid From Number (caller ID): {about}"),
    21266: (400, "'To' and 'From' number cannot be the same: {about}"),
    21408: (
        400,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    ),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number {about} is not a valid, SMS-capable inbound phone number"),
    21609: (400, "The 'StatusCallback' URL {about} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number {about} is not currently reachable using the 'From' phone number"),
    21614: (400, "'To' number is not a valid mobile number: {about}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21635: (400, "'To' number cannot be a landline: {about}"),
    21659: (400, "{about} is not a Twilio phone number or Short Code country mismatch"),
    30029: (400, "Invalid ContentRetention"),
    30030: (400, "Invalid AddressRetention"),
    30400: (400, "Invalid update of a message"),
}


@dataclass(eq=False)
class TwilioError(Exception):
    """A refusal by its code; `about` completes the wording and, as it may be a number, is not in `repr`."""

    code: int
    about: str = ""

    def __repr__(self) -> str:
        return f"TwilioError({self.code})"

    __str__ = __repr__

    def response(self) -> JSONResponse:
        status, message = ERRORS.get(self.code, (400, "Error"))
        body = {
            "code": self.code,
            "message": message.format(about=self.about),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": status,
        }
        return JSONResponse(body, status)
