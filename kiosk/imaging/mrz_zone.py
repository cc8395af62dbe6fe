"""Where a machine readable zone may be among the text lines of a picture, and crops of its lines.

A zone is two or three parallel lines of the same length, one close below the other, long against their height
(OCR-B at 2.54 mm pitch: 30, 36 or 44 characters, lines 6.35 mm apart; ICAO 9303-3 4.1 and 9303-4 to 9303-7).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.domain.document import Point, Quad
from kiosk.imaging.frame import Image

MIN_ASPECT = 9.0
MAX_ANGLE = math.radians(6)
LINE_HEIGHT_PX = 48


@dataclass(frozen=True, slots=True)
class Box:
    """A text line as centre, direction of its longer side (radians, -pi/4 .. 3pi/4), length and height in pixels."""

    x: float
    y: float
    angle: float
    length: float
    height: float

    def along(self, point: Point, angle: float) -> tuple[float, float]:
        """(distance along, distance across) from the centre to a point, in a frame turned by `angle`."""
        dx, dy = point[0] - self.x, point[1] - self.y
        return dx * math.cos(angle) + dy * math.sin(angle), dy * math.cos(angle) - dx * math.sin(angle)

    @property
    def quad(self) -> Quad:
        ux, uy = math.cos(self.angle), math.sin(self.angle)
        half_l, half_h = self.length / 2, self.height / 2
        a, b, c, d = (
            (self.x + sx * half_l * ux - sy * half_h * uy, self.y + sx * half_l * uy + sy * half_h * ux)
            for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        )
        return a, b, c, d


def box_of(quad: Quad) -> Box:
    """The box of a quad whose first edge is the longer one."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    angle = math.atan2(by - ay + cy - dy, bx - ax + cx - dx)
    length = (math.dist(quad[0], quad[1]) + math.dist(quad[3], quad[2])) / 2
    height = (math.dist(quad[0], quad[3]) + math.dist(quad[1], quad[2])) / 2
    return Box((ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4, angle, length, height)


def zone_candidates(quads: Sequence[Quad], limit: int = 4) -> list[tuple[Quad, ...]]:
    """Groups of two or three lines that may be a zone, the likeliest first; lines in order across their direction."""
    boxes = _joined([box_of(quad) for quad in quads])
    long = [box for box in boxes if box.length >= MIN_ASPECT * box.height]
    below: dict[int, list[int]] = {
        index: [other for other in range(len(long)) if other != index and _follows(long[index], long[other])] for index in range(len(long))
    }
    chains: list[tuple[int, ...]] = []
    for first, seconds in below.items():
        for second in seconds:
            chains.append((first, second))
            chains.extend((first, second, third) for third in below[second] if third != first and _even(long[first], long[second], long[third]))
    chains.sort(key=lambda chain: -_likeness([long[index] for index in chain]))
    return [tuple(long[index].quad for index in chain) for chain in chains[:limit]]


def _follows(upper: Box, lower: Box) -> bool:
    """Is `lower` the next line of the same zone?"""
    if abs(_turn(upper.angle - lower.angle)) > MAX_ANGLE:
        return False
    longer, shorter = max(upper.length, lower.length), min(upper.length, lower.length)
    taller, flatter = max(upper.height, lower.height), min(upper.height, lower.height)
    if shorter < 0.85 * longer or flatter < 0.5 * taller:
        return False
    shift, step = upper.along((lower.x, lower.y), upper.angle)
    height = (upper.height + lower.height) / 2
    return 0.6 * height < step < 3.2 * height and abs(shift) < 0.1 * longer


def _even(first: Box, second: Box, third: Box) -> bool:
    one = first.along((second.x, second.y), first.angle)[1]
    two = second.along((third.x, third.y), first.angle)[1]
    return 0.6 < one / two < 1.6 if two > 0 else False


def _likeness(boxes: Sequence[Box]) -> float:
    """Long, slender, equally long lines are likelier; three such lines are likelier than two of them."""
    lengths = [box.length for box in boxes]
    slender = sum(min(box.length / box.height, 30.0) for box in boxes)
    return slender * (min(lengths) / max(lengths)) ** 2 * max(lengths)


def _joined(boxes: list[Box]) -> list[Box]:
    """Joins pieces of one line that the detector broke apart at a run of fillers."""
    boxes = sorted(boxes, key=lambda box: -box.length)
    merged = True
    while merged:
        merged = False
        for i, one in enumerate(boxes):
            for j in range(i + 1, len(boxes)):
                union = _union(one, boxes[j])
                if union is not None:
                    boxes[i] = union
                    del boxes[j]
                    merged = True
                    break
            if merged:
                break
    return boxes


def _union(one: Box, other: Box) -> Box | None:
    """Both as one box when they continue each other."""
    if one.length < 2 * one.height or min(one.height, other.height) < 0.6 * max(one.height, other.height):
        return None
    shift, step = one.along((other.x, other.y), one.angle)
    if abs(step) > 0.35 * one.height:
        return None
    if other.length > 2 * other.height and abs(_turn(one.angle - other.angle)) > MAX_ANGLE:
        return None
    gap = abs(shift) - (one.length + other.length) / 2
    if not -0.5 * one.height < gap < 1.2 * one.height:
        return None
    low = min(-one.length / 2, shift - other.length / 2)
    high = max(one.length / 2, shift + other.length / 2)
    middle = (low + high) / 2
    ux, uy = math.cos(one.angle), math.sin(one.angle)
    across = step * other.length / (one.length + other.length)
    return Box(one.x + middle * ux - across * uy, one.y + middle * uy + across * ux, one.angle, high - low, max(one.height, other.height))


def _turn(angle: float) -> float:
    """The same direction of a line, -pi/2 .. pi/2."""
    return (angle + math.pi / 2) % math.pi - math.pi / 2


def grown(quad: Quad, along: float, across: float) -> Quad:
    """The quad with each end moved outwards by `along` and each side by `across`, both in line heights."""
    a, b, c, d = (np.array(corner, float) for corner in quad)
    right = (b - a + c - d) / 2
    down = (d - a + c - b) / 2
    height = float(np.hypot(*down))
    push_x = right / max(float(np.hypot(*right)), 1e-6) * along * height
    push_y = down * across
    a, b, c, d = a - push_x - push_y, b + push_x - push_y, c + push_x + push_y, d - push_x + push_y
    return _pair(a), _pair(b), _pair(c), _pair(d)


def turned(quad: Quad) -> Quad:
    """The same quad read from the other side (upside down)."""
    return quad[2], quad[3], quad[0], quad[1]


def around(quads: Sequence[Quad]) -> Quad:
    """The quad around stacked lines, in the direction of the first."""
    angle = box_of(quads[0]).angle
    cos, sin = math.cos(angle), math.sin(angle)
    points = np.array([corner for quad in quads for corner in quad])
    along, across = points @ (cos, sin), points @ (-sin, cos)
    corners = ((along.min(), across.min()), (along.max(), across.min()), (along.max(), across.max()), (along.min(), across.max()))
    a, b, c, d = ((float(u * cos - v * sin), float(u * sin + v * cos)) for u, v in corners)
    return a, b, c, d


def quarter_turns(quad: Quad) -> int:
    """0, 90, 180 or 270: the clockwise rotation of the picture that brings the quad's text closest to upright."""
    (ax, ay), (bx, by), *_ = quad
    degrees = math.degrees(math.atan2(by - ay, bx - ax))  # y down: positive is clockwise
    return round(-degrees / 90) % 4 * 90


def line_crop(image: Image, quad: Quad, height_px: int = LINE_HEIGHT_PX) -> Image:
    """The upright crop of one line at a fixed height, its proportions kept."""
    corners = np.array(quad, np.float32)
    length = float(np.hypot(*(corners[1] - corners[0])))
    height = float(np.hypot(*(corners[3] - corners[0])))
    width_px = max(height_px, round(length * height_px / max(height, 1.0)))
    target = np.array([[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    crop = cv2.warpPerspective(image, matrix, (width_px, height_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def _pair(point: np.ndarray) -> Point:
    return float(point[0]), float(point[1])
