"""Looks for the regular grid that a screen or a halftone leaves in a photograph of a page.

A camera sees a display's pixels and a halftone's dots as one frequency, at its own resolution, all over the page and under every design;
line art (guilloche) changes direction and spacing from place to place. So the spectra of many small tiles are brought to common ground and
averaged: what is the same everywhere stands out as a point, what varies melts into the ground.

The common ground is the page's plane. A grid of frequency F there has frequency J'F at a place in the picture (J: from picture to page,
locally), which a sensor sees modulo one cycle per pixel. Looking each tile's spectrum up at J'F mod 1 undoes both perspective and
aliasing: moire that bends over the page comes back to one point.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image

Floats = npt.NDArray[np.float32]

TILE_PX = 128
MIN_TILES = 8
MAX_TILES = 26
MIN_PAGE_PX = 560
"""A page that is narrower in the picture has no room for enough tiles, and most grids lie beyond what its pixels can tell."""
DESIGN_PER_MM = 2.7
"""Printed line art has fewer lines per millimetre; the finer rest is where grids are looked for."""
HALFTONE_PER_MM = 8.0
"""Of a 200 lpi ruling there are about so many dots."""
SCREEN_PERIODS = 560.0
"""A display shows a legible page on at least so many pixels."""
_REACH, _STEP = 96, 0.0125  # of the plane of page frequencies: up to 1.2 cycles per picture pixel
_AXIS_DEG = 4.0
_EPSILON = 0.1
_STRONG_LINE = 2.0


@dataclass(frozen=True, slots=True)
class GridEvidence:
    """How far the strongest regular grid stands out, in units of the plane's own spread.

    Attributes:
        screen: along the page's axes, or finer than any halftone.
        halftone: coarser, at an angle.
        periods: across the page, of the stronger one.
        tiles: how many were averaged.
    """

    screen: float
    halftone: float
    periods: float
    tiles: int


@dataclass(frozen=True, slots=True)
class _Tile:
    pixels: Image
    to_picture: npt.NDArray[np.float64]  # 2 x 2: a page frequency as a picture frequency


def grid_evidence(picture: Image, quad: Quad) -> GridEvidence | None:
    """Looks for a screen's or a halftone's grid.

    Args:
        picture: as the camera gave it, BGR; a picture that was scaled down has lost what is looked for.
        quad: the page in it.

    Returns: None when the page is too small in the picture for `MIN_TILES` tiles of `TILE_PX`.
    """
    top, right, bottom, left = geometry.sides(quad)
    across, down = max(top, bottom), max(left, right)
    width = max(across, down)
    tiles = _tiles(picture, quad, (across, down))
    if width < MIN_PAGE_PX or len(tiles) < MIN_TILES:
        return None
    total = np.zeros((_REACH + 1, 2 * _REACH + 1, 3), np.float32)
    per_mm = width / _width_mm(max(across, down) / max(1.0, min(across, down)))
    allowed = _allowed(round(DESIGN_PER_MM / per_mm, 3))
    plane_x, plane_y = _plane()
    for tile in tiles:
        power = _whitened(tile.pixels, allowed)
        matrix = tile.to_picture.astype(np.float32) * TILE_PX
        # the table is two cells wider than the tile, so that what falls between its last and its first bin is interpolated, too
        where_x = np.mod(matrix[0, 0] * plane_x + matrix[0, 1] * plane_y + TILE_PX / 2, TILE_PX)
        where_y = np.mod(matrix[1, 0] * plane_x + matrix[1, 1] * plane_y + TILE_PX / 2, TILE_PX)
        total += cv2.remap(power, where_x, where_y, cv2.INTER_LINEAR)
    return _judged(total, len(tiles), width, per_mm)


def _width_mm(ratio: float) -> float:
    """Of the card or page that has such a proportion (ISO/IEC 7810)."""
    return 85.6 if ratio > 1.5 else 125.0


def _tiles(picture: Image, quad: Quad, size: tuple[float, float]) -> list[_Tile]:
    """The quieter ones of a lattice over the page: text, barcodes and portraits have patterns of their own."""
    width, height = size
    matrix = geometry.homography(geometry.box_quad(0, 0, width, height), quad)
    columns, rows = (max(1, int(length / (TILE_PX * 0.7))) for length in size)
    corners = geometry.as_array(quad).astype(np.float32)
    found: list[tuple[float, _Tile]] = []
    for row in range(rows):
        for column in range(columns):
            u, v = (column + 0.5) * width / columns, (row + 0.5) * height / rows
            here, beside, below = geometry.mapped([[u, v], [u + 1, v], [u, v + 1]], matrix)
            x, y = round(float(here[0]) - TILE_PX / 2), round(float(here[1]) - TILE_PX / 2)
            edges = ((x, y), (x + TILE_PX, y), (x, y + TILE_PX), (x + TILE_PX, y + TILE_PX))
            if x < 0 or y < 0 or x + TILE_PX > picture.shape[1] or y + TILE_PX > picture.shape[0]:
                continue
            if min(cv2.pointPolygonTest(corners, (float(a), float(b)), True) for a, b in edges) < 3:
                continue
            pixels = picture[y : y + TILE_PX, x : x + TILE_PX]
            jacobian = np.stack([beside - here, below - here], axis=1)
            found.append((float(cv2.meanStdDev(pixels[::2, ::2, 1])[1][0, 0]), _Tile(pixels, np.linalg.inv(jacobian).T)))
    found.sort(key=lambda one: one[0])
    return [tile for _, tile in found[: min(MAX_TILES, max(MIN_TILES, int(0.65 * len(found))))]]


def _whitened(pixels: Image, allowed: Floats) -> Floats:
    """(TILE_PX + 1) x (TILE_PX + 1) x 3 periodic: log power of luma and of chroma above what lies around it, and where these count.

    Frequency 0 is in the middle.
    """
    blue, green, red = cv2.split(pixels.astype(np.float32))
    grey = 0.114 * blue + 0.587 * green + 0.299 * red
    window = _window()
    luma = cv2.dft((grey - cv2.mean(grey)[0]) * window, flags=cv2.DFT_COMPLEX_OUTPUT)
    # two colour differences as one complex signal: the power at f and -f together is the power of both
    pair = cv2.merge([red - blue, green - 0.5 * (red + blue)])
    chroma = cv2.dft((pair - np.array(cv2.mean(pair)[:2], np.float32)) * window[..., None])
    both = np.empty((TILE_PX, TILE_PX, 3), np.float32)
    for channel, spectrum in enumerate((luma, chroma)):
        power = spectrum[..., 0] ** 2 + spectrum[..., 1] ** 2
        if channel:
            power = power + np.roll(power[::-1, ::-1], (1, 1), (0, 1))
        level = cv2.log(power + np.float32(_EPSILON))
        level -= cv2.blur(level, (11, 11), borderType=cv2.BORDER_REFLECT_101)
        both[..., channel] = np.clip(level - _harmonics(level), -3, 6) * allowed
    both[..., 2] = allowed
    return np.asarray(cv2.copyMakeBorder(both, 0, 1, 0, 1, cv2.BORDER_WRAP), np.float32)


def _harmonics(level: Floats) -> Floats:
    """What line art leaves at twice its frequency: its lines are thin, so that their harmonics are as sharp as a grid's points."""
    quarter = TILE_PX // 4
    half = cv2.dilate(level[quarter - 1 : 3 * quarter + 1, quarter - 1 : 3 * quarter + 1], np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    strong = np.where(half > _STRONG_LINE, half, 0.0).astype(np.float32)
    return np.asarray(np.repeat(np.repeat(strong, 2, 0), 2, 1), np.float32)


def _judged(total: Floats, count: int, width: float, per_mm: float) -> GridEvidence:
    weight = total[..., 2]
    plane_x, plane_y = _plane()
    radius = np.hypot(plane_x, plane_y)
    periods = radius * width
    seen = (weight > 0.6 * count) & (radius * per_mm > DESIGN_PER_MM)
    slant = np.degrees(np.arctan2(np.minimum(np.abs(plane_x), plane_y), np.maximum(np.abs(plane_x), plane_y)))
    of_screens = (periods >= SCREEN_PERIODS) & ((slant < _AXIS_DEG) | (radius * per_mm >= HALFTONE_PER_MM))
    best = {True: (0.0, 0.0), False: (0.0, 0.0)}
    for channel in range(2):
        level = np.where(seen, total[..., channel] / np.maximum(weight, 1.0), 0.0).astype(np.float32)
        values = level[seen]
        middle = float(np.median(values))
        spread = 1.4826 * float(np.median(np.abs(values - middle))) + 1e-6
        level = np.where(seen, (level - middle) / spread, 0.0).astype(np.float32)
        # a grid is a point; what line art leaves is a ridge, as high a few bins away
        point = level - np.maximum(cv2.dilate(level, _ring()), 0.0)
        for screen in (True, False):
            chosen = np.where(seen & (of_screens == screen), point, 0.0)
            place = np.unravel_index(int(chosen.argmax()), chosen.shape)
            if chosen[place] / _CHANNEL_SCALE[channel] > best[screen][0]:
                best[screen] = float(chosen[place] / _CHANNEL_SCALE[channel]), float(periods[place])
    stronger = best[True] if best[True][0] >= best[False][0] else best[False]
    return GridEvidence(best[True][0], best[False][0], stronger[1], count)


_CHANNEL_SCALE = (8.0, 5.0)
"""Luma, chroma: what genuine pages reach, so that both channels are judged by one number."""


@functools.cache
def _plane() -> tuple[Floats, Floats]:
    """Page frequencies in cycles per picture pixel; the half plane suffices, since a real signal's spectrum is symmetric."""
    x, y = np.meshgrid(np.arange(-_REACH, _REACH + 1) * _STEP, np.arange(0, _REACH + 1) * _STEP)
    return x.astype(np.float32), y.astype(np.float32)


@functools.cache
def _window() -> Floats:
    hann = np.hanning(TILE_PX) * np.where(np.arange(TILE_PX) % 2, -1.0, 1.0)  # signs that put frequency 0 into the middle
    return np.outer(hann, hann).astype(np.float32)


@functools.cache
def _ring() -> npt.NDArray[np.uint8]:
    y, x = np.mgrid[-5:6, -5:6]
    distance = np.hypot(x, y)
    return np.asarray((distance >= 3) & (distance <= 5), np.uint8)


@functools.lru_cache(maxsize=8)
def _allowed(lowest: float) -> Floats:
    """TILE_PX x TILE_PX, 1 where a tile's spectrum may speak: not the design's low frequencies, not what JPEG blocks and sensors leave."""
    index = np.abs(np.arange(TILE_PX) - TILE_PX // 2)
    x, y = np.meshgrid(index, index)
    good = np.hypot(x, y) > lowest * TILE_PX

    def near(values: npt.NDArray[np.int64], period: int) -> npt.NDArray[np.bool_]:
        return (values + 1) % period <= 2

    good &= ~(near(x, 8) & (y <= 2)) & ~(near(y, 8) & (x <= 2)) & ~(near(x, 16) & near(y, 16))
    good &= (x < TILE_PX // 2 - 2) & (y < TILE_PX // 2 - 2)
    return np.asarray(good, np.float32)
