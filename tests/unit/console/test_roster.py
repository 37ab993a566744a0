"""Accounts as every request asks for them: never older than the file."""

from pathlib import Path

import pytest

from escalation.console.roster import Roster
from escalation.console.staff import Staff
from tests.unit.console.conftest import KEY


async def test_what_another_process_changes_is_known_at_once(staff: Staff, tmp_path: Path) -> None:
    roster, elsewhere = Roster(staff), Staff(str(tmp_path / "staff.sqlite"), KEY)
    made = staff.add("Arta", "counsellor", ("sq",)).account
    assert await roster.names() == {made.id: "Arta"}
    for _ in range(3):  # also when nothing but the time of a moment lies between
        elsewhere.disable("Arta")
        assert (found := await roster.get(made.id)) is not None
        assert found.disabled
        elsewhere.enable("Arta")
        assert (found := await roster.get(made.id)) is not None
        assert not found.disabled
    elsewhere.set_role("Arta", "editor")
    assert await roster.get(made.id) == staff.get(made.id)
    assert await roster.get("nobody") is None


async def test_the_file_is_read_once_while_nothing_changes(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster, read = Roster(staff), 0
    whole = staff.list

    def counted() -> object:
        nonlocal read
        read += 1
        return whole()

    monkeypatch.setattr(staff, "list", counted)
    staff.add("Arta", "counsellor", ("sq",))
    for _ in range(5):
        await roster.names()
    assert read == 1
    staff.add("Bojan", "counsellor", ("bcms",))
    assert len(await roster.names()) == 2
    assert read == 2


async def test_a_file_put_back_from_a_backup_is_another_one(staff: Staff, tmp_path: Path) -> None:
    roster = Roster(staff)
    staff.add("Arta", "counsellor", ("sq",))
    staff.copy_to(tmp_path / "copy")
    staff.add("Bojan", "counsellor", ("bcms",))
    assert len(await roster.names()) == 2
    (tmp_path / "copy").replace(tmp_path / "staff.sqlite")
    assert len(await roster.names()) == 1
