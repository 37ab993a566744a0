"""The Lua scripts: each is one atomic step in the store. Their first lines say keys, arguments and answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.copies import Copies

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

        self._copies = Copies(store)

    async def run(
        self, name: str, names: Sequence[str], values: Sequence[Value], *, copied: bool = False
    ) -> Any:
        """With `copied` it counts once a replica has it, too (bot/copies.py); raises StoreDown if not."""
        answer = await self._scripts[name](keys=list(names), args=list(values))
        if copied:
            await self.copied(names[0])
        return answer

    async def copied(self, key: str) -> None:
        """What was done in this key's slot counts only from here on."""
        await self._copies.made(key)


HERE = Path(__file__).resolve().parent / "lua"
