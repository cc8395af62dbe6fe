"""What a face does with mouth, lids and eyes, as movements of the 468 points of its mesh."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# point numbers of the MediaPipe canonical face model; "right" is the person's own
_CORNERS = (61, 291)
_UPPER_LIP, _LOWER_LIP = 13, 14
_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
_LOWER = (95, 88, 178, 87, 14, 317, 402, 318, 324, 146, 91, 181, 84, 17, 314, 405, 321, 375)
_UPPER = (191, 80, 81, 82, 13, 312, 311, 310, 415, 185, 40, 39, 37, 0, 267, 269, 270, 409)
_LIP_PAIRS = (
    ((191, 40), (95, 146)),
    ((80, 39), (88, 91)),
    ((81, 37), (178, 181)),
    ((82, 0), (87, 84)),
    ((13, 0), (14, 17)),
    ((312, 0), (317, 314)),
    ((311, 267), (402, 405)),
    ((310, 269), (318, 321)),
    ((415, 270), (324, 375)),
)
"""Inner and outer edge of the upper lip, over those of the lower one."""
_RIGHT_LIDS = ((246, 7, 247), (161, 163, 30), (160, 144, 29), (159, 145, 27), (158, 153, 28), (157, 154, 56), (173, 155, 190))
_LEFT_LIDS = ((466, 249, 467), (388, 390, 260), (387, 373, 259), (386, 374, 257), (385, 380, 258), (384, 381, 286), (398, 382, 414))
"""Upper lid, lower lid under it, fold above it."""
_UNDER_EYES = (230, 450)
_EYES = ((33, 133, _RIGHT_LIDS), (263, 362, _LEFT_LIDS))

_REST_WIDTH, _SMILE_WIDTH = 0.47, 0.70
"""Mouth width over the distance of the outer eye corners: at rest, and in a broad smile."""
_WIDE_OPEN = 0.42
"""Distance of the lips in the same unit for `mouth` 1."""
_RAISED = 0.45
"""How far the corners go up for each step that they go out."""


def checked_mesh(landmarks: Sequence[tuple[float, float, float]]) -> Floats:
    """The 468 points as an array. Raises ValueError for fewer."""
    mesh = np.asarray(landmarks, np.float64)
    if mesh.ndim != 2 or mesh.shape[0] < 468 or mesh.shape[1] != 3:
        raise ValueError(f"a face mesh has 468 points of 3 numbers, not {mesh.shape}")
    return np.asarray(mesh[:468], np.float64)


class Muscles:
    """Bends one mesh. `smile` and `mouth` are what the face shows in its photograph, on the scales of `bent`."""

    def __init__(self, mesh: Floats) -> None:
        self._mesh = mesh
        self._unit = float(np.linalg.norm(mesh[33, :2] - mesh[263, :2]))
        self._width = float(np.linalg.norm(mesh[61, :2] - mesh[291, :2]))
        self._gap = float(np.linalg.norm(mesh[_UPPER_LIP, :2] - mesh[_LOWER_LIP, :2]))
        self.smile = (self._width / self._unit - _REST_WIDTH) / (_SMILE_WIDTH - _REST_WIDTH)
        self.mouth = self._gap / self._unit / _WIDE_OPEN
        self.inner_lips = np.array(_INNER)
        self.eye_regions = tuple(np.array([outer, inner, *(point for lid in lids for point in lid)]) for outer, inner, lids in _EYES)
        self.lids = tuple((np.array([one[0] for one in lids]), np.array([one[2] for one in lids])) for _, _, lids in _EYES)
        self.lips = tuple(np.array([pair[side][depth] for pair in _LIP_PAIRS]) for side in (0, 1) for depth in (0, 1))
        self.under_eyes = np.array(_UNDER_EYES)
        self.mouth_region = np.array([*_CORNERS, *_UPPER, *_LOWER])
        across = (mesh[263] - mesh[33])[:2]
        self._across = across / np.linalg.norm(across)
        self._down = np.array([-self._across[1], self._across[0]])

    def bent(self, smile: float | None, mouth: float | None, eyes: float, gaze_y: float = 0.0) -> Floats:
        """468 x 3. None = as in the photograph; `eyes` 1 = as in it, 0 = shut. Lids follow a look up (`gaze_y` < 0) or down."""
        mesh = self._mesh.copy()
        if smile is not None and abs(smile - self.smile) > 1e-6:
            self._move_corners(mesh, (smile - self.smile) * (_SMILE_WIDTH - _REST_WIDTH) * self._unit / 2)
        if mouth is not None and abs(mouth - self.mouth) > 1e-6:
            self._move_jaw(mesh, (mouth - self.mouth) * _WIDE_OPEN * self._unit)
        shut = 1 - eyes + (0.3 if gaze_y > 0 else 0.12) * gaze_y * eyes
        if shut:
            self._move_lids(mesh, min(shut, 1.0))
        return mesh

    def opened(self, bent: Floats) -> float:
        """How much further apart the lips are than in the photograph, in outer eye distances."""
        return float(np.linalg.norm(bent[_UPPER_LIP, :2] - bent[_LOWER_LIP, :2]) - self._gap) / self._unit

    def iris_field(self, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
        """rows x columns x 2: how far each pixel of the photograph goes (x, y) when the eyes look fully aside; 0 outside the eyes."""
        field = np.zeros((*shape, 2), np.float32)
        for outer, inner, lids in _EYES:
            ring = self._mesh[[outer, *(one for one, _, _ in lids), inner, *(two for _, two, _ in lids[::-1])], :2]
            width = float(np.linalg.norm(self._mesh[outer, :2] - self._mesh[inner, :2]))
            height = float(np.mean([np.linalg.norm(self._mesh[one, :2] - self._mesh[two, :2]) for one, two, _ in lids[2:5]]))
            middle = ring.mean(axis=0)
            reach = np.array([0.52 * width, max(0.62 * height, 0.16 * width)])
            x0, y0 = np.maximum(np.floor(middle - reach - 1).astype(int), 0)
            x1, y1 = np.minimum(np.ceil(middle + reach + 2).astype(int), (shape[1], shape[0]))
            if x1 <= x0 or y1 <= y0:
                continue
            x, y = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
            dx, dy = x - middle[0], y - middle[1]
            u = (dx * self._across[0] + dy * self._across[1]) / reach[0]
            v = (dx * self._down[0] + dy * self._down[1]) / reach[1]
            bump = np.clip(1 - (u * u + v * v) ** 1.5, 0, 1)
            field[y0:y1, x0:x1, 0] = bump * 0.24 * width
            field[y0:y1, x0:x1, 1] = bump * 0.2 * height
        return np.asarray(cv2.GaussianBlur(field, (0, 0), max(0.4, 0.01 * self._unit)), np.float32)

    def _move_corners(self, mesh: Floats, outward: float) -> None:
        """The corners of the mouth go out and up, lips and cheeks with them."""
        at = self._mesh[:, :2]
        for corner, sign in zip(_CORNERS, (-1.0, 1.0), strict=True):
            apart = np.linalg.norm(at - at[corner], axis=1) / self._unit
            pull = np.exp(-((apart / 0.27) ** 2))
            cheek = at[corner] - self._down * 0.35 * self._unit + self._across * sign * 0.12 * self._unit
            lift = 0.35 * np.exp(-((np.linalg.norm(at - cheek, axis=1) / self._unit / 0.22) ** 2))
            mesh[:, :2] += outward * (pull[:, None] * sign * self._across - (_RAISED * pull + lift)[:, None] * self._down)
            mesh[:, 2] += 0.3 * outward * pull  # cheeks lie further back than lips

    def _move_jaw(self, mesh: Floats, apart: float) -> None:
        """Chin and lower lip go down by `apart`, the upper lip a ninth of it up; lips that close meet along their whole width."""
        if apart < 0:
            self._close_lips(mesh, min(1.0, -apart / max(self._gap, 1e-6)))
            return
        at = self._mesh[:, :2]
        middle = at[[_UPPER_LIP, _LOWER_LIP]].mean(axis=0)
        u = (at - middle) @ self._across / (self._width / 2)
        v = (at - middle) @ self._down / self._unit
        jaw = np.where(v > 0.02, np.clip(1 - (u / 2.6) ** 2, 0, 1) * np.clip(v / 0.12, 0, 1), 0.0)
        lips = np.sqrt(np.clip(1 - u**2, 0, 1))
        for point in _LOWER:
            jaw[point] = lips[point]
        lift = np.zeros(len(at))
        for point in _UPPER:
            lift[point] = lips[point]
        mesh[:, :2] += apart * (0.89 * jaw - 0.11 * lift)[:, None] * self._down

    def _close_lips(self, mesh: Floats, share: float) -> None:
        moved: set[int] = set()
        for upper, lower in _LIP_PAIRS:
            gap = self._mesh[lower[0], :2] - self._mesh[upper[0], :2]
            for points, way in ((upper, 0.4 * share * gap), (lower, -0.6 * share * gap)):
                for point in points:
                    if point not in moved:
                        mesh[point, :2] += way
                        moved.add(point)

    def _move_lids(self, mesh: Floats, shut: float) -> None:
        """Upper lids go down onto the lower ones; a negative `shut` widens the eyes."""
        for _, _, lids in _EYES:
            for upper, lower, fold in lids:
                gap = mesh[lower, :2] - mesh[upper, :2]
                mesh[upper, :2] += 1.08 * shut * gap
                mesh[fold, :2] += 0.45 * shut * gap
