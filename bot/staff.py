"""`hotline staff`: accounts at the command line, and the way back in when no administrator can sign in."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import settings as settings_of
from bot.plainly import plainly

if TYPE_CHECKING:
    from escalation.console.staff import Invitation, Staff


def accounts() -> "Staff":
    """The deployment's staff accounts."""
    from bot.console import open_staff

    settings = settings_of.required(settings_of.load())
    return open_staff(settings.staff_file, settings.secret)


@click.group()
def staff() -> None:
    """Accounts of counsellors, supervisors, editors and administrators."""


@staff.command("add")
@click.argument("name")
@click.option("--role", default="counsellor", show_default=True)
@click.option("--language", "languages", multiple=True, help="May be given several times.")
@click.option("--invite", is_flag=True, help="Only a first password: its owner sets up the rest.")
@plainly
def add(name: str, role: str, languages: tuple[str, ...], invite: bool) -> None:
    """Make an account; its password and second factor are shown once."""
    if invite:
        _show(accounts().invite(name, role, languages))
        return
    made = accounts().add(name, role, languages)
    click.echo(f"name            {made.account.name}\nrole            {made.account.role}")
    click.echo(f"password        {made.password}\nsecond factor   {made.uri}")
    if sys.stdout.isatty():
        import segno

        segno.make(made.uri, error="l", micro=False).terminal(compact=True)
    click.echo("Show this to its owner once: it cannot be read again.")


@staff.command("list")
@plainly
def show_all() -> None:
    """All accounts."""
    for account in accounts().list():
        state = "disabled" if account.disabled else "invited" if account.renew_until else "active"
        click.echo(f"{account.name}\t{account.role}\t{','.join(account.languages) or '-'}\t{state}")


@staff.command("disable")
@click.argument("name")
@plainly
def disable(name: str) -> None:
    """Nobody can sign in as this account any more; open sessions end."""
    click.echo(f"{accounts().disable(name).name} is disabled.")


@staff.command("enable")
@click.argument("name")
@plainly
def enable(name: str) -> None:
    """Undo `disable`."""
    click.echo(f"{accounts().enable(name).name} is enabled.")


@staff.command("unlock")
@click.argument("name")
@plainly
def unlock(name: str) -> None:
    """End the rest after wrong tries."""
    click.echo(f"{accounts().unlock(name).name} may try again.")


@staff.command("reset")
@click.argument("name")
@plainly
def reset(name: str) -> None:
    """For somebody who lost password or phone: a first password, all else is set up anew; sessions end."""
    _show(accounts().reset(name))


@staff.command("role")
@click.argument("name")
@click.argument("role")
@plainly
def change_role(name: str, role: str) -> None:
    """Give another role; open sessions end."""
    account = accounts().set_role(name, role)
    click.echo(f"{account.name} is {account.role} now.")


@staff.command("trail")
@click.argument("name", required=False)
@click.option("--limit", default=100, show_default=True)
@plainly
def trail(name: str | None, limit: int) -> None:
    """Who signed in, tried to, or changed an account: the latest first."""
    from escalation.console.staff import SHELL, StaffError

    staff = accounts()
    names = staff.names()
    account = staff.named(name) if name else None
    if name and account is None:
        raise StaffError("There is no account of this name.", "missing")
    for trace in staff.trail(account.id if account else None, limit):
        at = datetime.fromtimestamp(trace.at, UTC).isoformat(timespec="seconds")
        by = "command line" if trace.actor == SHELL else names.get(trace.actor, "-")
        event = f"{trace.event} {trace.detail}".strip() + (f" x{trace.times}" if trace.times > 1 else "")
        click.echo(f"{at}\t{names.get(trace.account, '-')}\t{event}\t{by}")


@staff.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@plainly
def backup(file: Path) -> None:
    """Copy the accounts to FILE while the console runs; it opens with the same deployment secret."""
    accounts().copy_to(file)
    click.echo("Copied. Only its owner can read it.")


def _show(invited: "Invitation") -> None:
    until = datetime.fromtimestamp(invited.account.renew_until, UTC).isoformat(timespec="minutes")
    click.echo(f"name             {invited.account.name}\nrole             {invited.account.role}")
    click.echo(f"first password   {invited.password}\ngood until       {until}")
    click.echo("Hand it to its owner: they choose their own and set up a code app when they sign in.")
