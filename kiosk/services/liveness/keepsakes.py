"""What a run leaves for other checks: some sharp frontal frames, and the best one as a selfie."""

from __future__ import annotations

from kiosk.imaging.face_quality import LIVE, FaceLimits
from kiosk.imaging.frame import Frame, Image
from kiosk.services.liveness.observation import Observation

_MOST = 5
_STEP_S = 0.15
_USUAL_SIZE = 0.45
_FRONTAL_DEG, _LEVEL_DEG = 12.0, 18.0
_SIZES = (0.22, 0.75)


class Keepsakes:
    """Fed with the frames of an attempt that show one face. One thread."""

    def __init__(self, limits: FaceLimits = LIVE) -> None:
        self._limits = limits
        self.restart()

    def restart(self) -> None:
        self._frames: list[tuple[float, Image]] = []
        self._step_s = _STEP_S
        self._best: tuple[float, Frame] | None = None

    @property
    def frames(self) -> tuple[Image, ...]:
        return tuple(image for _, image in self._frames)

    @property
    def selfie(self) -> Frame | None:
        return self._best[1] if self._best is not None else None

    def see(self, frame: Frame, seen: Observation, *, neutral: bool) -> None:
        if seen.rivalled or not self._is_good(seen):
            return
        if not self._frames or seen.at - self._frames[-1][0] >= self._step_s:
            self._frames.append((seen.at, frame.pixels))
            if len(self._frames) > _MOST:  # spread over the run: every second goes, and the next come half as often
                self._frames = self._frames[::2]
                self._step_s *= 2
        rating = self._rating(seen)
        if neutral and seen.eyes >= self._limits.eyes and (self._best is None or rating > self._best[0]):
            self._best = (rating, frame)

    def _is_good(self, seen: Observation) -> bool:
        frontal = abs(seen.yaw) <= _FRONTAL_DEG and abs(seen.pitch) <= _LEVEL_DEG
        return frontal and seen.light is None and seen.sharpness >= self._limits.sharpness and _SIZES[0] <= seen.size <= _SIZES[1]

    def _rating(self, seen: Observation) -> float:
        """0..1: sharp, straight, of the usual size."""
        straight = 1 - max(abs(seen.yaw), abs(seen.pitch) / 1.5, abs(seen.roll)) / 30
        sized = 1 - abs(seen.size - _USUAL_SIZE)
        return min(1.0, seen.sharpness / 0.6) * max(0.0, straight) * sized
