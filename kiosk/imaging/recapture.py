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
MAX_TILES = 20
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
_LEAST_SEEN = 500  # cells of the plane, so that their spread means something
_EPSILON = 0.1
_STRONG_LINE = 2.0


@dataclass(frozen=True, slots=True)
class GridEvidence:
    """How far the strongest grid stands out of the plane, in units of the plane's own spread.

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
    per_mm = width / _width_mm(max(across, down) / max(1.0, min(across, down)))
    allowed = _allowed(round(DESIGN_PER_MM / per_mm, 3))
    total = np.zeros((_REACH + 1, 2 * _REACH + 1, 3), np.float32)
    for tile in tiles:
        # five times as fast as indexing with the array of places
        total += np.take(_whitened(tile.pixels, allowed).reshape(-1, 3), _lookup(tile.to_picture), axis=0)
    return _judged(total, len(tiles), width, per_mm)


def _width_mm(ratio: float) -> float:
    """Of the card or page that has such a proportion (ISO/IEC 7810)."""
    return 85.6 if ratio > 1.5 else 125.0


def _tiles(picture: Image, quad: Quad, size: tuple[float, float]) -> list[_Tile]:
    """The quieter ones of a lattice over the page: text, barcodes and portraits have patterns of their own."""
    width, height = size
    matrix = geometry.homography(geometry.box_quad(0, 0, width, height), quad)
    columns, rows = (max(1, int(length / (TILE_PX * 0.7))) for length in size)
    u, v = np.meshgrid((np.arange(columns) + 0.5) * width / columns, (np.arange(rows) + 0.5) * height / rows)
    places = np.column_stack([u.ravel(), v.ravel()])
    here, beside, below = (geometry.mapped(places + step, matrix) for step in ((0, 0), (1, 0), (0, 1)))
    origins = np.round(here - TILE_PX / 2).astype(int)
    corners = geometry.as_array(quad)
    edges = np.roll(corners, -1, axis=0) - corners
    inward = np.stack([-edges[:, 1], edges[:, 0]], axis=1) / np.linalg.norm(edges, axis=1)[:, None]
    inward *= np.sign(((corners.mean(axis=0) - corners) * inward).sum(axis=1))[:, None]
    found: list[tuple[float, _Tile]] = []
    for number, (x, y) in enumerate(origins.tolist()):
        if x < 0 or y < 0 or x + TILE_PX > picture.shape[1] or y + TILE_PX > picture.shape[0]:
            continue
        square = np.array([(x, y), (x + TILE_PX, y), (x, y + TILE_PX), (x + TILE_PX, y + TILE_PX)])
        # at least three pixels from every side of the page
        if float(((square[:, None] - corners[None]) * inward[None]).sum(axis=2).min()) < 3:
            continue
        pixels = picture[y : y + TILE_PX, x : x + TILE_PX]
        jacobian = np.stack([beside[number] - here[number], below[number] - here[number]], axis=1)
        found.append((float(cv2.meanStdDev(pixels[::4, ::4, 1])[1][0, 0]), _Tile(pixels, np.linalg.inv(jacobian).T)))
    found.sort(key=lambda one: one[0])
    return [tile for _, tile in found[: min(MAX_TILES, max(MIN_TILES, int(0.65 * len(found))))]]


def _lookup(to_picture: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """For each cell of the plane its place in a tile's spectrum, row by row. Its middle is frequency 0; beyond its border it repeats.

    The nearest bin: a Hann window spreads a frequency over four.
    """
    matrix = (to_picture * (_STEP * TILE_PX)).astype(np.float32)
    column, row = np.arange(-_REACH, _REACH + 1, dtype=np.float32), np.arange(_REACH + 1, dtype=np.float32)[:, None]
    # far from negative, so that truncation rounds to the nearest
    middle = np.float32(TILE_PX / 2 + 0.5 + 8 * TILE_PX)
    x = (matrix[0, 0] * column + (matrix[0, 1] * row + middle)).astype(np.int32) & (TILE_PX - 1)
    y = (matrix[1, 0] * column + (matrix[1, 1] * row + middle)).astype(np.int32) & (TILE_PX - 1)
    return np.asarray(y * TILE_PX + x, np.int32)


def _whitened(pixels: Image, allowed: Floats) -> Floats:
    """TILE_PX x TILE_PX x 3: log power of luma and of chroma above what lies around it, and where these count.

    Frequency 0 is in the middle.
    """
    blue, green, red = cv2.split(pixels.astype(np.float32))
    grey = 0.114 * blue + 0.587 * green + 0.299 * red
    window = _window()
    # with a second part of zeros: OpenCV transforms complex signals three times as fast as real ones
    luma = cv2.dft(cv2.merge([_windowed(grey, window), np.zeros_like(grey)]))
    # two colour differences as one complex signal: the power at f and -f together is the power of both
    chroma = cv2.dft(cv2.merge([_windowed(red - blue, window), _windowed(green - 0.5 * (red + blue), window)]))
    levels = []
    for spectrum, doubled in ((luma, False), (chroma, True)):
        real, imaginary = cv2.split(cv2.multiply(spectrum, spectrum))
        level = np.asarray(cv2.add(real, imaginary), np.float32)
        if doubled:
            level = level + np.roll(level[::-1, ::-1], (1, 1), (0, 1))
        cv2.log(level + np.float32(_EPSILON), level)
        level -= cv2.blur(level, (11, 11), borderType=cv2.BORDER_REFLECT_101)
        level -= _harmonics(level)
        levels.append(np.clip(level, -3.0, 6.0) * allowed)
    return np.asarray(cv2.merge([*levels, allowed]), np.float32)


def _windowed(plane: Floats, window: Floats) -> Floats:
    return np.asarray((plane - np.float32(cv2.mean(plane)[0])) * window, np.float32)


def _harmonics(level: Floats) -> Floats:
    """What line art leaves at twice its frequency: its lines are thin, so that their harmonics are as sharp as a grid's points."""
    quarter = TILE_PX // 4
    half = cv2.dilate(level[quarter - 1 : 3 * quarter + 1, quarter - 1 : 3 * quarter + 1], np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    strong = cv2.threshold(half, _STRONG_LINE, 0.0, cv2.THRESH_TOZERO)[1]
    return np.asarray(cv2.resize(strong, (TILE_PX, TILE_PX), interpolation=cv2.INTER_NEAREST), np.float32)


def _judged(total: Floats, count: int, width: float, per_mm: float) -> GridEvidence:
    weight = total[..., 2]
    plane_x, plane_y = _plane()
    radius = np.hypot(plane_x, plane_y)
    periods = radius * width
    seen = (weight > 0.6 * count) & (radius * per_mm > DESIGN_PER_MM)
    if int(seen.sum()) < _LEAST_SEEN:
        return GridEvidence(0.0, 0.0, 0.0, count)
    points = np.zeros_like(radius)
    for channel in range(2):
        level = np.where(seen, total[..., channel] / np.maximum(weight, 1.0), 0.0).astype(np.float32)
        values = level[seen]
        middle = float(np.median(values))
        spread = 1.4826 * float(np.median(np.abs(values - middle))) + 1e-6
        level = np.where(seen, (level - middle) / spread, 0.0).astype(np.float32)
        # a grid is a point; what line art leaves is a ridge, as high a few bins away
        points = np.maximum(points, np.where(seen, level - np.maximum(cv2.dilate(level, _ring()), 0.0), 0.0))
    # a grid repeats across as it does along, at a right angle; lines do not
    crossing = cv2.dilate(points.astype(np.float32), np.ones((3, 3), np.uint8))[_crossing()]
    both = np.sqrt(points * crossing)
    slant = np.degrees(np.arctan2(np.minimum(np.abs(plane_x), plane_y), np.maximum(np.abs(plane_x), plane_y)))
    of_screens = (periods >= SCREEN_PERIODS) & ((slant < _AXIS_DEG) | (radius * per_mm >= HALFTONE_PER_MM))
    strongest = [np.unravel_index(int(np.where(part, both, 0.0).argmax()), both.shape) for part in (of_screens, ~of_screens)]
    screen, halftone = (float(both[place]) for place in strongest)
    return GridEvidence(screen, halftone, float(periods[strongest[0] if screen >= halftone else strongest[1]]), count)


@functools.cache
def _plane() -> tuple[Floats, Floats]:
    """Page frequencies in cycles per picture pixel; the half plane suffices, since a real signal's spectrum is symmetric."""
    x, y = np.meshgrid(np.arange(-_REACH, _REACH + 1) * _STEP, np.arange(0, _REACH + 1) * _STEP)
    return x.astype(np.float32), y.astype(np.float32)


@functools.cache
def _crossing() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """For each cell of the plane the row and column of the frequency at a right angle to it, in the same half plane."""
    row, column = np.mgrid[0 : _REACH + 1, -_REACH : _REACH + 1]
    turned_x, turned_y = np.where(column >= 0, -row, row), np.abs(column)
    return turned_y.astype(np.intp), (turned_x + _REACH).astype(np.intp)


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
