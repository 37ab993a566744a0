"""A client that refuses what a cluster would: a script or a transaction whose keys are in several slots."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.crc import key_slot

SPLIT = {"DEL", "EXISTS", "UNLINK", "TOUCH"}
"""Commands with many keys that a cluster's client takes apart by itself, outside of transactions."""
KEYLESS = {
    "TIME",
    "PING",
    "INFO",
    "CONFIG GET",
    "SCAN",
    "FLUSHALL",
    "SCRIPT LOAD",
    "PUBLISH",
    "WAIT",
    "DBSIZE",
}


class OneSlot(Redis):
    """As the client it stands for; `ran` counts scripts by the hash of their source."""

    ran: set[str]

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        name = str(arguments[0])
        if name == "EVALSHA":
            self.__dict__.setdefault("ran", set()).add(str(arguments[1]))
        if name not in SPLIT:
            same_slot(keys_of(arguments))
        return await super().execute_command(*arguments, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> "OneSlotPipeline":
        return OneSlotPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class OneSlotPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> Any:
        commands = [command for command, _ in self.command_stack]
        if self.is_transaction:
            same_slot([key for command in commands for key in keys_of(command)])
        else:
            for command in commands:
                same_slot(keys_of(command))
        return await super().execute(raise_on_error)


def keys_of(command: Any) -> list[str]:
    """The keys a command of ours names: its first argument, all of them, or as many as it says."""
    name, *rest = command
    if name in KEYLESS or not rest:
        return []
    if name in ("EVALSHA", "EVAL"):
        return list(rest[2 : 2 + int(rest[1])])
    if name in SPLIT:
        return list(rest)
    if name == "XREADGROUP":
        after = rest[rest.index(b"STREAMS" if b"STREAMS" in rest else "STREAMS") + 1 :]
        return list(after[: len(after) // 2])
    return [rest[1]] if name.startswith(("XINFO", "XGROUP")) and " " not in name else [rest[0]]


def same_slot(names: list[Any]) -> None:
    """Raises AssertionError, naming what the slots belong to and not whose."""
    raw = [name if isinstance(name, bytes) else str(name).encode() for name in names]
    tags = {name[: name.index(b"}") + 1] if b"}" in name else name for name in raw}
    assert len({key_slot(name) for name in raw}) <= 1, f"in several slots: {sorted(tags)}"
