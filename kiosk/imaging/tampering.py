"""Measures of a page's colours, and of whether its portrait and fields share the noise and sharpness of what surrounds them."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited

Floats = npt.NDArray[np.float32]

_COLOUR_PX = 200
_DARK = 12.0  # added before logarithms: noise in dark places is no colour
_MARGIN = 0.04
"""Of the page's sides: what lies beside a badly found edge is left out."""


def colourfulness(page: Image) -> float | None:
    """How much colour a page has that neither the light nor the camera gives: 0 for a grey copy, whatever the lamp.

    Colour is the ratio of the channels (logarithms). What a lamp and a camera's curve add to grey paper varies slowly over the page and
    with brightness; that is fitted and taken away. What remains is the spread of the inks' own colours.

    Args:
        page: straightened, BGR.

    Returns: the 97th percentile of the remaining colour's length; None when too little of the page is exposed well.
    """
    small = limited(_inner(page), _COLOUR_PX)
    u, v, usable = _chromaticity(small)
    rows, columns = np.nonzero(usable)
    if len(rows) < 0.2 * usable.size:
        return None
    x, y = columns / usable.shape[1] - 0.5, rows / usable.shape[0] - 0.5
    bright = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)[rows, columns] / 255.0
    model = np.stack([np.ones_like(x), x, y, x * y, bright, bright**2], axis=1)
    both = np.stack([u[rows, columns], v[rows, columns]], axis=1)
    # the normal equations, a little stiffened against columns that are alike on a page of one brightness: ten times faster than lstsq
    rest = both - model @ np.linalg.solve(model.T @ model + 1e-6 * len(model) * np.eye(6), model.T @ both)
    return float(np.percentile(np.hypot(rest[:, 0], rest[:, 1]), 97))


# --- colours that a template knows ----------------------------------------------------------------------------------------------------

Area = tuple[float, float, float, float]
"""left, top, right, bottom in shares of the page, 0..1."""
Chroma = tuple[float, float]
"""log red/green, log blue/green: the light's own colour adds the same to every place."""


def chroma_of(bgr: Sequence[float]) -> Chroma:
    blue, green, red = (float(np.log(value + _DARK)) for value in bgr)
    return red - green, blue - green


def chroma_at(page: Image, areas: Sequence[Area]) -> tuple[Chroma | None, ...]:
    """Mean chroma of places of a straightened page, BGR; None where most of a place is too dark or blown out."""
    small = limited(page, _COLOUR_PX)
    u, v, usable = _chromaticity(small)
    height, width = usable.shape
    found: list[Chroma | None] = []
    for left, top, right, bottom in areas:
        x0, y0 = min(width - 1, int(left * width)), min(height - 1, int(top * height))
        place = (slice(y0, max(y0 + 1, round(bottom * height))), slice(x0, max(x0 + 1, round(right * width))))
        good = usable[place]
        found.append((float(u[place][good].mean()), float(v[place][good].mean())) if good.mean() > 0.5 else None)
    return tuple(found)


def colour_distance(seen: Sequence[Chroma | None], known: Sequence[Chroma]) -> float | None:
    """How far a page's colours are from those that are known, after the light's colour is taken out.

    Root mean square over the better four fifths of the places, against the spread of the known colours: 1 = as far off as if the page were
    all one colour.

    Returns: None with fewer than `MIN_PLACES` places, or known colours too much alike to tell anything.
    """
    pairs = [(one, other) for one, other in zip(seen, known, strict=True) if one is not None]
    if len(pairs) < MIN_PLACES:
        return None
    ours, theirs = (np.array(side) for side in zip(*pairs, strict=True))
    spread = colour_spread(known)
    if spread < LEAST_SPREAD:
        return None
    difference = ours - theirs
    squares = np.sort(((difference - np.median(difference, axis=0)) ** 2).sum(axis=1))
    # a finger, a reflection or a shadow over a few places is no other colour of the page
    return float(np.sqrt(squares[: max(MIN_PLACES, math.ceil(0.8 * len(squares)))].mean())) / spread


