"""Pages found by their print: how it lies, and where the page is then."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import levelled
from kiosk.ports import PageLocation
from kiosk.services.page_slant import locate_level, slant_of, turned_alike


def printed(angle: float, count: int, *, long: float = 200.0, tall: float = 20.0, x: float = 100.0) -> list[Quad]:
    """Lines below one another, all turned by `angle` degrees."""
    turn = math.radians(angle)
    c, s = math.cos(turn), math.sin(turn)
    quads = []
    for number in range(count):
        corners = [(dx * c - dy * s + x, dx * s + dy * c + 60 * number) for dx, dy in ((0, 0), (long, 0), (long, tall), (0, tall))]
        quads.append((corners[0], corners[1], corners[2], corners[3]))
    return quads


@pytest.mark.parametrize(("angle", "slant"), [(20, 20), (-30, -30), (104, 14), (195, 15), (290, 20), (44, 44)])
def test_print_tells_how_the_page_is_turned_whichever_side_is_up(angle: float, slant: float) -> None:
    assert math.degrees(slant_of(printed(angle, 8)) or 0) == pytest.approx(slant, abs=0.5)


@pytest.mark.parametrize("angle", [0, 5, 88, 180, 267])
def test_print_that_lies_level_tells_nothing_new(angle: float) -> None:
    assert slant_of(printed(angle, 8)) is None


def test_print_of_the_ground_may_lie_otherwise_but_not_most_of_it() -> None:
    assert slant_of([*printed(25, 8), *printed(0, 4)]) is not None
    assert slant_of([*printed(25, 6), *printed(0, 8)]) is None
    assert slant_of(printed(25, 4)) is None, "too few"
    assert slant_of(printed(25, 8, long=40)) is None, "too short to slant at all"
    assert slant_of(printed(25, 8, long=66)) is not None, "values of a small card are 3 to 4 times as long as high"


@pytest.mark.parametrize(
    ("first", "rest"), [(180, (0.4, 0.5, -0.5, -0.4)), (134.5, (-45.4, -45.3, -45.6, -45.7)), (0, (179.8, -179.9, 180)), (90, (0, 8, 4))]
)
def test_most_lines_tell_how_they_are_turned_whichever_comes_first(first: float, rest: tuple[float, ...]) -> None:
    """Measured from a line that lies the other way round, half of the others were half a turn to its left and half to its right."""
    found = turned_alike([math.radians(turn) for turn in (first, *rest)], math.tau)
    assert sorted(place for _, place in found) == list(range(1, len(rest) + 1))
    assert found[-1][0] - found[0][0] < math.radians(12), "none is a period from the others"


def test_no_lines_are_turned_no_way() -> None:
    assert turned_alike([], math.tau) == []


class Whole:
    """A locator that takes the brightest region's bounds for a page."""

    model_id = "bounds"

    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        rows, columns = np.nonzero(image[:, :, 0] > 128)
        quad = geometry.box_quad(float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
        return (PageLocation(quad, 0.9),)


def drawn(angle: float, size: tuple[int, int]) -> tuple[Image, Quad]:
    import cv2

    width, height = size
    turn = math.radians(angle)
    c, s = math.cos(turn), math.sin(turn)
    corners = [(x * c - y * s + width / 2, x * s + y * c + height / 2) for x, y in ((-200, -120), (200, -120), (200, 120), (-200, 120))]
    picture = np.zeros((height, width, 3), np.uint8)
    cv2.fillPoly(picture, [np.round(corners).astype(np.int32)], (255, 255, 255))
    return picture, (corners[0], corners[1], corners[2], corners[3])


@pytest.mark.parametrize(("angle", "size"), [(20, (800, 600)), (-35, (600, 800)), (14, (3200, 2400))])
def test_places_in_the_turned_picture_are_told_in_the_one_that_was_handed_in(angle: float, size: tuple[int, int]) -> None:
    picture, true = drawn(angle, size)
    (found,) = locate_level(picture, math.radians(angle), Whole())
    assert geometry.overlap(found.quad, true) > 0.97


def test_a_turned_picture_keeps_all_of_it() -> None:
    picture, _ = drawn(30, (800, 600))
    turned, back = levelled(picture, math.radians(30), max_side_px=1600)
    height, width = turned.shape[:2]
    inside = geometry.mapped([(0.0, 0.0), (800.0, 0.0), (800.0, 600.0), (0.0, 600.0)], np.linalg.inv(back))
    assert inside.min() > -1
    assert inside[:, 0].max() < width + 1
    assert inside[:, 1].max() < height + 1
    assert (turned > 128).sum() == pytest.approx((picture > 128).sum(), rel=0.02)
