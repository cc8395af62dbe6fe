"""bootstrap.py: what it says on a machine that lacks something."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 120


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- Python --------------------------------------------------------------------------------------------------------


def test_an_old_python_can_read_it_far_enough_to_be_told() -> None:
    tree = ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"hashlib", "json", "os", "re", "shutil", "struct", "subprocess", "sys", "time"}
    assert not any(isinstance(node, ast.NamedExpr | ast.JoinedStr | ast.AnnAssign | ast.Match) for node in ast.walk(tree))


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 14), (2, 7, 18)])
def test_a_python_too_old_is_told_which_one_is_needed(bootstrap: ModuleType, version: tuple[int, int, int]) -> None:
    with pytest.raises(bootstrap.Stop, match=rf"this is Python {version[0]}\.{version[1]}; the product needs 3\.11"):
        bootstrap.check_python(version)


def test_a_python_new_enough_passes_and_a_32_bit_one_does_not(bootstrap: ModuleType) -> None:
    bootstrap.check_python((3, 11, 0))
    bootstrap.check_python((3, 14, 1))
    with pytest.raises(bootstrap.Stop, match="32-bit"):
        bootstrap.check_python((3, 12, 0), 32)


def test_a_python_too_old_ends_with_code_2(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    assert bootstrap.main(["demo"]) == 2
    assert "Python 3.8" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "said"), [(["serve"], "not part of this version"), (["dance"], "'dance'")])
def test_what_it_cannot_do_ends_with_code_2(
    bootstrap: ModuleType, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(arguments) == 2
    assert said in capsys.readouterr().err


# --- the environment -----------------------------------------------------------------------------------------------


def test_an_index_that_cannot_be_reached_ends_with_code_2_and_a_clear_message(tmp_path: Path) -> None:
    """For real: a new environment, an index on a closed port of this machine."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"kiosk-not-there==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import bootstrap; bootstrap.LOCK = {str(lock)!r}; "
    program += "bootstrap.PIP_RETRIES = 1; sys.exit(bootstrap.main(['demo']))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment |= {"KIOSK_VENV": str(tmp_path / "venv"), "PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": os.devnull}
    environment |= {"PIP_TRUSTED_HOST": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "the package index cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "venv" / "kiosk-installed.json").exists(), "what was not installed must not be remembered as installed"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("WARNING: Retrying (Retry(total=0 ...\nERROR: No matching distribution found for numpy==2.4.6", "index cannot be reached"),
        ("ERROR: No matching distribution found for dlib-bin==20.0.1 (from versions: none)", "has no dlib-bin==20.0.1 for this system"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "is not the one in requirements.lock"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: something new", "something new"),
    ],
)
def test_what_pip_says_is_told_apart(bootstrap: ModuleType, said: str, told: str) -> None:
    assert told in bootstrap.pip_failure(said, "log")


def test_a_folder_in_the_way_is_not_deleted(bootstrap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(bootstrap.Stop, match="is in the way"):
        bootstrap.make_environment(str(tmp_path / "venv"))
    assert (tmp_path / "venv" / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_too_little_room_is_told_before_anything_is_fetched(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED_MB", 2**40)
    with pytest.raises(bootstrap.Stop, match="MB free; installing needs about"):
        bootstrap.install_dependencies(str(tmp_path), sys.executable)


def test_a_second_run_installs_nothing(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[list[str]] = []

    def pip(command: list[str], _log: str) -> None:
        runs.append(command)

    monkeypatch.setattr(bootstrap, "run_pip", pip)
    monkeypatch.setattr(bootstrap, "NEEDED_MB", 0)
    for _ in range(2):
        bootstrap.install_dependencies(str(tmp_path), sys.executable)
    assert len(runs) == 1
    assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(runs[0])


def test_a_changed_lock_is_installed_again(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "run_pip", lambda command, _log: runs.append(command))
    monkeypatch.setattr(bootstrap, "NEEDED_MB", 0)
    for text in ("one==1\n", "one==2\n"):
        (tmp_path / "requirements.lock").write_text(text, encoding="utf-8")
        monkeypatch.setattr(bootstrap, "LOCK", str(tmp_path / "requirements.lock"))
        bootstrap.install_dependencies(str(tmp_path), sys.executable)
    assert len(runs) == 2


# --- the system's libraries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "package"),
    [
        ("libEGL.so.1\n", "libegl1"),
        ("libGL.so.1\nlibxkbcommon.so.0\n", "libgl1 libxkbcommon0"),
        ("libdbus-1.so.3\n", "libdbus-1-3"),
        ("libfontconfig.so.1\n", "libfontconfig1"),
        ("libxcb-cursor.so.0\n", "libxcb-cursor0"),
        ("libGLESv2.so.2\n", "libgles2"),
        ("ImportError: libEGL.so.1: cannot open shared object file: No such file or directory\n", "libegl1"),
        ("NO-FONTS\n", "fonts-dejavu-core"),
    ],
)
def test_a_missing_library_is_named_with_its_debian_package(bootstrap: ModuleType, said: str, package: str) -> None:
    assert f"apt-get install {package}" in bootstrap.library_problem(1, said)


def test_an_unknown_library_is_still_named(bootstrap: ModuleType) -> None:
    assert "libnew.so.7" in bootstrap.library_problem(0, "libnew.so.7\n")


def test_nothing_missing_is_no_problem_and_a_crash_is_one(bootstrap: ModuleType) -> None:
    assert bootstrap.library_problem(0, "") is None
    assert "Segmentation" in bootstrap.library_problem(139, "Segmentation fault\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the probe is for Linux")
def test_this_machine_passes_the_probe(bootstrap: ModuleType) -> None:
    code, said = bootstrap.quiet([sys.executable, "-c", bootstrap.PROBE, "qoffscreen"])
    assert bootstrap.library_problem(code, said) is None


@pytest.mark.parametrize(
    ("environment", "plugins"),
    [
        ({}, ["qoffscreen"]),
        ({"DISPLAY": ":0"}, ["qoffscreen", "qxcb"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["qoffscreen", "qwayland"]),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, ["qoffscreen"]),
    ],
)
def test_only_the_plugins_that_this_session_uses_are_looked_at(
    bootstrap: ModuleType, environment: dict[str, str], plugins: list[str]
) -> None:
    assert bootstrap.platform_plugins(environment) == plugins


# --- what it starts ----------------------------------------------------------------------------------------------------

STARTING = """
import sys
sys.path.insert(0, sys.argv[1])
import bootstrap
bootstrap.END_S = 0.5
bootstrap.make_environment = lambda _venv: sys.argv[2]
for name in ("install_dependencies", "write_launchers", "check_libraries", "install_models"):
    setattr(bootstrap, name, lambda *_arguments: None)
sys.exit(bootstrap.main(sys.argv[3:]))
"""


def child_script(path: Path, body: str) -> Path:
    """Takes the place of the environment's Python: runs `body` whatever it is asked."""
    path.write_text(f"#!{sys.executable}\nimport os, signal, sys, time\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def starting(tmp_path: Path, body: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", STARTING, str(ROOT), str(child_script(tmp_path / "python", body)), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    "body",
    [
        "print('UP', flush=True); time.sleep(600)",
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); print('UP', flush=True); time.sleep(600)",
        "signal.signal(signal.SIGINT, signal.SIG_IGN); print('UP', flush=True); time.sleep(600)",
        "for n in (signal.SIGINT, signal.SIGTERM): signal.signal(n, signal.SIG_IGN)\nprint('UP', flush=True); time.sleep(600)",
    ],
    ids=["usual", "ends-well", "ignores-it", "ignores-all"],
)
@pytest.mark.parametrize("all_are_told", [True, False], ids=["terminal", "bootstrap-alone"])
def test_ctrl_c_ends_what_was_started(tmp_path: Path, body: str, all_are_told: bool) -> None:
    program = starting(tmp_path, f"print(os.getpid(), flush=True)\n{body}", "run")
    assert program.stdout is not None
    try:
        lines = iter(program.stdout)
        pid = int(next(line for line in lines if line.strip().isdigit()))
        next(line for line in lines if line.strip() == "UP")
        if all_are_told:
            os.killpg(program.pid, signal.SIGINT)
        else:
            program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=LIMIT_S)
        assert program.returncode == 130, err
        assert "bootstrap.py: stopped" in err
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    finally:
        with contextlib.suppress(ProcessLookupError), program:  # closes its pipes and waits
            os.killpg(program.pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="signals and scripts of POSIX")
@pytest.mark.parametrize(("body", "code"), [("sys.exit(2)", 2), ("os.kill(os.getpid(), signal.SIGABRT)", 134), ("sys.exit(0)", 0)])
def test_the_code_of_what_was_started_is_handed_on(tmp_path: Path, body: str, code: int) -> None:
    program = starting(tmp_path, body, "run")
    program.communicate(timeout=LIMIT_S)
    assert program.returncode == code


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of POSIX")
@pytest.mark.parametrize("option", [["--out", "here"], ["--out=here"]])
def test_the_demos_folder_is_meant_from_where_the_person_stands(tmp_path: Path, option: list[str]) -> None:
    program = starting(tmp_path, "print(sys.argv[1:])", "demo", *option)
    out, _ = program.communicate(timeout=LIMIT_S)
    assert str(tmp_path / "here") in out.splitlines()[-1]


def test_ci_runs_exactly_the_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^exec .*bootstrap\.py test", script, re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
