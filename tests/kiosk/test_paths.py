"""Where the product keeps its things."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from kiosk.paths import find_paths, make_private, write_private


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode; the profile's rights hold")
def test_so_are_the_folders_above_it_that_were_not_there(tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir(mode=0o755)
    make_private(before / "data" / "logs")
    assert stat.S_IMODE((before / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE(before.stat().st_mode) == 0o755


def test_a_file_in_the_way_of_the_data_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(OSError, match="data"):
        make_private(tmp_path / "data")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode; the profile's rights hold")
def test_a_private_file_replaces_an_open_one_and_the_target_of_a_link_is_not_written(tmp_path: Path) -> None:
    for name in ("open.jpg", "target.jpg"):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / name).chmod(0o644)
    (tmp_path / "link.jpg").symlink_to(tmp_path / "target.jpg")
    for name in ("open.jpg", "link.jpg"):
        write_private(tmp_path / name, b"new")
        assert (tmp_path / name).read_bytes() == b"new"
        assert stat.S_IMODE((tmp_path / name).lstat().st_mode) == 0o600
    assert (tmp_path / "target.jpg").read_bytes() == b"old"
