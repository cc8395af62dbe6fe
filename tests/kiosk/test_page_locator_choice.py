"""Which of many quads are the pages, by what they are to one another."""

from __future__ import annotations

import numpy as np

from kiosk.engines.page_locator_choice import Found, better, in_order
from kiosk.engines.page_locator_score import FEATURES, are_clear_cuts
from kiosk.imaging import geometry


def seen(*, least_share: float = 1.0, overrun: float = 0.0, framed: bool = False, covered: float = 1.0) -> list[float]:
    """Features of a quad, in the order of `page_locator_score.features`."""
    raw = [covered, 0.7, 0.5, 1.0, least_share, 1.0, overrun, 0.1, 0.2, 0.9, 0.9, 1.0, float(framed), 0.0, 0.9, overrun]
    assert len(raw) == FEATURES
    return raw


def test_three_whole_sides_and_the_border_make_a_page_that_is_cut() -> None:
    whole, broken, free, empty = seen(framed=True), seen(framed=True, least_share=0.8), seen(), seen(framed=True, covered=0.2)
    assert are_clear_cuts(np.array([whole, broken, free, empty])).tolist() == [True, False, False, False]


def box(left: float, top: float, right: float, bottom: float, chance: float) -> Found:
    return Found(geometry.as_array(geometry.box_quad(left, top, right, bottom)), np.zeros(4, bool), chance)


def test_pages_come_the_surest_first_also_where_a_closer_look_made_one_surer() -> None:
    first, second = box(0, 0, 100, 60, 0.6), box(200, 0, 300, 60, 0.9)
    assert in_order([first, second]) == [second, first]
    assert in_order([]) == []


def test_a_page_that_was_moved_onto_a_less_sure_one_takes_its_place() -> None:
    moved, under, beside = box(0, 0, 100, 60, 0.7), box(20, 0, 110, 60, 0.15), box(200, 0, 300, 60, 0.1)
    assert in_order([moved, under, beside]) == [moved, beside]


def test_a_closer_look_at_an_unsure_page_counts_where_it_shows_something_of_the_same_place() -> None:
    unsure = box(0, 0, 100, 60, 0.1)
    assert better(unsure, (wider := box(0, 0, 160, 90, 0.6)), []) is wider
    assert better(unsure, box(0, 0, 160, 90, 0.35), []) is unsure, "not sure enough"
    assert better(unsure, box(90, 50, 190, 110, 0.9), []) is unsure, "another thing beside it"


def test_a_closer_look_never_puts_a_page_onto_another_sure_one() -> None:
    page, wider, other = box(0, 0, 100, 60, 0.5), box(0, 0, 125, 60, 0.9), box(85, 0, 185, 60, 0.8)
    assert better(page, wider, []) is wider
    assert better(page, wider, [other.quad]) is page
    assert better(page, wider, [box(130, 0, 230, 60, 0.8).quad]) is wider
