"""Finds every place in the code where something could come to rest, or leave: files, output, store, network.

Read from the syntax tree, so that nothing has to run to be found. A place is a file, the function it stands
in and its kind; `tests/privacy/test_rests.py` holds each against a row of bot/rests.py.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bot", "escalation", "dialogues/engine")
WRITES = re.compile(r"[waxWAX+]")
FILE = {
    *("write_text write_bytes touch mkdir makedirs symlink_to hardlink_to memfd_create mkfifo").split(),
    *("save savez savez_compressed savetxt dump tofile to_csv to_pickle to_parquet").split(),
    *("ZipFile FileHandler extractall memmap").split(),
}
MODULES = {
    "tempfile": "file",
    "sqlite3": "file",
    "shelve": "file",
    "dbm": "file",
    "gzip": "file",
    "tarfile": "file",
    "zipfile": "file",
    "mmap": "file",
    "shutil": "file",
    "logging": "log",
    "structlog": "log",
    "warnings": "log",
    "traceback": "log",
    "faulthandler": "log",
    "syslog": "log",
    "subprocess": "process",
    "multiprocessing": "process",
    "socket": "network",
    "smtplib": "network",
    "ftplib": "network",
    "urllib": "network",
}
"""Modules every call of which counts."""
HARMLESS = {
    *("shutil.rmtree shutil.which tempfile.gettempdir warnings.simplefilter warnings.resetwarnings").split(),
    *("warnings.catch_warnings logging.disable structlog.DropEvent").split(),
}
NAMED = {
    **dict.fromkeys(("print", "pprint", "echo", "secho", "input"), "output"),
    **dict.fromkeys(("getLogger", "basicConfig", "StreamHandler"), "log"),
    **dict.fromkeys(("Popen", "system", "execve", "execv", "execvp", "spawnv", "fork"), "process"),
    **dict.fromkeys(("urlopen", "create_connection", "open_connection", "start_server"), "network"),
    **dict.fromkeys(("AsyncClient", "ClientSession", "Client", "Bot", "AiohttpSession"), "network"),
    **dict.fromkeys(("from_url", "from_pool", "Redis", "StrictRedis", "Valkey"), "network"),
    **dict.fromkeys(("run_app", "start_http_server", "Server", "Connection"), "network"),
    **dict.fromkeys(("set_cookie", "putenv", "setenv"), "browser"),
}
STORE = {
    *("set setex psetex setnx getset append mset setrange incr incrby incrbyfloat decr hset").split(),
    *("hsetnx hmset hincrby hincrbyfloat lpush rpush lpushx rpushx linsert lset sadd zadd").split(),
    *("zincrby xadd xgroup_create pfadd setbit geoadd publish spublish eval evalsha").split(),
    *("restore copy rename execute_command").split(),
}
ALSO_OF_OTHERS = {"set", "append", "eval", "copy", "rename", "restore", "linsert", "getset"}
"""Of these only a call on what is named like a store counts: lists and settings have them, too."""
LIKE_A_STORE = re.compile(r"(^|_)(store|pipe|pipeline|together|client|redis|valkey|batch|connection)$")
OS = {
    "open",
    "write",
    "fdopen",
    "link",
    "symlink",
    "rename",
    "replace",
    "dup2",
    "memfd_create",
    "mkfifo",
    "mkdir",
}
CACHES = {"cache", "lru_cache", "alru_cache", "memoize"}
IN_A_BROWSER = re.compile(
    r"localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\.|serviceWorker|new Notification"
    r"|pushState|replaceState|document\.title|sendBeacon|\bfetch\(|XMLHttpRequest|WebSocket|EventSource"
)
LUA = re.compile(r"redis\.p?call\(\s*'([A-Z]+)'\s*,\s*([^,)]+)")
LUA_READS = {
    *("GET EXISTS HGET HGETALL LRANGE LLEN ZSCORE ZRANGE ZRANGEBYSCORE ZCARD XRANGE XLEN TTL").split(),
    *("PTTL TIME DEL UNLINK ZREM SREM HDEL LTRIM LREM XDEL XACK EXPIRE PEXPIRE EXPIREAT").split(),
    *("XPENDING SMEMBERS HMGET").split(),
}
KEYS_BY = re.compile(r"\bkeys\.")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something could come to rest."""

    file: str
    function: str
    kind: str
    line: int = 0

    @property
    def site(self) -> tuple[str, str, str]:
        return self.file, self.function, self.kind


