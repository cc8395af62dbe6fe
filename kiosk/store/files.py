"""Files that must survive a power cut, and a lock between processes that is free again when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TEMPORARY_SUFFIX = ".tmp"
"""A file of this name was being written when the process died: it may be removed by whoever holds the writer's lock."""


def write_file(path: Path, data: bytes) -> None:
    """Write `data` so that after a crash `path` holds all of it or is not there; readable by the owner only.

    The folder's own entry is durable only after `sync_folder(path.parent)`. Raises OSError; then nothing is left behind.
    """
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make names added to or removed from `folder` durable. Windows has no such call: NTFS journals its own names."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Presence:
    """Marks a folder's store as open for as long as this lives; the system takes the mark away when the process dies.

    Attributes:
        alone: nobody else had it open when this was made: what looks half done then is left from a process that died. Others who open it
            wait until `settle` is called. False also where that cannot be known (Windows, file systems without locks).
    """

    def __init__(self, folder: Path) -> None:
        self.alone = False
        self._descriptor: int | None = None
        if sys.platform == "win32":
            return
        # the folder itself is locked: a file of its own could not be made on a full disk
        self._descriptor = os.open(folder, os.O_RDONLY)
        with contextlib.suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.alone = True

    def settle(self) -> None:
        """From now on others may open the store too."""
        if sys.platform != "win32" and self._descriptor is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        """Idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Only one process at a time is inside, for one folder. Waits; the system frees it when the holder dies."""
    with open(folder / "store.lock", "ab", opener=_private) as file:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if sys.platform == "win32":
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_UN)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
