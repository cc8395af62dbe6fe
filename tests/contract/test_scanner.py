"""What every scanner keeps to: complete pages, once each, oldest first."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.devices.watched_folder import WatchedFolder


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def jpeg(value: int = 100) -> bytes:
    good, data = cv2.imencode(".jpg", np.full((40, 60, 3), value, np.uint8))
    assert good
    return data.tobytes()


def put(path: Path, data: bytes, mtime_s: float = 1_000.0) -> Path:
    path.write_bytes(data)
    os.utime(path, (mtime_s, mtime_s))
    return path


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    watched = tmp_path / "scans"
    watched.mkdir()
    return watched


@pytest.fixture
def scanner(folder: Path, clock: FakeTime) -> WatchedFolder:
    return WatchedFolder(folder, monotonic=clock)


def settled(scanner: WatchedFolder, clock: FakeTime) -> tuple[Path, ...]:
    """Two looks a second apart."""
    first = scanner.pages()
    clock.now += 1
    return first + scanner.pages()


def test_a_page_is_given_at_the_second_look_and_never_again(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    page = put(folder / "a.jpg", jpeg())
    assert scanner.pages() == ()
    clock.now += 1
    assert scanner.pages() == (page,)
    assert settled(scanner, clock) == ()


def test_two_looks_in_quick_succession_are_not_enough(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    put(folder / "a.jpg", jpeg())
    scanner.pages()
    clock.now += 0.05
    assert scanner.pages() == ()


def test_pages_come_oldest_first(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    newer, older = put(folder / "a.jpg", jpeg(), 2_000), put(folder / "b.jpg", jpeg(50), 1_000)
    assert settled(scanner, clock) == (older, newer)


def test_a_growing_file_waits_until_it_stands_still(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    data = jpeg()
    page = put(folder / "a.jpg", data[:200], 1_000)
    scanner.pages()
    clock.now += 1
    put(page, data, 1_001)
    assert scanner.pages() == ()
    clock.now += 1
    assert scanner.pages() == (page,)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_file_whose_end_is_missing_is_given_only_after_ten_seconds(
    scanner: WatchedFolder, folder: Path, clock: FakeTime, suffix: str
) -> None:
    good, data = cv2.imencode(suffix, np.zeros((40, 60, 3), np.uint8))
    assert good
    page = put(folder / f"a{suffix}", data.tobytes()[:-12])
    assert settled(scanner, clock) == ()
    clock.now += 10
    assert scanner.pages() == (page,)


@pytest.mark.parametrize("name", [".a.jpg", "~a.jpg", "a.jpg.part", "a.tmp", "a.crdownload", "notes.txt"])
def test_hidden_and_temporary_files_are_left_alone(scanner: WatchedFolder, folder: Path, clock: FakeTime, name: str) -> None:
    put(folder / name, jpeg())
    assert settled(scanner, clock) == ()


def test_an_empty_file_and_a_folder_are_no_pages(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    put(folder / "a.jpg", b"")
    (folder / "b.jpg").mkdir()
    assert settled(scanner, clock) == ()


def test_what_lay_there_before_is_another_customers(folder: Path, clock: FakeTime) -> None:
    old = put(folder / "old.jpg", jpeg())
    assert settled(WatchedFolder(folder, monotonic=clock), clock) == ()
    assert settled(WatchedFolder(folder, include_existing=True, monotonic=clock), clock) == (old,)


def test_a_renamed_page_is_the_same_page(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    page = put(folder / "a.jpg", jpeg())
    assert settled(scanner, clock) == (page,)
    page.rename(folder / "b.jpg")
    assert settled(scanner, clock) == ()


def test_a_page_scanned_anew_under_the_same_name_is_given(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    page = put(folder / "scan.jpg", jpeg(), 1_000)
    assert settled(scanner, clock) == (page,)
    put(page, jpeg(10), 2_000)
    assert settled(scanner, clock) == (page,)


@pytest.mark.logs_warnings
def test_the_folder_may_vanish_and_come_back(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    page = put(folder / "a.jpg", jpeg())
    assert settled(scanner, clock) == (page,)
    away = folder.with_name("unmounted")
    shutil.move(folder, away)
    assert settled(scanner, clock) == ()
    shutil.move(away, folder)
    assert settled(scanner, clock) == ()
    new = put(folder / "b.jpg", jpeg(7), 3_000)
    assert settled(scanner, clock) == (new,)


def test_a_page_on_its_way_shows_until_it_is_given(scanner: WatchedFolder, folder: Path, clock: FakeTime) -> None:
    assert not scanner.is_writing()
    put(folder / "a.jpg", jpeg()[:-2])  # its end is still to come
    assert settled(scanner, clock) == ()
    assert scanner.is_writing()
    put(folder / "a.jpg", jpeg())
    assert settled(scanner, clock) == (folder / "a.jpg",)
    assert not scanner.is_writing()
