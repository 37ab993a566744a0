"""Whether this container's role is well: `python -m bot.operating.healthy gateway|worker|console`; exit code.

A worker has no page: it tells by the beat in its metrics, which stops when it cannot renew its leases.
"""

import os
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 3.0
BEAT_S = 30.0
BEAT = "hotline_beat_timestamp_seconds "
PAGES = {
    "gateway": ("GATEWAY_PORT", "8000", "/health/ready"),
    "console": ("CONSOLE_PORT", "8001", "/health/live"),
}


def healthy(role: str) -> bool:
    """Ask the role in this container."""
    if role == "worker":
        return time.time() - _beat(_page(_port("METRICS_PORT", "9100"), "/metrics")) < BEAT_S
    setting, otherwise, path = PAGES[role]
    return bool(_page(_port(setting, otherwise), path))


def _port(setting: str, otherwise: str) -> str:
    return os.environ.get(f"HOTLINE_{setting}", otherwise)


def _page(port: str, path: str) -> str:
    """The page; empty where there is none, or it says that something is wrong."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS) as page:
            return str(page.read().decode())
    except (URLError, OSError):
        return ""


def _beat(metrics: str) -> float:
    found = [line.removeprefix(BEAT) for line in metrics.splitlines() if line.startswith(BEAT)]
    return float(found[0]) if found else 0.0


if __name__ == "__main__":
    sys.exit(0 if healthy(sys.argv[1]) else 1)
