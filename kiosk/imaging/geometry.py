"""Plane geometry of quads and boxes, in pixels with y down.

What takes one quad is plain arithmetic: numpy takes ten times as long for four points, and a page asks a thousand times.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Point, Quad

Array = npt.NDArray[np.float64]
"""n x 2 points, or what a docstring says."""


def as_array(quad: Quad) -> Array:
    """4 x 2."""
    return np.asarray(quad, dtype=np.float64)


def as_quad(points: npt.ArrayLike) -> Quad:
    """From 4 x 2, in the order given."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = np.asarray(points, dtype=np.float64).tolist()
    return (ax, ay), (bx, by), (cx, cy), (dx, dy)


def ordered(quad: Quad) -> Quad:
    """Clockwise, beginning with the corner nearest to the top left of the quad's own bounding box."""
    points = as_array(quad)
    centre = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
    points = points[np.argsort(angles)]
    return as_quad(np.roll(points, -int(np.argmin(points.sum(axis=1))), axis=0))


def rolled(quad: Quad, quarter_turns: int) -> Quad:
    """The same corners, starting `quarter_turns` corners later."""
    return as_quad(np.roll(as_array(quad), -quarter_turns, axis=0))


def moved(quad: Quad, dx: float, dy: float) -> Quad:
    """The same quad elsewhere."""
    a, b, c, d = ((x + dx, y + dy) for x, y in quad)
    return a, b, c, d


def sides(quad: Quad) -> tuple[float, float, float, float]:
    """Lengths of top, right, bottom and left side of a quad that starts top left."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return _length(bx - ax, by - ay), _length(cx - bx, cy - by), _length(dx - cx, dy - cy), _length(ax - dx, ay - dy)


def area(quad: Quad) -> float:
    """By the shoelace formula; always positive."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return float(abs((ax * by + bx * cy + cx * dy + dx * ay) - (ay * bx + by * cx + cy * dx + dy * ax)) / 2)


def is_convex(quad: Quad) -> bool:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    abx, aby, bcx, bcy, cdx, cdy, dax, day = bx - ax, by - ay, cx - bx, cy - by, dx - cx, dy - cy, ax - dx, ay - dy
    turns = abx * bcy - aby * bcx, bcx * cdy - bcy * cdx, cdx * day - cdy * dax, dax * aby - day * abx
    return all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)


def overlap(one: Quad, other: Quad) -> float:
    """Intersection over union of two convex quads, 0..1."""
    common, _ = cv2.intersectConvexConvex(as_array(one).astype(np.float32), as_array(other).astype(np.float32))
    together = area(one) + area(other) - common
    return float(common / together) if together > 0 else 0.0


def inside_fraction(inner: Quad, outer: Quad) -> float:
    """Which part of `inner` lies in `outer`, 0..1; both convex."""
    common, _ = cv2.intersectConvexConvex(as_array(inner).astype(np.float32), as_array(outer).astype(np.float32))
    own = area(inner)
    return float(common / own) if own > 0 else 0.0


def mapped(points: npt.ArrayLike, homography: Array) -> Array:
    """n x 2 points through a 3 x 3 homography."""
    xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    rich = np.hstack([xy, np.ones((len(xy), 1))]) @ homography.T
    return np.asarray(rich[:, :2] / rich[:, 2:3], dtype=np.float64)


def homography(source: Quad, target: Quad) -> Array:
    """3 x 3, maps the corners of `source` onto those of `target`."""
    matrix = cv2.getPerspectiveTransform(as_array(source).astype(np.float32), as_array(target).astype(np.float32))
    return np.asarray(matrix, dtype=np.float64)


def bounds(quad: Quad) -> tuple[float, float, float, float]:
    """left, top, right, bottom."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return float(min(ax, bx, cx, dx)), float(min(ay, by, cy, dy)), float(max(ax, bx, cx, dx)), float(max(ay, by, cy, dy))


def box_quad(left: float, top: float, right: float, bottom: float) -> Quad:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def centre(quad: Quad) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return float(ax + bx + cx + dx) / 4, float(ay + by + cy + dy) / 4


def _length(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)
