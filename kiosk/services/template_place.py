"""Where a template's areas lie on a page cut askew, or in a picture that shows more than the page: by the fields found by their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Point

LEAST_ANCHORS = 3
_NEAR = 0.02
"""Of the page's sides: what an anchor may be off after fitting; where a value begins within its line is a guess."""
_LAST = 0.012
"""Below it nothing is gained by a fit."""
_SPREAD = 0.06
"""Standard deviation of anchors along either side of the page, below which they tell no scale."""
_LEAST_SHARE, _MOST_SHARE = 0.2, 1.4
"""Of the picture's width and height that the page takes; more than 1 where a part of it is cut off."""
_SHEAR = 0.3
_HELD = 0.05  # of what the anchors say
_FLAT = 1e4


@dataclass(frozen=True, slots=True)
class Placement:
    """Maps shares of the picture to shares of the template's page, both 0..1 from the top left corner."""

    matrix: tuple[tuple[float, float, float], tuple[float, float, float]] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))

    def on_page(self, point: Point) -> Point:
        (a, b, c), (d, e, f) = self.matrix
        x, y = point
        return a * x + b * y + c, d * x + e * y + f


AS_IT_LIES = Placement()


def placed_by(anchors: Sequence[tuple[Point, Point]]) -> Placement:
    """The affine map that the anchors agree on; `AS_IT_LIES` where there are too few, where they disagree, or where they lie right already.

    Args:
        anchors: where a value begins in the picture, and where its area begins on the template's page.
    """
    kept = list(anchors)
    if _worst(kept, AS_IT_LIES) <= _LAST:
        return AS_IT_LIES
    found = _fitted(kept)
    for _ in range(len(kept) // 4):
        if found is not None and _worst(kept, found) <= _NEAR:
            return found
        # a value under a wrong label is out of its place: one of four may be, the one without which the others agree best
        fits = [(others, fit) for others in _without_one(kept) if (fit := _fitted(others)) is not None]
        if not fits:
            return AS_IT_LIES
        kept, found = min(fits, key=lambda one: _worst(*one))
    return found if found is not None and _worst(kept, found) <= _NEAR else AS_IT_LIES


def _without_one(anchors: Sequence[tuple[Point, Point]]) -> list[list[tuple[Point, Point]]]:
    return [[*anchors[:index], *anchors[index + 1 :]] for index in range(len(anchors))]


def _worst(anchors: Sequence[tuple[Point, Point]], placement: Placement) -> float:
    """How far the anchor is off that is off most; 0 without any."""
    return max((max(abs(a - b) for a, b in zip(placement.on_page(seen), meant, strict=True)) for seen, meant in anchors), default=0.0)


def _fitted(anchors: Sequence[tuple[Point, Point]]) -> Placement | None:
    """Least squares, shear held small: a few anchors near one line tell little of it. None for what no page in a picture does."""
    if len(anchors) < LEAST_ANCHORS:
        return None
    seen = np.array([one for one, _ in anchors], np.float64)
    meant = np.array([other for _, other in anchors], np.float64)
    if np.std(meant, axis=0).min() < _SPREAD:
        return None
    centred, middle, goal = seen - seen.mean(axis=0), seen.mean(axis=0), meant.mean(axis=0)
    rows: list[tuple[float, float, float]] = []
    held_by = _HELD * float(np.square(centred).sum()) / 2
    for axis in range(2):
        held = np.diag([held_by if column != axis else 0.0 for column in range(2)])
        normal: npt.NDArray[np.float64] = centred.T @ centred + held
        if np.linalg.cond(normal) > _FLAT:
            return None
        x, y = np.linalg.solve(normal, centred.T @ (meant[:, axis] - goal[axis])).tolist()
        rows.append((x, y, float(goal[axis] - x * middle[0] - y * middle[1])))
    if not all(
        _LEAST_SHARE <= 1.0 / max(1e-6, rows[axis][axis]) <= _MOST_SHARE and abs(rows[axis][1 - axis]) <= _SHEAR for axis in range(2)
    ):
        return None
    return Placement((rows[0], rows[1]))
