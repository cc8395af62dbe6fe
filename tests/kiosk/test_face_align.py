"""Face geometry: transforms that bring points onto a template, crops that keep their place."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.face import Face
from kiosk.imaging.face_align import ARCFACE_112, align_face, box_from_points, similarity_transform, square_crop, turned_square, with_margin
from kiosk.imaging.frame import Image


@given(angle=st.floats(-math.pi, math.pi), scale=st.floats(0.05, 20), dx=st.floats(-500, 500), dy=st.floats(-500, 500))
def test_any_turn_scale_and_shift_of_the_template_is_undone(angle: float, scale: float, dx: float, dy: float) -> None:
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    points = [(float(x), float(y)) for x, y in scale * np.array(ARCFACE_112) @ turn.T + (dx, dy)]
    matrix = similarity_transform(points, ARCFACE_112)
    assert np.allclose(np.array(points) @ matrix[:, :2].T + matrix[:, 2], ARCFACE_112, atol=1e-5)


def test_a_mirrored_face_is_never_mirrored_back() -> None:
    """A face seen in a mirror must not be aligned by flipping it: the network would see somebody else."""
    mirrored = [(112 - x, y) for x, y in ARCFACE_112]
    assert np.linalg.det(similarity_transform(mirrored, ARCFACE_112)[:, :2]) > 0


def test_points_in_one_place_have_no_alignment() -> None:
    with pytest.raises(ValueError, match="coincide"):
        similarity_transform([(5, 5)] * 5, ARCFACE_112)


def dots(points: list[tuple[float, float]], size: tuple[int, int], radius: float = 6) -> Image:
    """White blobs on black."""
    image = np.zeros((*size, 3), np.uint8)
    for x, y in points:
        cv2.circle(image, (round(x), round(y)), max(2, round(radius)), (255, 255, 255), -1)
    return image


@pytest.mark.parametrize("degrees", [-35, 0, 20, 90])
@pytest.mark.parametrize("scale", [0.8, 3.0, 9.0])
def test_the_five_points_land_on_the_template(degrees: float, scale: float) -> None:
    """In pixels: the white dot of each point is where the network expects it."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    placed = scale * (np.array(ARCFACE_112) - 56) @ turn.T + 700
    points = [(float(x), float(y)) for x, y in placed]
    for index, target in enumerate(ARCFACE_112):
        chip = align_face(dots([points[index]], (1400, 1400), 4 * scale), points)
        assert chip.shape == (112, 112, 3)
        moments = cv2.moments(chip[:, :, 0])
        assert math.dist((moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]), target) < 1.0


@pytest.mark.parametrize(
    "box", [(10.0, 20.0, 30.0, 40.0), (-25.0, -30.0, 60.0, 50.0), (80.0, 70.0, 60.0, 60.0), (500.0, 500.0, 10.0, 10.0)]
)
def test_a_square_crop_is_square_and_keeps_its_place(box: tuple[float, float, float, float]) -> None:
    image = np.random.default_rng(2).integers(0, 255, (100, 120, 3), dtype=np.uint8)
    crop, (left, top, side) = square_crop(image, box, 1.5)
    assert crop.shape == (round(side), round(side), 3)
    assert side == round(1.5 * max(box[2:]))
    for y in range(max(0, int(top)), min(100, int(top + side)), 7):
        for x in range(max(0, int(left)), min(120, int(left + side)), 7):
            assert (crop[y - int(top), x - int(left)] == image[y, x]).all()


def test_a_turned_square_and_its_matrix_say_the_same() -> None:
    image = dots([(300, 200)], (600, 800))
    square, matrix = turned_square(image, (320, 220), 200, 0.6, 100)
    expected = matrix @ (300, 200, 1)
    moments = cv2.moments(square[:, :, 0])
    assert math.dist((moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]), expected) < 1.0


def test_a_box_from_points_stands_on_the_line_from_eyes_to_mouth() -> None:
    face = Face((0, 0, 1, 1), 1.0, ((40, 50), (60, 50), (50, 60), (45, 70), (55, 70)), "test")
    assert box_from_points(face, width=2, height=3, down=0.5) == (30, 30, 40, 60)


def test_a_margin_is_as_wide_as_it_says() -> None:
    framed, (left, top) = with_margin(np.full((10, 20, 3), 255, np.uint8), 0.5)
    assert framed.shape == (30, 40, 3)
    assert (framed[top : top + 10, left : left + 20] == 255).all()
    assert (framed[:top] == 128).all()
