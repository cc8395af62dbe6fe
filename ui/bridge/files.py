"""Files that a colleague chose, read in a thread of their own: they may lie on a slow stick or in a network's folder."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from kiosk.domain.errors import ErrorCode

_log = logging.getLogger(__name__)

MAX_BYTES = 10 * 2**20
"""Of one file, as whoever reads proofs takes it."""


class FileReading(QObject):
    """One reading at a time. GUI thread.

    Signals:
        done: (tuple of (name, bytes)) all of them were read.
        failed: (ErrorCode) FILE_NOT_FOUND, IMAGE_EMPTY or IMAGE_BYTES_EXCEEDED of the first that could not be.
    """

    done = Signal(object)
    failed = Signal(object)
    _crossing = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._crossing.connect(self._on_crossing, Qt.ConnectionType.QueuedConnection)
        self._lock = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None

    def read(self, paths: Sequence[Path]) -> None:
        """What comes of it arrives as a signal. While a reading is on nothing happens."""
        if self._closed or self._thread is not None:
            return
        self._thread = threading.Thread(target=self._work, args=(tuple(paths),), name="files", daemon=True)
        self._thread.start()

    @property
    def is_reading(self) -> bool:
        return self._thread is not None

    def close(self) -> None:
        """Nothing is told any more; what was read goes."""
        with self._lock:
            self._closed = True

    def _work(self, paths: tuple[Path, ...]) -> None:
        # its own thread
        found: object
        try:
            found = tuple((path.name, _bytes_of(path)) for path in paths)
        except _Refused as refusal:
            found = refusal.code
        except OSError as error:
            _log.info("a chosen file could not be read: errno %s", error.errno)
            found = ErrorCode.FILE_NOT_FOUND
        with self._lock:  # once closed the object may be gone at any moment
            if not self._closed:
                self._crossing.emit(found)

    @Slot(object)
    def _on_crossing(self, found: object) -> None:
        self._thread = None
        if self._closed:
            return
        if isinstance(found, ErrorCode):
            self.failed.emit(found)
        else:
            self.done.emit(found)


class _Refused(Exception):
    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code.value)
        self.code = code


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():  # a pipe or a device would be read for ever
        raise _Refused(ErrorCode.FILE_NOT_FOUND)
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _Refused(ErrorCode.IMAGE_BYTES_EXCEEDED)
    if not data:
        raise _Refused(ErrorCode.IMAGE_EMPTY)
    return data
