"""Work off the GUI thread, with its result back on it. For the little that screens do themselves (decoding a picture)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

_log = logging.getLogger(__name__)


class _Delivery(QObject):
    """Lives on the GUI thread as a child of who asked, so that a result for someone gone is dropped."""

    finished = Signal(object, object)

    def __init__(self, done: Callable[[Any], None], failed: Callable[[Exception], None] | None, parent: QObject) -> None:
        super().__init__(parent)
        self._done = done
        self._failed = failed
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @Slot(object, object)
    def _on_finished(self, result: object, error: object) -> None:
        if error is None:
            self._done(result)
        elif self._failed is not None and isinstance(error, Exception):
            self._failed(error)
        self.deleteLater()


class _Task(QRunnable):
    def __init__(self, work: Callable[[], object], delivery: _Delivery) -> None:
        super().__init__()
        self._work = work
        self._delivery = delivery

    def run(self) -> None:
        result, problem = None, None
        try:
            result = self._work()
        except Exception as error:  # handed to who asked, and told in the log without its text, which may be personal
            _log.warning("background work failed: %s", type(error).__name__)
            problem = error
        try:
            self._delivery.finished.emit(result, problem)
        except RuntimeError:
            _log.debug("result dropped: who asked for it is gone")


def run_task(
    owner: QObject, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None] | None = None
) -> None:
    """Run `work` on a pool thread, then `done(result)` or `failed(error)` on the GUI thread, unless `owner` is gone by then."""
    QThreadPool.globalInstance().start(_Task(work, _Delivery(done, failed, owner)))
