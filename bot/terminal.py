"""`hotline chat`, `assess` and `converse`: the real turn, from a terminal or a file."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bot import bootstrap, logs
from bot.converse import Stage, stage
from bot.language import detect
from bot.settings import Settings

Object = dict[str, Any]


def assess_lines(lines: Iterator[Object | None]) -> Iterator[Object]:
    """A verdict for each line; a line that holds no text says so instead."""
    logs.silence_libraries()
    judge = bootstrap.judge()
    for line in lines:
        text = line.get("text") if line else None
        if line is None or not isinstance(text, str):
            yield {"id": line.get("id") if line else None, "error": "no text"}
            continue
        given, earlier = line.get("language"), line.get("history") or []
        history = [one for one in earlier if isinstance(one, str)] if isinstance(earlier, list) else []
        language = given if isinstance(given, str) and given else detect(text, None, None).language
        found = judge.assess(text, language=language, history=history)
        yield {
            "id": line.get("id"),
            "language": found.language or language,
            "risk": found.risk,
            "score": round(float(found.score), 4),
            "signals": list(found.signals),
            "topic": found.topic.split("__", 1)[0],
            "escalate": bool(found.escalate),
            "reasons": list(found.reasons),
        }


async def converse_lines(
    settings: Settings, lines: Iterator[Object | None], write: Callable[[Object], None]
) -> None:
    """Each conversation from a new address; one that is malformed says so and does not stop the others."""
    logs.to_nobody()
    async with stage(settings) as played:
        for line in lines:
            write(await _conversation(played, line))


async def _conversation(played: Stage, line: Object | None) -> Object:
    messages = line.get("messages") if line else None
    if line is None or not isinstance(messages, list) or not all(isinstance(m, str) for m in messages):
        return {"id": line.get("id") if line else None, "error": "no messages"}
    channel = "telegram" if line.get("channel") == "telegram" else "sms"
    address, turns = played.caller(channel), []
    for message in messages:
        one = await played.say(channel, address, message)
        taken = one.taken
        turns.append(
            {
                "replies": one.replies,
                "language": taken.language,
                "risk": taken.risk,
                "topic": taken.topic.split("__", 1)[0],
                "escalated": taken.escalated,
                "erased": taken.erased,
            }
        )
    return {"id": line.get("id"), "turns": turns}


async def chat(settings: Settings, language: str | None, channel: str) -> None:
    """Talk until the end of input; `language` is what a phone would give as a hint."""
    logs.to_nobody()
    print("Starting the engine … (end with Ctrl-D)", file=sys.stderr)
    async with stage(settings) as played:
        address = played.caller(channel)
        while True:
            try:
                text = await asyncio.to_thread(input, "you      > ")
            except (EOFError, KeyboardInterrupt):
                return
            one = await played.say(channel, address, text, language)
            for reply in one.replies:
                print(f"hotline  > {reply}")
            if one.buttons:
                print(f"           [{'] ['.join(one.buttons)}]")
            if one.taken.escalated:
                print("           (a human has this talk now)")
