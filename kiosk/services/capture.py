"""The camera that is on: one thread reads it, one place holds its newest frame, and it comes back after having been lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from kiosk.domain.errors import DeviceFault, ErrorCode, KioskBug
from kiosk.domain.events import CameraStateChanged, FrameReady
from kiosk.imaging.frame import Frame
from kiosk.ports import Camera, CameraFinder, CameraInfo, Clock
from kiosk.services.bus import Bus
from kiosk.services.worker import FIRST_PAUSE_S, LONGEST_PAUSE_S, Worker

_log = logging.getLogger(__name__)


class CaptureService:
    """Thread-safe; made once by `kiosk.compose`, used by the session runner and the preview.

    Keeps only the newest frame, so memory is bounded whatever the speed of camera and reader. Frame numbers are this service's own: they
    go on rising over reconnects and camera changes, so that `wait_newer` never waits for a number that a fresh camera has yet to reach.
    Publishes FrameReady and CameraStateChanged on the camera's thread.
    """

    def __init__(
        self,
        finder: CameraFinder,
        bus: Bus,
        clock: Clock,
        *,
        first_pause_s: float = FIRST_PAUSE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
        accepts: Callable[[CameraInfo], None] = lambda _camera: None,
    ) -> None:
        """Args: `accepts` raises BadInput for a camera that must not be used; it is then reported as lost, with that code."""
        self._finder = finder
        self._bus = bus
        self._clock = clock
        self._accepts = accepts
        self._pauses_s = (first_pause_s, longest_pause_s)
        self._control = threading.Lock()  # start, stop and switch, one at a time
        self._arrived = threading.Condition()  # guards all below
        self._worker: _CameraWorker | None = None
        self._newest: Frame | None = None
        self._next_number = 0
        self._camera: CameraInfo | None = None
        self._error: ErrorCode | None = None

    # --- control ---------------------------------------------------------------------------------------------------

    def start(self, camera_id_or_name: str) -> None:
        """Turn a camera on; returns at once, the opening happens on its thread. A camera that is on already stays on."""
        with self._control:
            with self._arrived:
                worker = self._worker
            if worker is not None and worker.wanted == camera_id_or_name and worker.running and not worker.stopping:
                return
            self._end()
            worker = _CameraWorker(self, camera_id_or_name, self._finder, self._clock, self._pauses_s, self._accepts)
            with self._arrived:
                self._worker = worker
                self._camera = None
                self._error = None
            worker.start()

    def stop(self) -> None:
        """Turn the camera off and forget its last frame. Returns within four seconds, also when the driver hangs."""
        with self._control:
            self._end()

    def switch(self, camera: str) -> None:
        """Another camera instead; no frame of the old one is given after this."""
        self.start(camera)

    def clear(self) -> None:
        """Wipe the slot: nothing of what was seen stays in memory. The camera goes on."""
        with self._arrived:
            self._newest = None

    def _end(self) -> None:
        with self._arrived:
            worker, self._worker = self._worker, None
            self._newest = None
            self._camera = None
            self._error = None
            self._arrived.notify_all()
        if worker is not None:
            worker.stop()

    # --- frames ----------------------------------------------------------------------------------------------------

    @property
    def camera(self) -> CameraInfo | None:
        """The camera that is on, once it has been opened."""
        with self._arrived:
            return self._camera

    @property
    def error(self) -> ErrorCode | None:
        """Why no frames are coming; None while they come, and before the first attempt has ended."""
        with self._arrived:
            return self._error

    def newest(self) -> Frame | None:
        with self._arrived:
            return self._newest

    def wait_newer(self, than_number: int, timeout_s: float) -> Frame | None:
        """The newest frame once its number is above `than_number` (-1: any). None after `timeout_s`, or when the camera is turned off."""
        with self._arrived:
            worker = self._worker

            def settled() -> bool:
                return self._worker is not worker or (self._newest is not None and self._newest.number > than_number)

            self._arrived.wait_for(settled, timeout_s)
            frame = self._newest
            return frame if frame is not None and frame.number > than_number else None

    # --- from the camera's thread ----------------------------------------------------------------------------------

    def _opened(self, worker: _CameraWorker, info: CameraInfo) -> None:
        with self._arrived:
            if self._worker is worker:
                self._camera = info

    def _took(self, worker: _CameraWorker, frame: Frame, first: bool) -> None:
        with self._arrived:
            if self._worker is not worker:
                return  # turned off, or hung in its driver while another camera was chosen
            number = self._next_number
            self._next_number += 1
            self._newest = replace(frame, number=number)
            self._error = None
            self._arrived.notify_all()
        if first:
            self._bus.publish(CameraStateChanged(frame.source, None))
        self._bus.publish(FrameReady(number))

    def _lost(self, worker: _CameraWorker, camera: str, code: ErrorCode) -> None:
        with self._arrived:
            if self._worker is not worker:
                return
            # A frozen picture must not be taken for a live one.
            self._newest = None
            if self._error is not None:
                return  # told already; how the attempts since have ended is for the log
            self._error = code
        self._bus.publish(CameraStateChanged(camera, code))


class _CameraWorker(Worker):
    """Reads one camera. Looks it up anew at each opening, because after a reconnect it may stand under another index."""

    def __init__(
        self,
        service: CaptureService,
        wanted: str,
        finder: CameraFinder,
        clock: Clock,
        pauses_s: tuple[float, float],
        accepts: Callable[[CameraInfo], None],
    ) -> None:
        super().__init__("camera", first_pause_s=pauses_s[0], longest_pause_s=pauses_s[1])
        self.wanted = wanted
        self._service = service
        self._finder = finder
        self._clock = clock
        self._accepts = accepts
        self._camera: Camera | None = None
        self._only_one_named: str | None = None
        self._known_id = wanted
        self._fresh = True
        self._lost_at: float | None = None

    def open(self) -> None:
        self._fresh = True
        camera = self._find()
        self._accepts(camera.info)
        self._camera = camera
        camera.open()
        self._known_id = camera.info.id
        self._service._opened(self, camera.info)
        if self._only_one_named is None:
            name = camera.info.name
            if sum(info.name == name for info in self._finder.cameras()) <= 1:
                self._only_one_named = name

    def run(self) -> None:
        if self._camera is None:
            raise KioskBug("the camera worker ran without a camera")
        frame = self._camera.read()
        if self._lost_at is not None:
            _log.info("the camera is back after %.1f s", self._clock.monotonic() - self._lost_at)
            self._lost_at = None
        first, self._fresh = self._fresh, False
        self._service._took(self, frame, first)

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def failed(self, code: ErrorCode, permanent: bool) -> None:
        if self._lost_at is None:
            self._lost_at = self._clock.monotonic()
        self._service._lost(self, self._known_id, code)

    def _find(self) -> Camera:
        """The one that was on before, else what was asked for, else the only one of its name."""
        # The same camera in another socket may have another id. Its name decides only if no other camera bore it,
        # or a loose plug would put the selfie camera in the place of the document camera.
        for known in (self._known_id, self._only_one_named):
            try:
                if known:
                    return self._finder.camera(known)
            except DeviceFault:
                continue
        return self._finder.camera(self.wanted)
