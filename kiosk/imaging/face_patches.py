"""An upright, small copy of a face with its mesh: what colours, covers and attributes are measured on, whatever the picture's size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.face_align import turned_square
from kiosk.imaging.face_pose import Mesh
from kiosk.imaging.frame import Image

SIDE_PX = 128
_SIDE = 3.2
"""Side of the copy in eyes-to-mouth distances: crown to below the chin, ear to ear."""
_PATCH_PX = 5

FOREHEAD = (151, 108, 337, 9, 107, 336)
BRIDGE = (6, 168, 197)
RIGHT_CHEEK, LEFT_CHEEK = (50, 101, 118), (280, 330, 347)
RIGHT_LOWER_CHEEK, LEFT_LOWER_CHEEK = (214, 192, 207), (434, 416, 427)
RIGHT_UNDER_EYE, LEFT_UNDER_EYE = (229, 230, 231), (449, 450, 451)
NOSE_TIP = (1, 4, 5)
UPPER_LIP = (164, 167, 393)
CHIN = (199, 175, 200)
RIGHT_EYE = (33, 160, 159, 158, 133, 153, 145, 144)
LEFT_EYE = (263, 387, 386, 385, 362, 380, 374, 373)
LIPS = (61, 37, 0, 267, 291, 314, 17, 84)
FACE_OVAL = (
    10,
    338,
    297,
    284,
    251,
    389,
    356,
    454,
    323,
    361,
    288,
    397,
    365,
    379,
    378,
    400,
    152,
    176,
    149,
    150,
    136,
    172,
    58,
    132,
    93,
    234,
    127,
)
"""Point numbers of the MediaPipe canonical face model; "right" is the person's own right."""

Numbers = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FacePatches:
    """Made by `face_patches`.

    Attributes:
        image: SIDE_PX square, BGR, eyes level.
        points: 468 x 2, the mesh in pixels of it; may lie outside.
        lab, soft: the same in CIE L*a*b* (L 0..100), as it is and averaged over 5 px: 128 x 128 x 3 float32.
        inside: 128 x 128 bool, False where the picture had ended.
        scale: pixels of this copy per pixel of the picture; above 1 it was enlarged.
    """

    image: Image
    points: Numbers
    lab: npt.NDArray[np.float32]
    soft: npt.NDArray[np.float32]
    inside: npt.NDArray[np.bool_]
    scale: float

    def colour(self, points: Sequence[int]) -> Numbers:
        """Median L*, a*, b* at these mesh points; not a number when all of them lie outside the picture."""
        places = np.clip(np.round(self.points[list(points)]).astype(int), 0, SIDE_PX - 1)
        there = self.inside[places[:, 1], places[:, 0]]
        if not there.any():
            return np.full(3, np.nan)
        values = np.sort(self.soft[places[there, 1], places[there, 0]], axis=0)  # a sixth of what np.median takes for six numbers
        return np.asarray((values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2, np.float64)

    def area(self, points: Sequence[int], grown: float = 1.0) -> npt.NDArray[np.bool_]:
        """The convex hull of these mesh points, grown about its middle, as far as the picture goes."""
        hull = self.points[list(points)]
        hull = hull.mean(axis=0) + grown * (hull - hull.mean(axis=0))
        mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(hull).astype(np.int32)), 1)
        return np.asarray((mask > 0) & self.inside, np.bool_)

    def lightness(self, points: Sequence[int], grown: float = 1.0) -> npt.NDArray[np.float32]:
        """L* of every pixel of `area`; may be empty."""
        return np.asarray(self.lab[..., 0][self.area(points, grown)], np.float32)


def face_patches(image: Image, mesh: Mesh) -> FacePatches | None:
    """None for a mesh without extent. Args: `mesh` 468 points in pixels of `image`."""
    points = np.asarray(mesh, np.float64)[:, :2]
    right, left, mouth = (points[33] + points[133]) / 2, (points[263] + points[362]) / 2, (points[61] + points[291]) / 2
    eyes = (right + left) / 2
    length = max(float(np.linalg.norm(mouth - eyes)), 0.9 * float(np.linalg.norm(left - right)))
    if length < 2:
        return None
    across = points[263] - points[33]
    centre = eyes + 0.45 * (mouth - eyes)
    side = _SIDE * length
    small, forth = turned_square(image, (float(centre[0]), float(centre[1])), side, math.atan2(float(across[1]), float(across[0])), SIDE_PX)
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float32)
    soft = np.asarray(cv2.blur(lab, (_PATCH_PX, _PATCH_PX)), np.float32)
    return FacePatches(
        image=small,
        points=np.asarray(points @ forth[:, :2].T + forth[:, 2], np.float64),
        lab=lab,
        soft=soft,
        inside=_inside(image, forth),
        scale=SIDE_PX / side,
    )


def _inside(image: Image, forth: Numbers) -> npt.NDArray[np.bool_]:
    height, width = image.shape[:2]
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float64)
    there = corners @ forth[:, :2].T + forth[:, 2]
    mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    # corners far outside the small copy would overflow the fixed-point numbers of OpenCV's drawing
    cv2.fillConvexPoly(mask, np.round(np.clip(there, -20000, 20000)).astype(np.int32), 1)
    return np.asarray(mask > 0, np.bool_)
