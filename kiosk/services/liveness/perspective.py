"""Whether a face that comes nearer changes as a head does, and not as a flat picture does.

A head at distance d shows what lies z nearer enlarged by 1 + z/d. With E the outer eye distance and F the focal length in pixels, the eyes
are s = F * E / d pixels apart; so between two sizes the enlargement of near points against far ones changes by k = (s2 - s1) / F for
each E of depth. `imaging.face_motion.perspective_change` measures k by the depth of the landmark mesh.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kiosk.domain.check import CheckLabel
from kiosk.imaging.face_motion import perspective_change
from kiosk.services.liveness.observation import Observation

FOCAL = 0.7
"""Focal length in frame diagonals: webcams see 68 to 78 degrees across the corners, that is 0.74 to 0.62."""


@dataclass(frozen=True, slots=True)
class PerspectiveRules:
    """Bounds of what is measured over what the sizes make expect.

    Attributes:
        least, most: the landmark network smooths perspective towards its idea of a face: rendered heads with true perspective measure
            0.23 to 0.65; flat pictures -0.2 to 0.1 once several frames are averaged (docs/guides/liveness.md).
        smallest: expected change below which nothing can be told.
    """

    least: float = 0.16
    most: float = 3.0
    smallest: float = 0.07

    def for_record(self) -> PerspectiveRules:
        """A little wider: fewer frames are averaged in a record."""
        return replace(self, least=0.85 * self.least, smallest=0.9 * self.smallest)


@dataclass(frozen=True, slots=True)
class View:
    """A face at one distance: the mean of some frames. `eyes_px`: outer eye distance; `diagonal_px` of the frame."""

    shape: npt.NDArray[np.float32]
    eyes_px: float
    diagonal_px: float
    frames: int


def view_of(seen: Sequence[Observation]) -> View | None:
    """None when no frame has a mesh."""
    shapes = [one.shape for one in seen if one.shape is not None]
    if not shapes:
        return None
    width, height = seen[-1].frame_size
    eyes_px = float(np.mean([one.eyes_px for one in seen if one.shape is not None]))
    return View(np.asarray(np.mean(shapes, axis=0), np.float32), eyes_px, math.hypot(width, height), len(shapes))


def perspective_ratio(one: View, other: View) -> tuple[float, float]:
    """(measured over expected change of perspective, the expected change); 1 = as the geometry says, 0 = flat."""
    far, near = sorted((one, other), key=lambda view: view.eyes_px)
    expected = (near.eyes_px - far.eyes_px) / (FOCAL * near.diagonal_px)
    return perspective_change(far.shape, near.shape) / max(expected, 1e-6), expected


def judge_perspective(views: Sequence[View], rules: PerspectiveRules | None = None) -> tuple[CheckLabel, float]:
    """OK, FLAT_FACE or INCONCLUSIVE, and the ratio that it was told by: the nearest against the furthest view."""
    rules = rules or PerspectiveRules()
    if len(views) < 2:
        return CheckLabel.INCONCLUSIVE, 0.0
    far, near = min(views, key=lambda view: view.eyes_px), max(views, key=lambda view: view.eyes_px)
    ratio, expected = perspective_ratio(far, near)
    if expected < rules.smallest:
        return CheckLabel.INCONCLUSIVE, ratio
    return (CheckLabel.OK if rules.least <= ratio <= rules.most else CheckLabel.FLAT_FACE), ratio
