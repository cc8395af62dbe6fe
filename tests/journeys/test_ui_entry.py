"""`python -m ui`: what it says on a machine without a screen, how it is stopped, and what the demo's folder may cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.engines.models import ModelLibrary
from ui.demo import MARKER, make_room

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 90
SCREEN_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays and signals of Linux")

# says on stdout what the test waits for, and that the kiosk was closed
TELLING = """
import sys
from kiosk.compose.kiosk import Kiosk
import ui.__main__, ui.demo, ui.door
def telling(owner, name, word, first):
    real = getattr(owner, name)
    def told(*arguments, **options):
        if first:
            print(word, flush=True)
        result = real(*arguments, **options)
        if not first:
            print(word, flush=True)
        return result
    setattr(owner, name, told)
telling(Kiosk, "close", "KIOSK CLOSED", False)
telling(ui.door.Door, "open", "DOOR OPEN", False)
telling(ui.demo.Demo, "_enter", "STEP ENTERED", False)
%s
sys.exit(ui.__main__.main(sys.argv[1:]))
"""


@pytest.fixture
def environment(model_library: ModelLibrary) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SCREEN_VARIABLES}
    return kept | {"KIOSK_MODELS": str(model_library.models_dir), "KIOSK_STORE_KEY": "file", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for child in started:
        child.kill()
        child.communicate()


def start(
    children: list[subprocess.Popen[str]], environment: dict[str, str], *arguments: str | Path, change: str = ""
) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", TELLING % change, *map(str, arguments)]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children.append(child)
    return child


def read_until(child: subprocess.Popen[str], word: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if word in line:
            return
    _, err = child.communicate(timeout=LIMIT_S)
    pytest.fail(f"it ended before {word!r}: {err}")


# --- no screen -------------------------------------------------------------------------------------------------------


def test_without_a_display_the_kiosk_does_not_run_unseen(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ui", "run"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "no display" in done.stderr


# --- stopping --------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_the_kiosk_and_closes_it(children: list[subprocess.Popen[str]], environment: dict[str, str]) -> None:
    child = start(children, environment | {"QT_QPA_PLATFORM": "offscreen"}, "run", "--window")
    read_until(child, "DOOR OPEN")
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 130, err
    assert "KIOSK CLOSED" in out
    assert "Traceback" not in err


def test_ctrl_c_ends_the_demo_and_closes_it(children: list[subprocess.Popen[str]], environment: dict[str, str], tmp_path: Path) -> None:
    child = start(children, environment, "demo", "--out", tmp_path / "out")
    read_until(child, "STEP ENTERED")
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 130, err
    assert "KIOSK CLOSED" in out
    assert "Traceback" not in err
    assert "stopped before the end" in err


def test_a_demo_whose_window_is_closed_early_says_so(
    children: list[subprocess.Popen[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    change = "ui.demo.Demo._enter = lambda demo, _: demo._window.close()"
    child = start(children, environment, "demo", "--out", tmp_path / "out", change=change)
    out, err = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 1, err
    assert "KIOSK CLOSED" in out
    assert "Traceback" not in err
    assert "stopped before the end" in err


def test_a_fault_in_the_demo_closes_the_kiosk(children: list[subprocess.Popen[str]], environment: dict[str, str], tmp_path: Path) -> None:
    change = "def broken(*_arguments, **_options):\n    raise AssertionError('broken')\nui.demo.Window = broken"
    child = start(children, environment, "demo", "--out", tmp_path / "out", change=change)
    out, _ = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 1
    assert "KIOSK CLOSED" in out


# --- the demo's folder -----------------------------------------------------------------------------------------------


def test_a_folder_with_a_thesis_is_never_cleared(environment: dict[str, str], tmp_path: Path) -> None:
    thesis = tmp_path / "work" / "thesis.tex"
    thesis.parent.mkdir()
    thesis.write_text("ten years", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ui", "demo", "--out", str(thesis.parent)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "BAD_ARGUMENT" in done.stderr
    assert thesis.read_text("utf-8") == "ten years"
    assert [path.name for path in thesis.parent.iterdir()] == ["thesis.tex"]


def test_a_demo_replaces_what_a_demo_left_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "new" / "demo"
    make_room(out)
    assert [path.name for path in out.iterdir()] == [MARKER]
    for name in ("01-welcome.png", "12-document_front-hold-still.png", "report.html", "notes.txt", "holiday.png"):
        (out / name).write_text("x", "utf-8")
    (out / "store").mkdir()
    (out / "store" / "store.db").write_bytes(b"x")
    make_room(out)
    assert {path.name for path in out.iterdir()} == {MARKER, "notes.txt", "holiday.png"}


def test_a_link_in_the_place_of_the_demos_store_is_not_followed(tmp_path: Path) -> None:
    out, precious = tmp_path / "demo", tmp_path / "precious"
    make_room(out)
    precious.mkdir()
    (precious / "thesis.tex").write_text("ten years", "utf-8")
    (out / "store").symlink_to(precious)
    make_room(out)
    assert (precious / "thesis.tex").exists()
    assert not (out / "store").exists(), "the demo's store would be made in there"


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/demo"])
def test_a_place_where_no_folder_can_be_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadInput) as caught:
        make_room(tmp_path / place)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
