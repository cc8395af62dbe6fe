"""Film of somebody who never holds still: a capture screen goes on guiding, so that it can be measured for as long as one likes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2

from kiosk.domain.errors import ErrorCode, KioskError
from kiosk.imaging.frame import Image
from kiosk.specimens.scene import SIZE, Desk, Placement, fitting_width


def wandering_page(page: Image, *, frames: int = 90) -> Iterator[Image]:
    """A page that moves about the desk in a loop, always whole and large enough, never still. BGR 1280x720."""
    desk, width = Desk(), fitting_width(page)
    for number in range(frames):
        turn = 2 * math.pi * number / frames
        # twice round in a loop of three seconds: too fast for a picture even at the turning points
        x, y = 0.5 + 0.09 * math.sin(2 * turn), 0.5 + 0.06 * math.cos(2 * turn)
        place = Placement(x, y, width * (0.9 + 0.06 * math.sin(turn)), 8 * math.sin(turn))
        yield desk.shot(page, place, tick=number)


def swaying_person(frame: Image, *, frames: int = 90) -> Iterator[Image]:
    """A person (BGR 1280x720) whose head swings from shoulder to shoulder in a loop: too far for a picture, even for a fallback one."""
    width, height = SIZE
    for number in range(frames):
        turn = 2 * math.pi * number / frames
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 48 * math.sin(turn), 1.0)
        matrix[0, 2] += 60 * math.sin(turn)
        yield cv2.warpAffine(frame, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[misc]


def film(frames: Iterable[Image], path: Path, *, fps: float = 30.0) -> Path:
    """Writes MJPG, which costs a reader what a webcam's stream costs. Raises KioskError when this OpenCV cannot write it."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, SIZE)
    if not writer.isOpened():
        raise KioskError(ErrorCode.INTERNAL, "this OpenCV cannot write MJPG video")
    try:
        for frame in frames:
            writer.write(frame)
    finally:
        writer.release()
    return path
