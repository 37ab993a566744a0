"""Accounts: what is kept, who may sign in, what a wrong try costs."""

import sqlite3
import stat
from pathlib import Path

import pyotp
import pytest

from bot.clock import SetClock
from escalation.console.staff import LOCK_AFTER, LOCK_SECONDS, Staff, StaffError
from escalation.console.staff_file import TRAIL_DAYS
from tests.unit.console.conftest import KEY
from tests.unit.console.tab import Person, person


@pytest.fixture
def arta(staff: Staff) -> Person:
    return person(staff.add("Arta Krasniqi", "counsellor", ("sq", "en")))


def test_a_new_account_gets_what_its_owner_needs_once(staff: Staff) -> None:
    made = staff.add("Arta Krasniqi", "counsellor", ("sq", "en"))
    assert made.account.languages == ("sq", "en")
    assert len(made.password) == 19
    assert made.uri == pyotp.TOTP(made.secret).provisioning_uri(name="Arta Krasniqi", issuer_name="Hotline")
    assert made.password not in repr(made)
    assert staff.list() == [made.account]
    assert staff.named("  arta  KRASNIQI ") == made.account
    assert staff.names() == {made.account.id: "Arta Krasniqi"}


def test_both_steps_are_needed_and_a_code_works_once(staff: Staff, arta: Person, clock: SetClock) -> None:
    assert staff.verify("arta krasniqi", arta.password, arta.code(clock)) == arta.account
    assert staff.verify("arta krasniqi", arta.password, arta.code(clock)) is None
    clock.move(30)
    assert staff.verify("arta krasniqi", "not the password", arta.code(clock)) is None
    assert staff.verify("arta krasniqi", arta.password, "000000") is None
    assert staff.verify("arta krasniqi", arta.password, arta.code(clock)) == arta.account


def test_an_older_code_is_refused_once_a_newer_one_was_used(
    staff: Staff, arta: Person, clock: SetClock
) -> None:
    older = arta.code(clock)
    clock.move(30)
    assert staff.verify_code(arta.id, arta.code(clock)) is not None
    assert staff.verify_code(arta.id, older) is None


