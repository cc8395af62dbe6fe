"""Events of the session, from whatever thread published them, to the GUI thread and in their order."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from kiosk.domain.events import Event, FrameReady
from ui.bridge.session import EventSource


class EventBridge(QObject):
    """The one subscriber of the bus that is a QObject. Frames are not for it: FrameBridge takes those.

    Signals:
        arrived: (Event) on the GUI thread.
    """

    arrived = Signal(object)
    _crossing = Signal(object)

    def __init__(self, bus: EventSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._crossing.connect(self._on_crossing, Qt.ConnectionType.QueuedConnection)
        self._closed = False
        self._unsubscribe = bus.subscribe(self._published)

    def close(self) -> None:
        """Hear nothing more. What is already on its way is dropped. Closing twice does no harm."""
        self._unsubscribe()
        self._closed = True

    def _published(self, event: Event) -> None:
        # any thread
        if not isinstance(event, FrameReady):
            self._crossing.emit(event)

    @Slot(object)
    def _on_crossing(self, event: Event) -> None:
        if not self._closed:
            self.arrived.emit(event)
