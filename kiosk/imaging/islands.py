"""Pages on a plain ground: what stands out of a scan whose border is of one colour."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import ID1_RATIO, KNOWN_RATIOS, limited

_WORK_PX = 480
_STEP = 9  # grey levels that paper of a page differs from the ground at least; noise of scanners is 2 to 4
_PLAIN = 0.97  # of the border's pixels are of one colour
_LEAST_AREA = 0.04  # of the picture
_RATIO_STEP = 0.13  # logarithm of how far a proportion may be off: nothing is foreshortened in a scan
_FILLED = 0.8  # of its box a page fills more


def page_islands(picture: Image) -> tuple[Quad, ...]:
    """Boxes of the proportion of a card or passport page that stand out of a plain ground, top to bottom; empty on any other ground.

    Args:
        picture: BGR.

    Returns:
        Quads in pixels of `picture`, clockwise; accurate to about 4 px at 480 px picture size.
    """
    if min(picture.shape[:2]) < 64 or _ground(picture, every=max(1, max(picture.shape[:2]) // _WORK_PX)) is None:
        return ()  # found out before the picture is scaled: most photographs end here
    small = limited(picture, _WORK_PX)
    height, width = small.shape[:2]
    ground = _ground(small, every=1)
    if ground is None:
        return ()
    apart = (np.abs(small.astype(np.float32) - ground).max(axis=2) > _STEP).astype(np.uint8)
    # joins the print of a page whose paper is as white as the ground; two pages lie farther apart than its lines
    size = max(3, round(0.012 * max(height, width)) | 1)
    joined = cv2.morphologyEx(apart, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    found: list[tuple[float, Quad]] = []
    scale = picture.shape[1] / width
    for contour in cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
        centre, (wide, tall), angle = cv2.minAreaRect(contour)
        if wide * tall < _LEAST_AREA * height * width or cv2.contourArea(contour) < _FILLED * wide * tall:
            continue
        ratio = max(wide, tall) / max(1.0, min(wide, tall))
        if min(abs(np.log(ratio / known)) for known in KNOWN_RATIOS) > _RATIO_STEP:
            continue
        if ratio > ID1_RATIO:
            # paper as white as the ground was lost at a long side; a little of the ground does no harm
            wide, tall = max(wide, tall / ID1_RATIO), max(tall, wide / ID1_RATIO)
        corners = geometry.ordered(geometry.as_quad((cv2.boxPoints((centre, (wide, tall), angle)) + 0.5) * scale - 0.5))
        found.append((min(y for _, y in corners), corners))
    return tuple(quad for _, quad in sorted(found, key=lambda one: one[0]))


def _ground(picture: Image, *, every: int) -> npt.NDArray[np.float64] | None:
    """The colour (3, BGR) of the picture's border, looked at in steps of so many pixels; None when it has several."""
    rows, columns = np.r_[0:3, -3:0], np.r_[0:3, -3:0]
    ring = np.concatenate([picture[rows, ::every].reshape(-1, 3), picture[::every, columns].reshape(-1, 3)])
    ground = np.asarray(np.median(ring, axis=0), dtype=np.float64)
    return ground if (np.abs(ring - ground).max(axis=1) <= _STEP).mean() >= _PLAIN else None
