"""Finds the pages in a picture by their outlines: edges, the straight lines in them, and the quads that the lines span.

No model file. The outline of a document is four straight edges that meet; printed frames, the table's grain and fingers are told
from it by how well the four sides are supported by edges, whether the edges run on past the corners, by proportion, and by size.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation

Floats = npt.NDArray[np.float64]

_WORK_PX = 512
_MIN_AREA = 0.05  # of the picture: smaller, a card's letters are below 8 px even at 1280
_MAX_LINES = 14  # per direction
_SAMPLES = 48
_OFFSETS = np.arange(-2.0, 2.1, 1.0)
_RATIO_LIMITS = (1.12, 2.1)
_KNOWN_RATIOS = (1.586, 1.42)  # ID-1; ID-2 and ID-3 (ISO/IEC 7810)
_MIN_CONFIDENCE = 0.5


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
        small = image
        if scale < 1.0:
            size = (round(width * scale), round(height * scale))
            small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        field = _EdgeField(small)
        quads = _candidates(field)
        if not len(quads):
            return ()
        scores = _scores(field, quads)
        found: list[PageLocation] = []
        back = np.array([width / small.shape[1], height / small.shape[0]])
        for quad, score in _best(quads, scores):
            fine = _refined(field, quad)
            corners = geometry.ordered(geometry.as_quad((fine + 0.5) * back - 0.5))
            found.append(PageLocation(corners, round(score, 4), _touches_border(corners, width, height)))
        return tuple(found)


class _EdgeField:
    """Gradients of the strongest colour channel at each pixel, and the thin edges in them."""

    def __init__(self, small: Image) -> None:
        self.height, self.width = small.shape[:2]
        soft = cv2.GaussianBlur(small, (0, 0), 1.2)
        dx = cv2.Sobel(soft, cv2.CV_16S, 1, 0, ksize=3)
        dy = cv2.Sobel(soft, cv2.CV_16S, 0, 1, ksize=3)
        strength = np.abs(dx) + np.abs(dy)
        channel = strength.argmax(axis=2)[:, :, None]
        self.dx = np.ascontiguousarray(np.take_along_axis(dx, channel, axis=2)[:, :, 0])
        self.dy = np.ascontiguousarray(np.take_along_axis(dy, channel, axis=2)[:, :, 0])
        total = np.take_along_axis(strength, channel, axis=2)[:, :, 0]
        # a white card on a white table shows only the shadow of its rim: the threshold follows the picture's own noise
        noise = float(np.median(total))
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
        weights = np.concatenate([length[near], length[near]])
        mean = np.average(ends, axis=0, weights=weights)
        spread = (ends - mean) * weights[:, None]
        _, _, axes = np.linalg.svd(spread, full_matrices=False)
        fitted = np.array([-axes[0, 1], axes[0, 0]])
        lines.append((float(fitted[0]), float(fitted[1]), float(fitted @ mean), float(length[near].sum())))
        if len(lines) >= 40:
            break
    found = np.asarray(lines).reshape(-1, 4)
    return found[np.argsort(-found[:, 3])]


def _candidates(field: _EdgeField) -> Floats:
    """n x 4 x 2 convex quads spanned by two roughly parallel pairs of lines, clockwise."""
    segments = _segments(field)
    if len(segments) < 2:
        return np.empty((0, 4, 2))
    lines = _lines(segments)
    angle = np.degrees(np.arctan2(lines[:, 1], lines[:, 0])) % 180.0
    quads: list[Floats] = []
    # two families of directions about the strongest line's own; the picture's frame counts too, for pages that it cuts
    for base in _bases(angle):
        off = np.abs((angle - base + 90.0) % 180.0 - 90.0)
        one = lines[off <= 32.0][:_MAX_LINES]
        two = lines[off >= 58.0][:_MAX_LINES]
        one, two = _with_frame(one, base, field), _with_frame(two, base + 90.0, field)
        if len(one) < 2 or len(two) < 2:
            continue
        quads.append(_spanned(one, two, field))
    return np.concatenate(quads) if quads else np.empty((0, 4, 2))


def _bases(angle: Floats) -> list[float]:
    """Directions to try: the strongest line's, and that of the strongest line which is oblique to it."""
    first = float(angle[0])
    off = np.abs((angle - first + 45.0) % 90.0 - 45.0)
    oblique = np.flatnonzero(off > 20.0)
    return [first] if not len(oblique) else [first, float(angle[oblique[0]])]


