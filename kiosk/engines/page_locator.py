"""Finds the pages in a picture by their outlines: edges, the straight lines in them, and the quads that the lines span.

No model file. The outline of a document is four straight edges that meet; printed frames, the table's grain and fingers are told
from it by how well the four sides are supported by edges, whether the edges run on past the corners, by proportion, and by size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation

Floats = npt.NDArray[np.float64]
Plane = npt.NDArray[np.int16]

_WORK_PX = 512
_MIN_AREA = 0.05  # of the picture: smaller, a card's letters are below 8 px even at 1280
_MAX_LINES = 14  # per direction
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

    def locate(self, image: Image) -> tuple[PageLocation, ...]:
        """Every page, the surest first. A picture that is the page alone has no outline inside it and gives nothing.

        Corners are clockwise from the top left one, pixels of `image`, to about a third of a pixel at 512 px picture width.
        """
        height, width = image.shape[:2]
        if min(height, width) < 48:
            return ()
        scale = min(1.0, _WORK_PX / max(height, width))
        small = _shrunk(image, (round(width * scale), round(height * scale)))
        field = _EdgeField(small)
        quads, scores = _candidates(field)
        found: list[PageLocation] = []
        back = np.array([width / small.shape[1], height / small.shape[0]])
        for quad, score in _best(quads, scores):
            fine = _refined(field, quad)
            corners = geometry.ordered(geometry.as_quad((fine + 0.5) * back - 0.5))
            found.append(PageLocation(corners, round(score, 4), _touches_border(corners, width, height)))
        return tuple(found)


def _shrunk(image: Image, size: tuple[int, int]) -> Image:
    """Halved as often as possible, then the rest: halving is the fast case of area interpolation (1 ms instead of 5 for 1280x720)."""
    while image.shape[1] >= 2 * size[0] and image.shape[0] >= 2 * size[1]:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if (image.shape[1], image.shape[0]) == size:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


class _EdgeField:
    """Gradients of the strongest colour channel at each pixel, and the thin edges in them."""

    def __init__(self, small: Image) -> None:
        self.height, self.width = small.shape[:2]
        soft = cv2.GaussianBlur(small, (0, 0), 1.2)
        dx = cv2.Sobel(soft, cv2.CV_16S, 1, 0, ksize=3)
        dy = cv2.Sobel(soft, cv2.CV_16S, 0, 1, ksize=3)
        best_x: Plane = np.empty(0, np.int16)
        best_y, total = best_x, best_x
        for channel in range(3):
            x = np.asarray(cv2.extractChannel(dx, channel), dtype=np.int16)
            y = np.asarray(cv2.extractChannel(dy, channel), dtype=np.int16)
            strength = np.abs(x) + np.abs(y)
            if channel == 0:
                best_x, best_y, total = x, y, strength
                continue
            stronger = cv2.compare(strength, total, cv2.CMP_GT)
            cv2.copyTo(x, stronger, best_x)
            cv2.copyTo(y, stronger, best_y)
            cv2.copyTo(strength, stronger, total)
        self.dx, self.dy = best_x, best_y
        # a white card on a white table shows only the shadow of its rim: the threshold follows the picture's own noise
        noise = float(np.median(total[::2, ::2]))
        self.low = max(14.0, 2.2 * noise)
        self.edges = cv2.Canny(self.dx, self.dy, self.low, self.low * 2.2, L2gradient=False)


def _segments(field: _EdgeField) -> Floats:
    """n x 4 (x0, y0, x1, y1): straight pieces of the edges."""
    contours, _ = cv2.findContours(field.edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    shortest = 0.045 * max(field.width, field.height)
    pieces: list[Floats] = []
    for contour in contours:
        if len(contour) < shortest:
            continue
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


def _candidates(field: _EdgeField) -> tuple[Floats, Floats]:
    """Convex quads spanned by two roughly parallel pairs of lines, n x 4 x 2 clockwise, and their points."""
    segments = _segments(field)
    if len(segments) < 2:
        return _NONE
    lines = _lines(segments)
    angle = np.degrees(np.arctan2(lines[:, 1], lines[:, 0])) % 180.0
    quads: list[Floats] = []
    scores: list[Floats] = []
    for base in _bases(angle):
        off = np.abs((angle - base + 90.0) % 180.0 - 90.0)
        one = _Family(field, lines[off <= 32.0][:_MAX_LINES], base)
        two = _Family(field, lines[off >= 58.0][:_MAX_LINES], base + 90.0)
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

    def __init__(self, field: _EdgeField, lines: Floats, direction: float) -> None:
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

    def _sampled(self, field: _EdgeField) -> tuple[Floats, Floats]:
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


def _spanned(field: _EdgeField, one: _Family, two: _Family) -> tuple[Floats, Floats]:
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


def _page_shaped(field: _EdgeField, quads: Floats) -> npt.NDArray[np.bool_]:
    edges = np.roll(quads, -1, axis=1) - quads
    after = np.roll(edges, -1, axis=1)
    turn = edges[..., 0] * after[..., 1] - edges[..., 1] * after[..., 0]
    lengths = np.maximum(np.linalg.norm(edges, axis=2), 1e-6)
    sine = np.abs(turn) / (lengths * np.roll(lengths, -1, axis=1))
    across, down = (lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2
    ratio = np.maximum(across, down) / np.minimum(across, down)
    skew = np.maximum(lengths[:, :2], lengths[:, 2:]) / np.minimum(lengths[:, :2], lengths[:, 2:])
    good = ((turn > 0).all(axis=1) | (turn < 0).all(axis=1)) & (sine > 0.78).all(axis=1)
    good &= (ratio > _RATIO_LIMITS[0]) & (skew < 1.5).all(axis=1)
    good &= ratio < np.where(_on_frame(field, quads).any(axis=1), _CUT_RATIO_LIMIT, _RATIO_LIMITS[1])
    good &= across * down > _MIN_AREA * field.width * field.height
    return np.asarray(good)


def _intersections(one: Floats, two: Floats) -> Floats:
    determinant = one[:, None, 0] * two[None, :, 1] - one[:, None, 1] * two[None, :, 0]
    determinant = np.where(np.abs(determinant) < 1e-6, np.nan, determinant)
    x = (one[:, None, 2] * two[None, :, 1] - one[:, None, 1] * two[None, :, 2]) / determinant
    y = (one[:, None, 0] * two[None, :, 2] - one[:, None, 2] * two[None, :, 0]) / determinant
    return np.nan_to_num(np.stack([x, y], axis=-1), nan=-1e6)


def _scores(field: _EdgeField, quads: Floats, share: Floats, strength: Floats, overrun: Floats, framed: npt.NDArray[np.bool_]) -> Floats:
    """Points per quad from what its sides show (n x 4 each): 0.5 is what chance lines on a textured table reach, 0.92 a clean outline."""
    framed = framed | _on_frame(field, quads)
    real = ~framed
    counted = np.maximum(real.sum(axis=1), 1)
    mean_share = np.where(real, share, 0).sum(axis=1) / counted
    least_share = np.where(real, share, 1.0).min(axis=1, initial=1.0)
    mean_strength = np.where(real, strength, 0).sum(axis=1) / counted
    lengths = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)
    across, down = (lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2
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


def _on_frame(field: _EdgeField, quads: Floats) -> npt.NDArray[np.bool_]:
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


def _refined(field: _EdgeField, quad: Floats) -> Floats:
    """Each side fitted to the steepest places across it, then met with its neighbours again."""
    lines: list[tuple[Floats, float]] = []
    start, end = quad, np.roll(quad, -1, axis=0)
    reach = np.arange(-4.0, 4.01, 0.5)
    for a, b in zip(start, end, strict=True):
        delta = b - a
        normal = np.array([-delta[1], delta[0]]) / max(float(np.linalg.norm(delta)), 1e-6)
        t = np.linspace(0.08, 0.92, 40)
        base = a[None, :] + t[:, None] * delta[None, :]
        points = base[:, None, :] + reach[None, :, None] * normal[None, None, :]
        across = np.abs(_sampled(field.dx, points) * normal[0] + _sampled(field.dy, points) * normal[1])
        peak = across.max(axis=1)
        good = peak > field.low
        c = float(normal @ a)
        if good.sum() < 12:
            lines.append((normal, c))
            continue
        # centre of mass about the peak gives a fraction of a pixel
        weights = np.where(across >= 0.6 * peak[:, None], across, 0.0)
        offset = (weights * reach[None, :]).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-6)
        slope, height = _robust_line(t[good], offset[good])
        first = a + (0.0 * slope + height) * normal
        last = b + (slope + height) * normal
        direction = (last - first) / max(float(np.linalg.norm(last - first)), 1e-6)
        fitted = np.array([-direction[1], direction[0]])
        lines.append((fitted, float(fitted @ first)))
    corners: list[Floats] = []
    for index in range(4):
        (n0, c0), (n1, c1) = lines[index - 1], lines[index]
        determinant = n0[0] * n1[1] - n0[1] * n1[0]
        if abs(determinant) < 1e-6:
            return quad
        corners.append(np.array([(c0 * n1[1] - n0[1] * c1) / determinant, (n0[0] * c1 - c0 * n1[0]) / determinant]))
    better = np.asarray(corners)
    return better if float(np.abs(better - quad).max()) < 10.0 else quad


def _robust_line(t: Floats, y: Floats) -> tuple[float, float]:
    """Slope and height of y = slope * t + height, outliers dropped twice."""
    keep = np.ones(len(t), dtype=bool)
    slope = height = 0.0
    for _ in range(3):
        slope, height = (float(v) for v in np.polyfit(t[keep], y[keep], 1))
        off = np.abs(y - (slope * t + height))
        limit = max(0.4, 2.0 * float(np.median(off[keep])))
        keep = off <= limit
        if keep.sum() < 8:
            break
    return slope, height


def _sampled(plane: Plane, points: Floats) -> Floats:
    """Bilinear samples of a plane at (…, 2) points."""
    sampled = cv2.remap(
        plane.astype(np.float32),
        points[..., 0].astype(np.float32),
        points[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(sampled, dtype=np.float64)


def _touches_border(quad: Quad, width: int, height: int) -> bool:
    left, top, right, bottom = geometry.bounds(quad)
    margin = 0.008 * max(width, height)
    return left < margin or top < margin or right > width - 1 - margin or bottom > height - 1 - margin
