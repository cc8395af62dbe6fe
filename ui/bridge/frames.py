"""Camera frames to pictures that Qt can paint: scaled and copied on the camera's thread, at most one on its way."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage

from kiosk.domain.events import Event, FrameReady
from ui.bridge.session import EventSource, FrameSource

if TYPE_CHECKING:  # numpy is loaded with the first frame, not with the window
    from kiosk.imaging.frame import Image


def to_qimage(pixels: Image) -> QImage:
    """A BGR picture (height x width x 3, uint8) as a QImage in Qt's own memory, in the format that paints fastest.

    The conversion copies: the numpy buffer may be reused or freed at once (a shallow QImage would be used after free).
    """
    height, width = pixels.shape[:2]
    shallow = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888)
    return shallow.convertToFormat(QImage.Format.Format_RGB32)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the preview on screen needs: physical pixels, mirrored or not, cropped to `aspect` (width / height) or whole."""

    size: QSize
    mirror: bool
    aspect: float | None = None


class FrameBridge(QObject):
    """Subscribes to FrameReady. Nothing is done while no preview wants frames, or while the GUI has not taken the last one.

    Signals:
        ready: (QImage) on the GUI thread.
    """

    ready = Signal(object)
    _crossing = Signal()

    def __init__(self, bus: EventSource, frames: FrameSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames = frames
        self._lock = threading.Lock()
        self._wanted: Wanted | None = None
        self._picture: QImage | None = None
        self._on_its_way = False
        self.delivered = 0
        self.dropped = 0
        self.last_scale_ms = 0.0
        self._crossing.connect(self._on_crossing, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = bus.subscribe(self._published)

    def want(self, wanted: Wanted | None) -> None:
        """Start, change or end (None) the delivery. GUI thread."""
        with self._lock:
            self._wanted = wanted
            self._picture = None

    @property
    def holds_picture(self) -> bool:
        """Whether a picture waits to be taken by the GUI thread."""
        with self._lock:
            return self._picture is not None

    def close(self) -> None:
        """Take no frame any more; what is on its way is dropped. Closing twice does no harm."""
        self._unsubscribe()
        self.want(None)

    def _published(self, event: Event) -> None:
        # camera thread
        if not isinstance(event, FrameReady):
            return
        with self._lock:
            wanted = self._wanted
            if wanted is None:
                return
            if self._on_its_way:
                self.dropped += 1
                return
            self._on_its_way = True
        picture = None
        try:
            picture = self._made(wanted)
        finally:
            with self._lock:
                self._on_its_way = picture is not None and self._wanted is wanted
                self._picture = picture if self._on_its_way else None
                crosses = self._on_its_way
        if crosses:
            self._crossing.emit()

    def _made(self, wanted: Wanted) -> QImage | None:
        frame = self._frames.newest()
        if frame is None or wanted.size.isEmpty():
            return None
        # here and not above: OpenCV is loaded with the first frame, not with the window
        from kiosk.imaging.scale import fit

        began = time.perf_counter()
        size = wanted.size
        pixels = fit(frame.pixels, size.width(), size.height(), mirror=wanted.mirror, aspect=wanted.aspect, enlarge=True)
        picture = to_qimage(pixels)
        self.last_scale_ms = (time.perf_counter() - began) * 1000
        return picture

    @Slot()
    def _on_crossing(self) -> None:
        with self._lock:
            picture, self._picture = self._picture, None
            self._on_its_way = False
        if picture is not None:
            self.delivered += 1
            self.ready.emit(picture)
