"""Pictures made to fit."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.imaging.scale import fit


def _picture(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("box", "size"),
    [((640, 640), (640, 360)), ((2000, 360), (640, 360)), ((1280, 720), (1280, 720)), ((5000, 5000), (1280, 720)), ((1, 1), (1, 1))],
)
def test_the_picture_keeps_its_proportions_inside_the_box(box: tuple[int, int], size: tuple[int, int]) -> None:
    scaled = fit(_picture(1280, 720), *box)
    assert (scaled.shape[1], scaled.shape[0]) == size


def test_it_is_enlarged_only_when_asked_and_not_without_end() -> None:
    assert fit(_picture(100, 50), 400, 400).shape == (50, 100, 3)
    assert fit(_picture(100, 50), 200, 200, enlarge=True).shape == (100, 200, 3)
    assert fit(_picture(100, 50), 4000, 4000, enlarge=True).shape == (150, 300, 3)


def test_the_crop_is_around_the_middle() -> None:
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, 80] = 255
    cropped = fit(picture, 1000, 1000, aspect=0.5)
    assert cropped.shape == (90, 45, 3)
    assert cropped[0, 22:24].max() == 255
    assert fit(_picture(100, 400), 1000, 1000, aspect=1.0).shape == (100, 100, 3)


def test_mirroring_exchanges_left_and_right_only() -> None:
    picture = _picture(64, 48)
    assert np.array_equal(fit(picture, 64, 48, mirror=True), picture[:, ::-1])


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("aspect", [None, 0.75])
def test_it_never_shares_memory_with_the_frame_and_never_changes_it(mirror: bool, aspect: float | None) -> None:
    picture = _picture(64, 48)
    picture.setflags(write=False)
    before = picture.copy()
    scaled = fit(picture, 64, 48, mirror=mirror, aspect=aspect)
    assert not np.shares_memory(scaled, picture)
    assert scaled.flags.c_contiguous
    assert np.array_equal(picture, before)
