"""From the finder's map of a picture to the lines of machine readable zones in it."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging.mrz_zone import Box, grown

Map = npt.NDArray[np.float32]
Places = npt.NDArray[np.float64]

ON_LINE = 0.5
MIN_CELLS = 10
MIN_ASPECT = 3.0
MIN_SURENESS = 0.5
CAPITAL_SHARE = 0.61
"""Height of capitals against that of a quad: the rest is the margin that the line reader was trained with."""
END_MARGIN = 0.9
"""Room at each end, in capitals: the map is too coarse to tell where exactly a line ends, and a cut character is lost."""
TRACE = 0.15
MAX_EXTENSION = 60
MAX_GAP = 3
"""Cells: how far a line is drawn on, and how many of them may show nothing."""
MAX_LINES = 16
VALLEY = 0.78
BINS_PER_CELL = 4
PROFILE_ROWS = 40
INK_SHARE = 0.3
"""Of the strokes in the richest row: rows with less lie outside the capitals."""


def lines_of_map(core: Map, cosine: Map, sine: Map, cell_px: tuple[float, float]) -> tuple[Quad, ...]:
    """Quads of the lines, the surest first, in pixels of the picture; the first edge runs along the reading.

    Args:
        core: rows x columns, probability that a cell lies on a line of a zone, from the top to the foot of its capitals.
        cosine, sine: of the reading direction at each cell, y down.
        cell_px: width and height of a cell in pixels of the picture.
    """
    mask = (core > ON_LINE).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    found: list[tuple[float, Quad]] = []
    largest = sorted(range(1, count), key=lambda label: -int(stats[label, cv2.CC_STAT_AREA]))[:MAX_LINES]
    for label in largest:
        x, y, w, h, area = (int(value) for value in stats[label])
        if area < MIN_CELLS:
            break
        inside = labels[y : y + h, x : x + w] == label
        rows, columns = np.nonzero(inside)
        weights = core[y : y + h, x : x + w][inside].astype(np.float64)
        reading = float(cosine[y : y + h, x : x + w][inside].mean()), float(sine[y : y + h, x : x + w][inside].mean())
        px = (columns.astype(np.float64) + x + 0.5) * cell_px[0]
        py = (rows.astype(np.float64) + y + 0.5) * cell_px[1]
        for rows_of_line in _rows(px, py, weights, cell_px):
            line = _line(px[rows_of_line], py[rows_of_line], weights[rows_of_line], cell_px)
            if line is not None:
                line = _extended(line, core, cell_px)
                found.append((float(weights[rows_of_line].mean()) * line.length, _along_reading(line, reading).quad))
    return tuple(quad for _, quad in sorted(found, key=lambda one: -one[0]))


def _axis(px: Places, py: Places, weights: Places) -> tuple[float, float, float]:
    """Centre and direction of the principal axis."""
    total = float(weights.sum())
    cx, cy = float((px * weights).sum() / total), float((py * weights).sum() / total)
    dx, dy = px - cx, py - cy
    return cx, cy, 0.5 * math.atan2(2 * float((weights * dx * dy).sum()), float((weights * (dx * dx - dy * dy)).sum()))


def _rows(px: Places, py: Places, weights: Places, cell_px: tuple[float, float]) -> list[npt.NDArray[np.bool_]]:
    """The cells of each line of a blot: lines that stand close run together in the map, but leave valleys in its profile."""
    cx, cy, angle = _axis(px, py, weights)
    across = (py - cy) * math.cos(angle) - (px - cx) * math.sin(angle)
    place = (across - across.min()) * BINS_PER_CELL / math.sqrt(cell_px[0] * cell_px[1])
    # each cell spread over two cells' width: seen at an angle the grid of cells has valleys of its own
    box = np.full(BINS_PER_CELL + 1, 1 / (BINS_PER_CELL + 1))
    profile = np.convolve(np.convolve(np.bincount(np.round(place).astype(int), weights), box), box)[BINS_PER_CELL:]
    cuts: list[float] = []
    peaks = [
        at for at in range(len(profile)) if profile[at] >= 0.4 * profile.max() and profile[at] == profile[max(0, at - 4) : at + 5].max()
    ]
    for left, right in pairwise(peaks):
        valley = left + int(profile[left : right + 1].argmin())
        if profile[valley] < VALLEY * min(profile[left], profile[right]):
            cuts.append(valley + 0.5)
    row = np.searchsorted(np.array(cuts), place)
    return [row == number for number in range(len(cuts) + 1)]


def refined(grey: npt.NDArray[np.uint8], quad: Quad) -> Quad:
    """The quad moved, tilted and sized by the print itself, which the coarse map only suggests; unchanged where the print does not tell."""
    wide = grown(quad, 0.0, 0.25)
    width = int(np.clip(math.dist(wide[0], wide[1]), 64, 512))
    corners = np.array(wide, np.float32)
    target = np.array([[0, 0], [width, 0], [width, PROFILE_ROWS], [0, PROFILE_ROWS]], np.float32)
    strip = cv2.warpPerspective(grey, cv2.getPerspectiveTransform(corners, target), (width, PROFILE_ROWS), borderMode=cv2.BORDER_REPLICATE)
    ink = np.abs(np.diff(strip.astype(np.float32), axis=1))
    whole, left, right = _band(ink), _band(ink[:, : width // 2]), _band(ink[:, width // 2 :])
    if whole is None:
        return quad
    middle, capitals = (whole[0] + whole[1]) / 2, whole[1] - whole[0]
    tilt = 0.0
    if left is not None and right is not None:
        tilt = (right[0] + right[1] - left[0] - left[1]) / 2  # between the middles of the halves: half the length
        tilt = tilt if abs(tilt) < 0.5 * capitals else 0.0
    half = capitals / CAPITAL_SHARE / 2
    a, b, c, d = (np.array(corner) for corner in wide)
    result = []
    for edge, foot, sign in ((a, d, -1), (b, c, 1)):
        at = middle + sign * tilt
        result.append((edge + (foot - edge) * (at - half) / PROFILE_ROWS, edge + (foot - edge) * (at + half) / PROFILE_ROWS))
    (a, d), (b, c) = result
    corner_a, corner_b, corner_c, corner_d = ((float(x), float(y)) for x, y in (a, b, c, d))
    return corner_a, corner_b, corner_c, corner_d


def _band(ink: npt.NDArray[np.float32]) -> tuple[float, float] | None:
    """(top, foot) of the rows around the middle in which strokes stand; None when they fill the strip or nearly none."""
    rows = np.convolve(ink.mean(axis=1), np.full(3, 1 / 3), "same")
    rows = (rows - rows.min()) / max(float(rows.max() - rows.min()), 1e-6)
    inner = rows[PROFILE_ROWS // 4 : -PROFILE_ROWS // 4]
    peak = PROFILE_ROWS // 4 + int(inner.argmax())
    if rows[peak] < 0.6:
        return None
    top = bottom = peak
    while top > 0 and rows[top - 1] > INK_SHARE:
        top -= 1
    while bottom < PROFILE_ROWS - 1 and rows[bottom + 1] > INK_SHARE:
        bottom += 1
    height = bottom - top + 1
    return (float(top), float(bottom + 1)) if 0.2 * PROFILE_ROWS < height < 0.75 * PROFILE_ROWS else None


def _line(
    px: Places,
    py: Places,
    weights: Places,
    cell_px: tuple[float, float],
) -> Box | None:
    """A box along the principal axis of the cells, as long as they reach and as high as a line of their mass."""
    if float(weights.mean()) < MIN_SURENESS:
        return None
    cx, cy, angle = _axis(px, py, weights)
    dx, dy = px - cx, py - cy
    ux, uy = math.cos(angle), math.sin(angle)
    along = dx * ux + dy * uy
    cell = math.sqrt(cell_px[0] * cell_px[1])
    low, high = float(along.min()) - cell / 2, float(along.max()) + cell / 2
    length = high - low
    # the map's mass, blurred or not, is that of a bar as high as the capitals
    capitals = float(weights.sum()) * cell_px[0] * cell_px[1] / length
    if length < MIN_ASPECT * capitals:
        return None
    middle = (low + high) / 2
    return Box(cx + middle * ux, cy + middle * uy, angle, length + 2 * END_MARGIN * capitals, capitals / CAPITAL_SHARE)


def _extended(line: Box, core: Map, cell_px: tuple[float, float]) -> Box:
    """The line drawn on at both ends for as long as the map shows a trace of it: letters are less typical of a zone than fillers are."""
    ux, uy = math.cos(line.angle), math.sin(line.angle)
    cell = math.sqrt(cell_px[0] * cell_px[1])
    rows, columns = core.shape
    margin = END_MARGIN * CAPITAL_SHARE * line.height
    gained = []
    for way in (-1, 1):
        last = 0
        for step in range(1, MAX_EXTENSION):
            along = way * (line.length / 2 - margin + step * cell)
            column, row = int((line.x + along * ux) / cell_px[0]), int((line.y + along * uy) / cell_px[1])
            if not (0 <= row < rows and 0 <= column < columns) or step - last > MAX_GAP:
                break
            if core[row, column] > TRACE:
                last = step
        gained.append(last * cell)
    before, behind = gained
    shift = (behind - before) / 2
    return Box(line.x + shift * ux, line.y + shift * uy, line.angle, line.length + before + behind, line.height)


def _along_reading(line: Box, reading: tuple[float, float]) -> Box:
    """The box turned round when it runs against the reading."""
    forward = math.cos(line.angle) * reading[0] + math.sin(line.angle) * reading[1] >= 0
    return line if forward else Box(line.x, line.y, line.angle + math.pi, line.length, line.height)