def colour_spread(known: Sequence[Chroma]) -> float:
    """Root mean square distance of colours from their mean; below `LEAST_SPREAD` they are too much alike to know a page by."""
    chroma = np.asarray(known, np.float64)
    return float(np.sqrt(((chroma - chroma.mean(axis=0)) ** 2).sum(axis=1).mean()))


MIN_PLACES = 4
LEAST_SPREAD = 0.03


def _inner(page: Image) -> Image:
    height, width = page.shape[:2]
    dy, dx = round(_MARGIN * height), round(_MARGIN * width)
    return page[dy : height - dy, dx : width - dx]


def _chromaticity(small: Image) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """log red/green, log blue/green, and where the pixels are neither too dark nor blown out to tell."""
    soft = cv2.GaussianBlur(small, (0, 0), 1.0)
    logs = cv2.log(soft.astype(np.float32) + np.float32(_DARK))
    blue, green, red = cv2.split(soft)  # ten times as fast as numpy's min and max over so short an axis
    usable = (cv2.min(cv2.min(blue, green), red) > 24) & (cv2.max(cv2.max(blue, green), red) < 250)
    return logs[..., 2] - logs[..., 1], logs[..., 0] - logs[..., 1], usable


# --- what was put in afterwards ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edges:
    """The strongest edges in a part of a picture.

    Attributes:
        steepness: 0.2 = spread evenly over five pixels, 1 = within one; 0 = there are too few.
        strokes: how many sides of strokes they are. Along one side edges are alike, so that they count once.
        height: of the middle one, grey levels.
    """

    steepness: float
    strokes: int
    height: float


def edges(picture: Image, quad: Quad, *, margin: float = 0.0) -> Edges | None:
    """How steep the edges of print are inside a quad of a picture, at the picture's own resolution.

    Args:
        margin: how much wider and higher than the quad, in shares of its height.

    Returns: None when it is smaller than eight blocks of eight pixels, or not wholly in the picture.
    """
    grey = _patch(picture, quad, margin)
    return _edges_of(grey) if grey is not None else None


def paper_around(picture: Image, quad: Quad) -> float | None:
    """How bright the paper around a quad of a picture is, grey levels: outside of it, so that what was put in there does not count.

    Returns: the 75th percentile (other print may stand there) of a frame from 0.2 to 0.7 of the quad's height around; None as `edges`.
    """
    grey = _patch(picture, quad, _FRAME[1])
    if grey is None:
        return None
    # the patch is (1 + 2 x 0.7) of the quad's height
    inner = round(grey.shape[0] * (_FRAME[1] - _FRAME[0]) / (1 + 2 * _FRAME[1]))
    around = np.ones(grey.shape, np.bool_)
    around[inner:-inner, inner:-inner] = False
    return float(np.percentile(grey[around], 75))


_FRAME = (0.2, 0.7)


def grain(picture: Image, quad: Quad) -> float | None:
    """Noise of the quietest blocks inside a quad of a picture, grey levels, from at most twelve places in it; None as `edges`."""
    top, right, bottom, left = geometry.sides(quad)
    across, down = max(top, bottom), max(left, right)
    columns, rows = min(4, max(1, int(across / _PLACE_PX))), min(3, max(1, int(down / _PLACE_PX)))
    wide, high = min(across / columns, _PLACE_PX), min(down / rows, _PLACE_PX)
    onto = geometry.homography(geometry.box_quad(0, 0, across, down), quad)
    blocks = []
    for row in range(rows):
        for column in range(columns):
            x, y = (column + 0.5) * across / columns, (row + 0.5) * down / rows
            place = geometry.as_array(geometry.box_quad(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
            grey = _patch(picture, geometry.as_quad(geometry.mapped(place, onto)), 0.0)
            if grey is not None:
                blocks.append(_block_noise(grey))
    return _quietest(np.concatenate(blocks)) if blocks else None


def _patch(picture: Image, quad: Quad, margin: float) -> Floats | None:
    """The inside of a quad, grey, upright, at the picture's own resolution."""
    top, right, bottom, left = geometry.sides(quad)
    across, down = max(top, bottom), max(left, right)
    air = margin * down
    width, height = round(across + 2 * air), round(down + 2 * air)
    if width < 16 or height < 12 or width * height < 8 * 64:
        return None
    # from the patch to the picture: what warpPerspective calls the inverse map
    matrix = geometry.homography(geometry.box_quad(air, air, air + across, air + down), quad)
    corners = geometry.mapped([[0, 0], [width, 0], [width, height], [0, height]], matrix)
    if corners.min() < 0 or corners[:, 0].max() > picture.shape[1] or corners[:, 1].max() > picture.shape[0]:
        return None
    x0, y0 = (int(number) for number in np.floor(corners.min(axis=0)))
    x1, y1 = (int(number) + 1 for number in np.ceil(corners.max(axis=0)))
    part = cv2.cvtColor(picture[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY)
    shifted = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]]) @ matrix
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(part, shifted, (width, height), flags=flags), np.float32)


