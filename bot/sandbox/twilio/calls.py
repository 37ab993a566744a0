"""Twilio's call log: who called the number, until somebody deletes it."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from bot.sandbox.twilio.log import VERSION, new_sid


@dataclass(slots=True)
class Call:
    """One call; nobody answers here, so it is over once it was made."""

    sid: str
    account_sid: str
    from_: str
    to: str
    created: datetime
    status: str = "completed"

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "from": self.from_,
            "to": self.to,
            "direction": "inbound",
            "status": self.status,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.created),
            "start_time": format_datetime(self.created),
            "end_time": format_datetime(self.created),
            "duration": "0",
            "api_version": VERSION,
            "uri": f"/{VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}.json",
        }


class Calls(dict[str, Call]):
    """Records by sid."""

    def ring(self, account_sid: str, from_: str, to: str, now: datetime) -> Call:
        call = Call(new_sid("CA"), account_sid, from_, to, now)
        self[call.sid] = call
        return call

    def find(self, to: str, from_: str) -> list[Call]:
        return [call for call in self.values() if to in ("", call.to) and from_ in ("", call.from_)]
