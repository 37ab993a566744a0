"""A role for the audit: `python -m bot.audit.ahead ROLE`.

The role as it is, but for its clock, which the audit can move, so that silence and age come in seconds; and,
for the self-test alone, with the leaks that AUDIT_LEAKS names. Nothing of this is reached by `hotline ROLE`.
"""

import os
from collections.abc import Callable
from pathlib import Path

from bot.clock import Clock


def move_clock(file: Path) -> None:
    """Let every clock of this process be ahead, by the seconds that stand in the file."""

    def ahead(now: Callable[[Clock], float]) -> Callable[[Clock], float]:
        return lambda clock: now(clock) + float(file.read_text(encoding="ascii"))

    kinds: list[type[Clock]] = [Clock, *Clock.__subclasses__()]
    for kind in kinds:
        if "now" in vars(kind):
            kind.now = ahead(kind.now)  # type: ignore[method-assign, assignment]


def main() -> None:
    move_clock(Path(os.environ["AUDIT_CLOCK"]))
    if leaks := os.environ["AUDIT_LEAKS"]:
        from bot.audit.leaks import spring

        spring(leaks.split(","))
    from bot.cli import main as role

    role()


if __name__ == "__main__":
    main()
