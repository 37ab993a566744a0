"""Beginning and beginning anew: invitations, resets, recovery codes, new apps, the last administrator."""

import pyotp
import pytest

from bot.clock import SetClock
from escalation.console.factors import PENDING_SECONDS, RECOVERY_CODES
from escalation.console.staff import INVITED_SECONDS, SHELL, Invitation, Staff, StaffError
from tests.unit.console.tab import Person, person

NEW = "four new words here"


@pytest.fixture
def arta(staff: Staff) -> Person:
    return person(staff.add("Arta Krasniqi", "counsellor", ("sq", "en")))


def set_up(staff: Staff, invited: Invitation, clock: SetClock) -> str:
    """As the owner does it; returns the secret of their code app."""
    who = invited.account.id
    staff.begin_app(who)
    secret = staff.pending_app(who)
    assert secret is not None
    assert staff.renew(who, NEW, code_of(secret, clock))
    return secret


def code_of(secret: str, clock: SetClock) -> str:
    return str(pyotp.TOTP(secret).at(int(clock.now())))


def test_an_invited_person_chooses_a_password_and_sets_up_codes(staff: Staff, clock: SetClock) -> None:
    invited = staff.invite("Arta Krasniqi", "counsellor", ("sq",))
    assert invited.password not in repr(invited)
    who = invited.account.id
    assert staff.verify_password("Arta Krasniqi", invited.password) == invited.account
    # Nothing passes the second step yet: there is no second factor.
    assert staff.verify_code(who, code_of(pyotp.random_base32(), clock)) is None
    assert staff.verify_code(who, "") is None
    secret = set_up(staff, invited, clock)
    clock.move(30)
    assert staff.verify("Arta Krasniqi", invited.password, code_of(secret, clock)) is None
    assert staff.verify("Arta Krasniqi", NEW, code_of(secret, clock)) == staff.get(who)


def test_setting_up_needs_a_right_code_and_a_password_of_their_own(staff: Staff, clock: SetClock) -> None:
    invited = staff.invite("Arta", "counsellor")
    who = invited.account.id
    assert not staff.renew(who, NEW, "000000")
    staff.begin_app(who)
    secret = staff.pending_app(who)
    assert secret is not None
    assert not staff.renew(who, NEW, "000000")
    for password in (invited.password, "short", "arta's own name"):
        with pytest.raises(StaffError):
            staff.renew(who, password, code_of(secret, clock))
    assert staff.verify_password("Arta", invited.password) is not None
    assert staff.renew(who, NEW, code_of(secret, clock))
    # Once: from now on only by signing in, and the secret is told no more.
    assert staff.pending_app(who) is None
    staff.begin_app(who)
    again = staff.pending_app(who)
    assert again is not None
    assert not staff.renew(who, "another four new words", code_of(again, clock))


def test_a_first_password_and_a_secret_shown_are_good_only_so_long(staff: Staff, clock: SetClock) -> None:
    invited = staff.invite("Arta", "counsellor")
    staff.begin_app(invited.account.id)
    clock.move(PENDING_SECONDS + 1)
    assert staff.pending_app(invited.account.id) is None
    clock.move(INVITED_SECONDS)
    assert staff.verify_password("Arta", invited.password) is None
    assert staff.trail()[0].detail == "expired"


def test_a_reset_takes_every_factor_and_every_session(staff: Staff, arta: Person, clock: SetClock) -> None:
    codes = staff.new_recovery(arta.id)
    staff.passkeys.add(arta.id, "phone", "AAAA", b"key", 0, False)
    fresh = staff.reset("Arta Krasniqi")
    assert fresh.account.version == arta.account.version + 1
    assert staff.verify_password("Arta Krasniqi", arta.password) is None
    assert staff.verify_code(arta.id, arta.code(clock)) is None
    assert staff.verify_recovery(arta.id, codes[0]) is None
    assert staff.passkeys.of(arta.id) == []
    secret = set_up(staff, fresh, clock)
    clock.move(30)
    assert staff.verify_recovery(arta.id, codes[1]) is None
    assert staff.verify("Arta Krasniqi", NEW, code_of(secret, clock)) is not None


def test_a_recovery_code_passes_once_however_it_is_typed(staff: Staff, arta: Person) -> None:
    codes = staff.new_recovery(arta.id)
    assert len(set(codes)) == RECOVERY_CODES == staff.recovery_left(arta.id)
    other = person(staff.add("Bojan", "counsellor"))
    assert staff.verify_recovery(other.id, codes[0]) is None
    assert staff.verify_recovery(arta.id, f" {codes[0].upper().replace('-', ' ')} ") is not None
    assert staff.verify_recovery(arta.id, codes[0]) is None
    assert staff.verify_recovery(arta.id, "") is None
    assert staff.recovery_left(arta.id) == RECOVERY_CODES - 1
    fresh = staff.new_recovery(arta.id)
    assert staff.verify_recovery(arta.id, codes[1]) is None
    staff.disable("Arta Krasniqi")
    assert staff.verify_recovery(arta.id, fresh[0]) is None


def test_a_new_app_counts_once_its_first_code_was_right(staff: Staff, arta: Person, clock: SetClock) -> None:
    staff.begin_app(arta.id)
    secret = staff.pending_app(arta.id)
    assert secret is not None
    assert not staff.finish_app(arta.id, "000000")
    assert staff.verify_code(arta.id, arta.code(clock)) is not None
    clock.move(60)
    first = code_of(secret, clock)
    assert staff.finish_app(arta.id, first)
    assert staff.verify_code(arta.id, first) is None
    clock.move(60)
    assert staff.verify_code(arta.id, arta.code(clock)) is None
    assert staff.verify_code(arta.id, code_of(secret, clock)) is not None


def test_the_last_administrator_stays(staff: Staff, clock: SetClock) -> None:
    emil = staff.add("Emil", "administrator")
    for change in (
        lambda: staff.disable("Emil"),
        lambda: staff.set_role("Emil", "counsellor"),
        lambda: staff.reset("Emil", by="an account"),
    ):
        with pytest.raises(StaffError, match="last administrator"):
            change()
    # One who has not set up their account cannot mend things yet.
    fran = staff.invite("Fran", "administrator")
    with pytest.raises(StaffError, match="last administrator"):
        staff.disable("Emil")
    set_up(staff, fran, clock)
    assert staff.disable("Emil", by=fran.account.id).disabled
    with pytest.raises(StaffError, match="last administrator"):
        staff.set_role("Fran", "editor", by=emil.account.id)
    # Whoever has the machine can always begin anew.
    assert staff.reset("Fran", by=SHELL).password


def test_other_roles_come_and_go(staff: Staff, arta: Person) -> None:
    staff.add("Emil", "administrator")
    assert staff.set_role("Arta Krasniqi", "supervisor").version == arta.account.version + 1
    assert staff.disable("Arta Krasniqi").disabled
    with pytest.raises(StaffError):
        staff.set_role("Arta Krasniqi", "owner")
