"""Nothing of the house writes where the table of bot/rests.py does not say so."""

import pytest

from bot.keys import KEPT
from bot.rests import BESIDES, EVERYWHERE, WHY_KEPT, why
from tests.privacy.writes import Place, everywhere, in_a_page, in_lua, in_python

TERMINAL, OUTPUT = "terminal", "output and crash output"
AUDIT = "audit's own store"
CONTENT, CONNECTIONS = "content and models", "connections"
SIGNED_IN, TRIES = "`hl:{staff}:session:<hash>`", "`hl:{staff}:tries:<what>:<hmac>`"
ALLOWED: dict[tuple[str, str, str], str] = {
    ("bot/__main__.py", "-", "environment"): "environment",
    ("bot/alert.py", "send_mail", "network"): "alerts to the team",
    ("bot/audit/command.py", "search", "output"): TERMINAL,
    ("bot/audit/command.py", "self_test", "output"): TERMINAL,
    ("bot/audit/house.py", "__init__", "file"): AUDIT,
    ("bot/audit/house.py", "__init__", "network"): AUDIT,
    ("bot/audit/house.py", "_start", "file"): AUDIT,
    ("bot/audit/house.py", "_begin", "file"): AUDIT,
    ("bot/audit/house.py", "move_clock", "file"): AUDIT,
    ("bot/audit/house.py", "store", "network"): AUDIT,
    ("bot/audit/leaks.py", "_into_store", "network"): AUDIT,
    ("bot/audit/leaks.py", "_into_store", "store"): AUDIT,
    ("bot/audit/leaks.py", "_sealed", "network"): AUDIT,
    ("bot/audit/leaks.py", "_sealed", "store"): AUDIT,
    ("bot/audit/leaks.py", "leak", "file"): AUDIT,
    ("bot/audit/leaks.py", "_into_output", "output"): AUDIT,
    ("bot/audit/live.py", "look", "network"): CONNECTIONS,
    ("bot/audit/live.py", "look", "output"): TERMINAL,
    ("bot/channels/sms/send.py", "__init__", "network"): CONNECTIONS,
    ("bot/channels/telegram/send.py", "__init__", "network"): CONNECTIONS,
    ("bot/children.py", "answers", "network"): CONNECTIONS,
    ("bot/children.py", "free_port", "network"): CONNECTIONS,
    ("bot/children.py", "port_taken", "network"): CONNECTIONS,
    ("bot/children.py", "start", "process"): "environment",
    ("bot/cli.py", "*", "output"): TERMINAL,
    ("bot/cluster.py", "execute_command", "store"): "memory of the store",
    ("bot/cluster.py", "nodes", "network"): CONNECTIONS,
    ("bot/cluster.py", "time", "store"): "memory of the store",
    ("bot/console.py", "open_staff", "file"): "staff file",
    ("bot/content/commands.py", "*", "output"): TERMINAL,
    ("bot/content/commands.py", "*", "process"): CONTENT,
    ("bot/content/reviews.py", "reviewed", "file"): CONTENT,
    ("bot/copies.py", "made", "store"): "`hl:{pN}:copied`",
    ("bot/directory.py", "_country", "cache"): "caches",
    ("bot/doctor.py", "examine", "output"): TERMINAL,
    ("bot/encoder.py", "_nameless", "file"): "nameless file",
    ("bot/engine.py", "__init__", "network"): CONNECTIONS,
    ("bot/inbox.py", "order", "store"): "`hl:{pN}:inbox`",
    ("bot/logs.py", "event", "output"): OUTPUT,
    ("bot/logs.py", "outlet", "output"): OUTPUT,
    ("bot/logs.py", "only_events", "file"): OUTPUT,
    ("bot/logs.py", "to_nobody", "file"): OUTPUT,
    ("bot/logs.py", "silence_libraries", "log"): OUTPUT,
    ("bot/lua/commit.lua", "RPUSH", "store"): "`hl:{pN}:c:<id>:owed`",
    ("bot/metrics.py", "serve", "network"): "metrics",
    ("bot/operating/checks/certificates.py", "_days_left", "network"): CONNECTIONS,
    ("bot/operating/checks/here.py", "_fails", "process"): CONTENT,
    ("bot/operating/checks/providers.py", "_get", "network"): CONNECTIONS,
    ("bot/operating/checks/store.py", "_judge_line", "network"): CONNECTIONS,
    ("bot/operating/gauges.py", "_gauge", "cache"): "metrics",
    ("bot/operating/healthy.py", "_page", "network"): CONNECTIONS,
    ("bot/plainly.py", "told", "output"): TERMINAL,
    ("bot/report.py", "report", "output"): TERMINAL,
    ("bot/roles.py", "run_engine", "process"): "environment",
    ("bot/roles.py", "server", "network"): CONNECTIONS,
    ("bot/practice.py", "_practise", "file"): "temporary folders",
    ("bot/practice.py", "*", "output"): TERMINAL,
    ("bot/run.py", "__init__", "file"): "temporary folders",
    ("bot/run.py", "*", "output"): TERMINAL,
    ("bot/run.py", "leads", "network"): CONNECTIONS,
    ("bot/sandbox/__main__.py", "serve", "output"): TERMINAL,
    ("bot/sandbox/network.py", "__init__", "network"): "demo phones",
    ("bot/sandbox/page/static/phones.js", "EventSource", "browser"): "demo phones",
    ("bot/sandbox/page/static/phones.js", "fetch", "browser"): "demo phones",
    ("bot/sandbox/server.py", "start", "network"): "demo phones",
    ("bot/sentinel.py", "nodes", "network"): CONNECTIONS,
    ("bot/staff.py", "*", "output"): TERMINAL,
    ("bot/store.py", "__init__", "file"): "temporary folders",
    ("bot/store.py", "every_node", "network"): CONNECTIONS,
    ("bot/store.py", "_wait", "network"): CONNECTIONS,
    ("bot/store.py", "connect", "network"): CONNECTIONS,
    ("bot/store.py", "start", "process"): "memory of the store",
    ("bot/terminal.py", "chat", "output"): TERMINAL,
    ("bot/vault.py", "_held", "store"): "`hl:{vault}:day:<day>`",
    ("bot/wording.py", "wording", "cache"): "caches",
    ("dialogues/engine/assemble.py", "*", "file"): CONTENT,
    ("dialogues/engine/commands.py", "*", "output"): TERMINAL,
    ("dialogues/engine/commands.py", "main", "environment"): "environment",
    ("dialogues/engine/commands.py", "train", "file"): CONTENT,
    ("dialogues/engine/crossvalidation.py", "main", "output"): TERMINAL,
    ("dialogues/engine/encoder.py", "_nameless", "file"): "nameless file",
    ("dialogues/engine/featurizer.py", "train", "file"): CONTENT,
    ("dialogues/engine/known.py", "write", "file"): CONTENT,
    ("dialogues/engine/launcher.py", "serve", "network"): CONNECTIONS,
    ("dialogues/engine/linear.py", "write", "file"): CONTENT,
    ("dialogues/engine/quiet.py", "hush", "environment"): "environment",
    ("dialogues/engine/quiet.py", "hush", "log"): OUTPUT,
    ("dialogues/engine/quiet.py", "only_ours", "file"): OUTPUT,
    ("dialogues/engine/quiet.py", "say", "output"): OUTPUT,
    ("dialogues/engine/stamp.py", "write", "file"): CONTENT,
    ("dialogues/engine/vectors.py", "write", "file"): CONTENT,
    ("escalation/cases/reading.py", "_wrapped", "store"): "memory of the store",
    ("escalation/console/staff_file.py", "mark", "file"): "staff file",
    ("escalation/console/access.py", "endpoint", "file"): SIGNED_IN,
    ("escalation/console/catalogue.py", "texts", "cache"): "caches",
    ("escalation/console/catalogue.py", "words", "cache"): "caches",
    ("escalation/console/reasons.py", "_names", "cache"): "caches",
    ("escalation/console/reasons.py", "_pattern", "cache"): "caches",
    ("escalation/console/reasons.py", "read", "cache"): "caches",
    ("escalation/console/limits.py", "make", "store"): TRIES,
    ("escalation/console/limits.py", "wrong_try", "store"): TRIES,
    ("escalation/console/proof.py", "give", "browser"): "browser cookie",
    ("escalation/console/sessions.py", "*", "store"): SIGNED_IN,
    ("escalation/console/staff_file.py", "__init__", "file"): "staff file",
    ("escalation/console/staff_file.py", "connect", "file"): "staff file",
    ("escalation/console/staff_file.py", "copy_to", "file"): "staff file",
    ("escalation/console/staff_file.py", "_ours_alone", "file"): "staff file",
    ("escalation/console/static/case.js", "document.title", "browser"): "console pages",
    ("escalation/console/static/ended.js", "document.title", "browser"): "console pages",
    ("escalation/console/static/live.js", "document.title", "browser"): "console pages",
    ("escalation/console/static/live.js", "EventSource", "browser"): CONNECTIONS,
    ("escalation/console/static/live.js", "fetch", "browser"): "console pages",
    ("escalation/console/static/live.js", "localStorage", "browser"): "browser storage",
    ("escalation/console/static/live.js", "new Notification", "browser"): "console pages",
    ("escalation/console/static/passkey.js", "fetch", "browser"): "console pages",
    ("escalation/danger/answers.py", "write", "file"): CONTENT,
    ("escalation/danger/evaluate.py", "main", "file"): CONTENT,
    ("escalation/danger/evaluate.py", "*", "output"): TERMINAL,
    ("escalation/danger/leaks.py", "main", "output"): TERMINAL,
    ("escalation/danger/train.py", "main", "environment"): "environment",
    ("escalation/danger/train.py", "write", "file"): CONTENT,
    ("escalation/danger/train.py", "*", "output"): TERMINAL,
    ("escalation/danger/tuning/__main__.py", "write", "file"): CONTENT,
    ("escalation/danger/tuning/__main__.py", "*", "output"): TERMINAL,
    ("escalation/danger/vectors.py", "write", "file"): CONTENT,
    ("escalation/practice/cues.py", "cues", "cache"): "caches",
}
"""Every place that writes, and the row of bot/rests.py it writes to. `*`: any function, for what people run
by hand to see its output; nothing that handles a message stands here with a `*`."""


