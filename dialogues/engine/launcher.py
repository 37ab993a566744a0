"""Starts the engine: `python -m engine.launcher`.

Settings (each also as NAME_FILE): HOTLINE_ENGINE_HOST (127.0.0.1), HOTLINE_ENGINE_PORT (5005),
HOTLINE_ENGINE_TOKEN (what the worker must send; at least 16 characters). Stops on SIGTERM; nothing is lost,
because nothing is kept.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from engine import no_tensorflow  # noqa: F401 (before Rasa)
from engine.paths import MODEL
from engine.quiet import hush, no_core_dumps, only_ours, say
from engine.stamp import hash_of

SHORTEST_TOKEN = 16


def setting(name: str, otherwise: str = "") -> str:
    """An environment variable, or the first line of the file that NAME_FILE names."""
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, otherwise).strip() or otherwise


def refuse(sentence: str) -> int:
    say(sentence)
    return 2


def main(arguments: list[str] | None = None) -> int:
    """Check the settings, load the model, serve until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.launcher", description="The hotline's dialogue engine."
    )
    parser.add_argument("--model", type=Path, default=MODEL, help="the trained model (default: %(default)s)")
    model: Path = parser.parse_args(arguments).model
    hush()
    no_core_dumps()
    try:
        token, port = setting("HOTLINE_ENGINE_TOKEN"), setting("HOTLINE_ENGINE_PORT", "5005")
    except OSError:
        return refuse(
            "HOTLINE_ENGINE_TOKEN_FILE or HOTLINE_ENGINE_PORT_FILE names a file that cannot be read."
        )
    if len(token) < SHORTEST_TOKEN:
        return refuse(f"HOTLINE_ENGINE_TOKEN is missing or shorter than {SHORTEST_TOKEN} characters.")
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        return refuse("HOTLINE_ENGINE_PORT is not a port number.")
    if not model.is_file():
        return refuse("There is no trained model: run `python -m engine.commands train` first.")
    return serve(model, token, setting("HOTLINE_ENGINE_HOST", "127.0.0.1"), int(port))


def serve(model: Path, token: str, host: str, port: int) -> int:
    """Load and listen. Rasa is imported here, after the settings are known to be good."""
    only_ours()
    from aiohttp import web

    from engine.dialogue import Engine
    from engine.turn_channel import application

    hush()
    try:
        engine = Engine.load(model)
    except Exception as error:
        return refuse(f"The model cannot be loaded ({type(error).__name__}): train it again.")
    app = application(engine, token, hash_of(model))
    try:
        web.run_app(app, host=host, port=port, access_log=None, print=None, handle_signals=True)
    except OSError:
        return refuse("The address is taken: another engine may be running. Set HOTLINE_ENGINE_PORT.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
