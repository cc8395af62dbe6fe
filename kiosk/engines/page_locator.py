"""Finds the pages in a picture by their outlines: edges, the straight lines in them, and the quads that the lines span.

No model file. The outline of a document is four straight edges that meet; printed frames, the table's grain and fingers are told
from it by how well the four sides are supported by edges, whether the edges run on past the corners, by proportion, and by size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.engines.page_locator_edges import EdgeField, refined, touches_border, working_copy
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation

Floats = npt.NDArray[np.float64]

_MIN_AREA = 0.05  # of the picture: smaller, a card's letters are below 8 px even at 1280
_MAX_LINES = 14  # per direction
_APART_DEG = 6.0  # from the sides of the first page sought, of lines of the second
_LEAST_SHARE = 0.45  # of a side must lie on an edge
_OFFSETS = np.array([-1.6, -0.8, 0.0, 0.8, 1.6])
_RATIO_LIMITS = (1.12, 2.1)
_CUT_RATIO_LIMIT = 4.0  # of a page that the picture cuts: a third of it is in sight
_KNOWN_RATIOS = (1.586, 1.42)  # ID-1; ID-2 and ID-3 (ISO/IEC 7810)
_MIN_CONFIDENCE = 0.5
_NONE: tuple[Floats, Floats] = (np.empty((0, 4, 2)), np.empty(0))


class ClassicalPageLocator:
    """ports.PageLocator without a model. Stateless: any thread."""

    model_id = "page_outline_classical"

    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        """Every page, the surest first. A picture that is the page alone has no outline inside it and gives nothing.

        Corners are clockwise from the top left one, pixels of `image`, to about a third of a pixel at 512 px picture width.
        It has but one way to look: `quick` changes nothing.
        """
        height, width = image.shape[:2]
        if min(height, width) < 48:
            return ()
        small = working_copy(image)
        field = EdgeField(small)
        quads, scores = outline_quads(field)
        found: list[PageLocation] = []
        back = np.array([width / small.shape[1], height / small.shape[0]])
        for quad, score in _best(quads, scores):
            fine = refined(field, quad)
            corners = geometry.ordered(geometry.as_quad((fine + 0.5) * back - 0.5))
            found.append(PageLocation(corners, round(score, 4), touches_border(corners, width, height)))
        return tuple(found)


def _segments(field: EdgeField) -> Floats:
    """n x 4 (x0, y0, x1, y1): straight pieces of the edges."""
    contours, _ = cv2.findContours(field.edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    shortest = 0.045 * max(field.width, field.height)
    pieces: list[Floats] = []
    for contour in contours:
        if len(contour) < shortest:
            continue
        _x, _y, across, down = cv2.boundingRect(contour)
        if math.hypot(across - 1, down - 1) < shortest:
            continue  # nothing in it is as long as that: half of those that are left
        polygon = cv2.approxPolyDP(contour, 1.6, False).reshape(-1, 2).astype(np.float64)
        if len(polygon) < 2:
            continue
        joined = np.hstack([polygon[:-1], polygon[1:]])
        long = np.hypot(joined[:, 2] - joined[:, 0], joined[:, 3] - joined[:, 1]) >= shortest
        if long.any():
            pieces.append(joined[long])
    return np.concatenate(pieces) if pieces else np.empty((0, 4))


def _lines(segments: Floats) -> Floats:
    """n x 4 (nx, ny, c, weight): segments that lie on one line joined, nx*x + ny*y = c, the best supported first."""
    delta = segments[:, 2:] - segments[:, :2]
    length = np.hypot(delta[:, 0], delta[:, 1])
    order = np.argsort(-length)
    segments, delta, length = segments[order], delta[order], length[order]
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    normal = np.stack([-delta[:, 1], delta[:, 0]], axis=1) / length[:, None]
    taken = np.zeros(len(segments), dtype=bool)
    lines: list[tuple[float, float, float, float]] = []
    for index in range(len(segments)):
        if taken[index]:
            continue
        n = normal[index]
        c = float(n @ middle[index])
        near = np.abs(segments[:, :2] @ n - c) < 2.5
        near &= np.abs(segments[:, 2:] @ n - c) < 2.5
        near &= ~taken
        near[index] = True
        taken |= near
        ends = np.concatenate([segments[near, :2], segments[near, 2:]])
        weight = np.concatenate([length[near], length[near]])
        weight /= weight.sum()
        mean = weight @ ends
        spread = ends - mean
        (xx, xy), (_, yy) = (spread * weight[:, None]).T @ spread
        direction = 0.5 * np.arctan2(2 * xy, xx - yy)
        fitted = np.array([-np.sin(direction), np.cos(direction)])
        lines.append((float(fitted[0]), float(fitted[1]), float(fitted @ mean), float(length[near].sum())))
        if len(lines) >= 40:
            break
    found = np.asarray(lines).reshape(-1, 4)
    return found[np.argsort(-found[:, 3])]


def outline_quads(field: EdgeField) -> tuple[Floats, Floats]:
    """Convex quads spanned by two roughly parallel pairs of lines, n x 4 x 2 clockwise, and their points."""
    segments = _segments(field)
    if len(segments) < 2:
        return _NONE
    lines = _lines(segments)
    angle = np.degrees(np.arctan2(lines[:, 1], lines[:, 0])) % 180.0
    quads: list[Floats] = []
    scores: list[Floats] = []
    bases = _bases(angle)
    for base in bases:
        off = np.abs((angle - base + 90.0) % 180.0 - 90.0)
        # lines of what the page lies on, a letter's rows, would leave no room for the page's own
        free = np.abs((angle - bases[0] + 45.0) % 90.0 - 45.0) > _APART_DEG if base != bases[0] else np.ones(len(lines), bool)
        one = _Family(field, lines[free & (off <= 32.0)][:_MAX_LINES], base)
        two = _Family(field, lines[free & (off >= 58.0)][:_MAX_LINES], base + 90.0)
        if one.count and two.count:
            found = _spanned(field, one, two)
            quads.append(found[0])
            scores.append(found[1])
    return (np.concatenate(quads), np.concatenate(scores)) if quads else _NONE


def _bases(angle: Floats) -> list[float]:
    """Directions to try: the strongest line's, and that of the strongest line which is oblique to it."""
    first = float(angle[0])
    off = np.abs((angle - first + 45.0) % 90.0 - 45.0)
    oblique = np.flatnonzero(off > 20.0)
    return [first] if not len(oblique) else [first, float(angle[oblique[0]])]


