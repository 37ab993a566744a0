"""Calculating beside the event loop: one thread for each processor, what is most urgent first.

More threads than processors would only make all of them slow.
"""

import asyncio
import heapq
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import IntEnum
from functools import lru_cache
from itertools import count
from typing import Any


class Rank(IntEnum):
    """What goes first."""

    DANGER = 0
    """The turn of somebody who is in danger, and who may be."""
    REST = 1
    """As it comes: a turn that was begun must not wait for a whole line to be looked at."""


class Beside:
    """The threads of one process, and what waits for them."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "beside")
        self._waiting: list[tuple[Rank, int, Future[Any], Callable[[], Any]]] = []
        self._lock = threading.Lock()
        self._numbers = count()

    async def run[T](self, work: Callable[[], T], rank: Rank = Rank.REST) -> T:
        """What `work` returns, or raises; it runs once all that is more urgent has begun."""
        done: Future[T] = Future()
        with self._lock:
            heapq.heappush(self._waiting, (rank, next(self._numbers), done, work))
        self._threads.submit(self._next)
        return await asyncio.wrap_future(done)

    def _next(self) -> None:
        with self._lock:
            _, _, done, work = heapq.heappop(self._waiting)
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)


@lru_cache(maxsize=1)
def threads() -> Beside:
    """Those of this process."""
    return Beside(os.cpu_count() or 1)
