"""From the probability map of a text detector to rotated boxes: the post-processing of Differentiable Binarization.

Liao et al., Real-time Scene Text Detection with Differentiable Binarization, AAAI 2020, section 3.4: threshold, connected regions,
mean probability of each, and growth by area * ratio / perimeter, because the map was trained on shrunk text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad

MAP_THRESHOLD = 0.3
BOX_THRESHOLD = 0.5
GROWTH = 1.6
MIN_SIDE_PX = 3.0
MAX_BOXES = 400
STANDING = 2.0
"""A box taller than this against its width holds text that stands; below, it is one or two upright letters."""


def boxes_of_map(probability: npt.NDArray[np.float32]) -> list[tuple[Quad, float]]:
    """Rotated rectangles around text, with their mean probability.

    Args:
        probability: height x width, 0..1, a shrunk text kernel.

    Returns:
        (quad, score) in pixels of the map; the quad's first edge runs along the text, left to right as far as the picture's axes tell.
    """
    mask = (probability > MAP_THRESHOLD).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes: list[tuple[Quad, float]] = []
    for contour in contours[:MAX_BOXES]:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < MIN_SIDE_PX:
            continue
        score = _mean_inside(probability, contour)
        if score < BOX_THRESHOLD:
            continue
        grow = width * height * GROWTH / (2 * (width + height))
        points = cv2.boxPoints(((x, y), (width + 2 * grow, height + 2 * grow), angle))
        boxes.append((upright_order(points), score))
    return boxes


def upright_order(points: npt.NDArray[Any]) -> Quad:
    """Orders a rectangle's corners clockwise so that the edge along the text comes first and points right (or down for text that stands).

    That is the longer edge; for a box nearly square, such as one letter's, the more level one.
    """
    centre = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
    ring = points[np.argsort(angles)]  # y points down, so growing angle is clockwise
    first, second = ring[1] - ring[0], ring[2] - ring[1]
    one, other = float(np.hypot(*first)), float(np.hypot(*second))
    if max(one, other) < STANDING * min(one, other):
        along = 0 if abs(first[1]) * other <= abs(second[1]) * one else 1
    else:
        along = 0 if one >= other else 1
    edge = ring[(along + 1) % 4] - ring[along]
    backwards = edge[0] < 0 if abs(edge[0]) >= abs(edge[1]) else edge[1] < 0
    ring = np.roll(ring, -((along + 2) % 4 if backwards else along), axis=0)
    a, b, c, d = ((float(px), float(py)) for px, py in ring)
    return a, b, c, d


def _mean_inside(probability: npt.NDArray[np.float32], contour: npt.NDArray[Any]) -> float:
    x, y, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [contour - (x, y)], -1, 1, -1)
    return float(cv2.mean(probability[y : y + height, x : x + width], mask)[0])


def reading_order(quads: Sequence[Quad]) -> list[Quad]:
    """Top to bottom; quads whose middles differ by less than half their height stand on one line, left to right."""
    rows: list[list[Quad]] = []
    for quad in sorted(quads, key=_middle):
        height = math.dist(quad[0], quad[3])
        if rows and _middle(quad) - _middle(rows[-1][0]) < 0.5 * height:
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [quad for row in rows for quad in sorted(row, key=lambda quad: quad[0][0])]


def _middle(quad: Quad) -> float:
    return sum(y for _, y in quad) / 4
