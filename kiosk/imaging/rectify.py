"""Straightening: a page seen at an angle becomes an upright rectangle, as large as the picture truthfully allows."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image

ID1_RATIO = 85.60 / 53.98  # ISO/IEC 7810 ID-1
ID3_RATIO = 125.0 / 88.0
KNOWN_RATIOS = (ID1_RATIO, ID3_RATIO)  # ID-2 is within half a percent of ID-3
_RATIO_TOLERANCE = 0.12


def page_ratio(quad: Quad) -> float:
    """Long side by short side of the page as it appears; perspective foreshortening is not undone."""
    top, right, bottom, left = geometry.sides(quad)
    across, down = (top + bottom) / 2, (left + right) / 2
    return max(across, down) / max(1.0, min(across, down))


def known_ratio(ratio: float) -> float:
    """The standard proportion that `ratio` comes near to, else `ratio` itself.

    A page tilted by 25 degrees loses a tenth of one side, so what is near a standard size is taken as that size.
    """
    nearest = min(KNOWN_RATIOS, key=lambda known: abs(np.log(ratio / known)))
    return nearest if abs(np.log(ratio / nearest)) <= _RATIO_TOLERANCE else ratio


def straighten(image: Image, quad: Quad, *, max_width_px: int = 1200, min_width_px: int = 480, fine: bool = True) -> Image:
    """The page as an upright landscape rectangle.

    Args:
        quad: corners in `image`, any start; the long side becomes the width, so the text may come out upside down.
        max_width_px: never wider than this, and never wider than the page appears (no invented detail), but at least `min_width_px`
            because text detection needs letters of some size.
        fine: cubic instead of linear interpolation: a little sharper, three times slower.

    Returns:
        height x width x 3 BGR.
    """
    corners = landscape(quad)
    top, right, bottom, left = geometry.sides(corners)
    ratio = known_ratio(page_ratio(corners))
    seen = max(top, bottom, max(left, right) * ratio)
    width = round(min(max_width_px, max(min_width_px, seen)))
    height = round(width / ratio)
    matrix = geometry.homography(corners, geometry.box_quad(0, 0, width, height))
    # a page much larger than its target must be filtered first, or small print turns into dots
    shrink = seen / width
    source = image
    if shrink > 1.6:
        source = cv2.resize(image, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        scale = np.diag([image.shape[1] / source.shape[1], image.shape[0] / source.shape[0], 1.0])
        matrix = matrix @ scale
    flags = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
    flat = cv2.warpPerspective(source, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, dtype=np.uint8)


def landscape(quad: Quad) -> Quad:
    """The corners ordered so that the first side is a long one, as near to upright as that allows."""
    corners = geometry.ordered(quad)
    top, right, bottom, left = geometry.sides(corners)
    return corners if top + bottom >= left + right else geometry.rolled(corners, 1)


def rotated(image: Image, quarter_turns: int) -> Image:
    """Turned clockwise by `quarter_turns` x 90 degrees."""
    codes = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}
    turns = quarter_turns % 4
    return image if turns == 0 else np.asarray(cv2.rotate(image, codes[turns]), dtype=np.uint8)


def levelled(image: Image, slant: float, *, max_side_px: int) -> tuple[Image, geometry.Array]:
    """The whole picture turned so that what slants by `slant` radians (clockwise) lies level, its corners filled from its border.

    Returns:
        The picture, scaled down to `max_side_px` before it is turned, and the 3 x 3 matrix that maps its places back to those of `image`.
    """
    small = limited(image, max_side_px)
    height, width = small.shape[:2]
    cosine, sine = float(np.cos(slant)), float(np.sin(slant))
    wide = round(abs(width * cosine) + abs(height * sine))
    tall = round(abs(width * sine) + abs(height * cosine))
    turn = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    to_middle = np.array([[1.0, 0.0, -width / 2], [0.0, 1.0, -height / 2], [0.0, 0.0, 1.0]])
    from_middle = np.array([[1.0, 0.0, wide / 2], [0.0, 1.0, tall / 2], [0.0, 0.0, 1.0]])
    matrix = from_middle @ turn @ to_middle
    turned = cv2.warpAffine(small, matrix[:2], (wide, tall), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grown = np.diag([image.shape[1] / width, image.shape[0] / height, 1.0])
    return np.asarray(turned, dtype=np.uint8), np.asarray(grown @ np.linalg.inv(matrix), dtype=np.float64)


def limited(image: Image, max_side_px: int) -> Image:
    """The picture, scaled down so that no side is longer; never scaled up."""
    longest = max(image.shape[:2])
    if longest <= max_side_px:
        return image
    scale = max_side_px / longest
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def cropped(image: Image, left: float, top: float, right: float, bottom: float) -> Image:
    """The part of the picture inside the box, clipped to the picture; a copy. At least one pixel."""
    height, width = image.shape[:2]
    x0, y0 = int(np.clip(round(left), 0, width - 1)), int(np.clip(round(top), 0, height - 1))
    x1, y1 = int(np.clip(round(right), x0 + 1, width)), int(np.clip(round(bottom), y0 + 1, height))
    return image[y0:y1, x0:x1].copy()


def cutout(image: Image, quad: Quad, *, margin: float = 0.25, max_height_px: int = 96) -> Image:
    """The place of a field with some air around it, for people to compare with what was read."""
    left, top, right, bottom = geometry.bounds(quad)
    air = (bottom - top) * margin
    part = cropped(image, left - air, top - air, right + air, bottom + air)
    scale = min(1.0, max_height_px / part.shape[0])
    if scale == 1.0:
        return part
    size = (max(1, round(part.shape[1] * scale)), max_height_px)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
