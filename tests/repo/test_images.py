"""The images as far as a machine without Docker can try them: what is copied is there, and is enough.

A Dockerfile's COPY lines are carried out into an empty folder, and each role is run from there.
"""

import fnmatch
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.children import Child, free_port, page_answers, stop, wait_for
from bot.roles import ENGINE_PYTHON
from tests.repo.compose_file import ROOT

MODEL = ROOT / "dialogues" / "models" / "engine.tar.gz"
INSIDE = Path("/hotline")


def stages(name: str) -> list[str]:
    """The text of each stage."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]


def copies(stage: str) -> list[tuple[str, str]]:
    """What a stage copies, from where to where."""
    return re.findall(r"^COPY (?:--from=\S+ )?(\S+) (\S+)$", stage, re.MULTILINE)


def left_out() -> list[str]:
    """Patterns of .dockerignore that leave something out, `**/` meaning anywhere."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if (line and line[0] not in "#!*") or line.startswith("**/")]


def carried(source: Path, target: Path) -> None:
    """Copy as a build would: without what .dockerignore leaves out."""
    patterns = left_out()

    def ignored(folder: str, names: list[str]) -> set[str]:
        here = Path(folder).relative_to(ROOT)
        return {
            name
            for name in names
            if any(
                fnmatch.fnmatch(name, one[3:]) if one.startswith("**/") else str(here / name) == one
                for one in patterns
            )
        }

    if source.is_dir():
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/hotline of the roles' image."""
    folder = tmp_path_factory.mktemp("image")
    for source, target in copies(stages("Dockerfile")[0]):
        if target.startswith("/hotline"):
            carried(ROOT / source, folder / Path(target).relative_to(INSIDE))
    return folder


def run(folder: Path, *command: str, said: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.parametrize("name", ["Dockerfile", "dialogues/Dockerfile"])
def test_what_a_dockerfile_copies_is_there_and_not_left_out(name: str) -> None:
    first, last = stages(name)
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line[:1] == "!"
    }
    for source, _ in copies(first):
        assert (ROOT / source).exists(), source
        assert source.split("/", 1)[0] in allowed
        assert source not in left_out()
    made = {target.rstrip("/") for _, target in copies(first)} | {"/opt/venv", "/hotline"}
    for source, target in copies(last):
        assert any(source == one or source.startswith(one + "/") for one in made), source
        assert target == source


@pytest.mark.parametrize("name", ["Dockerfile", "dialogues/Dockerfile"])
def test_an_image_is_built_from_hashes_and_runs_as_nobody(name: str) -> None:
    first, last = stages(name)
    assert "--require-hashes" in first
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE)[-1] == "10001:10001"
    assert last.index("\nUSER ") < last.index("\nENTRYPOINT ")
    assert not re.search(r"pip install|apt|curl|ADD ", last), "nothing is installed in what runs"


def test_neither_tests_nor_what_people_wrote_is_in_the_images(image: Path) -> None:
    kept = {target for _, target in copies(stages("dialogues/Dockerfile")[1])}
    assert not [one for one in kept if "nlu_data" in one and not one.endswith("encoder")]
    assert "nlu_data/heldout" in left_out()
    assert sorted(path.name for path in (image / "nlu_data").iterdir()) == ["danger", "encoder"]
    assert [path.name for path in (image / "nlu_data" / "danger").iterdir()] == ["rules"]


def test_the_image_of_the_roles_is_enough_for_the_command_line(image: Path) -> None:
    assert run(image, "-c", "import bot.cli, bot; print(bot.__file__)").stdout.startswith(str(image))
    shown = run(image, "-m", "bot", "--help")
    assert shown.returncode == 0
    for role in ("gateway", "worker", "console", "doctor", "staff"):
        assert role in shown.stdout


def test_the_image_of_the_roles_is_enough_for_every_role(image: Path) -> None:
    """What a role imports when it starts, and what it reads."""
    code = """
import bot.console, bot.roles, bot.telegram_line, bot.turn, bot.worker, bot.doctor, bot.operating.healthy
import bot.channels.sms.webhook, bot.channels.telegram.webhook, bot.channels.sms.send
from bot import directory, wording
from escalation.danger.assess import Assessor
assert not Assessor.load().degraded
assert directory.numbers("AL", "sq").emergency
assert wording.fixed("joined", "sq", "latin", "sms")
print("enough")
"""
    done = run(image, "-c", code)
    assert done.stdout.strip() == "enough", done.stderr


def test_the_image_of_the_roles_is_enough_to_find_danger(image: Path) -> None:
    asked = json.dumps({"id": "1", "text": "he hits me and took my passport", "language": "en"})
    done = run(image, "-m", "bot", "assess", said=asked + "\n")
    assert json.loads(done.stdout)["escalate"] is True, done.stderr


@pytest.mark.skipif(
    not (ENGINE_PYTHON.exists() and MODEL.exists()), reason="the engine is not installed here"
)
def test_the_image_of_the_engine_is_enough_to_answer(tmp_path: Path) -> None:
    """Its last stage only, started as its container starts it."""
    for _, target in copies(stages("dialogues/Dockerfile")[1]):
        if target.startswith("/hotline"):
            inside = Path(target).relative_to(INSIDE)
            shutil.copytree(ROOT / inside, tmp_path / inside, ignore=shutil.ignore_patterns("__pycache__"))
    token = tmp_path / "token"
    token.write_text(secrets.token_hex(16), encoding="utf-8")
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "MPLCONFIGDIR": str(tmp_path),
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": "1",
        "HOTLINE_ENGINE_PORT": str(port),
        "HOTLINE_ENGINE_TOKEN_FILE": str(token),
    }
    folder = tmp_path / "dialogues"
    process = subprocess.Popen(
        [str(ENGINE_PYTHON), "-m", "engine.launcher"], cwd=folder, env=environment, start_new_session=True
    )
    child = Child("engine", process)
    try:
        wait_for(child, page_answers(f"http://127.0.0.1:{port}/health"), 180)
    finally:
        stop([child])


def pins(path: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE))


def test_what_runs_is_what_was_tested_without_what_only_tests_need() -> None:
    runs, tested = pins("bot/requirements.lock"), pins("requirements.lock")
    assert runs.items() <= tested.items()
    for only_tests in ("pytest", "selenium", "mypy", "ruff", "hypothesis"):
        assert only_tests in tested
        assert only_tests not in runs
    text = (ROOT / "bot" / "requirements.lock").read_text(encoding="utf-8")
    assert text.count("==") <= text.count("--hash=sha256:")
