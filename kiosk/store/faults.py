"""The door where errors of SQLCipher and of the file system become StoreFault."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlcipher3 import dbapi2

from kiosk.domain.errors import ErrorCode, StoreFault

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG}
_NEARLY_FULL_BYTES = 256 * 1024


def is_full(error: BaseException) -> bool:
    """Whether the write failed for want of space (and so left nothing committed)."""
    return isinstance(error, dbapi2.Error) and _primary_code(error) == dbapi2.SQLITE_FULL


def translated(error: dbapi2.Error | OSError, folder: Path) -> StoreFault:
    """The StoreFault that says what `error` means for the store in `folder`."""
    if isinstance(error, OSError):
        if error.errno in _NO_SPACE:
            return _full(folder)
        return StoreFault(ErrorCode.STORE_UNAVAILABLE, f"the store folder cannot be used: {error.strerror or type(error).__name__}")
    code = _primary_code(error)
    name = str(getattr(error, "sqlite_errorname", None) or type(error).__name__)
    if code == dbapi2.SQLITE_FULL:
        return _full(folder)
    if code in (dbapi2.SQLITE_CORRUPT, dbapi2.SQLITE_NOTADB):
        # the key has been proved right against its check value before the database was opened (keys.py): so it is not the key
        return StoreFault(
            ErrorCode.STORE_DAMAGED,
            f"the database is damaged or was copied from another store ({name}): restore store.db from a backup of the same store",
        )
    if code in (dbapi2.SQLITE_BUSY, dbapi2.SQLITE_LOCKED):
        return StoreFault(ErrorCode.STORE_UNAVAILABLE, "another process keeps the database locked: close it or try again")
    if code in (dbapi2.SQLITE_IOERR, dbapi2.SQLITE_CANTOPEN) and _is_nearly_full(folder):
        # SQLite says "I/O error" when it cannot grow its shared memory file on a full disk
        return _full(folder)
    return StoreFault(ErrorCode.STORE_UNAVAILABLE, f"the database cannot be used: {error} ({name})")


@contextlib.contextmanager
def store_errors(folder: Path) -> Iterator[None]:
    """Within it, errors of the libraries leave as StoreFault; our own pass unchanged."""
    try:
        yield
    except (dbapi2.Error, OSError) as error:
        raise translated(error, folder) from error


def _full(folder: Path) -> StoreFault:
    return StoreFault(ErrorCode.STORE_FULL, f"no space left for the store: free some on the disk of {folder}; what was saved is kept")


def _primary_code(error: dbapi2.Error) -> int:
    # extended codes carry the primary one in their low byte
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _is_nearly_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _NEARLY_FULL_BYTES
    except OSError:
        return False
