"""Pictures: what a camera gives and what a file holds, with the limits that a picture must keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""height x width x 3, uint8, BGR colour order (OpenCV's). Treated as read-only by everyone who did not make it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a camera.

    Attributes:
        pixels: BGR, never mirrored; its buffer is owned by this frame and not reused.
        taken_at: `time.monotonic()` seconds when it left the driver.
        source: camera id.
        number: counts up from 0 per opened camera.
    """

    pixels: Image
    taken_at: float
    source: str
    number: int = 0
