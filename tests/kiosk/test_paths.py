"""Where the product keeps its things."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from kiosk.paths import find_paths, make_private


def test_logs_and_settings_lie_in_the_data_folder(tmp_path: Path) -> None:
    paths = find_paths({"KIOSK_HOME": str(tmp_path)})
    for path in (paths.logs, paths.config):
        assert path.parent == tmp_path


def test_models_are_shared_by_data_folders_unless_named(tmp_path: Path) -> None:
    assert find_paths({"KIOSK_HOME": str(tmp_path)}).models == find_paths({}).models
    assert find_paths({"KIOSK_MODELS": str(tmp_path)}).models == tmp_path


def test_a_relative_folder_is_made_absolute_so_that_a_change_of_directory_does_no_harm() -> None:
    assert find_paths({"KIOSK_HOME": "here"}).data == Path.cwd() / "here"


def test_resources_and_manifest_come_with_the_program() -> None:
    paths = find_paths({})
    assert paths.manifest.is_file()
    assert paths.workflows.is_dir()


def test_a_frozen_bundle_has_its_own_resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert find_paths({}).resources == tmp_path / "resources"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode; the profile's rights hold")
def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = make_private(tmp_path / "new" / "data")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
