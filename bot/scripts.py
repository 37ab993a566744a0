"""The Lua scripts: each is one atomic step in the store. Their first lines say keys, arguments and answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

Value = str | bytes | int | float
type Store = Any
"""A redis.asyncio client whose answers are bytes; its stubs say `bytes | str` of everything."""


class Scripts:
    """Runs the scripts of a folder by name, by hash, sending the source when the store does not know it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._scripts = {
            path.stem: store.register_script(path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("*.lua"))
        }

    async def run(self, name: str, names: Sequence[str], values: Sequence[Value]) -> Any:
        return await self._scripts[name](keys=list(names), args=list(values))


HERE = Path(__file__).resolve().parent / "lua"
