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
_STEP_DEG = 4.0
"""Displacements are made for every fourth degree and mixed between."""
_EDGE_SHARE, _SKULL_SHARE, _STILL_SHARE = 1.14, 1.34, 2.2
"""Ovals around the face, in units of the mesh's outline: where the face ends, where hair and ears end, where nothing moves any more."""
# The next four were chosen together, on the astronaut: of 29 settings the one whose turn a landmarker measures most evenly (26 to 29
# degrees for 32 to 40, both sides) while the far cheek stays whole. Depths are in half widths of the face.
_DEPTH = 1.5
"""MediaPipe's mesh is flatter than heads are."""
_AXIS = 0.7
"""The head turns on the neck, some way behind the ears, so that turning also carries it to the side."""
_EDGE_BACK, _SKULL_BACK = -0.05, 0.1
_HIDDEN = 2.5
"""A point so much nearer, in mesh spacings, hides another."""
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
            turn_deg: how far; a landmarker measures some four fifths of it. Beyond 40 the seams of having one picture only show.
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
        still = np.vstack([middle + (outline - middle) * share for share in (_STILL_SHARE, 2.6)])
        self._still = still
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
            self._fields[step] = self._make_field(step * _STEP_DEG) if step else np.zeros_like(self._make_field(_STEP_DEG))
        return self._fields[step]

    def _make_field(self, degrees: float) -> npt.NDArray[np.float32]:
        from scipy.interpolate import LinearNDInterpolator  # type: ignore[import-untyped]  # comes with scikit-image; slow to load

        angle = math.radians(degrees) * self._sign
        axis_x, axis_z = self._axis
        x, y, z = self._turning[:, 0] - axis_x, self._turning[:, 1], self._turning[:, 2] - axis_z
        # About the vertical: what is nearer than the axis (z < 0) goes to +x, the person's left, for a positive angle.
        turned_x = x * math.cos(angle) - z * math.sin(angle)
        turned_z = x * math.sin(angle) + z * math.cos(angle)
        moved = (turned_x - x) * self._follow
        target_x = self._turning[:, 0] + moved
        seen = self._in_sight(target_x, y, turned_z)
        points = np.vstack([np.column_stack([target_x[seen], y[seen]]), self._still])
        shift = np.concatenate([-moved[seen], np.zeros(len(self._still))])
        x0, y0, x1, y1 = self._area
        grid_x = np.arange(x0, x1 + _GRID_PX, _GRID_PX, dtype=np.float64)
        grid_y = np.arange(y0, y1 + _GRID_PX, _GRID_PX, dtype=np.float64)
        field = LinearNDInterpolator(points, shift, fill_value=0.0)(*np.meshgrid(grid_x, grid_y)).astype(np.float32)
        return np.asarray(cv2.GaussianBlur(field, (0, 0), 1.1), np.float32)

    def _in_sight(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], z: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Points that no clearly nearer point lies upon: what the nose hides must not pull at the picture from under it."""
        apart = self._spacing()
        close = (np.abs(x[:, None] - x[None, :]) < apart) & (np.abs(y[:, None] - y[None, :]) < apart)
        hidden = (close & (z[None, :] < z[:, None] - _HIDDEN * apart)).any(axis=1)
        return np.asarray(~hidden, np.bool_)

    def _spacing(self) -> float:
        """About the distance between neighbouring mesh points."""
        mesh = self._turning[:468]
        return float(math.sqrt(np.ptp(mesh[:, 0]) * np.ptp(mesh[:, 1]) / 468))


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
