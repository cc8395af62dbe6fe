"""Quads that may be pages: what the network's planes suggest, moved onto edges, and what straight edges alone suggest."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.engines.page_locator import on_frame, outline_quads
from kiosk.engines.page_locator_edges import EdgeField, Floats, refined, sampled
from kiosk.engines.page_locator_score import Outline
from kiosk.imaging import geometry

Planes = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
_MOST_REGIONS = 18
_MIN_SHARE = 0.006  # of the picture, of a region worth a look
_DRAWN = 60  # outlines of the classical locator that are judged, too
_DRAWN_OBLIQUE = 12  # of them
_OBLIQUE_DEG = 6.0
_BORDER_CELLS = 3.5  # from the picture's border, a side that may be cut off by it
_MAX_RATIO = 2.3  # ID-1 has 1.59; seen at 45 degrees 2.2
_T = np.linspace(0.06, 0.94, 48)
_ALONG = np.linspace(0.04, 0.96, 32)
_REACH = np.arange(-12.0, 12.01, 1.0)
_ENDS_FIRST, _ENDS_LAST = np.meshgrid(np.arange(len(_REACH)), np.arange(len(_REACH)), indexing="ij")
_BETWEEN = np.arange(len(_T))[:, None, None] * len(_REACH) + np.rint(_ENDS_FIRST + (_ENDS_LAST - _ENDS_FIRST) * _T[:, None, None]).astype(
    np.intp
)
"""Of each line from one reach at its beginning to another at its end: the places that it runs through, as indices into samples x reach."""
_REACH_SHARE = 0.06  # of a page's shorter side: further in, print has edges as straight as the page's own


@dataclass(slots=True)
class Region:
    """Cells that hang together as one page.

    Attributes:
        starts: quads about them, in cells.
    """

    starts: list[Floats]


@dataclass(slots=True)
class _Page:
    """A quad in pixels of the working copy; `framed`: sides that the picture's border cuts off."""

    quad: Floats
    framed: Flags


def page_regions(planes: Planes) -> list[Region]:
    """Hulls of the inner parts of pages, which their outlines keep apart, the largest first."""
    page, rim = (cv2.resize(plane, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) for plane in planes[:2])
    inner = ((page > 0.5) & (rim < 0.5)).astype(np.uint8)
    count, labels, facts, _centres = cv2.connectedComponentsWithStats(inner, connectivity=4)
    regions = []
    for index in sorted(range(1, count), key=lambda one: -int(facts[one, cv2.CC_STAT_AREA]))[:_MOST_REGIONS]:
        share = float(facts[index, cv2.CC_STAT_AREA] / inner.size)
        if share < _MIN_SHARE:
            break
        mask = (labels == index).astype(np.uint8)
        starts: list[Floats] = []
        for hull in (_hull(mask), _hull(_without_spurs(mask))):
            if len(hull) >= 4:
                start = geometry.as_array(geometry.ordered(geometry.as_quad((_start(hull) + 0.5) / 2 - 0.5)))
                if not starts or float(np.abs(start - starts[0]).max()) > 1.0:
                    starts.append(start)
        if starts:
            regions.append(Region(starts))
    return regions


def _hull(mask: npt.NDArray[np.uint8]) -> Floats:
    """Corners of the hull of the largest part of a mask."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.empty((0, 2))
    return np.asarray(cv2.convexHull(max(contours, key=cv2.contourArea)).reshape(-1, 2), np.float64)


def _without_spurs(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    side = max(3, round(0.3 * float(mask.sum()) ** 0.5) | 1)
    padded = cv2.copyMakeBorder(mask, side, side, side, side, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(opened[side:-side, side:-side], np.uint8)


def _start(hull: Floats) -> Floats:
    """A quad about a hull: the hull with its least corners taken away where that is four-sided, else the least rectangle."""
    points = hull.astype(np.float32).reshape(-1, 1, 2)
    length = cv2.arcLength(points, True)
    for tolerance in (0.02, 0.03, 0.045, 0.06):
        rough = cv2.approxPolyDP(points, tolerance * length, True)
        if len(rough) == 4 and cv2.isContourConvex(rough):
            if cv2.contourArea(rough) > 0.86 * cv2.contourArea(points):
                return np.asarray(rough.reshape(4, 2), np.float64)
            break
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(points)), np.float64)


def candidates(regions: list[Region], field: EdgeField, outline: Outline) -> tuple[Floats, Flags]:
    """Quads in the working copy, n x 4 x 2 clockwise, and which of their sides lie on the picture's border.

    Those that the network's planes suggest, moved onto edges; and those that the classical locator draws from edges alone.
    """
    quads, framed = suggested(regions, field, outline)
    drawn, scores = outline_quads(field)
    best = _ordered(drawn[_best(drawn, scores)])
    return np.concatenate([quads, best]), np.concatenate([framed, on_frame(field, best)])


def _best(drawn: Floats, scores: Floats) -> npt.NDArray[np.intp]:
    """Places of the best outlines; a fifth of them turned against the best one, for a page that lies oblique on another."""
    order = np.argsort(-scores)
    if len(order) <= _DRAWN:
        return order
    sides = (drawn[:, 1] - drawn[:, 0]) + (drawn[:, 2] - drawn[:, 3])
    angle = np.degrees(np.arctan2(sides[:, 1], sides[:, 0]))
    turned = np.abs((angle[order] - angle[order[0]] + 45.0) % 90.0 - 45.0) > _OBLIQUE_DEG
    first = order[: _DRAWN - _DRAWN_OBLIQUE]
    rest = order[len(first) :]
    rest = np.concatenate([rest[turned[len(first) :]][:_DRAWN_OBLIQUE], rest[~turned[len(first) :]]])
    return np.concatenate([first, rest[:_DRAWN_OBLIQUE]])


def suggested(regions: list[Region], field: EdgeField, outline: Outline) -> tuple[Floats, Flags]:
    """As `candidates`, those of the network's planes alone."""
    quads, framed = [], []
    for region in regions:
        for start in region.starts:
            page = _fitted(start, outline)
            if page is None:
                continue
            quad = _snapped(page.quad, page.framed, field, outline)
            if geometry.is_convex(geometry.as_quad(quad)):
                quads.append(quad)
                framed.append(page.framed)
    return np.asarray(quads, np.float64).reshape(-1, 4, 2), np.asarray(framed, bool).reshape(-1, 4)


