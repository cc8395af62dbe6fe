"""The upright crop of a text line, as recognisers want it."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.domain.document import Quad
from kiosk.imaging.frame import Image

MIN_WIDTH_PX = 8


def crop_line(image: Image, quad: Quad, height_px: int = 48, max_width_px: int = 2400) -> Image:
    """The crop of a line's quad, `height_px` high, its first edge level; what lies outside the picture repeats its border."""
    corners = np.array(quad, np.float32)
    width = float(np.hypot(*(corners[1] - corners[0])))
    height = float(np.hypot(*(corners[3] - corners[0])))
    out_w = int(np.clip(round(width * height_px / max(height, 1.0)), MIN_WIDTH_PX, max_width_px))
    target = np.array([[0, 0], [out_w, 0], [out_w, height_px], [0, height_px]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    crop = cv2.warpPerspective(image, matrix, (out_w, height_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)