def everywhere() -> Iterator[Place]:
    """All of the house: Python, Lua, and the scripts of its pages."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            name, text = str(path.relative_to(ROOT)), ""
            if path.suffix in (".py", ".lua", ".js", ".html"):
                text = path.read_text(encoding="utf-8")
            if path.suffix == ".py":
                yield from in_python(text, name)
            elif path.suffix == ".lua":
                yield from in_lua(text, name)
            elif text:
                yield from in_a_page(text, name)


def in_lua(text: str, name: str) -> Iterator[Place]:
    """Writes of a script to what is not one of the keys it was given."""
    for found in LUA.finditer(text):
        command, key = found.groups()
        if command not in LUA_READS and not key.strip().startswith("KEYS["):
            yield Place(name, command, "store", text.count("\n", 0, found.start()) + 1)


def in_a_page(text: str, name: str) -> Iterator[Place]:
    for found in IN_A_BROWSER.finditer(text):
        word = found[0].rstrip("(.")
        yield Place(name, word, "browser", text.count("\n", 0, found.start()) + 1)


def in_python(text: str, name: str) -> Iterator[Place]:
    reader = _Reader(name)
    reader.visit(ast.parse(text))
    yield from reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, name: str) -> None:
        self.found: list[Place] = []
        self._name, self._inside, self._built = name, ["-"], [set[str]()]

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        kept = {
            ast.unparse(one.func if isinstance(one, ast.Call) else one).rsplit(".", 1)[-1]
            for one in node.decorator_list
        }
        if kept & CACHES and (node.args.args or node.args.vararg or node.args.kwarg):
            self._add("cache", node, node.name)
        self._inside.append(node.name)
        self._built.append(_built_from_keys(node))
        self.generic_visit(node)
        self._inside.pop()
        self._built.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if ast.unparse(node) in ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"):
            self._add("output", node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and ast.unparse(target.value) == "os.environ":
                self._add("environment", node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        kind = self._kind(node)
        if kind:
            self._add(kind, node)
        self.generic_visit(node)

    def _kind(self, node: ast.Call) -> str:
        called = ast.unparse(node.func)
        module, last = called.split(".", 1)[0], called.rsplit(".", 1)[-1]
        if called in HARMLESS:
            return ""
        if called.startswith("os.environ.") and last in ("update", "setdefault"):
            return "environment"
        if last == "open" or called == "os.fdopen":
            return "file" if _opens_for_writing(node, called) else ""
        if module in MODULES and "." in called:
            return MODULES[module]
        if module == "os" and last in OS:
            return "file"
        if self._is_of_a_store(called, last):
            return "" if self._key_is_ours(node) else "store"
        if last == "dump" and LIKE_A_STORE.search(called.rpartition(".")[0]):
            return ""  # reads a key
        if last in FILE and "." in called:
            return "file"
        return NAMED.get(last, "")

    @staticmethod
    def _is_of_a_store(called: str, last: str) -> bool:
        holder = called.rpartition(".")[0].rsplit(".", 1)[-1]
        if last == "run":
            return holder.endswith("scripts")
        if last in ALSO_OF_OTHERS:
            return LIKE_A_STORE.search(holder) is not None
        return last in STORE and bool(holder)

    def _key_is_ours(self, node: ast.Call) -> bool:
        """Whether what is written to is a key bot/keys.py made; a script is given its keys second."""
        of_script = ast.unparse(node.func).endswith("scripts.run")
        at = 1 if of_script else 0
        if len(node.args) <= at:
            return False
        key = ast.unparse(node.args[at])
        return bool(KEYS_BY.search(key)) or any(key in built for built in self._built)

    def _add(self, kind: str, node: ast.AST, function: str = "") -> None:
        line = getattr(node, "lineno", 0)
        self.found.append(Place(self._name, function or self._inside[-1], kind, line))


def _opens_for_writing(node: ast.Call, called: str) -> bool:
    if called.startswith(("gzip.", "tarfile.", "zipfile.", "shelve.", "dbm.", "os.")):
        return called != "os.fdopen" or len(node.args) < 2 or bool(WRITES.search(ast.unparse(node.args[1])))
    given = [word.value for word in node.keywords if word.arg == "mode"]
    if called in ("open", "io.open", "codecs.open"):
        given += node.args[1:2]
        return any(
            not isinstance(mode, ast.Constant) or bool(WRITES.search(str(mode.value))) for mode in given
        )
    # `path.open("w")`; what has other arguments opens something else (a seal, a case, a session).
    given += [mode for mode in node.args[:1] if isinstance(mode, ast.Constant) and _is_mode(mode.value)]
    return not all(isinstance(mode, ast.Constant) and _is_for_reading(mode) for mode in given)


def _is_for_reading(mode: ast.Constant) -> bool:
    return WRITES.search(str(mode.value)) is None


def _is_mode(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[rwaxbtU+]{1,4}", value) is not None


def _built_from_keys(node: ast.AST) -> set[str]:
    """Names that are given a key of bot/keys.py in this function."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Assign) and KEYS_BY.search(ast.unparse(one.value)):
            for target in one.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                found |= {ast.unparse(name) for name in names}
    return found
