"""A full disk: one clear error, nothing already saved is lost, and work goes on once there is space."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.ports import StepCommit
from kiosk.store import files
from kiosk.store.customers import SqlCustomerStore
from tests.faults.store_child import AT, check, files_on_disk, step

Opener = Callable[..., SqlCustomerStore]
SMALL_DISK = "3m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(store: SqlCustomerStore, commit: Callable[[int], StepCommit]) -> int:
    """Commit until the store refuses; returns the last step that was confirmed."""
    for number in range(1, 2000):
        try:
            store.commit(commit(number))
        except StoreFault as fault:
            if fault.code is not ErrorCode.STORE_FULL:
                raise
            return number - 1
    raise AssertionError("the disk never got full")


def facts_only(number: int) -> StepCommit:
    return StepCommit("c", f"step{number}", AT, facts={f"f{number}": "x" * 30_000}, blobs={})


def pictures_kept(number: int) -> StepCommit:
    return StepCommit("c", f"step{number}", AT, facts={"number": number}, blobs={f"p{number}": bytes([number]) * 200_000})


def test_pictures_that_fill_the_disk_lose_nothing_and_leave_nothing(opened: Opener, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    folder = small_disk / "store"
    store = opened(folder)
    store.begin("c", "branch", AT)
    last = fill(store, pictures_kept)
    assert last >= 2

    def all_there() -> None:
        found = store.load("c")
        assert [name for name, _ in found.steps] == [f"step{number}" for number in range(1, last + 1)]
        assert found.facts == {"number": last}
        assert all(store.blob("c", f"p{number}") == bytes([number]) * 200_000 for number in range(1, last + 1))
        assert files_on_disk(folder) == last, "what the failed step had written is taken back"
        assert store.verify_audit().intact

    all_there()
    ballast.unlink()
    last += 1
    store.commit(pictures_kept(last))
    all_there()
    store.close()
    store = opened(folder)
    all_there()
    assert store.health().problems == ()


def test_a_database_that_fills_the_disk_loses_nothing(opened: Opener, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(700_000))
    store = opened(small_disk / "store")
    store.begin("c", "branch", AT)
    last = fill(store, facts_only)
    assert last >= 5
    assert len(store.load("c").steps) == last
    ballast.unlink()
    store.commit(facts_only(last + 1))
    store.close()
    store = opened(small_disk / "store")
    found = store.load("c")
    assert len(found.facts) == len(found.steps) == last + 1
    assert store.verify_audit().intact
    assert store.health().problems == ()


def test_a_full_disk_can_still_be_read_and_customers_deleted_make_room(opened: Opener, small_disk: Path) -> None:
    store = opened(small_disk / "store")
    store.begin("old", "branch", AT)
    store.commit(StepCommit("old", "one", AT, facts={}, blobs={"big": bytes(1_000_000)}))
    store.begin("c", "branch", AT)
    last = fill(store, pictures_kept)
    store.delete("old", AT)
    store.commit(pictures_kept(last + 1))
    assert len(store.load("c").steps) == last + 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT] if hasattr(errno, "EDQUOT") else [errno.ENOSPC])
@pytest.mark.parametrize("at_write", [1, 2])
def test_no_space_for_a_picture_takes_the_whole_step_back(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, at_write: int
) -> None:
    store = opened()
    store.begin("c", "branch", AT)
    store.commit(step("c", 1))
    writes = 0

    def full(descriptor: int, data: bytes) -> int:
        nonlocal writes
        writes += 1
        if writes == at_write:
            raise OSError(number, os.strerror(number))
        return real(descriptor, data)

    real = os.write
    with monkeypatch.context() as patched:
        patched.setattr(files.os, "write", full)
        with pytest.raises(StoreFault) as caught:
            store.commit(step("c", 2))
    assert caught.value.code is ErrorCode.STORE_FULL
    assert check(store, "c", 1) == 1
    assert files_on_disk(tmp_path / "store") == 2
    store.commit(step("c", 2))
    assert check(store, "c", 2) == 2


def test_no_space_in_the_database_takes_the_whole_step_back(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    store.begin("c", "branch", AT)
    store.commit(step("c", 1))

    def pages(limit: int) -> None:
        store._database.write(lambda tables: tables.execute(f"PRAGMA max_page_count = {limit}").fetchall())

    pages(1)  # SQLite takes it as "no more than there are"
    with pytest.raises(StoreFault) as caught:
        store.commit(StepCommit("c", "big", AT, facts={"big": "x" * 200_000}, blobs={"new": b"1"}))
    assert caught.value.code is ErrorCode.STORE_FULL
    assert check(store, "c", 1) == 1
    assert files_on_disk(tmp_path / "store") == 2
    pages(1_000_000)
    store.commit(step("c", 2))
    assert check(store, "c", 2) == 2


def test_a_picture_is_on_disk_before_its_row_is_committed(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, its name, its folder, then the commit: in any other order a power cut leaves a row without its picture."""
    store = opened()
    store.begin("c", "branch", AT)
    events: list[str] = []
    writer = store._database._writer
    assert writer is not None
    writer._tracer = lambda sql, _: events.append(sql.split()[0]) if sql.split()[0] in ("BEGIN", "COMMIT") else None
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        real_sync(descriptor)
        events.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")

    def replace(source: Path, target: Path) -> None:
        real_replace(source, target)
        events.append("name")

    if sys.platform != "linux":
        pytest.skip("tells files from folders by /proc")
    monkeypatch.setattr(files.os, "fsync", sync)
    monkeypatch.setattr(files.os, "replace", replace)
    store.commit(StepCommit("c", "one", AT, facts={}, blobs={"picture": b"1"}))
    assert events[0] == "BEGIN"
    assert events[events.index("file") :] == ["file", "name", "folder", "COMMIT"]


def test_each_commit_is_synced_and_nothing_temporary_touches_the_disk(opened: Opener) -> None:
    store = opened()
    asked = ("synchronous", "journal_mode", "temp_store", "secure_delete", "foreign_keys")
    writer = store._database.write(lambda tables: [tables.execute(f"PRAGMA {name}").fetchone()[0] for name in asked])
    assert writer == [2, "wal", 2, 1, 1]
    assert store._database.read(lambda tables: tables.execute("PRAGMA temp_store").fetchone()[0]) == 2
