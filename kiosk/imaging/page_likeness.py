"""Whether two straightened pictures show the same page: small prints of them, compared by correlation."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

PagePrint = npt.NDArray[np.float32]
"""40 x 64, mean 0, length 1: local contrast, so that light and white balance do not count."""

SAME_PAGE = 0.5
"""Likeness of one page seen twice is 0.7 and more, of the two sides of one card 0.3 and less (drawn specimens, tests)."""

_WIDTH, _HEIGHT = 64, 40


def page_print(page: Image) -> PagePrint:
    """The print of a straightened page, BGR, landscape."""
    small = cv2.resize(page, (_WIDTH * 2, _HEIGHT * 2), interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 1.5)
    cells = np.asarray(cv2.resize(grey, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA), dtype=np.float32)
    local = np.asarray(cells - cv2.GaussianBlur(cells, (0, 0), 6.0), dtype=np.float32)
    # the outermost cells hold the table when the outline is a pixel off
    local[:2], local[-2:], local[:, :2], local[:, -2:] = 0, 0, 0, 0
    local -= local.mean()
    return np.asarray(local / max(float(np.linalg.norm(local)), 1e-6), dtype=np.float32)


def likeness(one: PagePrint, other: PagePrint) -> float:
    """-1..1, 1 = the same; whichever way up either is, shifted by up to a cell."""
    best = -1.0
    for turned in (other, other[::-1, ::-1]):
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                best = max(best, float((one * np.roll(turned, (dy, dx), axis=(0, 1))).sum()))
    return best
