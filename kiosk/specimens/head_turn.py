"""A head that turns, from one frontal picture: the face mesh is turned in space and drags the picture with it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

_OVAL_STEPS = 48
_GRID_PX = 6
"""The displacement is worked out on a grid of this step and interpolated between: it is smooth, and pixels are many."""
_STEP_DEG = 6.0
"""Displacements are made for every sixth degree and mixed between."""
_EDGE_SHARE, _SKULL_SHARE, _STILL_SHARE = 1.14, 1.34, 2.2
"""Ovals around the face, in units of the mesh's outline: where the face ends, where hair and ears end, where nothing moves any more."""
# Chosen together, on the astronaut, so that a landmarker measures 26 to 32 degrees for 30 to 38, evenly and to both sides.
# In half widths of the face.
_DEPTH = 1.3
"""MediaPipe's mesh is flatter than heads are."""
_AXIS = 0.7
"""The head turns on the neck, some way behind the ears, so that turning also carries it to the side."""
_EDGE_BACK, _SKULL_BACK = -0.05, 0.1
_HELD_SWAY_DEG = 1.5
"""Nobody holds a turned head as still as a picture."""


class HeadTurn:
    """callable(seconds) -> Image: frontal, turned to `turn_deg`, frontal again within `seconds`, then frontal; over again if it repeats."""

    def __init__(
        self,
        image: Image,
        landmarks: Sequence[tuple[float, float, float]],
        side: str,
        *,
        turn_deg: float = 34.0,
        seconds: float = 4.0,
        rest_s: float = 1.2,
        repeat: bool = True,
    ) -> None:
        """Args:
            image: BGR with a frontal face; `landmarks` its 468 mesh points (x, y, z in pixels, smaller z is nearer).
            side: "left" or "right", the person's own: their left is to the right in a picture that is not mirrored.
            turn_deg: how far; a landmarker measures some nine tenths of it. Beyond 40 it shows that there is one picture only.
            rest_s: frontal before the turn, and again after it.
        Raises ValueError for another side or too few landmarks.
        """
        if side not in ("left", "right"):
            raise ValueError(f"a head turns left or right, not {side!r}")
        mesh = np.asarray(landmarks, np.float64)
        if mesh.ndim != 2 or mesh.shape[0] < 468 or mesh.shape[1] != 3:
            raise ValueError(f"a face mesh has 468 points of 3 numbers, not {mesh.shape}")
        self._image = image
        self._sign = 1.0 if side == "left" else -1.0
        self._turn_deg = turn_deg
        self._seconds = seconds
        self._rest_s = rest_s
        self._repeat = repeat
        self._fields: dict[int, npt.NDArray[np.float32]] = {}
        self._prepare(mesh[:468])

    def __call__(self, seconds: float) -> Image:
        return self.turned(self.angle_at(seconds))

    def prepare(self) -> None:
        """Work out everything now (half a second), so that the first turn is as smooth as the next."""
        for step in range(int((self._turn_deg + _HELD_SWAY_DEG) / _STEP_DEG) + 2):
            self._field(step)

    def angle_at(self, seconds: float) -> float:
        """Degrees towards `side` at that moment, 0 = frontal."""
        if self._repeat:
            seconds %= self._seconds + 2 * self._rest_s
        share = (seconds - self._rest_s) / self._seconds
        if not 0 < share < 1:
            return 0.0
        # A third of the way there, a third held, a third back.
        rise = min(1.0, share * 3, (1 - share) * 3)
        sway = _HELD_SWAY_DEG * math.sin(7 * seconds) if rise == 1 else 0.0
        return self._turn_deg * rise * rise * (3 - 2 * rise) + sway

    def turned(self, degrees: float) -> Image:
        """The picture with the head turned that far towards `side`."""
        if degrees <= 0:
            return self._image.copy()
        step = int(degrees / _STEP_DEG)
        share = degrees / _STEP_DEG - step
        field = self._field(step) * (1 - share)
        if share > 0:
            field = field + self._field(step + 1) * share
        x0, y0, x1, y1 = self._area
        # Samples of the field stand at grid corners: spread them so that corner (0, 0) is pixel (x0, y0).
        spread = np.array([[_GRID_PX, 0, 0], [0, _GRID_PX, 0]], np.float32)
        dense = cv2.warpAffine(field, spread, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        frame = self._image.copy()
        frame[y0:y1, x0:x1] = cv2.remap(
            self._image, self._base_x + dense, self._base_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        return frame

    def _prepare(self, mesh: npt.NDArray[np.float64]) -> None:
        """Add points beyond the face: hair and ears turn with the skull, about an axis through it; further out nothing moves."""
        height, width = self._image.shape[:2]
        hull = cv2.convexHull(mesh[:, :2].astype(np.float32)).reshape(-1, 2).astype(np.float64)
        middle = (hull.min(axis=0) + hull.max(axis=0)) / 2
        half_w = float(np.ptp(hull[:, 0])) / 2
        outline = _even(hull, _OVAL_STEPS)
        back_z = float(np.quantile(mesh[:, 2], 0.97))
        axis_z = back_z + _AXIS * half_w
        deeper = mesh.copy()
        deeper[:, 2] = back_z + (mesh[:, 2] - back_z) * _DEPTH
        rings = [deeper]
        for share, depth in ((_EDGE_SHARE, _EDGE_BACK), (_SKULL_SHARE, _SKULL_BACK)):
            ring = middle + (outline - middle) * share
            z = back_z + half_w * depth
            rings.append(np.column_stack([ring, np.full(len(ring), z)]))
        self._turning = np.vstack(rings)
        from scipy.spatial import Delaunay  # type: ignore[import-untyped]  # comes with scikit-image; slow to load

        still = np.vstack([middle + (outline - middle) * share for share in (_STILL_SHARE, 2.6)])
        self._still = still
        self._triangles = Delaunay(np.vstack([self._turning[:, :2], still])).simplices
        self._axis = (float(middle[0]), axis_z)
        # The neck below the chin follows less and less: it is the body's.
        chin = float(mesh[:, 1].max())
        below = np.clip((self._turning[:, 1] - chin) / (0.9 * half_w), 0, 1)
        self._follow = 1 - below
        reach = np.abs(still - middle).max(axis=0) + 4
        self._area = (
            max(0, int(middle[0] - reach[0])),
            max(0, int(middle[1] - reach[1])),
            min(width, int(middle[0] + reach[0])),
            min(height, int(middle[1] + reach[1])),
        )
        x0, y0, x1, y1 = self._area
        self._base_x, self._base_y = np.meshgrid(np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32))

    def _field(self, step: int) -> npt.NDArray[np.float32]:
        """For each corner of the grid how far to the right its pixel stood in the frontal picture."""
        if step not in self._fields:
            self._fields[step] = self._make_field(step * _STEP_DEG)
        return self._fields[step]

    def _make_field(self, degrees: float) -> npt.NDArray[np.float32]:
        angle = math.radians(degrees) * self._sign
        axis_x, axis_z = self._axis
        x, y, z = self._turning[:, 0] - axis_x, self._turning[:, 1], self._turning[:, 2] - axis_z
        # About the vertical: what is nearer than the axis (z < 0) goes to +x, the person's left, for a positive angle.
        turned_x = x * math.cos(angle) - z * math.sin(angle)
        turned_z = x * math.sin(angle) + z * math.cos(angle)
        moved = (turned_x - x) * self._follow
        shift = np.concatenate([-moved, np.zeros(len(self._still))])
        depth = np.concatenate([turned_z, np.full(len(self._still), np.inf)])
        x0, y0, x1, y1 = self._area
        at = np.vstack([np.column_stack([self._turning[:, 0] + moved, y]), self._still])
        at = (at - (x0, y0)) / _GRID_PX
        field = np.zeros((-(-(y1 - y0) // _GRID_PX) + 1, -(-(x1 - x0) // _GRID_PX) + 1), np.float32)
        # The furthest first, so that the nose lies upon the cheek that it hides.
        for triangle in self._triangles[np.argsort(-depth[self._triangles].mean(axis=1), kind="stable")]:
            _fill(field, at[triangle], shift[triangle])
        return np.asarray(cv2.GaussianBlur(field, (0, 0), 1.1), np.float32)


def _fill(field: npt.NDArray[np.float32], corners: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> None:
    """Set the field within a triangle to what lies between the values at its corners."""
    rows, columns = field.shape
    left, top = np.maximum(np.ceil(corners.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.floor(corners.max(axis=0)).astype(int) + 1, (columns, rows))
    (ax, ay), (bx, by), (cx, cy) = corners
    area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy)
    if left >= right or top >= bottom or abs(area) < 1e-9:
        return
    x, y = np.arange(left, right)[None, :], np.arange(top, bottom)[:, None]
    a = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area
    b = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area
    c = 1 - a - b
    inside = (a >= -1e-9) & (b >= -1e-9) & (c >= -1e-9)
    field[top:bottom, left:right][inside] = (a * values[0] + b * values[1] + c * values[2])[inside]


def head_turn(
    image: Image,
    landmarks: Sequence[tuple[float, float, float]],
    side: str,
    *,
    turn_deg: float = 34.0,
    seconds: float = 4.0,
    rest_s: float = 1.2,
    repeat: bool = True,
) -> HeadTurn:
    """The scene of a head turn; arguments as in `HeadTurn`."""
    return HeadTurn(image, landmarks, side, turn_deg=turn_deg, seconds=seconds, rest_s=rest_s, repeat=repeat)


def _even(hull: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """`count` points at even distances along a closed outline."""
    closed = np.vstack([hull, hull[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, length, closed[:, 0]), np.interp(at, length, closed[:, 1])])
