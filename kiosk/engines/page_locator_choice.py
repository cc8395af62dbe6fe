"""Which of many quads that overlap are the pages: of two touching pages both, of a page on something else the page."""

from __future__ import annotations

import numpy as np

from kiosk.domain.document import Quad
from kiosk.engines.page_locator_edges import Floats
from kiosk.imaging import geometry

SURE_CHANCE = 0.2
"""Chance of an overlap of 0.9 from which on a page is called sure: the figures at it are in models/cards/page_locator.md."""
_LEAST_CHANCE = 0.08
_MOST = 9
_COMPARED = 60
_LIKELIEST = 8
_TURNED_DEG = 4.0
"""What lies oblique on a page is no part of it: everything that is printed on a page runs with its sides."""
_OBLIQUE = 0.25  # chance of a page that lies on something
_UNEVEN = 0.08  # of its longer side, a page's distance from one edge of what it is shown on; a printed frame keeps one distance


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


def freed(quads: Floats, raw: Floats, chances: Floats) -> Floats:
    """The chances, that of a likely quad given to a page that lies on it: a card on a letter, a page in a window on a display.

    Args:
        raw: `page_locator_score.features` of the quads.
    """
    chances = chances.copy()
    likeliest = [index for index in np.argsort(-chances)[:_LIKELIEST].tolist() if chances[index] >= _LEAST_CHANCE]
    if not likeliest:
        return chances
    share, covered, proportion, strength, overrun = raw[:, 4], raw[:, 0], raw[:, 11], raw[:, 14], raw[:, 15]
    whole = (covered >= 0.9) & (proportion >= 0.7) & (raw[:, 12] + raw[:, 13] == 0) & (share >= 0.85) & (strength >= 0.4)
    inner = [(index, geometry.as_quad(quads[index])) for index in np.flatnonzero(whole & (overrun <= 0.4)).tolist()]
    for outer in likeliest:
        if chances[outer] < _LEAST_CHANCE:
            continue
        quad, mixed = geometry.as_quad(quads[outer]), bool(overrun[outer] > 0.2 or share[outer] < 0.9)
        area = geometry.area(quad)
        on_it = [
            index
            for index, one in inner
            if 0.15 < geometry.area(one) / area < 0.9
            and geometry.inside_fraction(one, quad) > 0.95
            and (
                _is_oblique(quads[outer], quads[index])
                or (mixed and share[index] >= 0.9 and overrun[index] <= 0.12 and chances[index] >= 0.02 and _is_on(quad, one))
            )
        ]
        if on_it:
            best = max(on_it, key=lambda index: float(share[index] - overrun[index]))
            chances[best], chances[outer] = max(chances[best], chances[outer], _OBLIQUE), 0.0
            page = geometry.as_quad(quads[best])
            around = [
                index for index in likeliest if index != best and geometry.inside_fraction(page, geometry.as_quad(quads[index])) > 0.9
            ]
            chances[around] = np.minimum(chances[around], SURE_CHANCE - 0.01)
    return chances


def _is_on(outer: Quad, inner: Quad) -> bool:
    """Whether the distances of the inner quad's sides from those of the outer one differ as no printed frame's do."""
    if not 0.4 < geometry.area(inner) / geometry.area(outer) < 0.8:
        return False
    points, width, height = _within(geometry.as_array(outer), geometry.as_array(inner))
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    gaps = np.array([left, top, width - right, height - bottom]) / max(width, height)
    return bool(gaps.max() >= _UNEVEN and gaps.min() < 0.5 * gaps.max())


def _is_oblique(outer: Floats, inner: Floats) -> bool:
    """Whether all sides of the inner quad are turned the same way against those of the outer one."""
    points, _width, _height = _within(outer, inner)
    sides = np.roll(points, -1, axis=0) - points
    turns = (np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) + 45) % 90 - 45
    return bool(np.abs(turns).min() >= _TURNED_DEG and (np.sign(turns) == np.sign(turns[0])).all())


def _within(outer: Floats, inner: Floats) -> tuple[Floats, float, float]:
    """The inner corners where the outer quad is a rectangle of this width and height."""
    lengths = np.linalg.norm(np.roll(outer, -1, axis=0) - outer, axis=1)
    width, height = float(lengths[0] + lengths[2]), float(lengths[1] + lengths[3])
    target = geometry.box_quad(0, 0, width, height)
    return geometry.mapped(geometry.as_quad(inner), geometry.homography(geometry.as_quad(outer), target)), width, height