class _Family:
    """Lines of about one direction and, for pages that the picture cuts, the two borders of the picture that run the same way.

    Each line is sampled once along its whole length; how much of any piece of it lies on an edge is then a difference of two sums.
    """

    def __init__(self, field: EdgeField, lines: Floats, direction: float) -> None:
        self.count = len(lines)
        radians = np.radians(direction)
        if abs(np.cos(radians)) >= abs(np.sin(radians)):
            border = [[1.0, 0.0, 0.0, 0.0], [1.0, 0.0, field.width - 1.0, 0.0]]
        else:
            border = [[0.0, 1.0, 0.0, 0.0], [0.0, 1.0, field.height - 1.0, 0.0]]
        self.lines = np.concatenate([lines, np.asarray(border)])
        self.framed = np.arange(len(self.lines)) >= self.count
        hits, strength = self._sampled(field)
        zero = np.zeros((len(self.lines), 1))
        self.hit_sums = np.hstack([zero, np.cumsum(hits, axis=1)])
        self.strength_sums = np.hstack([zero, np.cumsum(strength, axis=1)])

    def _sampled(self, field: EdgeField) -> tuple[Floats, Floats]:
        """lines x samples (one per two pixels): is there an edge along the line, and how strong (0..1)."""
        normal = self.lines[:, :2]
        along = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
        reach = int(np.hypot(field.width, field.height)) // 2 * 2 + 2
        self.zero = reach / 2
        s = np.arange(-reach, reach + 1, 2, dtype=np.float64)
        points = (normal * self.lines[:, 2:3])[:, None, :] + s[None, :, None] * along[:, None, :]
        px, py = points[..., 0], points[..., 1]
        seen = (px > 3.5) & (px < field.width - 4.5) & (py > 3.5) & (py < field.height - 4.5)
        row = np.nonzero(seen)[0]
        nx, ny = normal[row, 0], normal[row, 1]
        # offsets first: numpy takes the maximum over the first axis ten times faster than over a short last one
        x = (px[seen] + _OFFSETS[:, None] * nx + 0.5).astype(np.intp)
        y = (py[seen] + _OFFSETS[:, None] * ny + 0.5).astype(np.intp)
        at = y * field.width + x
        dx, dy = field.dx.ravel()[at], field.dy.ravel()[at]
        across, beside = np.abs(dx * nx + dy * ny), np.abs(dx * ny - dy * nx)
        best = np.zeros(points.shape[:2])
        best[seen] = np.where(across > 2.0 * beside, across, 0.0).max(axis=0)
        return (best > field.low).astype(np.float64), np.minimum(best / (4 * field.low), 1.0)

    def places(self, points: Floats) -> Floats:
        """lines x m positions along each line of lines x m x 2 points, as indices into the sums."""
        along = points[..., 1] * self.lines[:, None, 0] - points[..., 0] * self.lines[:, None, 1]
        return np.asarray(along / 2 + self.zero, dtype=np.float64)

    def share(self, sums: Floats, start: Floats, end: Floats) -> Floats:
        """Mean of a sampled quantity per line between two positions (lines x ...)."""
        last = sums.shape[1] - 1
        low = np.clip(np.rint(np.minimum(start, end)), 0, last).astype(np.int32)
        high = np.clip(np.rint(np.maximum(start, end)), 0, last).astype(np.int32)
        row = np.arange(len(sums)).reshape((-1,) + (1,) * (start.ndim - 1))
        return np.asarray((sums[row, high] - sums[row, low]) / np.maximum(high - low, 1), dtype=np.float64)


