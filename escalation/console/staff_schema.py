"""The tables of the staff file, in steps: a step that was released is never edited, a change is a new step.

No table has a column that could hold a word of a conversation, or an address.
"""

from typing import Final

MARK: Final = 0x484C5354
"""SQLite's application_id of a staff file ("HLST")."""

# What the hotline had before there were steps; hence IF NOT EXISTS.
_FIRST = (
    """CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    hash TEXT NOT NULL, secret BLOB NOT NULL, last_step INTEGER NOT NULL DEFAULT 0,
    languages TEXT NOT NULL DEFAULT '', interface TEXT NOT NULL DEFAULT '',
    disabled INTEGER NOT NULL DEFAULT 0, fails INTEGER NOT NULL DEFAULT 0,
    failed_at REAL NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0, created_at REAL NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS trail (
    at REAL NOT NULL, account TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX IF NOT EXISTS trail_of ON trail (account, at)",
)
_PASSKEYS = (
    # Sessions and marks of an older version are no good: counted up when an account changes.
    "ALTER TABLE accounts ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    # Not 0: the password is one an administrator gave, good until then and for nothing but setting up.
    "ALTER TABLE accounts ADD COLUMN renew_until REAL NOT NULL DEFAULT 0",
    # A code app being set up: becomes `secret` once a code of it was right.
    "ALTER TABLE accounts ADD COLUMN pending BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE accounts ADD COLUMN pending_until REAL NOT NULL DEFAULT 0",
    "ALTER TABLE accounts ADD COLUMN code_fails INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE accounts ADD COLUMN code_until REAL NOT NULL DEFAULT 0",
    "ALTER TABLE trail ADD COLUMN actor TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE trail ADD COLUMN times INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX trail_at ON trail (at)",
    """CREATE TABLE passkeys (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL, public_key BLOB NOT NULL, sign_count INTEGER NOT NULL, synced INTEGER NOT NULL,
    blocked INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, used_at REAL NOT NULL DEFAULT 0)""",
    "CREATE INDEX passkeys_of ON passkeys (account)",
    """CREATE TABLE recovery (
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, hash TEXT NOT NULL,
    PRIMARY KEY (account, hash)) WITHOUT ROWID""",
)
STEPS: Final = (_FIRST, _PASSKEYS)
