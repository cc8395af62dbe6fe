"""Which of many quads are the pages, by what they are to one another."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from kiosk.domain.document import Quad
from kiosk.engines.page_locator_choice import SURE_CHANCE, apart, freed
from kiosk.engines.page_locator_score import FEATURES, are_clear_cuts
from kiosk.imaging import geometry

Floats = npt.NDArray[np.float64]
SHEET = geometry.box_quad(50, 40, 450, 330)


def turned(centre: tuple[float, float], width: float, degrees: float) -> Quad:
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, width / 1.586 / 2)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return geometry.as_quad(half @ np.array([[c, s], [-s, c]]) + centre)


def seen(*, least_share: float = 1.0, overrun: float = 0.0, framed: bool = False, covered: float = 1.0) -> list[float]:
    """Features of a quad, in the order of `page_locator_score.features`."""
    raw = [covered, 0.7, 0.5, 1.0, least_share, 1.0, overrun, 0.1, 0.2, 0.9, 0.9, 1.0, float(framed), 0.0, 0.9, overrun]
    assert len(raw) == FEATURES
    return raw


def pages(quads: list[Quad], raw: list[list[float]], chances: list[float]) -> list[int]:
    array = np.array(quads)
    told = freed(array, np.array(raw), np.array(chances))
    return [index for index in apart(array, told) if told[index] >= SURE_CHANCE]


@pytest.mark.parametrize("degrees", [-20, 8, 30])
def test_a_card_that_lies_oblique_on_a_sheet_is_the_page(degrees: float) -> None:
    assert pages([SHEET, turned((250, 190), 220, degrees)], [seen(), seen(overrun=0.3)], [0.9, 0.01]) == [1]


def test_what_is_printed_on_a_page_runs_with_its_sides_and_is_no_page() -> None:
    frame = geometry.box_quad(100, 80, 400, 290)
    assert pages([SHEET, frame], [seen(), seen()], [0.9, 0.3]) == [0]


def test_a_page_aslant_whose_sides_show_only_in_part_is_left_where_it_is() -> None:
    assert pages([SHEET, turned((250, 190), 220, 15)], [seen(), seen(least_share=0.6)], [0.9, 0.01]) == [0]


def test_the_page_in_a_window_is_the_page_where_the_outline_runs_on_past_its_corners() -> None:
    window, page, frame = SHEET, geometry.box_quad(55, 110, 375, 325), geometry.box_quad(90, 68, 410, 302)
    mixed = seen(overrun=0.4)
    assert pages([window, page], [mixed, seen()], [0.8, 0.1]) == [1]
    assert pages([window, frame], [mixed, seen()], [0.8, 0.1]) == [0], "a printed frame keeps one distance from the edge"
    assert pages([window, page], [seen(), seen()], [0.8, 0.1]) == [0], "a page with a clean outline of its own"


def test_three_whole_sides_and_the_border_make_a_page_that_is_cut() -> None:
    whole, broken, free, empty = seen(framed=True), seen(framed=True, least_share=0.8), seen(), seen(framed=True, covered=0.2)
    assert are_clear_cuts(np.array([whole, broken, free, empty])).tolist() == [True, False, False, False]