def allowed(place: Place) -> tuple[str, str, str] | None:
    """The entry a place is allowed by."""
    for function in (place.function, "*"):
        if (place.file, function, place.kind) in ALLOWED:
            return place.file, function, place.kind
    return None


def test_everything_that_writes_has_a_row() -> None:
    wrong = [f"{p.file}:{p.line} {p.function}: {p.kind}" for p in everywhere() if allowed(p) is None]
    assert wrong == [], "say in bot/rests.py what rests there, and in ALLOWED which row it is"


def test_no_row_is_claimed_for_what_is_not_there() -> None:
    used = {allowed(place) for place in everywhere()}
    assert set(ALLOWED) - used == set()
    assert set(ALLOWED.values()) <= {rest.name for rest in EVERYWHERE}


def test_every_row_says_what_why_how_long_and_who_erases() -> None:
    for rest in EVERYWHERE:
        assert all((rest.name, rest.what, rest.why, rest.lifetime, rest.erased_by)), rest.name
        assert "|" not in "".join((rest.name, rest.what, rest.why, rest.lifetime, rest.erased_by))
    assert len({rest.name for rest in EVERYWHERE}) == len(EVERYWHERE)
    assert {rest.whose for rest in BESIDES} == {"ours", "operator", "provider", "phone"}


