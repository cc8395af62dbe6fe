"""A second way to find a page: its own print tells how it lies where the ground is too busy for its outline (a card on a newspaper)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from statistics import median

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import levelled
from kiosk.ports import PageLocation, PageLocator

_SLENDER = 3.0
"""Length by height of the lines that count; shorter pieces of text slant at random, those of 3 by a degree or two."""
_LEAST_LINES = 5
_LEAST_SLANT = math.radians(8)
"""Up to here pages are read as they lie."""
_ALIKE = math.radians(6)
"""Half of how far lines of one page may be turned against one another: perspective lets them converge."""
_MOST = 0.6
_TURNED_PX = 1600


def slant_of(quads: Sequence[Quad]) -> float | None:
    """How far most of the print is turned against the picture's sides, radians, clockwise, -pi/4..pi/4; None where it lies level or anyhow.

    Print around the page, which lies otherwise, may be there as well.
    """
    slender = [(a, b) for a, b, _, d in quads if math.dist(a, b) >= _SLENDER * math.dist(a, d)]
    turns = [math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in slender]
    best = turned_alike(turns, math.pi / 2)  # the sides of the picture being all alike
    if len(best) < _LEAST_LINES or len(best) < _MOST * len(turns):
        return None
    slant = math.remainder(median(turn for turn, _ in best), math.pi / 2)
    return slant if abs(slant) >= _LEAST_SLANT else None


def turned_alike(turns: Sequence[float], period: float) -> list[tuple[float, int]]:
    """The most of the turns that are alike, in order, each with its index; empty for none.

    Args:
        turns: radians.
        period: by which turns are the same; those that are told may lie a period higher, so that they are all near one another.
    """
    ordered = sorted((turn % period, place) for place, turn in enumerate(turns))
    around = [*ordered, *((turn + period, place) for turn, place in ordered)]
    ends = [bisect_right(around, turn + 2 * _ALIKE, first, first + len(ordered), key=_turn_of) for first, (turn, _) in enumerate(ordered)]
    first, end = max(enumerate(ends), key=lambda one: one[1] - one[0], default=(0, 0))
    return around[first:end]


def _turn_of(one: tuple[float, int]) -> float:
    return one[0]


def locate_level(image: Image, slant: float, locator: PageLocator) -> tuple[PageLocation, ...]:
    """The pages that the locator finds in the picture turned back by `slant` radians, with their places in the picture as it is."""
    turned, back = levelled(image, slant, max_side_px=_TURNED_PX)
    return tuple(
        PageLocation(geometry.as_quad(geometry.mapped(found.quad, back)), found.confidence, found.touches_border)
        for found in locator.locate(turned)
    )
