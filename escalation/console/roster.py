"""The accounts as the staff file has them now, for what every request asks."""

import asyncio

from escalation.console.staff import Account, Staff


class Roster:
    """They are read anew once the file changed; before each answer its own count of changes is looked at."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._mark: tuple[int, ...] = ()
        self._accounts: dict[str, Account] = {}

    async def get(self, account_id: str) -> Account | None:
        return (await self._known()).get(account_id)

    async def names(self) -> dict[str, str]:
        """Every account's name by its id, for the queue's "held by"."""
        return {one.id: one.name for one in (await self._known()).values()}

    async def _known(self) -> dict[str, Account]:
        # The mark first: a change while the accounts are read makes them be read again next time.
        mark = self._staff.mark()
        if mark == self._mark:
            return self._accounts
        accounts = {one.id: one for one in await asyncio.to_thread(self._staff.list)}
        self._mark, self._accounts = mark, accounts
        return accounts
