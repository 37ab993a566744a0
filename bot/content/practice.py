"""The practice room's scripts, escalation/practice: complete, alike in all languages, without numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from bot.commands import command_in
from bot.content.finding import Entry, Finding, keyed, line_of
from bot.wording import LANGUAGES, folded, wording
from escalation.danger.patterns import PatternError
from escalation.danger.taxonomy import Risk
from escalation.practice.cues import NOT, numbers, pattern
from escalation.practice.script import ANSWERED, CUES, FOLDER, GOES, HEARD, HOPES, NEEDED, paths

MODEL = "en"  # the language that says which scripts there are
KEYS = ("about", "risk", "channel", "begins", "answers", "after", "goes", "hopes")
MORE = ("ends", "returns", "pause", "cover")
COVER = ("after", "says", "seconds", "back")
CHOICES = {"risk": tuple(get_args(Risk)), "channel": ("sms", "telegram"), "goes": GOES}
LONGEST = 160
"""Letters of one text: nobody of their age writes more at once, and it is one SMS."""
LONG_NUMBER = 5
"""Digits from which a number could be somebody's."""


def findings(folder: Path = FOLDER) -> Iterator[Finding]:
    """Everything wrong with the scripts of all languages; raises Unreadable."""
    wanted = {path.name for language in LANGUAGES for path in paths(language, folder)}
    for language in LANGUAGES:
        here = {path.name for path in paths(language, folder)}
        for name in sorted(wanted - here):
            problem = "this script is missing; another language has it"
            yield Finding(folder / language / name, 1, problem, "write it, or take it out everywhere")
        yield from _cues(language, folder / language / CUES)
        for path in paths(language, folder):
            yield from _script(language, path)


def _script(language: str, path: Path) -> Iterator[Finding]:
    found = keyed(path)
    for key in KEYS:
        if key not in found:
            yield Finding(path, 1, f"there is no `{key}`", f"write it, as {MODEL}/{path.name} has it")
    for key, entry in found.items():
        if key not in (*KEYS, *MORE):
            yield Finding(path, entry.line, f"`{key}` is not known", "take it out, or correct it")
        elif key in CHOICES and entry.value not in CHOICES[key]:
            yield Finding(path, entry.line, f"`{key}` is {entry.value}", f"one of {', '.join(CHOICES[key])}")
        elif key in ("begins", "ends", "returns"):
            yield from _texts(path, key, entry)
        elif key in ("after", "pause"):
            yield from _above_zero(path, key, entry)
    yield from _answers(path, found.get("answers"))
    yield from _hopes(path, found.get("hopes"))
    yield from _end(language, path, found)
    if "cover" in found:
        yield from _cover(language, path, found["cover"])


def _texts(path: Path, name: str, entry: Entry) -> Iterator[Finding]:
    """A list of short texts without numbers."""
    if not isinstance(entry.value, list) or not entry.value:
        yield Finding(path, entry.line, f"`{name}` holds no texts", "write each on its line after `- `")
        return
    for text in entry.value:
        line = max(entry.line, line_of(path, str(text)))
        if not isinstance(text, str):
            yield Finding(path, line, f"`{text}` in `{name}` is not read as text", "put it in quotes")
        elif len(text) > LONGEST:
            problem = f"a text in `{name}` has {len(text)} letters"
            yield Finding(path, line, problem, f"{LONGEST} at most: make two of it")
        elif any(len(number) >= LONG_NUMBER for number in numbers(text)):
            problem = f"a text in `{name}` has a number that could be somebody's"
            yield Finding(path, line, problem, "take it out")


def _above_zero(path: Path, name: str, entry: Entry) -> Iterator[Finding]:
    value = entry.value
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        yield Finding(path, entry.line, f"`{name}` is {value}", "write a number above 0")


def _answers(path: Path, entry: Entry | None) -> Iterator[Finding]:
    if entry is None:
        return
    given: dict[str, Any] = entry.value if isinstance(entry.value, dict) else {}
    for cue in NEEDED:
        if cue not in given:
            problem = f"`answers` has nothing for `{cue}`"
            yield Finding(path, entry.line, problem, "write what they say then, or they fall silent")
    for cue, texts in given.items():
        line = line_of(path, f"  {cue}:")
        if cue not in ANSWERED:
            yield Finding(path, line, f"`{cue}` is not known", f"one of {', '.join(ANSWERED)}")
        else:
            yield from _texts(path, str(cue), Entry(texts, line))


def _hopes(path: Path, entry: Entry | None) -> Iterator[Finding]:
    if entry is None:
        return
    hopes = entry.value if isinstance(entry.value, list) else []
    if not hopes:
        yield Finding(path, entry.line, "`hopes` is empty", "write what a good talk would hold")
    for hope in hopes:
        if hope not in HOPES:
            yield Finding(path, entry.line, f"the hope `{hope}` is not known", f"one of {', '.join(HOPES)}")


def _end(language: str, path: Path, found: dict[str, Entry]) -> Iterator[Finding]:
    """What `goes` promises has to be there."""
    goes = found["goes"].value if "goes" in found else ""
    if goes == "back" and "returns" not in found:
        yield Finding(path, found["goes"].line, "they come back and have nothing to say", "write `returns`")
    if goes == "delete":
        ends = found["ends"].value if "ends" in found else [""]
        command = command_in(str(ends[-1]), language) if isinstance(ends, list) else None
        if command is None or command.name != "delete":
            problem = "they are to erase all, and their last text does not"
            yield Finding(path, found["goes"].line, problem, "let `ends` close with the word for DELETE")


def _cover(language: str, path: Path, entry: Entry) -> Iterator[Finding]:
    given: dict[str, Any] = entry.value if isinstance(entry.value, dict) else {}
    for key in COVER:
        if key not in given:
            yield Finding(path, entry.line, f"`cover` has no `{key}`", "write it")
    if any(key not in given for key in COVER):
        return
    for key in ("after", "seconds"):
        yield from _above_zero(path, f"cover: {key}", Entry(given[key], entry.line))
    yield from _texts(path, "cover: back", Entry(given["back"], entry.line))
    command = command_in(str(given["says"]), language)
    if command is None or command.name != "cover":
        problem = f"`{given['says']}` is not a cover word"
        yield Finding(path, entry.line, problem, f"take one from `cover` in bot/texts/{language}.toml")
    first = folded(str((given["back"] or [""])[0]))
    if first not in wording(language).words["back"]:
        problem = "`cover: back` does not begin with a way back"
        yield Finding(path, entry.line, problem, f"take one from `back` in bot/texts/{language}.toml")


def _cues(language: str, path: Path) -> Iterator[Finding]:
    """What a counsellor's answer can hold: a list for each cue, whose patterns can be read."""
    found = keyed(path)
    for cue in HEARD:
        if cue not in found:
            yield Finding(path, 1, f"there is no list `{cue}`", f"write it, as {MODEL}/{CUES} has it")
    words = found.pop("words").value if "words" in found else {}
    for name in ("delete", "person"):
        command = command_in(str(words.get(name, "")), language)
        if command is None or command.name != name:
            problem = f"`words` has no word for `{name}`"
            yield Finding(path, line_of(path, "words:"), problem, f"take one from bot/texts/{language}.toml")
    for cue, entry in found.items():
        if cue.removesuffix(NOT) not in HEARD:
            yield Finding(path, entry.line, f"`{cue}` is not known", f"one of {', '.join(HEARD)}")
        for source in entry.value if isinstance(entry.value, list) else ():
            try:
                pattern(source)
            except PatternError as error:
                line = line_of(path, str(source))
                yield Finding(path, line, f"{error}", "look at brackets and bars there")
