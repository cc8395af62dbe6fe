"""Cutting parts out of pictures, clamped to what is there."""

from __future__ import annotations

from kiosk.domain.document import Quad
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image


def around_box(image: Image, box: Box, *, margin: float) -> Image:
    """The box with `margin` of its longer side added on every side, as far as the picture reaches. A copy, BGR."""
    x, y, width, height = box
    extra = margin * max(width, height)
    return _cut(image, x - extra, y - extra, x + width + extra, y + height + extra)


def around_quad(image: Image, quad: Quad, *, margin_px: float = 6) -> Image:
    """The upright rectangle around a quad with a margin in pixels. A copy, BGR."""
    xs, ys = [point[0] for point in quad], [point[1] for point in quad]
    return _cut(image, min(xs) - margin_px, min(ys) - margin_px, max(xs) + margin_px, max(ys) + margin_px)


def _cut(image: Image, left: float, top: float, right: float, bottom: float) -> Image:
    height, width = image.shape[:2]
    x0, y0 = max(0, round(left)), max(0, round(top))
    x1, y1 = min(width, max(x0 + 1, round(right))), min(height, max(y0 + 1, round(bottom)))
    return image[min(y0, height - 1) : y1, min(x0, width - 1) : x1].copy()