def _ordered(quads: Floats) -> Floats:
    """As `geometry.ordered`, of n x 4 x 2 at once."""
    about = quads - quads.mean(axis=1, keepdims=True)
    clockwise = np.argsort(np.arctan2(about[..., 1], about[..., 0]), axis=1)
    turned = np.take_along_axis(quads, clockwise[..., None], axis=1)
    first = np.argmin(turned.sum(axis=2), axis=1)
    return np.take_along_axis(turned, ((first[:, None] + np.arange(4)) % 4)[..., None], axis=1)


def _fitted(start: Floats, outline: Outline) -> _Page | None:
    """Four lines through the ridge of the outline plane about a quad in cells."""
    quad = (start + 0.5) / outline.scale - 0.5
    quad = geometry.as_array(geometry.ordered(geometry.as_quad(quad)))
    quad = _moved_out(quad, 0.9 * outline.cell_px)
    framed = np.zeros(4, bool)
    for reach_cells in (3.0, 2.0, 1.5):
        lines = []
        for side in range(4):
            a, b = quad[side], quad[(side + 1) % 4]
            line, framed[side] = _ridge(a, b, reach_cells * outline.cell_px, outline)
            lines.append(line)
        met = _met(lines)
        if met is None or not geometry.is_convex(geometry.as_quad(met)):
            return None
        quad = met
    slack = 0.25 * float(outline.size.max())
    if (quad < -slack).any() or (quad > outline.size + slack).any():
        return None
    if framed.any() or _ratio(quad) <= _MAX_RATIO:
        return _Page(quad, framed)
    # too long for a page: half of one, whose cut the network took for its outline
    ends = [_end_of_picture(quad[side], quad[(side + 1) % 4], outline, cut=True) for side in range(4)]
    framed = np.array([end is not None for end in ends])
    met = _met([end or _line(quad[side], quad[(side + 1) % 4]) for side, end in enumerate(ends)])
    return _Page(met, framed) if met is not None and framed.any() and geometry.is_convex(geometry.as_quad(met)) else None


def _ratio(quad: Floats) -> float:
    top, right, bottom, left = geometry.sides(geometry.as_quad(quad))
    across, down = (top + bottom) / 2, (left + right) / 2
    return max(across, down) / max(min(across, down), 1e-6)


def _line(a: Floats, b: Floats) -> tuple[Floats, float]:
    normal = _normal(a, b)
    return normal, float(normal @ a)


def _moved_out(quad: Floats, by: float) -> Floats:
    lines = []
    for side in range(4):
        a, b = quad[side], quad[(side + 1) % 4]
        normal = _normal(a, b)
        lines.append((normal, float(normal @ a) - by))  # clockwise with y down: the normal points inwards
    met = _met(lines)
    return quad if met is None else met


def _normal(a: Floats, b: Floats) -> Floats:
    delta = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6)
    return np.array([-delta[1], delta[0]])


def _met(lines: list[tuple[Floats, float]]) -> Floats | None:
    """Corners where each line meets the one before it: corner i lies between sides i - 1 and i."""
    corners = []
    for index in range(4):
        (n0, c0), (n1, c1) = lines[index - 1], lines[index]
        determinant = float(n0[0] * n1[1] - n0[1] * n1[0])
        if abs(determinant) < 0.05:
            return None
        corners.append([(c0 * n1[1] - n0[1] * c1) / determinant, (n0[0] * c1 - c0 * n1[0]) / determinant])
    return np.asarray(corners, np.float64)