@dataclass(slots=True)
class _Pieces:
    """Of each line between each two lines across it (lines x across x across): edge share, strength, overrun past the ends."""

    share: Floats
    strength: Floats
    overrun: Floats


def _pieces(family: _Family, places: Floats) -> _Pieces:
    start, end = places[:, :, None], places[:, None, :]
    length = end - start
    # cards have round corners (radius 3 mm of 86): the first and last twentieth of a side need no edge
    inner = (start + 0.06 * length, end - 0.06 * length)
    share = family.share(family.hit_sums, *inner)
    strength = family.share(family.strength_sums, *inner)
    # what runs on past its corners is the table's edge or a printed line, not a side of a page
    before = family.share(family.hit_sums, start - 0.15 * length, start - 0.03 * length)
    behind = family.share(family.hit_sums, end + 0.03 * length, end + 0.15 * length)
    return _Pieces(share, strength, (before + behind) / 2)


def _spanned(field: EdgeField, one: _Family, two: _Family) -> tuple[Floats, Floats]:
    """All quads of two lines of each family that can be a page by support, size, angles and proportion, with their scores."""
    meet = _intersections(one.lines, two.lines)  # one x two x 2
    slack = 0.02 * max(field.width, field.height)
    inside = (meet[..., 0] > -slack) & (meet[..., 0] < field.width - 1 + slack)
    inside &= (meet[..., 1] > -slack) & (meet[..., 1] < field.height - 1 + slack)
    pieces_one = _pieces(one, one.places(meet))
    pieces_two = _pieces(two, two.places(meet.transpose(1, 0, 2)))
    shortest = 0.1 * max(field.width, field.height)
    good_one = _usable(one, pieces_one, inside, one.places(meet), shortest)  # a, c, d
    good_two = _usable(two, pieces_two, inside.T, two.places(meet.transpose(1, 0, 2)), shortest)  # c, a, b
    # a < b, c < d, all four sides supported
    both_one = good_one[:, None, :, :] & good_one[None, :, :, :]
    both_two = (good_two[:, None, :, :] & good_two[None, :, :, :]).transpose(2, 3, 0, 1)
    everything = both_one & both_two & np.triu(np.ones(both_one.shape[:2], dtype=bool), 1)[:, :, None, None]
    everything &= np.triu(np.ones(both_one.shape[2:], dtype=bool), 1)[None, None]
    a, b, c, d = np.nonzero(everything)
    quads = np.stack([meet[a, c], meet[a, d], meet[b, d], meet[b, c]], axis=1)
    good = _page_shaped(field, quads)
    a, b, c, d, quads = a[good], b[good], c[good], d[good], quads[good]

    def of_sides(name: str) -> Floats:
        first, second = getattr(pieces_one, name), getattr(pieces_two, name)
        return np.stack([first[a, c, d], second[d, a, b], first[b, c, d], second[c, a, b]], axis=1)

    framed = np.stack([one.framed[a], two.framed[d], one.framed[b], two.framed[c]], axis=1)
    return quads, _scores(field, quads, of_sides("share"), of_sides("strength"), of_sides("overrun"), framed)


def _usable(family: _Family, pieces: _Pieces, inside: npt.NDArray[np.bool_], places: Floats, shortest: float) -> npt.NDArray[np.bool_]:
    good = (pieces.share >= _LEAST_SHARE) | family.framed[:, None, None]
    good &= inside[:, :, None] & inside[:, None, :]
    good &= np.abs(places[:, :, None] - places[:, None, :]) >= shortest / 2
    return np.asarray(good)


