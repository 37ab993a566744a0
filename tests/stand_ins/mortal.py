"""A process that can die between any two steps, before or after the store acted."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline


class Died(BaseException):
    """The process is gone; nothing in it may catch this."""


class Fate:
    """Dies at the given step; each command to the store is two steps, before and after."""

    def __init__(self) -> None:
        self.left = -1

    def step(self) -> None:
        if self.left == 0:
            self.left = -1
            raise Died
        self.left -= 1


class MortalPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> Any:
        fate: Fate = self.connection_pool.fate  # type: ignore[attr-defined]
        fate.step()
        done = await super().execute(raise_on_error)
        fate.step()
        return done


class Mortal(Redis):
    """A client in a process that can die around any command."""

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        fate: Fate = self.connection_pool.fate  # type: ignore[attr-defined]
        fate.step()
        done = await super().execute_command(*arguments, **options)  # type: ignore[no-untyped-call]
        fate.step()
        return done

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> MortalPipeline:
        return MortalPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
