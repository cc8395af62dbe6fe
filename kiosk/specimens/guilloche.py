"""Security-print backgrounds: fine interlaced lines over soft colour, drawn by formula."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Colour = tuple[int, int, int]
"""R, G, B."""
_BITS = 4


@dataclass(frozen=True, slots=True)
class Palette:
    """Ground runs from `left` over `middle` to `right`; `lines` are the inks of the fine lines; `dark` is for headings.

    `pattern`: "waves" (with rosettes), "fans" (arcs from the corners) or "mesh" (crossed waves).
    """

    left: Colour
    middle: Colour
    right: Colour
    lines: tuple[Colour, Colour, Colour]
    dark: Colour
    accent: Colour
    pattern: str = "waves"


def background(width: int, height: int, palette: Palette, px_per_mm: float, seed: int = 0) -> npt.NDArray[np.uint8]:
    """height x width x 3, uint8, RGB."""
    page = _ground(width, height, palette)
    draw = random.Random(seed)
    if palette.pattern != "waves":
        layer = page.copy()
        (_fans if palette.pattern == "fans" else _mesh)(layer, palette, px_per_mm, draw)
        return np.asarray(cv2.addWeighted(page, 0.68, layer, 0.32, 0, dtype=cv2.CV_8U), np.uint8)
    # Lines lie on a layer of their own: inked over white paper at a third of their strength, as rainbow printing is.
    layer = page.copy()
    _waves(layer, palette.lines[0], px_per_mm, spacing_mm=0.62, swing_mm=3.4, length_mm=46, phase=draw.uniform(0, 6))
    _waves(layer, palette.lines[1], px_per_mm, spacing_mm=0.62, swing_mm=-2.9, length_mm=39, phase=draw.uniform(0, 6))
    page = np.asarray(cv2.addWeighted(page, 0.70, layer, 0.30, 0, dtype=cv2.CV_8U), np.uint8)
    layer = page.copy()
    _rosette(layer, (0.80 * width, 0.46 * height), 0.40 * height, palette.lines[2], lobes=12, turns=22)
    _rosette(layer, (0.80 * width, 0.46 * height), 0.22 * height, palette.lines[0], lobes=8, turns=14)
    _rosette(layer, (0.06 * width, 1.02 * height), 0.42 * height, palette.lines[1], lobes=10, turns=20)
    _rosette(layer, (0.47 * width, -0.06 * height), 0.34 * height, palette.lines[2], lobes=9, turns=18)
    return np.asarray(cv2.addWeighted(page, 0.66, layer, 0.34, 0, dtype=cv2.CV_8U), np.uint8)


def _fans(layer: npt.NDArray[np.uint8], palette: Palette, px_per_mm: float, draw: random.Random) -> None:
    """Arcs around two corners, breathing in and out, and one rosette."""
    height, width = layer.shape[:2]
    angle = np.linspace(0, 2 * math.pi, 720, endpoint=False)
    for corner, ink in (((0.0, float(height)), palette.lines[0]), ((float(width), 0.0), palette.lines[1])):
        phase = draw.uniform(0, 6)
        for ring in range(2, int(width / px_per_mm / 1.05)):
            radius = ring * 1.05 * px_per_mm * (1 + 0.022 * np.sin(24 * angle + phase + 0.4 * ring))
            _curve(layer, np.stack([corner[0] + radius * np.cos(angle), corner[1] + radius * np.sin(angle)], axis=1), ink, closed=True)
    _rosette(layer, (0.62 * width, 0.5 * height), 0.34 * height, palette.lines[2], lobes=16, turns=18)


def _mesh(layer: npt.NDArray[np.uint8], palette: Palette, px_per_mm: float, draw: random.Random) -> None:
    """Two sets of slanted waves, and a large rosette behind the middle."""
    height, width = layer.shape[:2]
    along = np.arange(-0.1 * width, 1.1 * width, 6, dtype=np.float64)
    for slant, ink in ((0.32, palette.lines[0]), (-0.38, palette.lines[1])):
        phase = draw.uniform(0, 6)
        for row in np.arange(-0.6 * width, height + 0.6 * width, 1.15 * px_per_mm):
            down = row + slant * along + 1.1 * px_per_mm * np.sin(2 * math.pi * along / (9.5 * px_per_mm) + phase + row / (14 * px_per_mm))
            _curve(layer, np.stack([along, down], axis=1), ink)
    _rosette(layer, (0.55 * width, 0.52 * height), 0.42 * height, palette.lines[2], lobes=20, turns=20)


def _ground(width: int, height: int, palette: Palette) -> npt.NDArray[np.uint8]:
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :] + 0.12 * np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.clip(x, 0, 1)[..., None]
    left, middle, right = (np.array(colour, np.float32) for colour in (palette.left, palette.middle, palette.right))
    first = left + (middle - left) * np.clip(x * 2, 0, 1)
    return np.asarray(np.round(first + (right - middle) * np.clip(x * 2 - 1, 0, 1)), np.uint8)


def _curve(layer: npt.NDArray[np.uint8], points: npt.NDArray[np.float64], ink: Colour, closed: bool = False) -> None:
    fixed = np.round(points * (1 << _BITS)).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(layer, [fixed], closed, ink, 1, cv2.LINE_AA, _BITS)


def _waves(
    layer: npt.NDArray[np.uint8], ink: Colour, px_per_mm: float, *, spacing_mm: float, swing_mm: float, length_mm: float, phase: float
) -> None:
    height, width = layer.shape[:2]
    x = np.arange(0, width + 8, 6, dtype=np.float64)
    wave = 2 * math.pi * x / (length_mm * px_per_mm)
    rows = int(height / (spacing_mm * px_per_mm)) + 16
    for row in range(-8, rows):
        share = row / rows
        swing = swing_mm * px_per_mm * (0.55 + 0.45 * math.sin(5 * share + phase))
        y = row * spacing_mm * px_per_mm + swing * np.sin(wave + phase + 2.2 * share) + 0.35 * swing * np.sin(2.7 * wave - phase)
        _curve(layer, np.stack([x, y], axis=1), ink)


def _rosette(layer: npt.NDArray[np.uint8], centre: tuple[float, float], radius: float, ink: Colour, *, lobes: int, turns: int) -> None:
    angle = np.linspace(0, 2 * math.pi, 420, endpoint=False)
    for turn in range(turns):
        share = turn / turns
        shape = radius * (0.30 + 0.70 * share) * (1 + 0.16 * np.sin(lobes * angle + 2 * math.pi * share) * (1 - 0.4 * share))
        points = np.stack([centre[0] + shape * np.cos(angle), centre[1] + shape * np.sin(angle)], axis=1)
        _curve(layer, points, ink, closed=True)


def iridescent_patch(size: int) -> npt.NDArray[np.uint8]:
    """A round shimmering device as over portraits: size x size x 4, RGBA."""
    half = size / 2
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    x, y = (x - half) / half, (y - half) / half
    distance = np.hypot(x, y)
    hue = ((np.arctan2(y, x) * 2 + distance * 5) * 180 / math.pi / 2) % 180
    colours = np.stack([hue, np.full_like(hue, 90), np.full_like(hue, 255)], axis=-1).astype(np.uint8)
    patch = np.zeros((size, size, 4), np.uint8)
    patch[..., :3] = cv2.cvtColor(colours, cv2.COLOR_HSV2RGB)
    rings = 0.5 + 0.5 * np.sin(distance * 42 + 3 * np.sin(np.arctan2(y, x) * 9))
    patch[..., 3] = np.clip((1 - distance) * 6, 0, 1) * (34 + 58 * rings)
    return patch
