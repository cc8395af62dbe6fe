"""Which of many quads are the pages, by what they are to one another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kiosk.engines.page_locator_score import FEATURES, are_clear_cuts

Floats = npt.NDArray[np.float64]


def seen(*, least_share: float = 1.0, overrun: float = 0.0, framed: bool = False, covered: float = 1.0) -> list[float]:
    """Features of a quad, in the order of `page_locator_score.features`."""
    raw = [covered, 0.7, 0.5, 1.0, least_share, 1.0, overrun, 0.1, 0.2, 0.9, 0.9, 1.0, float(framed), 0.0, 0.9, overrun]
    assert len(raw) == FEATURES
    return raw


def test_three_whole_sides_and_the_border_make_a_page_that_is_cut() -> None:
    whole, broken, free, empty = seen(framed=True), seen(framed=True, least_share=0.8), seen(), seen(framed=True, covered=0.2)
    assert are_clear_cuts(np.array([whole, broken, free, empty])).tolist() == [True, False, False, False]
