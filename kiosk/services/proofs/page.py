"""What stands where on a page of a proof: pieces of text with their places, rows and neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kiosk.domain.document import Quad

_SAME_ROW = 0.5
"""Share of the lower piece's height that two pieces of one row have in common."""


@dataclass(frozen=True)
class Piece:
    """One piece of a line. `quad` in pixels of its page; `page` counts from 1; `confidence` 0..1 (a text layer's is 1).

    `tilt`: angle of the page's lines in its picture, radians clockwise; rows and columns are looked for along it.
    """

    text: str
    confidence: float
    quad: Quad
    page: int
    tilt: float = 0.0

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom once the page is turned level; of a tilted line without what its tilt adds to its height."""
        if not self.tilt:
            xs, ys = [x for x, _ in self.quad], [y for _, y in self.quad]
            return min(xs), min(ys), max(xs), max(ys)
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        flat = [(x * cos + y * sin, y * cos - x * sin) for x, y in self.quad]
        middle = sum(y for _, y in flat) / len(flat)
        tall = math.dist(self.quad[1], self.quad[2]) / 2
        xs = [x for x, _ in flat]
        return min(xs), middle - tall, max(xs), middle + tall

    @property
    def height(self) -> float:
        return max(1.0, self.box[3] - self.box[1])


@dataclass(frozen=True)
class Page:
    """Pieces in reading order. `size` width and height in pixels; `layer`: it was a PDF's text, not read from pixels."""

    number: int
    size: tuple[int, int]
    pieces: tuple[Piece, ...]
    layer: bool = False

    def right_of(self, piece: Piece) -> Piece | None:
        """The next piece in its row."""
        _, _, right, _ = piece.box
        row = [other for other in self.pieces if other is not piece and _in_row(piece, other) and other.box[0] >= right - piece.height]
        return min(row, key=lambda other: other.box[0], default=None)

    def left_of(self, piece: Piece) -> tuple[Piece, ...]:
        """What stands before it in its row, the nearest first."""
        left = piece.box[0]
        row = [other for other in self.pieces if other is not piece and _in_row(piece, other) and other.box[2] <= left + piece.height]
        return tuple(sorted(row, key=lambda other: -other.box[2]))

    def below(self, piece: Piece, *, lines: float = 1.6) -> Piece | None:
        """The nearest piece under it that begins where it does, at most so many of its heights further down."""
        left, _, right, bottom = piece.box
        under = [
            other
            for other in self.pieces
            if other is not piece
            and -0.4 * piece.height <= other.box[1] - bottom <= lines * piece.height
            and other.box[0] < right
            and abs(other.box[0] - left) < 3 * piece.height
        ]
        return min(under, key=lambda other: other.box[1], default=None)

    def above(self, piece: Piece, *, lines: float = 1.3, any_size: bool = False) -> Piece | None:
        """The nearest piece over it in its column: same left edge, same right edge or same middle, type of about its size (or any)."""
        left, top, right, _ = piece.box
        tall = piece.height
        over = [
            other
            for other in self.pieces
            if other is not piece
            and -0.4 * tall <= top - other.box[3] <= lines * tall
            and (any_size or 0.7 <= other.height / tall <= 1.8)
            and min(abs(other.box[0] - left), abs(other.box[2] - right), abs(other.box[0] + other.box[2] - left - right) / 2) < 1.5 * tall
            and other.box[0] < right
            and other.box[2] > left
        ]
        return max(over, key=lambda other: other.box[3], default=None)


def tilt_of(quads: Sequence[Quad]) -> float:
    """Angle of the lines, radians clockwise: the middle one of the longest half."""
    long = sorted(quads, key=lambda quad: math.dist(quad[0], quad[1]))[len(quads) // 2 :]
    angles = sorted(math.atan2(quad[1][1] - quad[0][1], quad[1][0] - quad[0][0]) for quad in long)
    return angles[len(angles) // 2] if angles else 0.0


def in_reading_order(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Rows from the top, each from the left."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (one.box[1] + one.box[3]) / 2):
        if rows and _in_row(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return tuple(piece for row in rows for piece in sorted(row, key=lambda one: one.box[0]))


def _in_row(one: Piece, other: Piece) -> bool:
    common = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    return common > _SAME_ROW * min(one.height, other.height)


def joined(quads: Sequence[Quad]) -> Quad:
    """The upright box around several."""
    xs, ys = [x for quad in quads for x, _ in quad], [y for quad in quads for _, y in quad]
    return (min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))
