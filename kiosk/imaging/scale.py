"""Making pictures smaller for show. Pure pixel functions."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.frame import Image

MAX_ENLARGED = 3.0


def fit(image: Image, width_px: int, height_px: int, *, mirror: bool = False, aspect: float | None = None, enlarge: bool = False) -> Image:
    """The picture at the largest size that fits into `width_px` x `height_px` with its proportions kept.

    Args:
        image: height x width x 3, BGR; is not changed.
        mirror: left and right exchanged, as a person knows their own face.
        aspect: width / height to crop to first, around the middle; None = all of it.
        enlarge: a picture that is smaller becomes larger, at most MAX_ENLARGED times.

    Returns:
        A contiguous BGR picture, at least 1 x 1, that shares no memory with `image`.
    """
    if aspect is not None:
        image = _cropped(image, aspect)
    height, width = image.shape[:2]
    scale = min(width_px / width, height_px / height, MAX_ENLARGED if enlarge else 1.0)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    scaled = image
    if size != (width, height):
        # Area is right but slow; below half size linear would shimmer, between it and full size nobody can tell.
        scaled = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR), dtype=np.uint8)
    if mirror:
        return np.asarray(cv2.flip(scaled, 1), dtype=np.uint8)
    return scaled.copy() if np.shares_memory(scaled, image) else scaled


def _cropped(image: Image, aspect: float) -> Image:
    height, width = image.shape[:2]
    if width / height > aspect:
        wanted = max(1, round(height * aspect))
        left = (width - wanted) // 2
        return image[:, left : left + wanted]
    wanted = max(1, round(width / aspect))
    top = (height - wanted) // 2
    return image[top : top + wanted]
