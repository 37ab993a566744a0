"""A role for the audit: `python -m bot.audit.ahead ROLE`.

The role as it is, but for its clock, which the audit can move, so that silence and age come in seconds; and,
for the self-test alone, with the leaks that AUDIT_LEAKS names. Nothing of this is reached by `hotline ROLE`.
"""

import os
import time
from pathlib import Path


def move_clock(file: Path) -> None:
    """Let this process believe that it is later, by the seconds that stand in the file."""
    real = time.time

    def ahead() -> float:
        return real() + float(file.read_text(encoding="ascii"))

    time.time = ahead


def main() -> None:
    move_clock(Path(os.environ["AUDIT_CLOCK"]))
    if leaks := os.environ["AUDIT_LEAKS"]:
        from bot.audit.leaks import spring

        spring(leaks.split(","))
    from bot.cli import main as role

    role()


if __name__ == "__main__":
    main()
