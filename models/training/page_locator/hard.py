"""Photographs of pages that a picture cuts in two, and of pages that lie on a larger sheet or page."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging import geometry
from kiosk.specimens import degrade
from kiosk.specimens.degrade import Photograph

Image = npt.NDArray[np.uint8]
_ROUND = 3.18 / 85.6  # ISO/IEC 7810: radius of corners against the width of ID-1


def cut(shot: Photograph, random: np.random.Generator) -> Photograph:
    """The picture cropped so that one of its sides runs through the first page and leaves two to three fifths of it."""
    height, width = shot.image.shape[:2]
    left, top, right, bottom = geometry.bounds(shot.quad)
    share = random.uniform(0.4, 0.65)
    x0, y0, x1, y1 = 0, 0, width, height
    side = int(random.integers(4))
    if side == 0:
        x0 = round(right - share * (right - left))
    elif side == 1:
        x1 = round(left + share * (right - left))
    elif side == 2:
        y0 = round(bottom - share * (bottom - top))
    else:
        y1 = round(top + share * (bottom - top))
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    quads = tuple(geometry.as_quad(geometry.as_array(quad) - (x0, y0)) for quad in shot.quads)
    return Photograph(np.ascontiguousarray(shot.image[y0:y1, x0:x1]), quads, shot.kinds, shot.ground)


def on_sheet(
    page: Image,
    sheet: Image,
    random: np.random.Generator,
    *,
    seed: int,
    size: tuple[int, int],
    severity: float,
    grounds: Sequence[str],
) -> Photograph:
    """A card on a letter, or on a passport's page, photographed together. `quads` is the card alone: nobody sees the other one whole."""
    under = np.asarray(cv2.resize(sheet, None, fx=1400 / max(sheet.shape[:2]), fy=1400 / max(sheet.shape[:2])), np.uint8)
    high, wide = under.shape[:2]
    turn = random.uniform(-8, 8) if random.random() < 0.6 else random.uniform(0, 360)
    long = min(random.uniform(0.55, 0.9) * min(high, wide), 0.75 * max(high, wide))
    scale = long / max(page.shape[:2])
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), turn, scale)
    matrix[:, 2] += np.array([wide - page.shape[1], high - page.shape[0]]) / 2 + random.uniform(-0.12, 0.12, 2) * min(high, wide)
    alpha = np.zeros(page.shape[:2], np.uint8)
    radius = round(_ROUND * page.shape[1])
    cv2.rectangle(alpha, (radius, radius), (page.shape[1] - 1 - radius, page.shape[0] - 1 - radius), 255, 2 * radius)
    cv2.rectangle(alpha, (radius, radius), (page.shape[1] - 1 - radius, page.shape[0] - 1 - radius), 255, -1)
    cover = cv2.warpAffine(alpha, matrix, (wide, high), flags=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
    shadow = np.roll(cv2.GaussianBlur(cover, (0, 0), 4.0), random.integers(-6, 7, 2).tolist(), axis=(0, 1))[..., None]
    under = under * (1 - random.uniform(0, 0.4) * shadow)
    both = under * (1 - cover) + cv2.warpAffine(page, matrix, (wide, high), flags=cv2.INTER_AREA) * cover
    kinds = degrade.photograph(page, seed=seed, size=(64, 48)).kinds - {degrade.Degradation.SMALL, degrade.Degradation.BORDER}
    shot = degrade.photograph(
        np.clip(both, 0, 255).astype(np.uint8),
        seed=seed,
        size=size,
        severity=severity,
        kinds=kinds - {degrade.Degradation.PRINT, degrade.Degradation.LOW_CONTRAST},
        grounds=grounds,
    )
    box = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float64)
    inner = geometry.as_quad(box @ matrix[:, :2].T + matrix[:, 2])
    to_picture = geometry.homography(geometry.box_quad(0, 0, wide, high), shot.quad)
    return Photograph(shot.image, (geometry.as_quad(geometry.mapped(inner, to_picture)),), shot.kinds, shot.ground)
