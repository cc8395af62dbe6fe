"""How wide the glyphs of a machine readable zone are, measured in the picture: what tells a printed O from a 0, and an I from a 1.

A recogniser reads a line as a whole and takes an O among digits for the 0 that it expects; the ink is as wide as it was printed. How
wide an O is against a 0 is a matter of the typeface (a third wider in many, a trifle narrower in the genuine OCR-B), so only glyphs of
one zone can be compared with each other: typeface, blur and size then cancel out.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_zone import grown, line_crop

HEIGHT_PX = 64
ALONG, ACROSS = 0.1, 0.15
"""So many line heights the crop goes beyond the line that was found."""
COARSE = 4
INK_FLOOR = 0.25
"""Darker than this share of full ink counts: patterns behind the text are lighter."""
Band = tuple[float, float]
MIDDLE: Band = (0.3, 0.7)
"""Of the height of the text: where the sides of an oval are, and neither its curves nor the next line."""
HEAD: Band = (0.0, 0.2)
"""Where I has a bar and 1 only a flag."""
SHOULDER: Band = (0.1, 0.3)
"""Where a 0 that is a rounded rectangle is as wide as below, and an O that is an oval is not: so in the genuine OCR-B."""
LEAST_INK = 0.05
"""So many columns full of ink in each row of a band are ink at all."""
CELL = 12
"""Places per character at which a gap may be."""
UNEVEN = 4.0
"""What an uneven distance costs, against a column of ink: a sixteenth of a column for an eighth of a pitch."""
Ink = npt.NDArray[np.float32]


def spreads(image: Image, quad: Quad, length: int, bands: Sequence[Band] = (MIDDLE,)) -> tuple[tuple[float | None, ...], ...]:
    """Per band and character of one line how far the ink spreads along the line: the standard deviation, in pitches (0 to 0.4).

    Args:
        quad: of the line, first edge along the reading. length: how many characters stand on it.
        bands: shares of the height of the text, 0 = its top, in which the ink is looked at.

    Returns:
        None for a character without ink in the band; all None for a line without ink.
    """
    nothing = ((None,) * length,) * len(bands)
    ink = _ink(image, quad)
    rows = _rows(ink)
    if rows is None:
        return nothing
    top, bottom = rows
    edges = _edges(ink[top:bottom].sum(axis=0), length)
    if edges is None:
        return nothing
    height, pitch = bottom - top, (edges[-1] - edges[0]) / length
    found = []
    for begin, end in bands:
        part = ink[top + round(begin * height) : top + round(end * height) + 1]
        found.append(_spreads(part.sum(axis=0), edges, pitch, LEAST_INK * len(part)))
    return tuple(found)


def _ink(image: Image, quad: Quad) -> Ink:
    """0 = paper, 1 = the darkest ink of the line."""
    crop = line_crop(image, grown(quad, ALONG, ACROSS), height_px=HEIGHT_PX)
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    around = (HEIGHT_PX // COARSE, HEIGHT_PX // COARSE)
    coarse = cv2.resize(grey, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones(around, np.uint8)), around)
    dark = np.clip(cv2.resize(paper, grey.shape[::-1]) - grey, 0, None)
    full = float(np.percentile(dark, 97)) + 1e-3
    return np.asarray(np.clip((dark / full - INK_FLOOR) / (1 - INK_FLOOR), 0, 1), np.float32)


def _rows(ink: Ink) -> tuple[int, int] | None:
    """First row and the one behind the last of the text; the next line, which a crop may touch, is left out. None without text."""
    rows = ink.sum(axis=1)
    dark = rows > 0.3 * float(np.percentile(rows, 80))
    bounds = np.flatnonzero(np.diff(dark.astype(np.int8), prepend=0, append=0)).tolist()
    runs = list(zip(bounds[::2], bounds[1::2], strict=True))
    return max(runs, key=lambda run: run[1] - run[0]) if rows.any() and runs else None


def _edges(profile: Ink, length: int) -> list[int] | None:
    """Columns between the characters: those with the least ink, at nearly even distances (a tilted page changes its pitch on the way)."""
    seen = np.flatnonzero(profile > 0.12 * float(np.percentile(profile, 95)) + 1e-4)
    if len(seen) < length:
        return None
    cell = (float(seen[-1] - seen[0]) + 1) / (length - 0.3) / CELL
    places = np.arange(float(seen[0]) - CELL * cell, float(seen[-1]) + CELL * cell, cell)
    inked = np.interp(places, np.arange(len(profile)), profile, left=0.0, right=0.0)
    inked /= float(inked[inked > 0].mean())
    before = np.cumsum(inked) - inked
    best = inked + 3 * before
    came: list[npt.NDArray[np.intp]] = []
    steps = np.arange(round(0.75 * CELL), round(1.25 * CELL) + 1)
    uneven = UNEVEN * ((steps - CELL) / CELL) ** 2
    for _ in range(length):
        options = np.full((len(steps), len(places)), np.inf)
        for row, step in enumerate(steps.tolist()):
            options[row, step:] = best[:-step] + uneven[row]
        came.append(options.argmin(axis=0))
        best = inked + options.min(axis=0)
    at = int((best + 3 * (before[-1] - before)).argmin())
    found = [at]
    for choice in reversed(came):
        at -= int(steps[choice[at]])
        found.append(at)
    return [min(max(round(float(places[one])), 0), len(profile)) for one in reversed(found)] if min(found) >= 0 else None


def _spreads(ink: Ink, edges: Sequence[int], pitch: float, least: float) -> tuple[float | None, ...]:
    """Per character, between two edges each, the standard deviation of its columns' ink in pitches; None for less ink than `least`."""
    places = np.arange(len(ink)) / pitch
    sums = [np.concatenate([[0.0], np.cumsum(ink * places**power, dtype=np.float64)])[list(edges)] for power in range(3)]
    total, first, second = (np.diff(one) for one in sums)
    middle = first / np.maximum(total, 1e-9)
    spread = np.sqrt(np.maximum(second / np.maximum(total, 1e-9) - middle**2, 0.0))
    return tuple(value if ink_seen > least else None for value, ink_seen in zip(spread.tolist(), total.tolist(), strict=True))
