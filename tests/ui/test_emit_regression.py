"""PySide6 6.12.0 dropped a reference to True at each emit on Python 3.11 and aborted the process after some hundreds."""

from __future__ import annotations

import sys
import threading

from PySide6.QtCore import QObject, Qt, Signal, Slot
from pytestqt.qtbot import QtBot

EMITS = 5000


class _Counter(QObject):
    counted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.counted.connect(self._on_counted, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _on_counted(self, _number: object) -> None:
        self.seen += 1


def test_five_thousand_emits_from_a_worker_arrive_and_cost_no_reference(qtbot: QtBot) -> None:
    counter = _Counter()
    references = sys.getrefcount(True)

    def work() -> None:
        for number in range(EMITS):
            counter.counted.emit(number)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(60)
    qtbot.waitUntil(lambda: counter.seen == EMITS, timeout=60_000)
    assert sys.getrefcount(True) > references - EMITS / 10
