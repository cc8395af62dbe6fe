"""Which of many quads that overlap are the pages; of two touching pages both."""

from __future__ import annotations

import numpy as np

from kiosk.engines.page_locator_edges import Floats
from kiosk.imaging import geometry

SURE_CHANCE = 0.2
"""Chance of an overlap of 0.9 from which on a page is called sure: the figures at it are in models/cards/page_locator.md."""
_LEAST_CHANCE = 0.08
_MOST = 9
_COMPARED = 60


def apart(quads: Floats, chances: Floats) -> list[int]:
    """The likeliest quads that are not parts of one another."""
    kept: list[int] = []
    for index in np.argsort(-chances)[:_COMPARED].tolist():
        if chances[index] < _LEAST_CHANCE or len(kept) >= _MOST:
            break
        one = geometry.as_quad(quads[index])
        others = [geometry.as_quad(quads[other]) for other in kept]
        if all(geometry.inside_fraction(one, other) < 0.3 and geometry.inside_fraction(other, one) < 0.3 for other in others):
            kept.append(index)
    return kept


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
