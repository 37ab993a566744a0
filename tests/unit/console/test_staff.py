"""Accounts: what is kept, who may sign in, what a wrong try costs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyotp
import pytest

from bot.clock import SetClock
from escalation.console import password
from escalation.console.staff import LOCK_AFTER, LOCK_SECONDS, SHELL, Staff, StaffError
from escalation.console.staff_rows import CODE_LOCK_AFTER, CODE_LOCK_SECONDS, TRAIL_DAYS
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
    clock.move(LOCK_SECONDS + 1)
    assert staff.verify_password("Arta Krasniqi", arta.password) == staff.get(arta.id)


def test_strangers_wrong_passwords_do_not_stop_the_owners_browser_nor_who_is_halfway(
    staff: Staff, arta: Person, clock: SetClock
) -> None:
    for _ in range(LOCK_AFTER):
        staff.verify_password("Arta Krasniqi", "not the password")
    assert staff.verify_password("Arta Krasniqi", arta.password) is None
    assert staff.verify_password("Arta Krasniqi", arta.password, familiar=True) == staff.get(arta.id)
    assert staff.verify_code(arta.id, arta.code(clock)) is not None


def test_wrong_tries_of_the_owners_browser_do_not_lock_the_others(
    staff: Staff, arta: Person, clock: SetClock
) -> None:
    for _ in range(LOCK_AFTER):
        assert staff.verify_password("Arta Krasniqi", "not the password", familiar=True) is None
    assert staff.verify_password("Arta Krasniqi", arta.password) == arta.account


def test_codes_rest_longer_each_time_and_an_administrator_ends_the_rest(
    staff: Staff, arta: Person, clock: SetClock
) -> None:
    for times in range(3):
        for _ in range(CODE_LOCK_AFTER):
            assert staff.verify_code(arta.id, "000000") is None
        clock.move(CODE_LOCK_SECONDS * 2**times - 30)
        assert staff.verify_code(arta.id, arta.code(clock)) is None
        clock.move(60)
    assert staff.verify_code(arta.id, arta.code(clock)) is not None
    for _ in range(CODE_LOCK_AFTER):
        staff.verify_code(arta.id, "000000")
    staff.unlock("Arta Krasniqi")
    clock.move(30)
    assert staff.verify_code(arta.id, arta.code(clock)) is not None


def test_codes_rest_a_day_at_most(staff: Staff, arta: Person, clock: SetClock) -> None:
    for _ in range(30):
        for _ in range(CODE_LOCK_AFTER):
            staff.verify_code(arta.id, "000000")
        clock.move(24 * 3600 + 1)
    assert staff.verify_code(arta.id, arta.code(clock)) is not None


def test_an_unknown_name_costs_the_same_password_check(
    staff: Staff, arta: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = password.matches

    def matches(kept: str, given: str) -> bool:
        checked.append(kept)
        return real(kept, given)

    monkeypatch.setattr(password, "matches", matches)
    for name in ("Nobody", "Arta Krasniqi"):
        staff.verify_password(name, "not the password")
    assert len(checked) == 2
    # The same costs, so that it takes as long.
    assert len({kept.rsplit("$", 2)[0] for kept in checked}) == 1


def test_tries_far_apart_do_not_add_up(staff: Staff, arta: Person, clock: SetClock) -> None:
    for _ in range(LOCK_AFTER * 2):
        staff.verify_password("Arta Krasniqi", "not the password")
        clock.move(LOCK_SECONDS + 1)
    assert staff.verify_password("Arta Krasniqi", arta.password) == arta.account


def test_a_disabled_account_is_refused_until_enabled(staff: Staff, arta: Person, clock: SetClock) -> None:
    assert staff.disable("Arta Krasniqi").disabled
    assert staff.verify("Arta Krasniqi", arta.password, arta.code(clock)) is None
    enabled = staff.enable("Arta Krasniqi")
    assert staff.verify("Arta Krasniqi", arta.password, arta.code(clock)) == enabled


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
    changed = staff.verify_password("Arta Krasniqi", "four new words here")
    assert changed is not None
    # Sessions and marks of before are no good any more.
    assert changed.version == arta.account.version + 1


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
        ("signed_in", "code"),
        ("failed", "password"),
        ("unknown_name", ""),
        ("added", "counsellor"),
    ]
    content = (tmp_path / "staff.sqlite").read_bytes()
    assert b"my password by mistake" not in content
    assert b"not the password" not in content


def test_a_flood_of_wrong_tries_is_one_line_with_a_count(staff: Staff, arta: Person, clock: SetClock) -> None:
    for _ in range(40):
        staff.verify_password("Nobody", "x")
        staff.verify_password("Arta Krasniqi", "not the password")
    clock.move(3601)
    staff.verify_password("Arta Krasniqi", "not the password")
    assert [(trace.event, trace.times) for trace in staff.trail()] == [
        ("failed", 1),
        ("failed", 40),
        ("unknown_name", 40),
        ("added", 1),
    ]


def test_the_trail_says_by_whom(staff: Staff, arta: Person) -> None:
    chief = staff.add("Emil", "administrator", by=arta.id).account
    staff.set_languages("Emil", ("ro",))
    staff.disable("Arta Krasniqi", by=chief.id)
    assert [(trace.account, trace.event, trace.actor) for trace in staff.trail()][:3] == [
        (arta.id, "disabled", chief.id),
        (chief.id, "languages", SHELL),
        (chief.id, "added", arta.id),
    ]


def test_the_trail_ends_after_its_time(staff: Staff, arta: Person, clock: SetClock) -> None:
    clock.move((TRAIL_DAYS + 1) * 86_400)
    staff.trace(arta.id, "signed_out")
    assert [trace.event for trace in staff.trail()] == ["signed_out"]
    assert staff.trail("somebody else") == []
    clock.move((TRAIL_DAYS + 1) * 86_400)
    assert staff.trail() == []


def test_an_old_trail_is_cut_when_the_file_is_opened(staff: Staff, arta: Person, tmp_path: Path) -> None:
    Staff(str(tmp_path / "staff.sqlite"), KEY, SetClock(arta.account.created_at + (TRAIL_DAYS + 1) * 86_400))
    with closing(sqlite3.connect(tmp_path / "staff.sqlite")) as rows:
        assert rows.execute("SELECT count(*) FROM trail").fetchone() == (0,)
