"""The staff file: whose it is, how an old one comes up to date, several processes at once, copies."""

import multiprocessing
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import SetClock
from escalation.console.staff import Staff, StaffError
from escalation.console.staff_schema import MARK, STEPS
from tests.unit.console.conftest import KEY
from tests.unit.console.tab import Person, person

# As the first version of the hotline made it.
OLD_TABLES = """
CREATE TABLE accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    hash TEXT NOT NULL, secret BLOB NOT NULL, last_step INTEGER NOT NULL DEFAULT 0,
    languages TEXT NOT NULL DEFAULT '', interface TEXT NOT NULL DEFAULT '',
    disabled INTEGER NOT NULL DEFAULT 0, fails INTEGER NOT NULL DEFAULT 0,
    failed_at REAL NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0, created_at REAL NOT NULL
);
CREATE TABLE trail (
    at REAL NOT NULL, account TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX trail_of ON trail (account, at);
"""
KEPT_COLUMNS = (
    "id name folded role hash secret last_step languages interface disabled fails failed_at created_at"
)


@pytest.fixture
def arta(staff: Staff) -> Person:
    return person(staff.add("Arta Krasniqi", "counsellor", ("sq", "en")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "staff.sqlite"


def rows_of(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def made_old(path: Path) -> Path:
    """The same accounts in a file of the first version, which had no passkeys and no steps."""
    old = path.with_name("old.sqlite")
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(OLD_TABLES)
        columns = ", ".join(KEPT_COLUMNS.split())
        connection.execute("ATTACH ? AS new", (str(path),))
        connection.execute(
            f"INSERT INTO accounts ({columns}) SELECT {columns} FROM new.accounts"  # noqa: S608 - ours
        )
        connection.execute("INSERT INTO trail SELECT at, account, event, detail FROM new.trail")
        connection.commit()
    return old


def test_the_file_is_ours_alone_and_holds_no_secret_in_the_clear(
    staff: Staff, arta: Person, path: Path
) -> None:
    codes = staff.new_recovery(arta.id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    for secret in (arta.secret, arta.password, *codes, *(code.replace("-", "") for code in codes)):
        assert secret.encode() not in content


def test_what_is_replaced_is_gone_from_the_disk(staff: Staff, arta: Person, path: Path) -> None:
    (kept,) = rows_of(path, "SELECT hash FROM accounts")
    assert str(kept[0]).encode() in path.read_bytes()
    staff.reset("Arta Krasniqi")
    assert str(kept[0]).encode() not in path.read_bytes()
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_file_open_to_others_is_closed(path: Path) -> None:
    path.touch(mode=0o644)
    path.chmod(0o644)
    Staff(str(path), KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_of_the_first_version_comes_up_to_date_once(
    staff: Staff, arta: Person, path: Path, clock: SetClock
) -> None:
    old = made_old(path)
    updated = Staff(str(old), KEY, clock)
    assert rows_of(old, "PRAGMA user_version") == [(len(STEPS),)]
    assert rows_of(old, "PRAGMA application_id") == [(MARK,)]
    assert updated.list() == staff.list()
    assert [trace.event for trace in updated.trail()] == ["added"]
    assert updated.verify("Arta Krasniqi", arta.password, arta.code(clock)) == arta.account
    updated.new_recovery(arta.id)
    assert Staff(str(old), KEY, clock).recovery_left(arta.id) == 10
    # Old and new files have the same columns, whichever way they came.
    shapes = [
        rows_of(one, "SELECT name FROM pragma_table_info('accounts') ORDER BY name") for one in (old, path)
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("pragma", [f"user_version = {len(STEPS) + 1}", "application_id = 7"])
def test_a_newer_or_foreign_file_is_left_alone(path: Path, pragma: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {pragma}")
    before = path.read_bytes()
    with pytest.raises(StaffError, match="newer hotline"):
        Staff(str(path), KEY)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text('{"accounts": []}' * 100, "utf-8")
    with pytest.raises(StaffError, match="cannot be used"):
        Staff(str(path), KEY)
    assert path.read_text("utf-8").startswith('{"accounts"')


def _tries(path: str, count: int) -> None:
    """What one console process of several does."""
    staff = Staff(path, KEY)
    for number in range(count):
        staff.trace("a1", "signed_out", str(number))


def test_several_processes_write_at_once_and_lose_nothing(path: Path) -> None:
    """They make the tables together, too."""
    several = [
        multiprocessing.get_context("spawn").Process(target=_tries, args=(str(path), 15)) for _ in range(3)
    ]
    for process in several:
        process.start()
    for process in several:
        process.join(60)
    assert [process.exitcode for process in several] == [0, 0, 0]
    assert rows_of(path, "SELECT count(*) FROM trail") == [(45,)]


def test_one_code_used_by_two_processes_passes_once(
    staff: Staff, arta: Person, path: Path, clock: SetClock
) -> None:
    other, code = Staff(str(path), KEY, clock), arta.code(clock)
    recovery = staff.new_recovery(arta.id)[0]
    assert [one.verify_code(arta.id, code) is not None for one in (staff, other)] == [True, False]
    assert [one.verify_recovery(arta.id, recovery) is not None for one in (other, staff)] == [True, False]


def test_a_copy_is_whole_ours_alone_and_overwrites_nothing(
    staff: Staff, arta: Person, path: Path, clock: SetClock
) -> None:
    target = path.with_name("copy.sqlite")
    staff.copy_to(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = Staff(str(target), KEY, clock)
    assert again.verify("Arta Krasniqi", arta.password, arta.code(clock)) == arta.account
    with pytest.raises(StaffError, match="already"):
        staff.copy_to(target)