_PLACE_PX = 96
_BLOWN = 248.0


def inner_part(quad: Quad, share: float) -> Quad:
    """The quad shrunk towards its middle: what lies at its border may belong to its surroundings."""
    points = geometry.as_array(quad)
    middle = points.mean(axis=0)
    return geometry.as_quad(middle + (points - middle) * share)


def _block_noise(grey: Floats) -> Floats:
    """Mean response of each block of eight by eight to a kernel that leaves out what is smooth or an edge (Immerkaer 1996)."""
    fine = np.abs(cv2.filter2D(grey, -1, _noise_kernel()))
    height, width = fine.shape[0] // 8 * 8, fine.shape[1] // 8 * 8
    small = cv2.resize(fine[:height, :width], (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).ravel()


def _quietest(blocks: Floats) -> float:
    # of white noise the kernel, whose coefficients' root sum of squares is 6, has a mean absolute response of 6 x 0.798
    return float(np.percentile(blocks, 15)) / (6 * 0.798)


def _edges_of(grey: Floats) -> Edges:
    steps, span = grey[:, 1:] - grey[:, :-1], np.abs(grey[:, 5:] - grey[:, :-5])
    # where light blows the paper out, letters end in a step however blurred they are
    blown = cv2.boxFilter((grey >= _BLOWN).astype(np.float32), -1, (6, 1), anchor=(0, 0), normalize=False)[:, :-5] > 0
    strong = (span >= max(_LEAST_SPAN, float(np.percentile(span, 92)))) & ~blown
    # five pixels over both sides of a thin stroke go down and up again: their steps are large against the little by which they end apart
    strong &= _over_five(np.abs(steps)) <= _ONE_WAY * span
    if int(strong.sum()) < _LEAST_EDGES:
        return Edges(0.0, 0, 0.0)
    # Sum of squares of the steps against the square of their sum: hardly depends on where between two pixels an edge lies. The steepest
    # step does, by a third, and on a page that is held straight all edges of an upright stroke lie alike.
    squares = _over_five(steps**2)
    sides = cv2.connectedComponentsWithStats(strong.astype(np.uint8), connectivity=8)[2][1:]
    strokes = int((sides[:, cv2.CC_STAT_HEIGHT] >= _LEAST_SIDE_PX).sum())
    heights = span[strong]
    return Edges(float(np.median(squares[strong] / heights**2)), strokes, float(np.median(heights)))


def _over_five(steps: Floats) -> Floats:
    """Sums of five steps in a row, one for each six pixels of a row."""
    return np.asarray(cv2.boxFilter(steps, -1, (5, 1), normalize=False)[:, 2:-2], np.float32)


_ONE_WAY = 1.15
"""Of their sum, the way that the steps of one edge go in all: what is more than noise goes back."""
_LEAST_EDGES = 20
_LEAST_SPAN = 25.0  # grey levels
_LEAST_SIDE_PX = 3


@functools.cache
def _noise_kernel() -> Floats:
    return np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def outlying(values: Sequence[float], *, least: float) -> list[float]:
    """How many robust deviations each value lies above the median of the others; `least` is the smallest deviation that counts as one."""
    array = np.asarray(values, np.float64)
    found = []
    for index, value in enumerate(array):
        others = np.delete(array, index)
        middle = float(np.median(others))
        found.append(float(value - middle) / max(least, 1.4826 * float(np.median(np.abs(others - middle)))))
    return found
