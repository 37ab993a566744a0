"""How commands say what is wrong: one sentence and how to mend it, no traceback."""

import sys
from collections.abc import Callable
from functools import wraps

import click

from bot import logs
from bot.errors import HotlineError


def plainly[**P](command: Callable[P, None]) -> Callable[P, None]:
    """Say in one sentence what is wrong and how to mend it, instead of a traceback."""

    @wraps(command)
    def told(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            command(*arguments, **named)
        except HotlineError as error:
            click.echo(f"hotline: {error}", file=logs.outlet())
            sys.exit(2)

    return told
