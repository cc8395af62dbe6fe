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
CLEAR_ASPECT = 11.0
LINE_SPACING = 6.35 / (44 * 2.54)
"""Distance of two lines of a TD3 against their length."""
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
    """Groups of two or three lines that may be a zone, the likeliest first; lines in order across their direction.

    After the groups of lines as they were found come those that mend what detectors do to an MRZ: they drop runs of fillers, so that a line
    of names is found in part or not at all, and they find both lines as one.
    """
    boxes = _joined([box_of(quad) for quad in quads])
    chains = _chains([box for box in boxes if box.length >= MIN_ASPECT * box.height], limit)
    longest = sorted(boxes, key=lambda box: -box.length)[:3]
    for box in longest:
        if slender(box.quad):
            chains.extend([chain for chain in _chains(_completed(box, boxes), 100) if box in chain][:limit])
    for box in longest[:1]:
        if MIN_ASPECT / 2 <= box.length / box.height < MIN_ASPECT:
            chains.append(_split(box, 2))
        if MIN_ASPECT / 3 <= box.length / box.height < 2 * MIN_ASPECT / 3:
            chains.append(_split(box, 3))
    return [tuple(box.quad for box in chain) for chain in chains]


def _chains(boxes: Sequence[Box], limit: int) -> list[list[Box]]:
    """Chains of two or three boxes, each the next line of the one before, the likeliest first."""
    numbers = range(len(boxes))
    below = {index: [other for other in numbers if other != index and _follows(boxes[index], boxes[other])] for index in numbers}
    chains: list[list[Box]] = []
    for first, seconds in below.items():
        for second in seconds:
            chains.append([boxes[first], boxes[second]])
            chains.extend(
                [boxes[first], boxes[second], boxes[third]]
                for third in below[second]
                if third != first and _even(boxes[first], boxes[second], boxes[third])
            )
    return sorted(chains, key=lambda chain: -_likeness(chain))[:limit]


def _completed(whole: Box, boxes: Sequence[Box]) -> list[Box]:
    """`whole` and, for each row of pieces beside it, a line as long; where there is no row, the places at the line spacing of TD3."""
    rows: dict[float, Box] = {0.0: whole}

    def add(step: float, height: float) -> None:
        if all(abs(step - known) > 0.5 * whole.height for known in rows):
            x, y = whole.x - step * math.sin(whole.angle), whole.y + step * math.cos(whole.angle)
            rows[step] = Box(x, y, whole.angle, whole.length, height)

    for piece in boxes:
        shift, step = whole.along((piece.x, piece.y), whole.angle)
        inside = abs(shift) + piece.length / 2 < whole.length / 2 + 2 * whole.height and abs(step) < 7 * whole.height
        alike = 0.5 < piece.height / whole.height < 1.6 and piece.length > 3 * piece.height
        if inside and alike and abs(_turn(piece.angle - whole.angle)) < MAX_ANGLE:
            add(step, max(piece.height, 0.85 * whole.height))
    for step in (-LINE_SPACING * whole.length, LINE_SPACING * whole.length):
        add(step, whole.height)
    return list(rows.values())


def _split(box: Box, count: int) -> list[Box]:
    """One fat box as so many lines."""
    height = box.height / count
    steps = [(index - (count - 1) / 2) * height for index in range(count)]
    sin, cos = math.sin(box.angle), math.cos(box.angle)
    return [Box(box.x - step * sin, box.y + step * cos, box.angle, box.length, height) for step in steps]


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


def aligned(quads: Sequence[Quad]) -> tuple[Quad, ...]:
    """The lines of one zone, each as long as all together: they begin and end below each other, so what one lacks was missed."""
    angle = box_of(quads[0]).angle
    reaches = []
    for quad in quads:
        box = box_of(quad)
        middle = box.x * math.cos(angle) + box.y * math.sin(angle)
        reaches.append((middle - box.length / 2, middle + box.length / 2))
    low, high = min(reach[0] for reach in reaches), max(reach[1] for reach in reaches)
    result = []
    for quad, (start, end) in zip(quads, reaches, strict=True):
        a, b, c, d = (np.array(corner, float) for corner in quad)
        before, behind = (start - low) / max(end - start, 1e-6), (high - end) / max(end - start, 1e-6)
        corners = a - (b - a) * before, b + (b - a) * behind, c + (c - d) * behind, d - (c - d) * before
        result.append((_pair(corners[0]), _pair(corners[1]), _pair(corners[2]), _pair(corners[3])))
    return tuple(result)


def slender(quad: Quad) -> bool:
    """Is the line as long against its height as those of an MRZ clearly are?"""
    box = box_of(quad)
    return box.length >= CLEAR_ASPECT * box.height


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


def line_crop(image: Image, quad: Quad, *, squeeze: float = 1.0, stretch: bool = False, height_px: int = LINE_HEIGHT_PX) -> Image:
    """The upright crop of one line at a fixed height.

    Args:
        squeeze: width against the true proportions; narrower is faster, and down to 0.7 not read worse.
        stretch: spread the grey values over the whole range first.
    """
    corners = np.array(quad, np.float32)
    length = float(np.hypot(*(corners[1] - corners[0])))
    height = float(np.hypot(*(corners[3] - corners[0])))
    width_px = max(height_px, round(squeeze * length * height_px / max(height, 1.0)))
    target = np.array([[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    warped = cv2.warpPerspective(image, matrix, (width_px, height_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    crop = np.asarray(warped, np.uint8)
    if stretch:
        grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
        low, high = np.percentile(grey, (1, 99))
        spread = np.clip((grey - low) * (255 / max(high - low, 1.0)), 0, 255).astype(np.uint8)
        crop = np.asarray(cv2.cvtColor(spread, cv2.COLOR_GRAY2BGR), np.uint8)
    return crop


def _pair(point: np.ndarray) -> Point:
    return float(point[0]), float(point[1])
