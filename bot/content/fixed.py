"""Are the fixed texts alike in every language, and short enough to send? Findings name file and mend."""

import re

from bot.channels.sms.segments import count
from bot.script import plain_latin
from bot.wording import LANGUAGES, TEXTS, wording

MAX_SEGMENTS = 3
FILLED = "x" * 30
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
ALLOWED = {"emergency", "numbers", "place", "time", "back", "hour", "day", "date", "hours"}


def findings() -> list[str]:
    """Everything wrong with bot/texts, one sentence each; empty when all is well."""
    found: list[str] = []
    model = wording("en")
    for language in LANGUAGES:
        file, here = TEXTS.relative_to(TEXTS.parent.parent) / f"{language}.toml", wording(language)
        for name in sorted(model.texts.keys() - here.texts.keys()):
            found.append(f"{file}: text `{name}` is missing; write it under [texts].")
        for name in sorted(model.words.keys() - here.words.keys()):
            found.append(f"{file}: words `{name}` are missing; list them under [words].")
        for name, text in [*here.texts.items(), *here.cyrillic.items()]:
            found += [f"{file}: {fault}" for fault in _faults(name, text, model.texts.get(name, ""))]
    return found


def _faults(name: str, text: str, model: str) -> list[str]:
    holders, wanted = set(PLACEHOLDER.findall(text)), set(PLACEHOLDER.findall(model))
    found = []
    for holder in sorted(holders - {f"{{{one}}}" for one in ALLOWED}):
        found.append(f"`{name}` has the unknown placeholder {holder}; remove it.")
    if "{emergency}" in wanted - holders:
        found.append(f"`{name}` lacks {{emergency}}; the number to call must be in it.")
    segments = count(plain_latin(PLACEHOLDER.sub(FILLED, text))).segments
    if segments > MAX_SEGMENTS:
        found.append(f"`{name}` takes {segments} SMS segments; shorten it to {MAX_SEGMENTS}.")
    return found
