"""Every page locator: finds drawn pages laid on many backgrounds with exact homographies, and nothing where there is none."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.document import PageSide, Quad
from kiosk.engines.page_locator import ClassicalPageLocator
from kiosk.engines.page_locator_neural import NeuralPageLocator
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocator
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.specimen import specimen

SIZE = (1280, 720)
LOCATORS: list[PageLocator] = [
    ClassicalPageLocator(),
    NeuralPageLocator(Path(__file__).parents[2] / "models/page_locator.onnx", threads=1),
]
SURE = 0.55

pytestmark = pytest.mark.parametrize("locator", LOCATORS, ids=lambda locator: locator.model_id)


@functools.cache
def page(design: str, seed: int = 0, side: PageSide = PageSide.FRONT) -> Image:
    return specimen(design, seed=seed).pages[side]


@functools.cache
def desk(seed: int) -> Desk:
    return Desk(size=SIZE, seed=seed)


def background(kind: str, seed: int = 0) -> Image:
    width, height = SIZE
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    if kind == "desk":
        return desk(seed % 2).shot(None, tick=seed)
    if kind == "light":
        flat = np.full((height, width), 205)
    elif kind == "grey":
        flat = np.full((height, width), 110)
    elif kind == "blotches":
        return np.asarray(cv2.GaussianBlur(rng.integers(0, 255, (height, width, 3), dtype=np.uint8), (0, 0), 6), np.uint8)
    elif kind == "checks":
        flat = np.where((x // 90 + y // 90) % 2 > 0, 170, 110)
    else:
        flat = 110 + 50 * ((x + y // 3) // 70 % 2)
    return np.asarray(flat[:, :, None] + rng.integers(0, 10, (height, width, 3)), np.uint8)


def laid(picture: Image, over: Image, quad: Quad) -> Image:
    """The page over a background, corners at `quad`, with round corners, softly."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    r = round(0.037 * width)
    cv2.rectangle(mask, (r, 0), (width - r, height), 255, -1)
    cv2.rectangle(mask, (0, r), (width, height - r), 255, -1)
    for cx, cy in itertools.product((r, width - r), (r, height - r)):
        cv2.circle(mask, (cx, cy), r, 255, -1)
    shrink = 1.2 * max(geometry.sides(quad)) / width
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    mask = np.asarray(cv2.resize(mask, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
    matrix = geometry.homography(geometry.box_quad(0, 0, small.shape[1], small.shape[0]), quad)
    colour = cv2.warpPerspective(small, matrix, SIZE, flags=cv2.INTER_AREA)
    alpha = cv2.GaussianBlur(cv2.warpPerspective(mask, matrix, SIZE), (0, 0), 0.8)[:, :, None] / 255
    return np.asarray(over * (1 - alpha) + colour * alpha, np.uint8)


def overlap_of_best(locator: PageLocator, picture: Image, quad: Quad) -> float:
    found = locator.locate(picture)
    return geometry.overlap(found[0].quad, quad) if found else 0.0


def placements(count: int) -> list[Placement]:
    rng = np.random.default_rng(11)
    return [
        Placement(
            x=0.5 + rng.uniform(-0.07, 0.07),
            y=0.5 + rng.uniform(-0.05, 0.05),
            width=rng.uniform(0.65, 0.95),
            roll_deg=rng.uniform(-22, 22),
            tilt_deg=rng.uniform(-20, 20),
            swing_deg=rng.uniform(-20, 20),
        )
        for _ in range(count)
    ]


def test_pages_are_found_on_many_backgrounds(locator: PageLocator) -> None:
    """Mean overlap with the truth 0.9 and more; exact to a hundredth where the page was found at all."""
    designs = ["td1", "td2", "td3", "mrv-a", "mrv-b"]
    kinds = ["desk", "light", "grey", "blotches", "checks", "stripes"]
    overlaps = []
    for number, placement in enumerate(placements(30)):
        picture = page(designs[number % 5], number % 2)
        where = Placement(
            placement.x,
            placement.y,
            fitting_width(picture) * placement.width,
            placement.roll_deg,
            placement.tilt_deg,
            placement.swing_deg,
        )
        quad = desk(0).quad(picture, where)
        overlaps.append(overlap_of_best(locator, laid(picture, background(kinds[number % 6], number), quad), quad))
    assert np.mean(overlaps) >= 0.9
    assert np.median(overlaps) >= 0.985


@pytest.mark.parametrize("light", [0.45, 1.0, 1.15])
@pytest.mark.parametrize("glare", [0.0, 0.8])
def test_light_and_glare_do_not_hide_a_page(locator: PageLocator, light: float, glare: float) -> None:
    placement = Placement(width=0.6, roll_deg=8, tilt_deg=10)
    picture = desk(1).shot(page("td1"), placement, light=light, glare=glare)
    assert overlap_of_best(locator, picture, desk(1).quad(page("td1"), placement)) > 0.97


def test_a_standing_card_is_found(locator: PageLocator) -> None:
    placement = Placement(width=0.34, roll_deg=88)
    picture = desk(0).shot(page("td1"), placement)
    assert overlap_of_best(locator, picture, desk(0).quad(page("td1"), placement)) > 0.97


def test_the_outline_of_the_page_wins_over_what_is_printed_inside(locator: PageLocator) -> None:
    """The MRZ's band and the portrait are quads as well."""
    for design in ("td2", "td3", "mrv-a"):
        placement = Placement(width=fitting_width(page(design)))
        picture = desk(0).shot(page(design), placement)
        assert overlap_of_best(locator, picture, desk(0).quad(page(design), placement)) > 0.97


def test_two_pages_in_one_picture_are_two(locator: PageLocator) -> None:
    front, back = page("td1"), page("td1", 0, PageSide.BACK)
    upper, lower = geometry.box_quad(440, 30, 900, 320), geometry.box_quad(430, 390, 890, 680)
    picture = laid(back, laid(front, background("grey"), upper), lower)
    found = [one for one in locator.locate(picture) if one.confidence >= SURE]
    assert len(found) == 2
    for quad in (upper, lower):
        assert max(geometry.overlap(one.quad, quad) for one in found) > 0.95


@pytest.mark.parametrize("kind", ["desk", "light", "grey", "blotches", "checks", "stripes"])
def test_an_empty_table_has_no_page(locator: PageLocator, kind: str) -> None:
    for seed in range(3):
        assert [one for one in locator.locate(background(kind, seed)) if one.confidence >= SURE] == []


@pytest.mark.parametrize("design", ["td1", "td2", "td3", "mrv-a", "mrv-b"])
def test_a_picture_that_is_the_page_alone_has_no_outline(locator: PageLocator, design: str) -> None:
    picture = page(design)
    found = [one for one in locator.locate(picture) if one.confidence >= SURE]
    # what is printed inside may look like a page; it must not pretend to be nearly the whole
    whole = geometry.box_quad(0, 0, picture.shape[1], picture.shape[0])
    assert all(geometry.overlap(one.quad, whole) < 0.6 for one in found)


def test_a_page_that_the_picture_cuts_is_said_to_touch_the_border(locator: PageLocator) -> None:
    found = locator.locate(desk(0).shot(page("td1"), Placement(x=0.16, width=0.55)))
    assert found
    assert found[0].touches_border


def test_corners_are_convex_clockwise_and_in_pixels_of_the_picture(locator: PageLocator) -> None:
    large = np.asarray(cv2.resize(desk(0).shot(page("td1"), Placement(width=0.6)), None, fx=2.5, fy=2.5), np.uint8)
    quad = locator.locate(large)[0].quad
    true = geometry.as_quad(geometry.as_array(desk(0).quad(page("td1"), Placement(width=0.6))) * 2.5)
    assert geometry.overlap(quad, true) > 0.97
    assert geometry.is_convex(quad)
    assert quad == geometry.ordered(quad)


@pytest.mark.parametrize("shape", [(1, 1), (10, 2000), (47, 47), (200, 300)])
def test_tiny_and_blank_pictures_are_no_page_and_no_error(locator: PageLocator, shape: tuple[int, int]) -> None:
    assert locator.locate(np.zeros((*shape, 3), np.uint8)) == ()
