"""Whether print is darker than its paper."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

_CONTRAST = 40  # grey levels between print and paper, below which a place says nothing
_LEAST_PLACES = 6
_MOST = 0.8


def is_reversed(page: Image, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether text is bright on dark ground nearly everywhere, as in the negative of a page; too few places say nothing.

    Args:
        page: BGR.
        boxes: left, top, right, bottom of lines of text, pixels. Letters cover less of them than the paper does.
    """
    bright = total = 0
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    for left, top, right, bottom in boxes:
        part = grey[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
        if not part.size:
            continue
        below = np.cumsum(np.bincount(part.ravel(), minlength=256))
        low, ground, high = (_share(below, share) for share in (0.03, 0.5, 0.97))
        if high - low > _CONTRAST:
            total += 1
            bright += int(high - ground > ground - low)
    return total >= _LEAST_PLACES and bright > _MOST * total


def _share(below: npt.NDArray[np.intp], share: float) -> float:
    """The grey level below which such a share of the pixels lies, as numpy's percentile, which sorts them instead of counting.

    Args: `below`, of each grey level how many pixels are that dark or darker.
    """
    place = share * (int(below[-1]) - 1)
    rank = int(place)
    one, other = (float(np.searchsorted(below, at, side="right")) for at in (rank, min(rank + 1, int(below[-1]) - 1)))
    return one + (other - one) * (place - rank)
