"""Finds pages with a small network of our own that says where pages, their outlines and corners are; edges give the fraction of a pixel.

The network is trained by models/training/page_locator; what it was measured at is in models/cards/page_locator.md.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.ort import OnnxSession, Provider
from kiosk.engines.page_locator import on_frame, outline_quads
from kiosk.engines.page_locator_edges import EdgeField, Floats, refined, sampled, touches_border, working_copy
from kiosk.engines.page_locator_score import Outline, expanded, features
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation

log = logging.getLogger(__name__)

Planes = npt.NDArray[np.float32]
RANKING = "ranking"
"""Key of the model's metadata: weights of `page_locator_score.expanded`, JSON, fitted to this very network."""
_NET_PX = 128
_STEP = 16  # the network's input is a multiple of this
_MIN_SHARE = 0.006  # of the picture, of a region worth a look
_MOST = 9
_DRAWN = 60  # outlines of the classical locator that are judged, too
_COMPARED = 60
_SURE_CHANCE = 0.2
"""Chance of an overlap of 0.9 from which on a page is called sure: the figures at it are in models/cards/page_locator.md."""
_LEAST_CHANCE = 0.08
_ALONG_BORDER = 0.025  # of the picture's longer side
_POWER = math.log(0.55) / math.log(_SURE_CHANCE)  # makes that chance a confidence of 0.55, the ports' word for sure
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


class NeuralPageLocator:
    """ports.PageLocator. One thread at a time.

    Of an open passport it gives the data page, of a page shown on a display the page, not the display. Several pages, also touching
    ones, are several. A picture that is the page alone gives nothing.
    """

    model_id = "page_locator"

    def __init__(self, path: Path, *, threads: int | None = None, provider: Provider = Provider.CPU) -> None:
        """Raises ModelFault: MODEL_MISSING, MODEL_CORRUPT."""
        self._session = OnnxSession(path, threads=threads, provider=provider)
        self._input = self._session.inputs[0]
        try:
            self._weights = np.asarray(json.loads(self._session.metadata()[RANKING]), np.float64)
        except (KeyError, ValueError) as error:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} holds no weights for ranking", model=path.stem) from error

    def locate(self, image: Image) -> tuple[PageLocation, ...]:
        """Every page, the surest first. Corners are clockwise from the top left one, pixels of `image`.

        A confidence of 0.55 and more is sure. Corners may lie outside the picture, where two sides that it shows meet.
        """
        height, width = image.shape[:2]
        if min(height, width) < 48:
            return ()
        small = working_copy(image)
        planes = self.planes(small)
        regions = page_regions(planes)
        if not regions:
            return ()
        field = EdgeField(small)
        outline = Outline(planes, field)
        quads, framed = candidates(regions, field, outline)
        if not len(quads):
            return ()
        chances = 1 / (1 + np.exp(-expanded(features(quads, framed, field, outline)) @ self._weights))
        chances = _split(quads, chances)
        back = np.array([width / small.shape[1], height / small.shape[0]])
        found: list[PageLocation] = []
        for index in _apart(quads, chances):
            fine = quads[index] if framed[index].any() else refined(field, quads[index])
            corners = geometry.ordered(geometry.as_quad((fine + 0.5) * back - 0.5))
            if _is_all_there_is(corners, width, height):
                continue
            touching = touches_border(corners, width, height) or bool(framed[index].any())
            found.append(PageLocation(corners, round(float(chances[index]) ** _POWER, 4), touching))
        return tuple(found)

    def planes(self, small: Image) -> Planes:
        """3 x rows x columns, 0..1: page, outline, corner of each cell. Sides are stretched to multiples of 16."""
        height, width = small.shape[:2]
        scale = _NET_PX / max(height, width)
        size = (max(32, _STEP * round(width * scale / _STEP)), max(32, _STEP * round(height * scale / _STEP)))
        fit = cv2.resize(small, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        (logits,) = self._session.run({self._input: np.ascontiguousarray(fit.transpose(2, 0, 1)[None])})
        return np.asarray(1 / (1 + np.exp(-logits[0])), np.float32)


@dataclass(slots=True)
class _Region:
    """Cells that hang together as one page.

    Attributes:
        starts: quads about them, in cells.
    """

    starts: list[Floats]


@dataclass(slots=True)
class _Page:
    """A quad in pixels of the working copy; `framed`: sides that the picture's border cuts off."""

    quad: Floats
    framed: npt.NDArray[np.bool_]


def page_regions(planes: Planes) -> list[_Region]:
    """Hulls of the inner parts of pages, which their outlines keep apart, the largest first."""
    page, rim = (cv2.resize(plane, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) for plane in planes[:2])
    inner = ((page > 0.5) & (rim < 0.5)).astype(np.uint8)
    count, labels, facts, _centres = cv2.connectedComponentsWithStats(inner, connectivity=4)
    regions = []
    for index in sorted(range(1, count), key=lambda one: -int(facts[one, cv2.CC_STAT_AREA]))[: 2 * _MOST]:
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
            regions.append(_Region(starts))
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


def candidates(regions: list[_Region], field: EdgeField, outline: Outline) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Quads in the working copy, n x 4 x 2 clockwise, and which of their sides lie on the picture's border.

    Those that the network's planes suggest, moved onto edges; and those that the classical locator draws from edges alone.
    """
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
    drawn, scores = outline_quads(field)
    best = _ordered(drawn[np.argsort(-scores)[:_DRAWN]])
    quads.extend(best)
    framed.extend(on_frame(field, best))
    return np.asarray(quads).reshape(-1, 4, 2), np.asarray(framed, bool).reshape(-1, 4)


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
    top, right, bottom, left = geometry.sides(geometry.as_quad(quad))
    across, down = (top + bottom) / 2, (left + right) / 2
    if not framed.any() and max(across, down) > _MAX_RATIO * min(across, down):
        return None
    return _Page(quad, framed)


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


def _snapped(quad: Floats, framed: npt.NDArray[np.bool_], field: EdgeField, outline: Outline) -> Floats:
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
        across, beside = np.abs(dx * normal[0] + dy * normal[1]), np.abs(dy * normal[0] - dx * normal[1])
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


def _apart(quads: Floats, chances: Floats) -> list[int]:
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


def _is_all_there_is(quad: Quad, width: int, height: int) -> bool:
    """Three sides along the picture's border: the picture is the page, or a part of it, and is read as it is."""
    near = _ALONG_BORDER * max(width, height)
    points = geometry.as_array(quad)
    gaps = np.column_stack([points[:, 0], points[:, 1], width - 1 - points[:, 0], height - 1 - points[:, 1]])
    along = (np.maximum(gaps, np.roll(gaps, -1, axis=0)) < near).any(axis=1)
    return int(along.sum()) >= 3


def _split(quads: Floats, chances: Floats) -> Floats:
    """The chances, those of a likely quad given to two likely ones that make it up.

    Two sides of a card that touch, and the two pages of a passport, have an outline together that is as clear as a page's.
    """
    chances = chances.copy()
    order = np.argsort(-chances)[:_COMPARED].tolist()
    if not order or chances[order[0]] < _SURE_CHANCE:
        return chances
    quad = {index: geometry.as_quad(quads[index]) for index in order}
    area = {index: geometry.area(quad[index]) for index in order}
    for whole in order[:8]:
        if chances[whole] < _SURE_CHANCE:
            break
        least = max(_SURE_CHANCE / 2, 0.2 * chances[whole])
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
                    chances[part] = max(chances[part], _SURE_CHANCE)
                break
    return chances
