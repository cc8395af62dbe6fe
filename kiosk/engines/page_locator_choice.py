"""Which of many quads that overlap are the pages; of two touching pages both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.engines.page_locator_edges import Floats
from kiosk.imaging import geometry

SURE_CHANCE = 0.2
"""Chance of an overlap of 0.9 from which on a page is called sure: the figures at it are in models/cards/page_locator.md."""
_LEAST_CHANCE = 0.08
_MOST = 9
_COMPARED = 60
_PART = 0.3
_SURE_CLOSER = 0.4
"""Chance from which on a page is sure that a closer look alone found: things on a table look alike. Chosen on the development pictures."""
_SAME = 0.7  # overlap of what two looks took for one page. Chosen on the development pictures
_PARTLY = 0.3  # the same where the first was not sure; of three closer finds the furthest off, at 0.38, was right
_CLEARLY = 0.1  # of a chance, more than two looks at one page differ by chance. Chosen on the development pictures


@dataclass(frozen=True, slots=True)
class Found:
    """A page in pixels of the picture (4 x 2), which of its sides the border cuts off (4), the chance that it is one."""

    quad: Floats
    framed: npt.NDArray[np.bool_]
    chance: float


def apart(quads: Floats, chances: Floats) -> list[int]:
    """The likeliest quads that are not parts of one another."""
    kept: list[int] = []
    for index in np.argsort(-chances)[:_COMPARED].tolist():
        if chances[index] < _LEAST_CHANCE or len(kept) >= _MOST:
            break
        one = geometry.as_quad(quads[index])
        if not any(are_parts(one, geometry.as_quad(quads[other])) for other in kept):
            kept.append(index)
    return kept


def are_parts(one: Quad, other: Quad) -> bool:
    """Whether 0.3 of either lies in the other: not two pages beside one another."""
    return geometry.inside_fraction(one, other) >= _PART or geometry.inside_fraction(other, one) >= _PART


def split(quads: Floats, chances: Floats) -> Floats:
    """The chances, those of a likely quad given to two likely ones that make it up.

    Two sides of a card that touch, and the two pages of a passport, have an outline together that is as clear as a page's.
    """
    chances = chances.copy()
    order = np.argsort(-chances)[:_COMPARED].tolist()
    if not order or chances[order[0]] < SURE_CHANCE:
        return chances
    quad = {index: geometry.as_quad(quads[index]) for index in order}
    area = {index: geometry.area(quad[index]) for index in order}
    for whole in order[:8]:
        if chances[whole] < SURE_CHANCE:
            break
        least = max(SURE_CHANCE / 2, 0.2 * chances[whole])
        parts = [
            one
            for one in order
            if 0.33 < area[one] / area[whole] < 0.67 and chances[one] >= least and geometry.inside_fraction(quad[one], quad[whole]) > 0.93
        ]
        for place, one in enumerate(parts):
            rest = [other for other in parts[place + 1 :] if area[one] + area[other] > 0.86 * area[whole]]
            mate = next((other for other in rest if geometry.inside_fraction(quad[other], quad[one]) < 0.08), None)
            if mate is not None:
                chances[whole] = 0.0
                for part in (one, mate):
                    chances[part] = max(chances[part], SURE_CHANCE)
                break
    return chances


def better(page: Found, closer: Found, others: Sequence[Floats]) -> Found:
    """What a closer look gives where it says more of the same page; of a page that was not sure it may say where it really lies.

    Args:
        others: the other sure pages, on which nothing else lies.
    """
    quad = geometry.as_quad(closer.quad)
    overlap = geometry.overlap(geometry.as_quad(page.quad), quad)
    if page.chance >= SURE_CHANCE:
        is_better = overlap >= _SAME and closer.chance >= page.chance + _CLEARLY
    else:
        is_better = overlap >= _PARTLY and closer.chance >= _SURE_CLOSER
    return closer if is_better and not any(are_parts(quad, geometry.as_quad(other)) for other in others) else page


def in_order(pages: Sequence[Found]) -> list[Found]:
    """The surest first, without those that lie on a surer one: a closer look may have made a page surer, or moved it."""
    if not pages:
        return []
    return [pages[index] for index in apart(np.array([page.quad for page in pages]), np.array([page.chance for page in pages]))]
