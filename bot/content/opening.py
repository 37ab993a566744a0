"""The file of opening hours: can it be read, is every language in it, is each time one."""

from collections.abc import Iterator
from pathlib import Path

from bot.content.finding import Finding
from escalation.cases import hours_file
from escalation.cases.hours_file import Problem

EXAMPLE = Path(hours_file.__file__).with_name("hours.example.yml")


def findings(path: str) -> Iterator[Finding]:
    """Everything wrong in the file of `HOTLINE_HOURS_FILE` (if it is set), and in the example."""
    for one in (EXAMPLE, *([Path(path)] if path else [])):
        try:
            problems = hours_file.read(one)[1]
        except OSError:
            yield Finding(
                one, 1, "it cannot be opened", "see that HOTLINE_HOURS_FILE names a file we may read"
            )
            continue
        lines = one.read_text(encoding="utf-8", errors="replace").splitlines()
        for problem in problems:
            yield Finding(one, line_of(lines, problem), problem.says, problem.mend)


def line_of(lines: list[str], problem: Problem) -> int:
    """The line a problem stands on: below its language, else the first of the file."""
    at = 0
    if problem.language:
        at = next((n for n, line in enumerate(lines) if line.startswith(f"{problem.language}:")), 0)
    return next((n for n, line in enumerate(lines[at:], at) if problem.near and problem.near in line), at) + 1
