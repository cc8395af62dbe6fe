"""Pieces of text with their places, taken apart and put together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.ports import TextLine
from kiosk.services.page_slant import turned_alike

_LEVEL, _STEEP = math.radians(0.7), math.radians(30)
_LONG, _LEAST_LONG = 4.0, 3
_LEANING = 0.02
_DOUBTED = 0.6
"""What is left of the sureness of a value with a letter that is a mere guess."""


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of text and where it is; `height` of its letters, `least` the probability of its least sure letter.

    `marks`: that of its least sure accent, given the letter."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    quad: Quad
    least: float = 1.0
    marks: float = 1.0

    @property
    def accents(self) -> float:
        """How sure the text is where nothing but its accents is in doubt; measured as `sureness` is."""
        return round(_DOUBTED + (1.0 - _DOUBTED) * self.marks, 4)

    @property
    def sureness(self) -> float:
        """How sure the text is as a value, 0..1: one letter in doubt makes all of it doubtful, however long and clear the rest.

        Below the threshold for a look (0.92) when the letter's probability is below 0.8: that tells 9 of 13 wrong values and 5 % of the
        right ones.
        """
        return min(self.confidence, _DOUBTED + (1.0 - _DOUBTED) * self.least)

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def box_of(line: TextLine) -> Box:
    left, top, right, bottom = geometry.bounds(line.quad)
    return Box(line.text, line.confidence, left, top, right, bottom, line.quad, line.least, line.marks)


def as_it_lies(box: Box) -> Box:
    """Where its quad is, whether or not the page was taken for level."""
    left, top, right, bottom = geometry.bounds(box.quad)
    return replace(box, left=left, top=top, right=right, bottom=bottom)


def boxes_of(lines: Sequence[TextLine]) -> list[Box]:
    """All lines of a page as they would lie if the page were level: only the quads stay where they are in the picture."""
    angle = _slant(lines)
    if abs(angle) < _LEVEL:
        return [box_of(line) for line in lines]
    cosine, sine = math.cos(-angle), math.sin(-angle)
    boxes = []
    for line in lines:
        a, b, c, d = line.quad
        x, y = geometry.centre(line.quad)
        x, y = cosine * x - sine * y, sine * x + cosine * y
        # its own sides: under perspective lines slant unlike one another, and the bounds of a slanted one are too tall
        across, up = (math.dist(a, b) + math.dist(d, c)) / 4, (math.dist(a, d) + math.dist(b, c)) / 4
        boxes.append(Box(line.text, line.confidence, x - across, y - up, x + across, y + up, line.quad, line.least, line.marks))
    return boxes


def _slant(lines: Sequence[TextLine]) -> float:
    """How far most of the text is turned, radians, clockwise, any at all: quads begin where their text does; 0 where too little tells.

    A page without an outline is read as it lies in the picture, be it at 130 degrees. Print at a margin may stand, in lines longer than
    any value: how the page lies is told by all lines, how far exactly by the longer ones of these.
    """
    turns = [math.atan2(right[1] - left[1], right[0] - left[0]) for left, right, _, _ in (line.quad for line in lines)]
    alike = turned_alike(turns, math.tau)
    if len(alike) < _LEAST_LONG:
        return 0.0
    long = [turn for turn, place in alike if _is_long(lines[place].quad)]
    if len(long) < _LEAST_LONG:
        return 0.0
    slant = math.remainder(median(long), math.tau)
    return slant if abs(slant) <= _STEEP or len(alike) > 0.5 * len(lines) else 0.0


def _is_long(quad: Quad) -> bool:
    return math.dist(quad[0], quad[1]) >= _LONG * math.dist(quad[0], quad[3])


def part_of(box: Box, start: float, end: float, text: str) -> Box:
    """The part of a line from `start` to `end` (0..1 of its letters)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = box.quad

    def between(x0: float, y0: float, x1: float, y1: float, t: float) -> tuple[float, float]:
        return x0 + (x1 - x0) * t, y0 + (y1 - y0) * t

    quad = (between(ax, ay, bx, by, start), between(ax, ay, bx, by, end), between(dx, dy, cx, cy, end), between(dx, dy, cx, cy, start))
    if (box.left, box.top, box.right, box.bottom) == geometry.bounds(box.quad):
        left, top, right, bottom = geometry.bounds(quad)
    else:  # its page was taken for level
        wide = box.right - box.left
        left, top, right, bottom = box.left + start * wide, box.top, box.left + end * wide, box.bottom
    return Box(text, box.confidence, left, top, right, bottom, quad, box.least, box.marks)


def is_beside(text: Box, label: Box) -> bool:
    """Whether a text stands in the line of a label, right of it and near."""
    height = max(1.0, label.height)
    overlap = min(text.bottom, label.bottom) - max(text.top, label.top)
    return overlap >= 0.5 * min(height, text.height) and -0.9 <= (text.left - label.right) / height <= 4


def in_column(one: Box, other: Box) -> bool:
    """Whether two texts begin at one margin; perspective lets a margin lean a little, less than the width of a number."""
    height = max(1.0, min(one.height, other.height))
    return abs(one.left - other.left) <= min(0.7 * height, 0.45 * height + _LEANING * abs(one.middle - other.middle))


def joined_boxes(boxes: Sequence[Box], joint: str) -> Box:
    """Several pieces, one at least, as one: as sure as the least sure of them."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    text = joint.join(box.text for box in boxes)
    sure, least = min(box.confidence for box in boxes), min(box.least for box in boxes)
    marks = min(box.marks for box in boxes)
    return Box(text, sure, left, top, right, bottom, geometry.box_quad(left, top, right, bottom), least, marks)