def test_every_key_has_a_reason_and_every_reason_a_key() -> None:
    reasons = {why(kept) for kept in KEPT}
    assert reasons == set(WHY_KEPT.values())
    assert {f"`{kept.pattern}`" for kept in KEPT} <= {rest.name for rest in EVERYWHERE}


def test_what_others_keep_is_not_promised_away() -> None:
    said = ("theirs", "for ever what we cannot delete", "then only the person")
    wrong = [
        rest.name
        for rest in BESIDES
        if rest.whose == "provider" and not any(words in rest.lifetime for words in said)
    ]
    assert wrong == []


# The search itself: each of these, planted, is found.
PLANTED = {
    "open('x', 'w')": "file",
    "open('x', mode=how)": "file",
    "open('x', 'ab')": "file",
    "io.open('x', 'r+')": "file",
    "path.open('x')": "file",
    "path.open(mode='wb')": "file",
    "path.write_text(words)": "file",
    "Path('x').write_bytes(words)": "file",
    "os.open('x', os.O_WRONLY)": "file",
    "os.fdopen(3, 'w')": "file",
    "os.write(1, words)": "file",
    "tempfile.mkdtemp()": "file",
    "tempfile.NamedTemporaryFile()": "file",
    "sqlite3.connect('x')": "file",
    "np.save('x', words)": "file",
    "numpy.savez_compressed('x', words)": "file",
    "json.dump(words, file)": "file",
    "pickle.dump(words, file)": "file",
    "shutil.copytree('a', 'b')": "file",
    "zipfile.ZipFile('x', 'w')": "file",
    "print(words)": "output",
    "click.echo(words)": "output",
    "sys.stderr.write(words)": "output",
    "out = sys.stdout": "output",
    "logging.info(words)": "log",
    "logging.getLogger('x')": "log",
    "structlog.get_logger()": "log",
    "warnings.warn(words)": "log",
    "traceback.print_exc()": "log",
    "faulthandler.enable()": "log",
    "store.set('hl:leak', words)": "store",
    "self._store.set(f'hl:{words}', 1)": "store",
    "pipe.hset(words, 'a', 1)": "store",
    "together.rpush(words, 1)": "store",
    "self._store.publish(words, 1)": "store",
    "self._scripts.run('open', [words], [])": "store",
    "httpx.AsyncClient()": "network",
    "aiohttp.ClientSession()": "network",
    "socket.socket()": "network",
    "urlopen('x')": "network",
    "Redis.from_url('x')": "network",
    "subprocess.run(['x'])": "process",
    "subprocess.Popen(['x'])": "process",
    "os.system('x')": "process",
    "os.environ['x'] = words": "environment",
    "os.environ.update(x=words)": "environment",
    "response.set_cookie('x', words)": "browser",
}
QUIET = (
    "open('x')",
    "open('x', 'rb')",
    "path.open('rb')",
    "key.open(place, raw)",
    "cases.open(talk, alarm)",
    "found.append(words)",
    "gauge.set(3)",
    "self._store.set(keys.lease(1), token)",
    "place = keys.inbox(1)\n    pipe.xadd(place, {})",
    "self._scripts.run('open', [keys.inbox(1)], [])",
    "path.read_text()",
)


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_write_is_found(planted: str) -> None:
    [*found] = in_python(f"async def leak(words):\n    {planted}\n", "bot/turn.py")
    assert [place.site for place in found] == [("bot/turn.py", "leak", PLANTED[planted])]
    assert allowed(found[0]) is None
    assert found[0].line == 2