def _page_shaped(field: EdgeField, quads: Floats) -> npt.NDArray[np.bool_]:
    edges = np.roll(quads, -1, axis=1) - quads
    after = np.roll(edges, -1, axis=1)
    turn = edges[..., 0] * after[..., 1] - edges[..., 1] * after[..., 0]
    lengths = np.maximum(np.linalg.norm(edges, axis=2), 1e-6)
    sine = np.abs(turn) / (lengths * np.roll(lengths, -1, axis=1))
    across, down = ((lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2)
    ratio = np.maximum(across, down) / np.minimum(across, down)
    skew = np.maximum(lengths[:, :2], lengths[:, 2:]) / np.minimum(lengths[:, :2], lengths[:, 2:])
    good = ((turn > 0).all(axis=1) | (turn < 0).all(axis=1)) & (sine > 0.78).all(axis=1)
    good &= (ratio > _RATIO_LIMITS[0]) & (skew < 1.5).all(axis=1)
    good &= ratio < np.where(on_frame(field, quads).any(axis=1), _CUT_RATIO_LIMIT, _RATIO_LIMITS[1])
    good &= across * down > _MIN_AREA * field.width * field.height
    return np.asarray(good)


def _intersections(one: Floats, two: Floats) -> Floats:
    determinant = one[:, None, 0] * two[None, :, 1] - one[:, None, 1] * two[None, :, 0]
    determinant = np.where(np.abs(determinant) < 1e-6, np.nan, determinant)
    x = (one[:, None, 2] * two[None, :, 1] - one[:, None, 1] * two[None, :, 2]) / determinant
    y = (one[:, None, 0] * two[None, :, 2] - one[:, None, 2] * two[None, :, 0]) / determinant
    return np.nan_to_num(np.stack([x, y], axis=-1), nan=-1e6)


def _scores(field: EdgeField, quads: Floats, share: Floats, strength: Floats, overrun: Floats, framed: npt.NDArray[np.bool_]) -> Floats:
    """Points per quad from what its sides show (n x 4 each): 0.5 is what chance lines on a textured table reach, 0.92 a clean outline."""
    framed = framed | on_frame(field, quads)
    real = ~framed
    counted = np.maximum(real.sum(axis=1), 1)
    mean_share = np.where(real, share, 0).sum(axis=1) / counted
    least_share = np.where(real, share, 1.0).min(axis=1, initial=1.0)
    mean_strength = np.where(real, strength, 0).sum(axis=1) / counted
    lengths = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)
    across, down = ((lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2)
    ratio = np.maximum(across, down) / np.maximum(np.minimum(across, down), 1e-6)
    off = np.min([np.abs(np.log(ratio / known)) for known in _KNOWN_RATIOS], axis=0)
    proportion = np.exp(-((off / 0.16) ** 2))
    # a page that the picture cuts shows an arbitrary part of itself: its proportion says nothing
    proportion = np.where(framed.any(axis=1), 0.6, proportion)
    share_of_picture = np.clip(across * down / (field.width * field.height), 0, 1)
    score = 0.40 * mean_share + 0.22 * least_share + 0.10 * mean_strength + 0.18 * proportion + 0.10 * np.sqrt(share_of_picture)
    # a printed frame inside of a page shares sides with it, and those run on past its own corners at two of eight ends
    score -= 0.45 * np.maximum(0.0, overrun.mean(axis=1) - 0.04)
    score -= np.array([0.0, 0.10, 0.30, 1.0, 1.0])[framed.sum(axis=1)]
    return np.asarray(score, dtype=np.float64)


def on_frame(field: EdgeField, quads: Floats) -> npt.NDArray[np.bool_]:
    """n x 4: does the side lie on the border of the picture."""
    x, y = quads[..., 0], quads[..., 1]
    after_x, after_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    near = 2.5
    left = (x < near) & (after_x < near)
    right = (x > field.width - 1 - near) & (after_x > field.width - 1 - near)
    top = (y < near) & (after_y < near)
    bottom = (y > field.height - 1 - near) & (after_y > field.height - 1 - near)
    return np.asarray(left | right | top | bottom)


def _best(quads: Floats, scores: Floats) -> list[tuple[Floats, float]]:
    """The surest quads that are not parts of one another."""
    kept: list[tuple[Floats, float]] = []
    for index in np.argsort(-scores)[:60]:
        score = float(np.clip((scores[index] - 0.5) / 0.42, 0.0, 1.0))
        if score < _MIN_CONFIDENCE or len(kept) >= 4:
            break
        quad = geometry.as_quad(quads[index])
        if all(
            geometry.inside_fraction(quad, geometry.as_quad(other)) < 0.3 and geometry.inside_fraction(geometry.as_quad(other), quad) < 0.3
            for other, _ in kept
        ):
            kept.append((quads[index], score))
    return kept
