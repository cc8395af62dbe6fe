"""Whether print is darker than its paper."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.frame import Image
from kiosk.imaging.print_polarity import is_reversed

BOXES = [(40.0, 40.0 + 50 * row, 560.0, 80.0 + 50 * row) for row in range(8)]


def _page() -> Image:
    """Eight lines of dark print on paper with some noise."""
    page = np.random.default_rng(3).integers(200, 230, (480, 640, 3)).astype(np.uint8)
    for left, _top, _right, bottom in BOXES:
        cv2.putText(page, "SPECIMEN 7408122", (round(left), round(bottom) - 10), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30, 30, 30), 3)
    return page


def test_dark_print_on_paper_is_not_reversed() -> None:
    assert not is_reversed(_page(), BOXES)


def test_bright_print_nearly_everywhere_is_a_negative() -> None:
    assert is_reversed(np.asarray(255 - _page(), np.uint8), BOXES)


def test_too_few_places_say_nothing() -> None:
    assert not is_reversed(np.asarray(255 - _page(), np.uint8), BOXES[:5])


def test_places_without_contrast_or_outside_the_page_say_nothing() -> None:
    grey = np.full((480, 640, 3), 128, np.uint8)
    assert not is_reversed(grey, [*BOXES, (700.0, 500.0, 800.0, 520.0)])