def _ridge(a: Floats, b: Floats, reach: float, outline: Outline) -> tuple[tuple[Floats, float], bool]:
    """The line along the ridge of the outline near a-b, and whether there is none because the picture ends here."""
    normal = _normal(a, b)
    end = _end_of_picture(a, b, outline)
    if end is not None:
        return end, True
    offsets = np.linspace(-reach, reach, 13)
    base = a + _ALONG[:, None] * (b - a)
    points = base[:, None, :] + offsets[None, :, None] * normal
    seen = outline.is_inside(points)
    rim = np.where(seen, outline.at(outline.ridge, points), 0.0)
    peak = rim.max(axis=1)
    weights = np.where(rim >= 0.5 * peak[:, None], rim * rim, 0.0)
    offset = (weights * offsets).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    good = peak > 0.3
    if good.sum() >= 8:
        spread = _ALONG[good] * float(np.linalg.norm(b - a))
        fit = cv2.fitLine(np.column_stack([spread, offset[good]]).astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        slope = float(np.clip(fit[1] / fit[0] if abs(fit[0]) > 1e-6 else 0.0, -0.6, 0.6))
        height = float(fit[3] - slope * fit[2])
        length = float(np.linalg.norm(b - a))
        first, last = a + height * normal, b + (height + slope * length) * normal
        fitted = _normal(first, last)
        return (fitted, float(fitted @ first)), False
    near = outline.cell_px * 2.5
    middle = base[len(base) // 2]
    gaps = np.array([middle[0], middle[1], outline.size[0] - 1 - middle[0], outline.size[1] - 1 - middle[1]])
    if float(gaps.min()) < near + reach:
        side = int(np.argmin(gaps))
        border = [(np.array([1.0, 0.0]), 0.0), (np.array([0.0, 1.0]), 0.0)]
        border += [(np.array([1.0, 0.0]), float(outline.size[0] - 1)), (np.array([0.0, 1.0]), float(outline.size[1] - 1))]
        across = border[side]
        if abs(float(across[0] @ normal)) > 0.8:
            return across, True
    return (normal, float(normal @ a)), False


def _end_of_picture(a: Floats, b: Floats, outline: Outline, *, cut: bool = False) -> tuple[Floats, float] | None:
    """The picture's border beside a-b where the page goes on up to it. `cut`: it must be so, for it cannot end here."""
    near = _BORDER_CELLS * outline.cell_px
    right, bottom = outline.size - 1
    for axis, at in ((0, 0.0), (1, 0.0), (0, float(right)), (1, float(bottom))):
        if abs(a[axis] - at) > near or abs(b[axis] - at) > near:
            continue
        along = a + _ALONG[:, None] * (b - a)
        along[:, axis] = abs(at - 0.5 * outline.cell_px)
        if cut or (outline.at(outline.page, along).mean() > 0.6 and outline.at(outline.rim, along).mean() < 0.35):
            normal = np.zeros(2)
            normal[axis] = 1.0
            return normal, at
    return None


def _snapped(quad: Floats, framed: Flags, field: EdgeField, outline: Outline) -> Floats:
    """Each side moved to the straight edge that best agrees with picture and network, then to a fraction of a pixel."""
    lines: list[tuple[Floats, float]] = []
    reach = _REACH * min(1.0, _REACH_SHARE * min(geometry.sides(geometry.as_quad(quad))) / _REACH[-1])
    for side in range(4):
        a, b = quad[side], quad[(side + 1) % 4]
        normal = _normal(a, b)
        c = float(normal @ a)
        if framed[side]:
            lines.append((normal, c))
            continue
        base = a + _T[:, None] * (b - a)
        points = base[:, None, :] + reach[None, :, None] * normal
        dx, dy = sampled(field.fine_dx, points), sampled(field.fine_dy, points)
        across, beside = (np.abs(dx * normal[0] + dy * normal[1]), np.abs(dy * normal[0] - dx * normal[1]))
        seen = outline.is_inside(points)
        edge = np.where(seen & (across > 1.5 * beside), np.minimum(across / (3 * field.low), 1.0), 0.0)
        rim = np.where(seen, outline.at(outline.ridge, points), 0.0)
        worth = np.take(edge * (0.25 + rim) + 0.5 * rim, _BETWEEN).sum(axis=0)
        best_first, best_last = np.unravel_index(int(np.argmax(worth)), worth.shape)
        start, end = a + reach[best_first] * normal, b + reach[best_last] * normal
        fitted = _normal(start, end)
        lines.append((fitted, float(fitted @ start)))
    met = _met(lines)
    if met is None or not geometry.is_convex(geometry.as_quad(met)):
        return quad
    fine = refined(field, met)
    # the picture's border has no gradient: a side on it stays where it is
    return met if framed.any() or not geometry.is_convex(geometry.as_quad(fine)) else fine
