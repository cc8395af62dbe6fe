"""The camera of the step that is shown, and the one loop that watches it: what an entered step starts, and what leaving it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kiosk.domain.events import CameraStateChanged
from kiosk.services.bus import Bus
from kiosk.services.capture import CaptureService
from kiosk.services.capture_steps import Work
from kiosk.services.lanes import Lanes

logger = logging.getLogger(__name__)


class CameraWork:
    """Belongs to the session lane. At most one loop is current; a late error of an earlier one harms nobody."""

    def __init__(self, capture: CaptureService, bus: Bus, lanes: Lanes) -> None:
        self._capture = capture
        self._bus = bus
        self._lanes = lanes
        self._generation = 0
        self._current: Work | None = None

    @property
    def generation(self) -> int:
        """Grows with every entered step; tells late results from current ones."""
        return self._generation

    @property
    def camera_name(self) -> str:
        camera = self._capture.camera
        return camera.name if camera else ""

    def next_generation(self) -> int:
        self._generation += 1
        return self._generation

    @property
    def is_under_way(self) -> bool:
        """Whether a person is in the middle of an active check."""
        return self._current is not None and self._current.under_way.is_set()

    def is_current(self, work: Work) -> bool:
        return work.generation == self._generation

    def turn_on(self, camera: str) -> None:
        """This camera is on; another one, if there was one, is off."""
        self._capture.start(camera)

    def turn_off(self) -> None:
        self._capture.stop()
        self._capture.clear()

    def watch(self, loop: Callable[[Work], None]) -> None:
        """Starts the loop of the step that was just shown, on the analysis lane."""
        if self._capture.error is not None:
            # it was told on a screen that is gone; without this the new one would wait for pictures in silence
            self._bus.publish(CameraStateChanged(self.camera_name, self._capture.error))
        self._current = Work(self._generation)
        self.analyse(self._current, loop)

    def analyse(self, work: Work, job: Callable[[Work], None]) -> None:
        """`job` on the analysis lane; its error is the session's as long as the work is current."""
        self._lanes.analyse(lambda: job(work), lambda error: self._raise_for(work, error))

    def take_by_hand(self) -> None:
        if self._current is not None:
            self._current.by_hand.set()

    def stop(self) -> None:
        work, self._current = self._current, None
        if work is not None:
            work.stop.set()

    def _raise_for(self, work: Work, error: Exception) -> None:
        """A late error of a step that was left, perhaps another customer's, harms nobody."""
        if self.is_current(work):
            raise error
        logger.warning("an error came after its step was left: %s", type(error).__name__)
