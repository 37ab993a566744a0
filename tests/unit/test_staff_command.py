"""`hotline staff`: the first account, and the way back in, at the command line."""

import re
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.console import open_staff
from escalation.console.staff import Staff
from tests.conftest import SECRET

NEW = "four new words here"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "staff" / "staff.sqlite"
    monkeypatch.setenv("HOTLINE_SECRET", SECRET)
    monkeypatch.setenv("HOTLINE_STAFF_FILE", str(path))
    return path


@pytest.fixture
def staff(file: Path) -> Staff:
    return open_staff(str(file), SECRET)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["staff", *words])


def said(result: Result, what: str) -> str:
    """The value on a line of the answer."""
    assert result.exit_code == 0, result.output
    found = re.search(rf"^{what}\s{{2,}}(.+)$", result.output, re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_first_account_is_made_here_and_is_whole_at_once(file: Path) -> None:
    made = run("add", "emil", "--role", "administrator")
    secret = pyotp.parse_uri(said(made, "second factor")).secret
    staff = open_staff(str(file), SECRET)
    assert staff.verify("emil", said(made, "password"), pyotp.TOTP(secret).now()) is not None
    assert run("list").output == "emil\tadministrator\t-\tactive\n"


def test_an_invited_or_reset_account_begins_with_a_first_password(file: Path, staff: Staff) -> None:
    invited = run("add", "anna", "--invite", "--language", "sq")
    account = staff.verify_password("anna", said(invited, "first password"))
    assert account is not None
    assert account.renew_until > 0
    assert run("list").output == "anna\tcounsellor\tsq\tinvited\n"
    again = said(run("reset", "anna"), "first password")
    assert staff.verify_password("anna", said(invited, "first password")) is None
    assert staff.verify_password("anna", again) is not None


def test_accounts_are_changed_and_the_trail_says_so(staff: Staff) -> None:
    staff.add("anna", "counsellor", by="somebody gone")
    for words in (
        ("role", "anna", "supervisor"),
        ("disable", "anna"),
        ("enable", "anna"),
        ("unlock", "anna"),
    ):
        assert run(*words).exit_code == 0
    lines = [line.split("\t")[1:] for line in run("trail", "anna").output.splitlines()]
    assert lines == [
        ["anna", "unlocked", "command line"],
        ["anna", "enabled", "command line"],
        ["anna", "disabled", "command line"],
        ["anna", "role supervisor", "command line"],
        ["anna", "added counsellor", "-"],
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("disable", "emil"), "last administrator"),
        (("role", "emil", "counsellor"), "last administrator"),
        (("role", "emil", "owner"), "No such role"),
        (("add", "emil"), "already"),
        (("reset", "nobody"), "no account of this name"),
        (("trail", "nobody"), "no account of this name"),
    ],
)
def test_what_will_not_do_is_said_in_one_sentence(staff: Staff, words: tuple[str, ...], says: str) -> None:
    staff.add("emil", "administrator")
    before = staff.list()
    result = run(*words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert staff.list() == before


def test_a_backup_is_whole_and_overwrites_nothing(staff: Staff, tmp_path: Path) -> None:
    staff.add("emil", "administrator")
    copy = tmp_path / "copy.sqlite"
    assert run("backup", str(copy)).exit_code == 0
    assert open_staff(str(copy), SECRET).list() == staff.list()
    assert run("backup", str(copy)).exit_code == 2