def _with_frame(lines: Floats, direction: float, field: _EdgeField) -> Floats:
    """The lines and the two borders of the picture that run the same way."""
    radians = np.radians(direction)
    if abs(np.cos(radians)) >= abs(np.sin(radians)):
        border = [[1.0, 0.0, 0.0, 0.0], [1.0, 0.0, field.width - 1.0, 0.0]]
    else:
        border = [[0.0, 1.0, 0.0, 0.0], [0.0, 1.0, field.height - 1.0, 0.0]]
    return np.concatenate([lines, np.asarray(border)])


def _spanned(one: Floats, two: Floats, field: _EdgeField) -> Floats:
    """All quads of a pair of `one` and a pair of `two` that can be a page by size, angles and proportion."""
    pairs_one = np.asarray(list(itertools.combinations(range(len(one)), 2)))
    pairs_two = np.asarray(list(itertools.combinations(range(len(two)), 2)))
    meet = _intersections(one, two)  # len(one) x len(two) x 2
    a, b = pairs_one[:, 0][:, None], pairs_one[:, 1][:, None]
    c, d = pairs_two[:, 0][None, :], pairs_two[:, 1][None, :]
    quads = np.stack([meet[a, c], meet[a, d], meet[b, d], meet[b, c]], axis=2).reshape(-1, 4, 2)
    slack = 0.02 * max(field.width, field.height)
    inside = (quads[..., 0] > -slack) & (quads[..., 0] < field.width - 1 + slack)
    inside &= (quads[..., 1] > -slack) & (quads[..., 1] < field.height - 1 + slack)
    quads = quads[inside.all(axis=1)]
    if not len(quads):
        return quads
    edges = np.roll(quads, -1, axis=1) - quads
    after = np.roll(edges, -1, axis=1)
    turn = edges[..., 0] * after[..., 1] - edges[..., 1] * after[..., 0]
    lengths = np.linalg.norm(edges, axis=2)
    sine = np.abs(turn) / np.maximum(lengths * np.linalg.norm(after, axis=2), 1e-6)
    across, down = (lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2
    ratio = np.maximum(across, down) / np.maximum(np.minimum(across, down), 1e-6)
    skew = np.maximum(lengths[:, :2], lengths[:, 2:]) / np.maximum(np.minimum(lengths[:, :2], lengths[:, 2:]), 1e-6)
    good = ((turn > 0).all(axis=1) | (turn < 0).all(axis=1)) & (sine > 0.78).all(axis=1)
    good &= (ratio > _RATIO_LIMITS[0]) & (ratio < _RATIO_LIMITS[1]) & (skew < 1.5).all(axis=1)
    good &= across * down > _MIN_AREA * field.width * field.height
    return np.asarray(quads[good], dtype=np.float64)


def _intersections(one: Floats, two: Floats) -> Floats:
    determinant = one[:, None, 0] * two[None, :, 1] - one[:, None, 1] * two[None, :, 0]
    determinant = np.where(np.abs(determinant) < 1e-6, np.nan, determinant)
    x = (one[:, None, 2] * two[None, :, 1] - one[:, None, 1] * two[None, :, 2]) / determinant
    y = (one[:, None, 0] * two[None, :, 2] - one[:, None, 2] * two[None, :, 0]) / determinant
    return np.nan_to_num(np.stack([x, y], axis=-1), nan=-1e6)


def _support(field: _EdgeField, start: Floats, end: Floats, samples: int) -> tuple[Floats, Floats]:
    """For n pieces of line: share of samples with an edge across the line, and mean strength of it over the threshold (capped)."""
    delta = end - start
    length = np.maximum(np.linalg.norm(delta, axis=1, keepdims=True), 1e-6)
    normal = np.stack([-delta[:, 1], delta[:, 0]], axis=1) / length
    t = (np.arange(samples) + 0.5) / samples
    points = start[:, None, None, :] + t[None, :, None, None] * delta[:, None, None, :]
    points = points + _OFFSETS[None, None, :, None] * normal[:, None, None, :]
    x, y = np.rint(points[..., 0]).astype(np.int32), np.rint(points[..., 1]).astype(np.int32)
    seen = (x >= 1) & (y >= 1) & (x < field.width - 1) & (y < field.height - 1)
    x, y = np.clip(x, 0, field.width - 1), np.clip(y, 0, field.height - 1)
    across = np.abs(field.dx[y, x] * normal[:, None, None, 0] + field.dy[y, x] * normal[:, None, None, 1])
    along = np.abs(field.dx[y, x] * normal[:, None, None, 1] - field.dy[y, x] * normal[:, None, None, 0])
    across = np.where(seen & (across > 2.0 * along), across, 0.0).max(axis=2)
    hit = across > field.low
    return hit.mean(axis=1), np.minimum(across / (4 * field.low), 1.0).mean(axis=1)


def _scores(field: _EdgeField, quads: Floats) -> Floats:
    """0..1 per quad."""
    n = len(quads)
    start, end = quads, np.roll(quads, -1, axis=1)
    # cards have round corners (radius 3 mm of 86): the first and last twentieth of a side need no edge
    inner_start = start + 0.06 * (end - start)
    inner_end = end - 0.06 * (end - start)
    share, strength = _support(field, inner_start.reshape(-1, 2), inner_end.reshape(-1, 2), _SAMPLES)
    share, strength = share.reshape(n, 4), strength.reshape(n, 4)
    # what runs on past its corners is the table's edge or a printed line, not a side of a page
    reach = 0.12 * (end - start)
    before, _ = _support(field, (start - 0.03 * (end - start) - reach).reshape(-1, 2), (start - 0.03 * (end - start)).reshape(-1, 2), 12)
    behind, _ = _support(field, (end + 0.03 * (end - start)).reshape(-1, 2), (end + 0.03 * (end - start) + reach).reshape(-1, 2), 12)
    overrun = ((before + behind).reshape(n, 4) / 2).mean(axis=1)
    framed = _on_frame(field, quads)
    real = ~framed
    counted = np.maximum(real.sum(axis=1), 1)
    mean_share = np.where(real, share, 0).sum(axis=1) / counted
    least_share = np.where(real, share, 1.0).min(axis=1)
    mean_strength = np.where(real, strength, 0).sum(axis=1) / counted
    lengths = np.linalg.norm(end - start, axis=2)
    across, down = (lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2
    ratio = np.maximum(across, down) / np.minimum(across, down)
    off = np.min([np.abs(np.log(ratio / known)) for known in _KNOWN_RATIOS], axis=0)
    proportion = np.exp(-((off / 0.16) ** 2))
    # a page that the picture cuts shows an arbitrary part of itself: its proportion says nothing
    proportion = np.where(framed.any(axis=1), 0.6, proportion)
    share_of_picture = np.clip(across * down / (field.width * field.height), 0, 1)
    score = 0.40 * mean_share + 0.22 * least_share + 0.10 * mean_strength + 0.18 * proportion + 0.10 * np.sqrt(share_of_picture)
    score -= 0.30 * np.maximum(0.0, overrun - 0.25)
    score = np.where(least_share < 0.45, score * least_share / 0.45, score)
    score = np.where(framed.sum(axis=1) >= 2, score - 0.25, score)
    score = np.where(framed.sum(axis=1) > 2, 0.0, score)
    # 0.55 of these points is what chance lines on a textured table reach, 0.95 a clean outline
    return np.asarray(np.clip((score - 0.5) / 0.42, 0.0, 1.0), dtype=np.float64)


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
        score = float(scores[index])
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


def _sampled(plane: npt.NDArray[np.int16], points: Floats) -> Floats:
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
