"""From the finder's map of a picture to the lines of machine readable zones in it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging.mrz_zone import Box

Map = npt.NDArray[np.float32]

ON_LINE = 0.4
MIN_CELLS = 10
MIN_ASPECT = 3.0
MIN_SURENESS = 0.5
CAPITAL_SHARE = 0.61
"""Height of capitals against that of a quad: the rest is the margin that the line reader was trained with."""
MAX_LINES = 16


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
        line = _line(px, py, weights, reading, cell_px)
        if line is not None:
            found.append((float(weights.mean()) * line.length, _along_reading(line, reading).quad))
    return tuple(quad for _, quad in sorted(found, key=lambda one: -one[0]))


def _line(
    px: npt.NDArray[np.float64],
    py: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    reading: tuple[float, float],
    cell_px: tuple[float, float],
) -> Box | None:
    """A box along the principal axis of the cells, as long as they reach and as high as a line of their mass."""
    if float(weights.mean()) < MIN_SURENESS:
        return None
    total = float(weights.sum())
    cx, cy = float((px * weights).sum() / total), float((py * weights).sum() / total)
    dx, dy = px - cx, py - cy
    angle = 0.5 * math.atan2(2 * float((weights * dx * dy).sum()), float((weights * (dx * dx - dy * dy)).sum()))
    ux, uy = math.cos(angle), math.sin(angle)
    along = dx * ux + dy * uy
    cell = math.sqrt(cell_px[0] * cell_px[1])
    low, high = float(along.min()) - cell / 2, float(along.max()) + cell / 2
    length = high - low
    # the map's mass, blurred or not, is that of a bar as high as the capitals
    capitals = total * cell_px[0] * cell_px[1] / length
    if length < MIN_ASPECT * capitals or math.hypot(*reading) < 0.2:
        return None
    middle = (low + high) / 2
    return Box(cx + middle * ux, cy + middle * uy, angle, length + 0.7 * capitals, capitals / CAPITAL_SHARE)


def _along_reading(line: Box, reading: tuple[float, float]) -> Box:
    """The box turned round when it runs against the reading."""
    forward = math.cos(line.angle) * reading[0] + math.sin(line.angle) * reading[1] >= 0
    return line if forward else Box(line.x, line.y, line.angle + math.pi, line.length, line.height)
