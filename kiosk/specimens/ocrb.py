"""The 37 characters of the machine readable zone, drawn by us with one stroke width after the shapes of OCR-B (ISO 1073-2)."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

# Units: capital height 14, widest letter 10, y down. M moves, L draws a line, C a cubic curve.
_O = "M5 0 C11.8 0 11.8 14 5 14 C-1.8 14 -1.8 0 5 0"
_P = "M1 14 L1 0 L5.5 0 C10.8 0 10.8 7.8 5.5 7.8 L1 7.8"
_GLYPHS = {
    "A": "M0 14 L5 0 L10 14 M1.8 9.4 L8.2 9.4",
    "B": "M1 0 L1 14 L5.6 14 C10.8 14 10.8 6.9 5.6 6.9 L1 6.9 M5.6 6.9 C9.8 6.9 9.8 0 5.6 0 L1 0",
    "C": "M9.5 1.8 C6.8 -0.8 0.6 -0.8 0.6 7 C0.6 14.8 6.8 14.8 9.5 12.2",
    "D": "M1 0 L1 14 L4.4 14 C11.2 14 11.2 0 4.4 0 L1 0",
    "E": "M9 0 L1.2 0 L1.2 14 L9 14 M1.2 6.8 L8 6.8",
    "F": "M9 0 L1.2 0 L1.2 14 M1.2 6.8 L8 6.8",
    "G": "M9.2 1.8 C6.6 -0.8 0.4 -0.8 0.4 7 C0.4 14.8 6.4 14.8 9.3 12.8 L9.3 7.6 L5.4 7.6",
    "H": "M1 0 L1 14 M9 0 L9 14 M1 6.8 L9 6.8",
    "I": "M2 0 L8 0 M5 0 L5 14 M2 14 L8 14",
    "J": "M3.2 0 L8 0 L8 9.8 C8 14.6 3.2 15.2 1 12.2",
    "K": "M1.2 0 L1.2 14 M9 0 L1.2 8 M4.2 5.2 L9.6 14",
    "L": "M1.6 0 L1.6 14 L9.2 14",
    "M": "M0.6 14 L0.6 0 L5 8.4 L9.4 0 L9.4 14",
    "N": "M1 14 L1 0 L9 14 L9 0",
    "O": _O,
    "P": _P,
    "Q": _O + " M5.8 9.8 L10 14.8",
    "R": _P + " M5 7.8 L9.6 14",
    "S": "M9 1.8 C6.4 -0.9 1 -0.4 1 3.5 C1 7.9 9.4 6.1 9.4 10.4 C9.4 14.8 3.2 15.1 0.6 12",
    "T": "M0.4 0 L9.6 0 M5 0 L5 14",
    "U": "M1 0 L1 9.4 C1 15.5 9 15.5 9 9.4 L9 0",
    "V": "M0.3 0 L5 14 L9.7 0",
    "W": "M0 0 L2.3 14 L5 4.6 L7.7 14 L10 0",
    "X": "M0.6 0 L9.4 14 M9.4 0 L0.6 14",
    "Y": "M0.4 0 L5 7.2 L9.6 0 M5 7.2 L5 14",
    "Z": "M0.8 0 L9.2 0 L0.8 14 L9.2 14",
    "0": "M5 -0.2 C10 -0.2 10 14.2 5 14.2 C0 14.2 0 -0.2 5 -0.2",
    "1": "M1.6 3.6 L5.6 0 L5.6 14 M2.2 14 L9 14",
    "2": "M1 2.6 C2.4 -1.3 9 -0.9 9 3.9 C9 7.6 2.8 9 1 14 L9.2 14",
    "3": "M1 0 L8.8 0 L4.6 5.2 C10.8 5.2 10.6 14.1 4.6 14.1 C3 14.1 1.6 13.5 0.7 12.5",
    "4": "M5 0 L0.8 10 L9.8 10 M7.2 6.4 L7.2 14",
    "5": "M8.6 0 L2.1 0 L1.7 6.2 C5 4.7 9.4 5.6 9.4 9.6 C9.4 14.2 4 15 0.8 12.6",
    "6": "M7.4 0 C3.8 2.6 0.9 6.4 0.9 9.8 C0.9 15.5 9.2 15.5 9.2 9.8 C9.2 4.9 2.6 4.7 1.2 8.4",
    "7": "M0.8 0 L9.2 0 C6.4 4.2 4.4 8.4 4 14",
    "8": "M5 0 C9.4 0 9.4 6.3 5 6.6 C-0.4 7 -0.4 14 5 14 C10.4 14 10.4 7 5 6.6 C0.6 6.3 0.6 0 5 0",
    "9": "M2.6 14 C6.2 11.4 9.1 7.6 9.1 4.2 C9.1 -1.5 0.8 -1.5 0.8 4.2 C0.8 9.1 7.4 9.3 8.8 5.6",
    "<": "M8.9 2.6 L1.4 7 L8.9 11.4",
}
_HEIGHT, _WIDTH, _STROKE = 14.0, 10.0, 2.0
_CURVE_STEPS = 20
_SUBPIXEL_BITS = 6


class LineDrawing(Protocol):
    """As `draw_line`, in whatever typeface."""

    def __call__(
        self, page: npt.NDArray[np.uint8], text: str, left: float, top: float, *, pitch: float, height: float, ink: tuple[int, int, int]
    ) -> None: ...


@lru_cache(maxsize=64)
def _strokes(character: str) -> tuple[npt.NDArray[np.float64], ...]:
    strokes: list[list[tuple[float, float]]] = []
    words = _GLYPHS[character].split()
    at = 0

    def point() -> tuple[float, float]:
        nonlocal at
        x, y = float(words[at].lstrip("MLC")), float(words[at + 1])
        at += 2
        return x, y

    while at < len(words):
        command = words[at][0]
        if command == "M":
            strokes.append([point()])
        elif command == "L":
            strokes[-1].append(point())
        else:
            p0, p1, p2, p3 = (np.array(p) for p in (strokes[-1][-1], point(), point(), point()))
            for step in range(1, _CURVE_STEPS + 1):
                t = step / _CURVE_STEPS
                x, y = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
                strokes[-1].append((float(x), float(y)))
    return tuple(np.array(stroke) for stroke in strokes)


def draw_line(
    page: npt.NDArray[np.uint8], text: str, left: float, top: float, *, pitch: float, height: float, ink: tuple[int, int, int]
) -> None:
    """Draw one MRZ line into `page` (changed in place).

    Args: `left`, `top` of the first character's cell and of its capitals; `pitch` from character to character (2.54 mm on a document);
        `height` of capitals; all in pixels. `ink` in the page's colour order. Raises KeyError for a character outside A-Z 0-9 <.
    """
    unit = height / _HEIGHT
    margin = (pitch - _WIDTH * unit) / 2
    # Drawn four times as large and reduced, because OpenCV's thick lines are stepped.
    scale = 4
    pad = round(height)
    x0, y0 = int(left) - pad, int(top) - pad
    x1, y1 = min(page.shape[1], int(left + pitch * len(text)) + pad), min(page.shape[0], int(top + height) + pad)
    x0, y0 = max(0, x0), max(0, y0)
    coverage = np.zeros(((y1 - y0) * scale, (x1 - x0) * scale), np.uint8)
    for index, character in enumerate(text):
        for stroke in _strokes(character):
            points = stroke * unit + (left + index * pitch + margin - x0, top - y0)
            fixed = np.round(points * scale * (1 << _SUBPIXEL_BITS)).astype(np.int32)
            cv2.polylines(
                coverage, [fixed.reshape(-1, 1, 2)], False, 255, max(1, round(_STROKE * unit * scale)), cv2.LINE_AA, _SUBPIXEL_BITS
            )
    small = cv2.resize(coverage, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
    area = page[y0:y1, x0:x1]
    area[:] = np.round(area * (1 - small) + np.array(ink, np.float32) * small).astype(np.uint8)
