"""The deployment secret changes: nobody loses their second factor."""

from pathlib import Path

import pyotp

from bot.console import open_staff
from bot.vault import derived
from escalation.console.staff_file import StaffFile, opened

OLD, NEW = "the first deployment secret of all", "the second deployment secret, new"


def second_factor(path: str, secret: str, account: str) -> str | None:
    with opened(StaffFile(path, derived(secret, b"staff"))) as rows:
        row = rows.get(account)
        return None if row is None else rows.secret(row)


def test_second_factors_are_sealed_anew_under_the_new_secret(tmp_path: Path) -> None:
    path = str(tmp_path / "staff.sqlite")
    made = open_staff(path, OLD).add("anna", "counsellor", ("en",))
    assert second_factor(path, NEW, made.account.id) is None
    for _ in range(2):
        open_staff(path, NEW, [OLD])
        found = second_factor(path, NEW, made.account.id)
        assert found is not None
        assert pyotp.TOTP(found).now() == pyotp.TOTP(made.secret).now()
    assert second_factor(path, OLD, made.account.id) is None
