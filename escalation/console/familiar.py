"""A mark for browsers somebody signed in with: strangers' wrong tries do not lock those out.

(OWASP, "Slow down online guessing attacks with device cookies".) The mark opens nothing: it only says that
wrong tries of this browser are counted apart. It holds the account's id, its version, when, a random number,
and a keyed hash over these; a reset or a new password makes it void.
"""

import hashlib
import hmac
import secrets
from typing import Final

from bot.clock import Clock
from escalation.console.staff_account import Account

MARK_SECONDS: Final = 90 * 86_400


class Familiar:
    """Makes marks and knows its own."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key, self._clock = key, clock

    def mark(self, account: Account) -> str:
        said = f"{account.id}.{account.version}.{int(self._clock.now())}.{secrets.token_hex(8)}"
        return f"{said}.{self._sign(said)}"

    def browser(self, mark: str, account: Account | None) -> str | None:
        """The number of the browser, if the mark is ours and this account's as it is now."""
        said, _, signed = mark.rpartition(".")
        if account is None or not hmac.compare_digest(self._sign(said).encode(), signed.encode()):
            return None
        account_id, version, at, browser = said.split(".")
        fresh = self._clock.now() - int(at) < MARK_SECONDS
        return browser if fresh and (account_id, version) == (account.id, str(account.version)) else None

    def _sign(self, said: str) -> str:
        return hmac.new(self._key, f"familiar\0{said}".encode(), hashlib.sha256).hexdigest()