@pytest.mark.parametrize("quiet", QUIET)
def test_what_writes_nothing_or_a_known_key_is_left_alone(quiet: str) -> None:
    assert list(in_python(f"async def fine(words):\n    {quiet}\n", "bot/turn.py")) == []


def test_a_cache_of_what_was_said_is_found() -> None:
    [found] = in_python("@lru_cache(maxsize=9)\ndef folded(text: str) -> str: ...\n", "bot/wording.py")
    assert found.site == ("bot/wording.py", "folded", "cache")
    assert list(in_python("@cache\ndef table() -> int: ...\n", "bot/wording.py")) == []


def test_a_script_that_makes_up_a_key_is_found() -> None:
    [found] = in_lua("redis.call('GET', 'x')\nredis.call('SET', 'hl:leak', ARGV[1])\n", "bot/lua/leak.lua")
    assert (found.function, found.line) == ("SET", 2)
    assert list(in_lua("redis.call('HSET', KEYS[1], ARGV[1], 1)", "bot/lua/fine.lua")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "localStorage.setItem('a', b)",
        "sessionStorage.a = b",
        "document.cookie = a",
        "indexedDB.open('a')",
        "caches.open('a')",
        "navigator.sendBeacon('/x', a)",
        "history.pushState(a, '', '/x')",
    ],
)
def test_a_script_of_a_page_that_keeps_something_is_found(planted: str) -> None:
    [found] = in_a_page(planted, "escalation/console/static/page.js")
    assert allowed(found) is None
