"""The photograph simulation: the same pixels for the same arguments, exact corners, and each kind does what its name says."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import BadInput
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.specimens import degrade, film
from kiosk.specimens.backgrounds import BACKGROUNDS, background
from kiosk.specimens.degrade import Degradation, Photograph, photograph

SIZE = (480, 360)


@functools.cache
def page(ratio: float = 1.586) -> Image:
    """Noise of large grains: any shift shows when it is laid over itself."""
    width = 420
    grains = np.random.default_rng(3).uniform(30, 230, (round(22 / ratio), 22, 3)).astype(np.float32)
    return np.clip(cv2.resize(grains, (width, round(width / ratio)), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)


def straightened(shot: Photograph, number: int = 0, ratio: float = 1.586) -> Image:
    target = geometry.box_quad(0, 0, page(ratio).shape[1], page(ratio).shape[0])
    matrix = geometry.homography(geometry.as_quad(geometry.as_array(shot.quads[number]) - 0.5), target)
    return np.asarray(cv2.warpPerspective(shot.image, matrix, (page(ratio).shape[1], page(ratio).shape[0])), np.uint8)


def likeness(one: Image, other: Image) -> float:
    """Correlation of two pictures' colours, -1..1."""
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


def test_the_same_arguments_give_the_same_pixels() -> None:
    for seed in range(3):
        one, other = photograph(page(), seed=seed, size=SIZE), photograph(page(), seed=seed, size=SIZE)
        assert np.array_equal(one.image, other.image)
        assert (one.quads, one.kinds, one.ground) == (other.quads, other.kinds, other.ground)
    assert not np.array_equal(photograph(page(), seed=1, size=SIZE).image, photograph(page(), seed=2, size=SIZE).image)


@pytest.mark.parametrize("kind", [kind for kind in Degradation if kind is not Degradation.BORDER])
def test_the_corners_are_those_of_the_page(kind: Degradation) -> None:
    """Straightened by the true corners the page is itself again: for every kind, and not for corners two pixels off."""
    for seed in range(2):
        shot = photograph(page(), seed=seed, size=SIZE, severity=0.4, kinds=frozenset({kind, Degradation.PERSPECTIVE}))
        assert shot.image.shape == (SIZE[1], SIZE[0], 3)
        assert likeness(straightened(shot), page()) > (
            0.75 if kind in (Degradation.GLARE, Degradation.SMALL, Degradation.FINGERS) else 0.85
        )


def test_exact_means_to_a_fraction_of_a_pixel() -> None:
    shot = photograph(
        page(), seed=4, size=SIZE, severity=0.2, kinds=frozenset({Degradation.PERSPECTIVE, Degradation.ROLL}), grounds=["plain"]
    )
    right = likeness(straightened(shot), page())
    for move in ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)):
        moved = Photograph(shot.image, (geometry.as_quad(geometry.as_array(shot.quad) + move),), shot.kinds, shot.ground)
        assert likeness(straightened(moved), page()) < right


def test_a_kind_more_leaves_the_placement_as_it_was() -> None:
    plain = photograph(page(), seed=9, size=SIZE, kinds=frozenset())
    for kind in (Degradation.GLARE, Degradation.LENS_BLUR, Degradation.FINGERS, Degradation.PRINT, Degradation.LOW_CONTRAST):
        shot = photograph(page(), seed=9, size=SIZE, kinds=frozenset({kind}))
        assert shot.quad == plain.quad
        assert not np.array_equal(shot.image, plain.image)


def test_border_pages_reach_the_border_and_others_do_not() -> None:
    def nearest(kinds: frozenset[Degradation], seed: int) -> float:
        left, top, right, bottom = geometry.bounds(photograph(page(), seed=seed, size=SIZE, kinds=kinds).quad)
        return min(left, top, SIZE[0] - right, SIZE[1] - bottom)

    cut = [nearest(frozenset({Degradation.BORDER}), seed) for seed in range(8)]
    free = [nearest(frozenset(), seed) for seed in range(8)]
    assert max(cut) < 3
    assert min(cut) < -3
    assert min(free) > 3


def test_small_pages_are_small() -> None:
    for seed in range(6):
        quad = photograph(page(), seed=seed, size=SIZE, kinds=frozenset({Degradation.SMALL})).quad
        assert 0.22 < max(geometry.sides(quad)) / SIZE[0] < 0.43


def test_several_pages_lie_apart_and_inside() -> None:
    for seed in range(4):
        shot = degrade.several([page()] * 5, seed=seed, size=(800, 600), severity=0.3)
        assert len(shot.quads) == 5
        for number, quad in enumerate(shot.quads):
            left, top, right, bottom = geometry.bounds(quad)
            assert min(left, top) > -1
            assert right < 801
            assert bottom < 601
            assert all(geometry.overlap(quad, other) < 0.001 for other in shot.quads[number + 1 :])


@pytest.mark.parametrize("touching", [True, False])
def test_stacked_sides_touch_or_leave_a_gap(touching: bool) -> None:
    shot = degrade.stacked_scan([page(), page()], seed=5, width_px=500, touching=touching)
    upper, lower = (geometry.bounds(quad) for quad in shot.quads)
    assert (abs(lower[1] - upper[3]) < 0.01) is touching
    assert likeness(straightened(shot, 1), page()) > 0.9


def test_the_page_of_an_open_passport_is_the_lower_one() -> None:
    shot = degrade.open_passport(page(125 / 88), seed=2, size=(600, 800), severity=0.2, kinds=frozenset())
    assert likeness(straightened(shot, 0, 125 / 88), page(125 / 88)) > 0.85
    top_left, top_right, bottom_right, bottom_left = geometry.as_array(shot.quad)
    above = geometry.as_quad([2 * top_left - bottom_left, 2 * top_right - bottom_right, top_right, top_left])
    assert likeness(straightened(Photograph(shot.image, (above,), shot.kinds, shot.ground), 0, 125 / 88), page(125 / 88)) < 0.3


def test_an_empty_table_has_no_page() -> None:
    assert degrade.empty(seed=3, size=SIZE).quads == ()


@pytest.mark.parametrize("name", sorted(BACKGROUNDS))
def test_every_ground_fills_any_size(name: str) -> None:
    for size in ((97, 64), (64, 97)):
        picture = background(name, size, seed=1)
        assert picture.shape == (size[1], size[0], 3)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, background(name, size, seed=1))


def test_an_unknown_ground_is_refused() -> None:
    with pytest.raises(BadInput):
        background("lava", SIZE, seed=0)


def test_blur_takes_away_detail_and_noise_adds_it() -> None:
    def detail(picture: Image) -> float:
        return float(cv2.Laplacian(picture, cv2.CV_32F).var())

    sharp = background("photo:camera", SIZE, seed=1)
    random = np.random.default_rng
    assert detail(film.lens_blurred(sharp, random(1), 1.0)) < detail(sharp)
    assert detail(film.motion_blurred(sharp, random(1), 1.0)) < detail(sharp)
    assert detail(film.noisy(sharp, random(1), 8)) > detail(sharp)
    assert film.dim(sharp, random(1), 0.8).mean() < 0.7 * sharp.mean()
