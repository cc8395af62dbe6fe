"""What every test has: no real home, screen or keyring; models through the real installer; warnings and threads watched."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

# before anything imports Qt, keyring or a model library
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # the developer's own keyring is never touched
os.environ.pop("KIOSK_CONFIG", None)
# what a shell starts in the background ignores Ctrl-C and hands that on: programs that tests start must hear it
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

from kiosk.engines.model_install import InstallOutcome, ProgressText, install
from kiosk.engines.models import ModelLibrary, ModelState
from kiosk.paths import Paths, find_paths

ROOT = Path(__file__).resolve().parent.parent
SHARED_MODELS = ROOT.parent / "shared" / "models"
THREAD_END_S = 5.0


# Files of few tests that take minutes, and files that take long as a whole.
LONG = ("journeys", "screenshots", "liveness", "protocols", "faults")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shared among processes, long files come first: begun last, they leave one process working alone. Their own order stays random."""
    if hasattr(config, "workerinput"):
        places = {name: place for place, name in enumerate(LONG)}
        items.sort(key=lambda item: min((places[part] for part in item.path.parts if part in places), default=len(LONG)))


@pytest.fixture(autouse=True)
def kiosk_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own (not created); subprocesses inherit it."""
    home = tmp_path / "kiosk-home"
    monkeypatch.setenv("KIOSK_HOME", str(home))
    return home


# --- models --------------------------------------------------------------------------------------------------------


def _put(file: Path, folder: Path) -> None:
    """Links cost nothing; where the system or the file system refuses them, a copy does."""
    try:
        (folder / file.name).symlink_to(file)
    except OSError:
        shutil.copyfile(file, folder / file.name)


@pytest.fixture(scope="session")
def installed_models() -> ModelLibrary:
    """The developer's or CI's own models folder with the default set in it; what is missing is installed with the real installer."""
    paths: Paths = find_paths()
    library = ModelLibrary(paths.manifest, paths.models)
    missing = [info.id for info in library.models.values() if info.default and library.verify(info.id) is not ModelState.INSTALLED]
    if missing:
        results = install(library, missing, progress=ProgressText(sys.__stderr__ or sys.stderr))
        failed = [str(result.error) for result in results if result.outcome is InstallOutcome.FAILED]
        if failed:
            pytest.fail("the default models cannot be installed: " + "; ".join(failed), pytrace=False)
    return library


@pytest.fixture(scope="session")
def model_library(installed_models: ModelLibrary, tmp_path_factory: pytest.TempPathFactory) -> ModelLibrary:
    """Exactly the default set (what PyPI gives), whatever else the machine has. KIOSK_MODELS for a subprocess: `.models_dir`."""
    folder = tmp_path_factory.mktemp("default-models")
    for info in installed_models.models.values():
        file = installed_models.models_dir / info.file
        if info.default and file.is_file():
            _put(file, folder)
    return ModelLibrary(installed_models.manifest_path, folder)


@pytest.fixture(scope="session")
def full_model_library(installed_models: ModelLibrary, tmp_path_factory: pytest.TempPathFactory) -> ModelLibrary:
    """The default set and the better engines; skips with the reason where YuNet or MiniFAS cannot be had."""
    folder = tmp_path_factory.mktemp("full-models")
    for info in installed_models.models.values():
        places = [installed_models.models_dir / info.file, SHARED_MODELS / info.file]
        file = next((place for place in places if place.is_file()), None)
        if file is not None:
            _put(file, folder)
    library = ModelLibrary(installed_models.manifest_path, folder)
    for needed in ("yunet_n_640", "minifas_v2se"):
        if library.find(needed) is None:
            pytest.skip(f"model {needed} is not installed and its publisher's file is not beside the project")
    return library


# --- nothing goes wrong in silence ---------------------------------------------------------------------------------


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in ("kiosk", "ui"):
            self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test sets up (the command line does, in this process) ends with it: its stderr is closed then, and a later test's warning
    would be written there. A line that a handler could not write fails the test.
    """
    broken: list[str] = []
    monkeypatch.setattr(logging.Handler, "handleError", lambda _handler, record: broken.append(f"{record.name}: {sys.exc_info()[1]}"))
    root = logging.getLogger()
    level = root.level
    yield
    for handler in [handler for handler in root.handlers if getattr(handler, "kiosk_own", False)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    logging.captureWarnings(False)
    if broken:
        pytest.fail("could not be logged: " + "; ".join(broken), pytrace=False)


@pytest.fixture(autouse=True)
def _no_unexpected_warnings(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning or error in our own log fails the test, unless it carries `@pytest.mark.logs_warnings`, which then must be true."""
    handler = _Warnings()
    root = logging.getLogger()
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    if request.node.get_closest_marker("logs_warnings") is None:
        if handler.lines:
            pytest.fail("unexpected in the log: " + "; ".join(handler.lines), pytrace=False)
    elif not handler.lines and not getattr(request.node, "kiosk_skipped", False):
        pytest.fail("marked logs_warnings, but nothing was logged", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and not report.passed:
        item.kiosk_skipped = True  # type: ignore[attr-defined]  # a test that did not run to its end owes no warning
    return report


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A non-daemon thread that outlives its test would keep the process from ending."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not thread.daemon:
            thread.join(THREAD_END_S)
            if thread.is_alive():
                pytest.fail(f"thread {thread.name} is still running after the test", pytrace=False)
