"""Where a page lies in its picture: corners outside, nearness of the border, share in sight."""

from __future__ import annotations

import pytest

from kiosk.domain.document import PageWarning, Quad
from kiosk.imaging import geometry
from kiosk.imaging.page_place import page_place

SIZE = (1000, 800)


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    return geometry.box_quad(left, top, right, bottom)


def test_a_page_well_inside_is_whole() -> None:
    place = page_place(box(100, 100, 900, 600), SIZE)
    assert place.corners_outside == (False,) * 4
    assert not place.close_to_border
    assert place.visible_share == pytest.approx(1.0)
    assert place.warnings == ()


def test_corners_beyond_the_border_are_named_in_the_order_of_the_quad() -> None:
    place = page_place(((-40, 100), (700, 60), (720, 500), (20, 540)), SIZE)
    assert place.corners_outside == (True, False, False, False)
    assert place.corner_out_of_image
    assert 0.9 < place.visible_share < 1
    assert place.warnings == (PageWarning.DOCUMENT_OUT_OF_IMAGE,)


def test_a_page_near_the_border_is_close_but_not_out() -> None:
    place = page_place(box(5, 100, 900, 600), SIZE)
    assert place.warnings == (PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER,)


def test_a_page_that_the_picture_cuts_has_its_corners_on_the_border_outside() -> None:
    """Its quad ends at the border, since nobody sees where the page does."""
    quad = box(0, 100, 900, 600)
    assert page_place(quad, SIZE).corners_outside == (False,) * 4
    assert page_place(quad, SIZE, cut=True).corners_outside == (True, False, False, True)


def test_half_a_page_is_half_in_sight() -> None:
    assert page_place(box(-400, 100, 400, 600), SIZE).visible_share == pytest.approx(0.5, abs=0.01)
