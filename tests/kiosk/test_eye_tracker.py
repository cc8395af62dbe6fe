"""Eyes that come nearer are followed by their details; what is no movement of the same eyes loses them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.imaging.eye_tracker import EyeTracker
from kiosk.imaging.frame import Image
from tests.fakes.faces import ASTRONAUT_EYES, astronaut

SIZE = (640, 480)
(_RX, _RY), (_LX, _LY) = ASTRONAUT_EYES
MIDDLE = ((_RX + _LX) / 2, (_RY + _LY) / 2)


def near(scale: float, *, shift: tuple[float, float] = (0.0, 0.0), size: tuple[int, int] = SIZE) -> Image:
    """The photograph enlarged around the eyes, which stand in the middle of the frame."""
    width, height = size
    x, y = width / 2 + shift[0] - scale * MIDDLE[0], height / 2 + shift[1] - scale * MIDDLE[1]
    matrix = np.array([[scale, 0, x], [0, scale, y]])
    return np.asarray(cv2.warpAffine(astronaut(), matrix, size, flags=cv2.INTER_CUBIC, borderValue=(90, 90, 90)), np.uint8)


def eyes_at(scale: float) -> tuple[tuple[float, float], tuple[float, float]]:
    half = 0.5 * scale * (_LX - _RX)
    return (SIZE[0] / 2 - half, SIZE[1] / 2), (SIZE[0] / 2 + half, SIZE[1] / 2)


def test_the_distance_of_eyes_that_come_nearer_is_measured() -> None:
    tracker = EyeTracker(near(3.0), eyes_at(3.0))
    for scale in np.geomspace(3.0, 7.0, 12)[1:]:
        assert tracker.follow(near(float(scale)))
        assert tracker.eyes_px == pytest.approx(scale * (_LX - _RX), rel=0.05)


def test_eyes_that_move_sideways_are_found_where_they_are() -> None:
    tracker = EyeTracker(near(4.0), eyes_at(4.0))
    for step in range(1, 6):
        assert tracker.follow(near(4.0, shift=(8.0 * step, 5.0 * step)))
    (rx, ry), (lx, ly) = tracker.eyes
    assert ((rx + lx) / 2, (ry + ly) / 2) == pytest.approx((SIZE[0] / 2 + 40, SIZE[1] / 2 + 25), abs=4)


def _other_picture() -> Image:
    noise = np.random.default_rng(3).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize(
    "after",
    [_other_picture(), np.full((480, 640, 3), 90, np.uint8), near(4.0)[:, ::-1].copy(), near(4.0, size=(320, 240)), near(9.0)],
    ids=["another picture", "nothing", "mirrored", "another size", "a leap nearer"],
)
def test_what_is_no_movement_of_these_eyes_loses_them(after: Image) -> None:
    tracker = EyeTracker(near(4.0), eyes_at(4.0))
    assert not tracker.follow(after)


def test_a_picture_without_details_cannot_be_followed() -> None:
    plain = np.full((480, 640, 3), 120, np.uint8)
    assert not EyeTracker(plain, eyes_at(4.0)).follow(plain)
