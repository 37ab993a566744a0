"""What every process of ours does about itself: no core dump, enough open files, no life after its parent."""

import ctypes
import gc
import resource
import signal
import sys

import psutil

# <linux/prctl.h>
_SET_PDEATHSIG, _SET_DUMPABLE = 1, 4
MANY = 65_536
RARELY = 10_000
"""New objects after which the collector looks for what is unreachable; a page makes thousands."""


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def swap_is_on() -> bool:
    """Whether memory can reach a disk: locking ours away is no use where libraries copy what they read."""
    return psutil.swap_memory().total > 0


def die_with_parent() -> None:
    """For a child, before it runs: be killed when the parent is, so that nothing is left behind."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)


def no_dumps() -> None:
    """Memory holds plain text for moments: no core file, and no other process of this user may read it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_SET_DUMPABLE, 0)


def many_files() -> None:
    """As many open files as we are allowed: each connection is one, and the usual 1,024 are few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY if hard == resource.RLIM_INFINITY else min(hard, MANY)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def settled() -> None:
    """All is loaded: what is there now stays, so the collector need not walk through it again and again.

    A full collection stops a role for as long as it takes to look at a whole model or all templates.
    """
    gc.set_threshold(RARELY, 20, 20)
    gc.collect()
    gc.freeze()
