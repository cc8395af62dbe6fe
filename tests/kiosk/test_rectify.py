"""Straightening: what is known to be where, comes out where it belongs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import ID1_RATIO, ID3_RATIO, cropped, known_ratio, landscape, limited, rotated, straighten

QUAD = ((210.0, 140.0), (900.0, 190.0), (860.0, 640.0), (180.0, 560.0))


def marked_page(width: int = 1012, height: int = 638) -> Image:
    """Four coloured quarters: red, green, blue, white."""
    page = np.zeros((height, width, 3), np.uint8)
    page[: height // 2, : width // 2] = (0, 0, 255)
    page[: height // 2, width // 2 :] = (0, 255, 0)
    page[height // 2 :, width // 2 :] = (255, 0, 0)
    page[height // 2 :, : width // 2] = (255, 255, 255)
    return page


def scene(page: Image, quad: geometry.Quad = QUAD) -> Image:
    height, width = page.shape[:2]
    matrix = geometry.homography(geometry.box_quad(0, 0, width, height), quad)
    return np.asarray(cv2.warpPerspective(page, matrix, (1280, 720)), np.uint8)


def quarters(page: Image) -> list[tuple[int, ...]]:
    height, width = page.shape[:2]
    return [tuple(int(v) for v in page[int(height * y), int(width * x)]) for y in (0.25, 0.75) for x in (0.25, 0.75)]


def test_a_page_comes_out_upright_with_its_quarters_in_place() -> None:
    assert quarters(straighten(scene(marked_page()), QUAD)) == quarters(marked_page())


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_order_in_which_corners_are_given_does_not_matter(turns: int) -> None:
    picture = scene(marked_page())
    assert np.array_equal(straighten(picture, geometry.rolled(QUAD, turns)), straighten(picture, QUAD))


def test_a_card_gets_the_proportion_of_cards() -> None:
    height, width = straighten(scene(marked_page()), QUAD).shape[:2]
    assert width / height == pytest.approx(ID1_RATIO, rel=0.01)


def test_no_detail_is_invented_and_no_page_larger_than_asked() -> None:
    picture = scene(marked_page())
    seen = max(geometry.sides(QUAD)[0], geometry.sides(QUAD)[2])
    assert straighten(picture, QUAD).shape[1] <= max(seen, geometry.sides(QUAD)[1] * ID1_RATIO) + 2
    assert straighten(picture, QUAD, max_width_px=500).shape[1] == 500


def test_a_standing_page_is_laid_on_its_long_side() -> None:
    standing = geometry.box_quad(400, 60, 760, 640)
    height, width = straighten(np.zeros((720, 1280, 3), np.uint8), standing).shape[:2]
    assert width > height
    top, right, _, _ = geometry.sides(landscape(standing))
    assert top > right


@pytest.mark.parametrize(("seen", "known"), [(1.55, ID1_RATIO), (1.62, ID1_RATIO), (1.40, ID3_RATIO), (1.45, ID3_RATIO), (2.2, 2.2)])
def test_proportions_near_a_standard_become_the_standard(seen: float, known: float) -> None:
    assert known_ratio(seen) == pytest.approx(known)


def test_four_quarter_turns_are_none() -> None:
    page = marked_page()
    assert np.array_equal(rotated(rotated(page, 3), 1), page)
    assert rotated(page, 1).shape[:2] == (page.shape[1], page.shape[0])
    red = quarters(page)[0]
    assert quarters(rotated(page, 1))[1] == red  # clockwise: the top left quarter comes to the top right


def test_limiting_never_enlarges() -> None:
    page = marked_page()
    assert limited(page, 5000) is page
    assert max(limited(page, 300).shape[:2]) == 300


def test_a_crop_is_clipped_to_the_picture_and_never_empty() -> None:
    page = marked_page()
    assert cropped(page, -50, -50, 20, 10).shape[:2] == (10, 20)
    assert cropped(page, 5000, 5000, 6000, 6000).size > 0


def test_overlap_of_a_quad_with_itself_is_one_and_with_its_half_a_half() -> None:
    whole, half = geometry.box_quad(0, 0, 100, 60), geometry.box_quad(0, 0, 50, 60)
    assert geometry.overlap(whole, whole) == pytest.approx(1.0)
    assert geometry.overlap(whole, half) == pytest.approx(0.5)
    assert geometry.inside_fraction(half, whole) == pytest.approx(1.0)


def test_corners_are_ordered_clockwise_from_the_top_left() -> None:
    shuffled = (QUAD[2], QUAD[0], QUAD[3], QUAD[1])
    assert geometry.ordered(shuffled) == QUAD
    assert geometry.is_convex(QUAD)
    assert not geometry.is_convex((QUAD[0], QUAD[2], QUAD[1], QUAD[3]))
