"""Where things lie: data, models, resources. The environment may move the first two; the last comes with the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APP_NAME = "onboarding-kiosk"


@dataclass(frozen=True, slots=True)
class Paths:
    """All places the product reads or writes; nothing is created by naming it.

    Attributes:
        data: private to the user who runs the kiosk: the store's database, pictures and key file, logs, settings.
        models: model files; they hold nothing personal, so they are shared by every data folder of the user.
        program: the folder that `kiosk`, `ui`, `resources` and `models` stand in: the source tree, or the frozen bundle.
    """

    data: Path
    models: Path
    program: Path
    config: Path

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def resources(self) -> Path:
        return self.program / "resources"

    @property
    def workflows(self) -> Path:
        return self.resources / "workflows"

    @property
    def manifest(self) -> Path:
        return self.program / "models" / "manifest.toml"


def find_paths(environment: Mapping[str, str] | None = None) -> Paths:
    """The paths for this process.

    KIOSK_HOME moves the data folder, KIOSK_MODELS the models folder, KIOSK_CONFIG the settings file.
    """
    env = os.environ if environment is None else environment
    home, models, config = env.get("KIOSK_HOME"), env.get("KIOSK_MODELS"), env.get("KIOSK_CONFIG")
    data = _absolute(home) if home else _user_data()
    return Paths(
        data=data,
        models=_absolute(models) if models else _user_data() / "models",
        program=_program(),
        config=_absolute(config) if config else data / "kiosk.toml",
    )


def make_private(folder: Path) -> Path:
    """Create a folder that only its owner may enter (0700; on Windows the profile's own rights hold); returns it.

    So are the folders above it that are not there yet: `mkdir(parents=True)` would leave those open to everybody. What is there keeps
    its mode.
    """
    missing: list[Path] = []
    at = folder
    while not at.exists() and at != at.parent:
        missing.append(at)
        at = at.parent
    for made in reversed(missing):
        made.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)  # says so when a file is in the way
    return folder


def write_private(file: Path, data: bytes) -> None:
    """Write a new file that only its owner may read (0600); what stood under its name is replaced, not written into. Raises OSError."""
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _user_data() -> Path:
    # here and not above: when everything is named by the environment, the import is saved at start-up
    import platformdirs

    return platformdirs.user_data_path(APP_NAME, appauthor=False)


def _program() -> Path:
    # PyInstaller names the folder of its data files so; it is absent when run from source
    frozen: str | None = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent
