"""What a camera on a screen sees: a person, from one frontal photograph."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.scene import SIZE, Size

_ROOM = 1.3
"""How much more than the frame is prepared on each axis, so that the person can move in it."""


def framed(photo: Image, face: Box, *, size: Size = SIZE, face_share: float = 0.44, centre: tuple[float, float] = (0.5, 0.46)) -> Image:
    """A photograph as a webcam would frame the person: BGR, height x width of `size`.

    Args: `face` a detector's box (brow to chin); `face_share` its height in the frame's; `centre` where its middle goes, in shares.
    Where the photograph ends, a wall in the colour of its upper edge begins.
    """
    width, height = size
    x, y, w, h = face
    scale = face_share * height / h
    offset = (centre[0] * width - scale * (x + w / 2), centre[1] * height - scale * (y + h / 2))
    if scale < 1:
        photo = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        photo = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_LANCZOS4), np.uint8)
        # An enlarged photograph is softer than a camera's picture.
        soft = cv2.GaussianBlur(photo, (0, 0), 0.9 * scale)
        photo = np.asarray(cv2.addWeighted(photo, 1.5, soft, -0.5, 0), np.uint8)
    left, top = round(offset[0]), round(offset[1])
    rows, columns = photo.shape[:2]
    pads = (max(0, top), max(0, height - top - rows), max(0, left), max(0, width - left - columns))
    filled = cv2.copyMakeBorder(photo, *pads, cv2.BORDER_REPLICATE)
    x0, y0 = max(0, -left), max(0, -top)
    frame = np.asarray(filled[y0 : y0 + height, x0 : x0 + width], np.uint8)
    if not any(pads):
        return np.ascontiguousarray(frame)
    known = np.zeros((height, width), np.uint8)
    known[max(0, top) : top + rows, max(0, left) : left + columns] = 255
    feather = max(3, round(0.014 * width))
    # No feather below the photograph's top: hair stands close to it, and what is continued upwards is wall.
    inner = cv2.erode(known, np.ones((1, 2 * feather + 1), np.uint8), borderValue=255)
    share = cv2.GaussianBlur(inner, (0, 0), feather).astype(np.float32)[..., None] / 255
    wall = np.median(photo[: max(1, rows // 40)].reshape(-1, 3), axis=0).astype(np.float32)
    return np.asarray(np.clip(frame * share + _wall(wall, size) * (1 - share), 0, 255), np.uint8)


def _wall(colour: npt.NDArray[np.float32], size: Size) -> npt.NDArray[np.float32]:
    """A plain wall, a little darker towards its edges."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1.03 - 0.22 * ((x / width - 0.5) ** 2 + (y / height - 0.4) ** 2)
    return np.asarray(colour * light[..., None], np.float32)


class SelfieScene:
    """A person steps before the camera and looks into it: callable(seconds) -> Image. Still, but for breathing, after `still_from_s`."""

    def __init__(self, photo: Image, face: Box, *, size: Size = SIZE, story: str = "full", pace: float = 1.0) -> None:
        """Args: `story` "full" (comes from the side and from too far, 2.6 s), "brief" (0.8 s) or "still"; `pace` 2 = twice as slow.

        Raises KeyError for another story.
        """
        self._size = size
        self.still_from_s = {"full": 2.6, "brief": 0.8, "still": 0.0}[story] * pace
        large = (round(size[0] * _ROOM), round(size[1] * _ROOM))
        self._room = framed(photo, face, size=large, face_share=0.44 / _ROOM, centre=(0.5, 0.5))
        self._centre = (0.5, 0.46)

    @property
    def at_rest(self) -> Image:
        """The frame without any movement: what the head-turn scene starts from."""
        return self._view(0.0, 0.0, 1.0)

    def __call__(self, seconds: float) -> Image:
        if self.still_from_s > 0 and seconds < self.still_from_s:
            # First a third of the time where they stopped, too far and aside; then they come.
            share = max(0.0, seconds / self.still_from_s - 0.35) / 0.65
            rest = 1 - share * share * (3 - 2 * share)
        else:
            rest = 0.0
        sway_x = 0.0016 * math.sin(1.1 * seconds) + 0.0005 * math.sin(2.9 * seconds)
        sway_y = 0.0013 * math.sin(0.9 * seconds + 1)
        return self._view(0.15 * rest + sway_x, 0.03 * rest + sway_y, (1 - 0.34 * rest) * (1 + 0.0015 * math.sin(1.6 * seconds)))

    def _view(self, right: float, down: float, scale: float) -> Image:
        """The room moved by shares of the frame and scaled about the face."""
        width, height = self._size
        rows, columns = self._room.shape[:2]
        x = self._centre[0] * width + right * width - scale * columns / 2
        y = self._centre[1] * height + down * height - scale * rows / 2
        matrix = np.array([[scale, 0, x], [0, scale, y]], np.float32)
        view = cv2.warpAffine(self._room, matrix, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(view, np.uint8)
