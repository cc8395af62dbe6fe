"""What a photograph of open eyes and one mouth does not show, painted: the skin of lids, the dark of an open mouth, closed lips."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image
from kiosk.specimens.face_muscles import Muscles

Floats = npt.NDArray[np.float64]
Field = npt.NDArray[np.float32]
_MOUTH_DARK = np.array([28, 22, 48], np.float32)
_TEETH_OVER_LIPS = -0.03
"""Lips this much nearer to each other than photographed, in outer eye distances, hide the teeth."""


class Paint:
    """Colours come from the photograph: lids from under the eyes, lips from the lower lip. Changes the picture that it is given."""

    def __init__(self, image: Image, mesh: Floats, muscles: Muscles) -> None:
        self._muscles = muscles
        reach = max(2, round(0.03 * float(np.linalg.norm(mesh[10, :2] - mesh[152, :2]))))
        self._lid_skin = [0.92 * _colour(image, mesh[point, :2], reach, reach) for point in muscles.under_eyes]
        _, _, lower, edge = muscles.lips
        middle = len(lower) // 2
        lip = mesh[lower[middle], :2] + 0.75 * (mesh[edge[middle], :2] - mesh[lower[middle], :2])
        self._lip_skin = _colour(image, lip, max(1, 2 * reach // 3), max(1, reach // 3))

    def lids(self, picture: Image, points: Floats, opened: Floats) -> None:
        """Skin where a lid has come down over the eye, lashes along its edge.

        Args: `points` of the face as it is, `opened` with open eyes, n x 2 pixels of the picture.
        """
        for (upper, fold), skin in zip(self._muscles.lids, self._lid_skin, strict=True):
            edge, top = points[upper], opened[upper] + 0.45 * (opened[fold] - opened[upper])
            width = float(np.linalg.norm(edge[0] - edge[-1])) * 1.25
            ring = np.vstack([top, edge[::-1]])
            spot = _spot(picture, ring, 0.2 * width)
            if spot is None:
                continue
            part, origin = spot
            lid = _filled(part, ring - origin, max(0.5, 0.025 * width)) * np.float32(0.9)
            lash = _line(part, edge - origin, 0.05 * width, max(0.4, 0.02 * width)) * np.float32(0.6)
            part[:] = np.asarray((part * (1 - lid) + skin * lid) * (1 - lash), np.uint8)

    def mouth(self, picture: Image, points: Floats, wider: float) -> None:
        """Args: `wider` how much further apart the lips are than in the photograph, in outer eye distances."""
        if wider < _TEETH_OVER_LIPS:
            self._close(picture, points, min(1.0, -wider / 0.08))
        elif wider > 0.02:
            self._open(picture, points, min(1.0, wider * 6))

    def _open(self, picture: Image, points: Floats, share: float) -> None:
        ring = points[self._muscles.inner_lips]
        spot = _spot(picture, ring, 3)
        if spot is None:
            return
        part, origin = spot
        hole = _filled(part, ring - origin, max(0.6, 0.003 * picture.shape[1])) * np.float32(share)
        hole = hole * np.clip(np.linspace(-0.3, 3.0, len(part), dtype=np.float32), 0, 1)[:, None, None]  # teeth above
        part[:] = np.asarray(part * (1 - hole) + _MOUTH_DARK * hole, np.uint8)

    def _close(self, picture: Image, points: Floats, share: float) -> None:
        upper, above, lower, below = (points[part] for part in self._muscles.lips)
        width = float(np.linalg.norm(upper[0] - upper[-1]))
        ring = np.vstack([upper + 0.1 * (above - upper), (lower + 0.6 * (below - lower))[::-1]])
        spot = _spot(picture, ring, 0.15 * width)
        if spot is None:
            return
        part, origin = spot
        lips = _filled(part, ring - origin, max(0.5, 0.03 * width)) * np.float32(0.9 * share)
        seam = np.vstack([points[61], (upper + lower) / 2, points[291]])
        line = _line(part, seam - origin, 0.02 * width, max(0.4, 0.012 * width)) * np.float32(0.45 * share)
        part[:] = np.asarray((part * (1 - lips) + self._lip_skin * lips) * (1 - line), np.uint8)


def _colour(image: Image, at: Floats, reach_x: int, reach_y: int) -> Field:
    """Median BGR around a place."""
    x, y = (int(one) for one in np.round(at))
    skin = image[max(0, y - reach_y) : y + reach_y + 1, max(0, x - reach_x) : x + reach_x + 1].reshape(-1, 3)
    return np.median(skin, axis=0).astype(np.float32) if len(skin) else np.zeros(3, np.float32)


def _spot(picture: Image, ring: Floats, margin: float) -> tuple[Image, Floats] | None:
    """The part of the picture that the ring lies in (a view), and its origin; None when it lies outside."""
    rows, columns = picture.shape[:2]
    x0, y0 = (max(0, int(one)) for one in np.floor(ring.min(axis=0) - margin))
    x1, y1 = (min(limit, int(one)) for one, limit in zip(np.ceil(ring.max(axis=0) + margin), (columns, rows), strict=True))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    return picture[y0:y1, x0:x1], np.array([x0, y0], np.float64)


def _filled(part: Image, ring: Floats, soft_px: float) -> Field:
    """rows x columns x 1: 1 inside the ring, soft at its edge."""
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(ring * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft_px), np.float32)[..., None] / np.float32(255)


def _line(part: Image, line: Floats, wide_px: float, soft_px: float) -> Field:
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.polylines(mask, [np.round(line * 16).astype(np.int32)], False, 255, max(1, round(wide_px)), cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft_px), np.float32)[..., None] / np.float32(255)