@pytest.mark.parametrize(("away", "passes"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_clocks_may_be_one_step_apart(
    staff: Staff, arta: Person, clock: SetClock, away: int, passes: bool
) -> None:
    code = str(pyotp.TOTP(arta.secret).at(int(clock.now()) + away))
    assert (staff.verify_code(arta.id, f" {code[:3]} {code[3:]} ") is not None) == passes


def test_an_account_rests_after_wrong_tries_and_only_so_long(
    staff: Staff, arta: Person, clock: SetClock
) -> None:
    for _ in range(LOCK_AFTER):
        assert staff.verify_password("Arta Krasniqi", "not the password") is None
    assert staff.verify_password("Arta Krasniqi", arta.password) is None
    assert staff.verify_code(arta.id, arta.code(clock)) is None
    clock.move(LOCK_SECONDS + 1)
    assert staff.verify_password("Arta Krasniqi", arta.password) == staff.get(arta.id)


def test_wrong_codes_count_too_and_an_administrator_ends_the_rest(
    staff: Staff, arta: Person, clock: SetClock
) -> None:
    for _ in range(LOCK_AFTER):
        staff.verify_code(arta.id, "000000")
    assert staff.verify_password("Arta Krasniqi", arta.password) is None
    staff.unlock("Arta Krasniqi")
    assert staff.verify_password("Arta Krasniqi", arta.password) == arta.account


def test_tries_far_apart_do_not_add_up(staff: Staff, arta: Person, clock: SetClock) -> None:
    for _ in range(LOCK_AFTER * 2):
        staff.verify_password("Arta Krasniqi", "not the password")
        clock.move(LOCK_SECONDS + 1)
    assert staff.verify_password("Arta Krasniqi", arta.password) == arta.account


def test_a_disabled_account_is_refused_until_enabled(staff: Staff, arta: Person, clock: SetClock) -> None:
    assert staff.disable("Arta Krasniqi").disabled
    assert staff.verify("Arta Krasniqi", arta.password, arta.code(clock)) is None
    staff.enable("Arta Krasniqi")
    assert staff.verify("Arta Krasniqi", arta.password, arta.code(clock)) == arta.account


def test_a_reset_replaces_both_factors(staff: Staff, arta: Person, clock: SetClock) -> None:
    fresh = person(staff.reset("Arta Krasniqi"))
    assert fresh.id == arta.id
    assert staff.verify_password("Arta Krasniqi", arta.password) is None
    assert staff.verify_code(arta.id, arta.code(clock)) is None
    assert staff.verify("Arta Krasniqi", fresh.password, fresh.code(clock)) == fresh.account


@pytest.mark.parametrize(
    ("name", "role", "languages", "password"),
    [
        ("", "counsellor", (), None),
        ("x" * 41, "counsellor", (), None),
        ("<b>Arta</b>", "counsellor", (), None),
        ("Arta", "owner", (), None),
        ("Arta", "counsellor", ("xx",), None),
        ("Arta", "counsellor", (), "short"),
        ("Arta", "counsellor", (), "aaaaaaaaaaaaaa"),
        ("Arta", "counsellor", (), "arta is my own name"),
        ("Arta", "counsellor", (), "long" * 60),
    ],
)
def test_what_will_not_do_is_refused(
    staff: Staff, name: str, role: str, languages: tuple[str, ...], password: str | None
) -> None:
    with pytest.raises(StaffError):
        staff.add(name, role, languages, password)
    assert staff.list() == []


def test_two_accounts_never_share_a_name(staff: Staff, arta: Person) -> None:
    with pytest.raises(StaffError):
        staff.add("ARTA krasniqi", "editor")


def test_a_password_is_changed_only_with_the_old_one(staff: Staff, arta: Person) -> None:
    assert not staff.change_password(arta.id, "not the password", "four new words here")
    with pytest.raises(StaffError):
        staff.change_password(arta.id, arta.password, "short")
    assert staff.change_password(arta.id, arta.password, "four new words here")
    assert staff.verify_password("Arta Krasniqi", arta.password) is None
    assert staff.verify_password("Arta Krasniqi", "four new words here") == arta.account


def test_guessing_the_old_password_in_an_open_session_is_stopped(staff: Staff, arta: Person) -> None:
    for _ in range(LOCK_AFTER):
        staff.change_password(arta.id, "not the password", "four new words here")
    assert not staff.change_password(arta.id, arta.password, "four new words here")


def test_the_file_is_ours_alone_and_holds_no_secret_in_the_clear(
    staff: Staff, arta: Person, tmp_path: Path
) -> None:
    path = tmp_path / "staff.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert arta.secret.encode() not in content
    assert arta.password.encode() not in content


def test_an_older_file_open_to_others_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "staff.sqlite"
    path.touch(mode=0o644)
    path.chmod(0o644)
    Staff(str(path), KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_factor_opens_under_its_own_key_and_account_only(
    staff: Staff, arta: Person, tmp_path: Path, clock: SetClock
) -> None:
    other = person(staff.add("Bojan", "counsellor"))
    elsewhere = Staff(str(tmp_path / "staff.sqlite"), b"another key, just as long", clock)
    assert elsewhere.verify_code(arta.id, arta.code(clock)) is None
    with sqlite3.connect(tmp_path / "staff.sqlite") as rows:
        rows.execute(
            "UPDATE accounts SET secret = (SELECT secret FROM accounts WHERE id = ?) WHERE id = ?",
            (arta.id, other.id),
        )
    rows.close()
    assert staff.verify_code(other.id, arta.code(clock)) is None


def test_the_trail_says_what_happened_and_never_what_was_typed(
    staff: Staff, arta: Person, tmp_path: Path, clock: SetClock
) -> None:
    staff.verify_password("my password by mistake", "x")
    staff.verify_password("Arta Krasniqi", "not the password")
    staff.verify("Arta Krasniqi", arta.password, arta.code(clock))
    staff.set_role("Arta Krasniqi", "supervisor")
    assert [(trace.event, trace.detail) for trace in staff.trail()] == [
        ("role", "supervisor"),
        ("signed_in", ""),
        ("failed", "password"),
        ("unknown_name", ""),
        ("added", "counsellor"),
    ]
    content = (tmp_path / "staff.sqlite").read_bytes()
    assert b"my password by mistake" not in content
    assert b"not the password" not in content


def test_the_trail_ends_after_its_time(staff: Staff, arta: Person, clock: SetClock) -> None:
    clock.move((TRAIL_DAYS + 1) * 86_400)
    staff.trace(arta.id, "signed_out")
    assert [trace.event for trace in staff.trail()] == ["signed_out"]
    assert staff.trail("somebody else") == []
