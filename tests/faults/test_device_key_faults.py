"""The device key when processes die, start at once, or have no room or keyring: never two devices, never a key lost."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.store import files
from kiosk.store.device_key import open_device_key
from kiosk.store.keys import KeyPlace

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
WRITES = 3
"""device.key, device.json, device.pem."""


def in_child(work: Callable[[], str]) -> tuple[int, str]:
    """Exit code and what `work` returned, of a forked process."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        code = 1
        try:
            os.write(writing, work().encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told


def dying_at(write: int, *, before: bool) -> Callable[[Path, Path], None]:
    """An `os.replace` in which the process dies, at the write of this number."""
    real, count = os.replace, [0]

    def replace(source: Path, target: Path) -> None:
        count[0] += 1
        if count[0] == write and before:
            os._exit(9)
        real(source, target)
        if count[0] == write:
            os._exit(9)

    return replace


@needs_fork
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_a_process_that_dies_while_making_the_key_leaves_one_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int, before: bool
) -> None:
    folder = tmp_path / "data"
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", dying_at(write, before=before))
        code, _ = in_child(lambda: open_device_key(folder, KeyPlace.FILE).device_id)
        assert code == 9
    had_key = (folder / "device.key").exists()
    kept = (folder / "device.key").read_bytes() if had_key else b""
    first = open_device_key(folder, KeyPlace.FILE)
    assert open_device_key(folder).device_id == first.device_id
    assert not had_key or (folder / "device.key").read_bytes() == kept, "a key that was made is taken up"


@needs_fork
def test_processes_that_start_at_once_are_one_device(tmp_path: Path) -> None:
    children = []
    for _ in range(5):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            code = 1
            try:
                os.write(writing, open_device_key(tmp_path / "data", KeyPlace.FILE).device_id.encode())
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        children.append((child, reading))
    told = set()
    for child, reading in children:
        with os.fdopen(reading, "rb") as stream:
            told.add(stream.read().decode())
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert told == {open_device_key(tmp_path / "data").device_id}


@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_a_full_disk_is_told_and_the_device_is_made_once_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int) -> None:
    real, count = files.write_file, [0]

    def full(path: Path, data: bytes) -> None:
        count[0] += 1
        if count[0] >= write:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data)

    with monkeypatch.context() as patch:
        for module in ("kiosk.store.keys", "kiosk.store.device_key"):
            patch.setattr(f"{module}.write_file", full)
        for _ in range(2):
            with pytest.raises(StoreFault) as caught:
                open_device_key(tmp_path / "data", KeyPlace.FILE)
            assert caught.value.code is ErrorCode.STORE_FULL
    key = open_device_key(tmp_path / "data", KeyPlace.FILE)
    assert open_device_key(tmp_path / "data").device_id == key.device_id


class Ring(keyring.backend.KeyringBackend):
    """In memory; `locked` as before a sign-in."""

    priority = -1  # never chosen by itself

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def test_a_locked_keyring_makes_no_second_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, before = Ring(), keyring.get_keyring()
    monkeypatch.delenv("KIOSK_STORE_KEY", raising=False)
    keyring.set_keyring(ring)
    try:
        key = open_device_key(tmp_path / "data")
        assert not (tmp_path / "data" / "device.key").exists()
        ring.locked = True
        with pytest.raises(StoreFault) as caught:
            open_device_key(tmp_path / "data")
        assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
        assert "device key" in str(caught.value)
        ring.locked = False
        assert open_device_key(tmp_path / "data").device_id == key.device_id
        assert len(ring.entries) == 1
    finally:
        keyring.set_keyring(before)
