"""A process that can die between any two steps, before or after the store acted."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline


class Died(BaseException):
    """The process is gone; nothing in it may catch this."""


class Fate:
    """Dies at the given step; each command to the store is two steps, before and after."""

    def __init__(self) -> None:
        self.left = -1
        self.again = -1
        self.loses: set[Any] = set()
        """Of the next command with all of these arguments the answer is lost."""

    def twice(self, arguments: Sequence[Any] = ()) -> bool:
        """Whether this command's answer is lost on its way: the client asks again, as in a fail-over."""
        self.again -= 1
        lost = bool(self.loses) and self.loses <= set(arguments)
        self.loses = set() if lost else self.loses
        return lost or self.again == -1

    def step(self) -> None:
        if self.left == 0:
            self.left = -1
            raise Died
        self.left -= 1


class MortalPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> Any:
        fate: Fate = self.connection_pool.fate  # type: ignore[attr-defined]
        fate.step()
        if fate.twice():
            commands, scripts = list(self.command_stack), set(self.scripts)
            await super().execute(raise_on_error)
            self.command_stack, self.scripts = commands, scripts
        done = await super().execute(raise_on_error)
        fate.step()
        return done


class Mortal(Redis):
    """A client in a process that can die around any command."""

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        fate: Fate = self.connection_pool.fate  # type: ignore[attr-defined]
        fate.step()
        if fate.twice(arguments):
            await super().execute_command(*arguments, **options)  # type: ignore[no-untyped-call]
        done = await super().execute_command(*arguments, **options)  # type: ignore[no-untyped-call]
        fate.step()
        return done

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> MortalPipeline:
        return MortalPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
