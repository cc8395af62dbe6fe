"""What people wear or hold before their faces, drawn over a photograph: masks, glasses, hands, beard, headscarf."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

Mesh = Sequence[tuple[float, float, float]]
MASKS = {"mask_blue": (210, 180, 120), "mask_white": (235, 235, 235), "mask_black": (30, 28, 28), "mask_red": (40, 40, 160)}
LENSES = {"glasses_black": (22, 22, 22), "glasses_brown": (25, 40, 62)}
RIMS = {"clear_thin": 0.025, "clear_heavy": 0.07}
_JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
_OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, *reversed(_JAW[:-1]), 127, 162, 21, 54, 103, 67, 109)

_Layer = npt.NDArray[np.float64]


def covered(photo: Image, mesh: Mesh, what: str) -> Image:
    """The photograph (BGR) with something over the face whose 468 points are given. Raises KeyError for what there is not."""
    points = np.asarray(mesh)[:, :2]
    draw = np.random.default_rng(1)
    if what in MASKS:
        layer, mask = _mask(photo, points, MASKS[what])
    elif what in LENSES:
        layer, mask = _lenses(photo, points, LENSES[what], -1)
    elif what in RIMS:
        layer, mask = _lenses(photo, points, (30, 30, 30), max(1, round(RIMS[what] * _span(points))))
    elif what == "beard":
        return _beard(photo, points, draw)
    elif what == "headscarf":
        layer, mask = _scarf(photo, points)
    else:
        layer, mask = _hand(photo, points, points[{"hand_mouth": 14, "hand_eyes": 168}[what]])
    return _over(photo, layer + draw.normal(0, 4, photo.shape), mask, max(0.6, 0.01 * _span(points)))


def _span(points: _Layer) -> float:
    return float(np.linalg.norm(points[263] - points[33]))


def _over(photo: Image, layer: _Layer, mask: npt.NDArray[np.uint8], soft: float) -> Image:
    share = cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float64)[..., None] / 255
    return np.asarray(np.clip(photo * (1 - share) + layer * share, 0, 255), np.uint8)


def _plain(photo: Image, colour: tuple[int, int, int]) -> tuple[_Layer, npt.NDArray[np.uint8]]:
    return np.full(photo.shape, colour, np.float64), np.zeros(photo.shape[:2], np.uint8)


def _mask(photo: Image, points: _Layer, colour: tuple[int, int, int]) -> tuple[_Layer, npt.NDArray[np.uint8]]:
    """Jaw to the bridge of the nose, lit from one side, with pleats."""
    layer, mask = _plain(photo, colour)
    layer *= np.linspace(0.82, 1.05, photo.shape[1])[None, :, None]
    for pleat in range(3):
        y, thick = int(points[164][1] + pleat * 0.22 * _span(points)), max(1, int(0.015 * _span(points)))
        layer[y : y + thick] *= 0.85
    outline = np.concatenate([points[list(_JAW)], points[[425, 197, 205]]])
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255)
    return layer, mask


def _lenses(photo: Image, points: _Layer, colour: tuple[int, int, int], thick: int) -> tuple[_Layer, npt.NDArray[np.uint8]]:
    layer, mask = _plain(photo, colour)
    span = _span(points)
    for outer, inner in ((33, 133), (263, 362)):
        x, y = (points[outer] + points[inner]) / 2
        cv2.ellipse(mask, (int(x), int(y + 0.04 * span)), (int(0.31 * span), int(0.25 * span)), 0, 0, 360, 255, thick)
    bridge = [(int(x), int(y)) for x, y in points[[133, 362]]]
    cv2.line(mask, bridge[0], bridge[1], 255, max(1, round(0.05 * span) if thick < 0 else thick))
    return layer, mask


def _hand(photo: Image, points: _Layer, middle: _Layer) -> tuple[_Layer, npt.NDArray[np.uint8]]:
    """Four fingers of the colour of the cheeks, darker towards their edges."""
    span = _span(points)
    cheek = np.median([photo[int(y), int(x)] for x, y in points[[50, 280, 151, 6]]], axis=0) * (0.93, 0.97, 1.0)
    layer, mask = np.zeros(photo.shape), np.zeros(photo.shape[:2], np.uint8)
    rows = np.arange(photo.shape[0])[:, None]
    for finger in range(4):
        y, half = middle[1] + (finger - 1.5) * 0.3 * span, 0.17 * span
        one = np.zeros_like(mask)
        ends = (int(middle[0] - 0.75 * span), int(y)), (int(middle[0] + (0.7 - 0.08 * finger) * span), int(y))
        cv2.line(one, *ends, 255, int(2 * half))
        shade = 1 - 0.3 * np.clip(np.abs(rows - y) / half, 0, 1) ** 3
        layer = np.where((one > 0)[..., None], cheek * shade[..., None], layer)
        mask |= one
    return layer, mask


def _beard(photo: Image, points: _Layer, draw: np.random.Generator) -> Image:
    """Dark hair on jaw, chin and upper lip; the lips stay free, as on most bearded men."""
    mask = np.zeros(photo.shape[:2], np.uint8)
    outline = np.concatenate([points[list(_JAW[2:-2])], points[[426, 327, 2, 98, 206]]])
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255)
    lips = points[[61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91]]
    cv2.fillPoly(mask, [np.round(lips).astype(np.int32)], 0)
    strands = cv2.GaussianBlur(draw.normal(0, 90, photo.shape[:2]), (0, 0), 0.8)[..., None]
    return _over(photo, np.array((38.0, 44.0, 55.0)) + strands, mask, 0.03 * _span(points))


def _scarf(photo: Image, points: _Layer) -> tuple[_Layer, npt.NDArray[np.uint8]]:
    """Everything around the face from the middle of the forehead down to the shoulders."""
    layer, mask = _plain(photo, (120, 60, 90))
    middle, span = points[[33, 263, 61, 291]].mean(axis=0), _span(points)
    cv2.ellipse(mask, (int(middle[0]), int(middle[1])), (int(1.2 * span), int(1.7 * span)), 0, 0, 360, 255, -1)
    cv2.rectangle(mask, (int(middle[0] - 1.3 * span), int(middle[1])), (int(middle[0] + 1.3 * span), photo.shape[0]), 255, -1)
    face = points[list(_OVAL)]
    face = np.where(face[:, 1:] < points[10][1] + 0.15 * span, face + np.array((0, 0.2 * span)), face)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(face).astype(np.int32)), 0)
    return layer, mask
