"""Simulated attacks: each leaves the traces of its kind, moves as a flat thing does, and is the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Image
from kiosk.specimens.face_attacks import Species, presented
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut


@pytest.fixture(scope="module")
def picture() -> Image:
    return SelfieScene(astronaut(), ASTRONAUT_FACE, size=(640, 480), story="still").at_rest


@pytest.fixture(scope="module")
def faces(model_library: ModelLibrary) -> tuple[BlazeFaceDetector, FaceMeshLandmarker]:
    return BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False), FaceMeshLandmarker(model_library.path("facemesh_468"))


@pytest.mark.parametrize("species", list(Species))
def test_a_face_is_still_found_and_frames_do_not_repeat(
    species: Species, picture: Image, faces: tuple[BlazeFaceDetector, FaceMeshLandmarker]
) -> None:
    detector, landmarker = faces
    mesh = landmarker.landmarks(picture, detector.detect(picture)[0])
    attack = presented(species, picture, seed=3, landmarks=mesh)
    frames = [attack(at) for at in (0.0, 0.4)]
    assert all(len(detector.detect(frame)) == 1 for frame in frames)
    assert frames[0].shape == picture.shape
    assert not np.array_equal(*frames)
    assert np.array_equal(frames[1], presented(species, picture, seed=3, landmarks=mesh)(0.4))


def test_a_screen_beats_with_the_sensor(picture: Image) -> None:
    """On a plain grey film all that is left is the grid, and it is stronger where the screen is poorer."""
    grey = np.full_like(picture, 128)
    spread = []
    for strength in (0.0, 1.0):
        frame = presented(Species.MONITOR, grey, seed=4, strength=strength)(0.1)[120:360, 160:480].astype(np.float32)
        spread.append(float((frame - cv2.GaussianBlur(frame, (0, 0), 8)).std()))
    assert spread[1] > 1.3 * spread[0] > 2


def test_a_mask_needs_the_outline_that_it_is_cut_along(picture: Image) -> None:
    with pytest.raises(ValueError, match="mesh"):
        presented(Species.CUT_OUT, picture)


def test_through_the_holes_of_a_mask_the_wearer_looks(picture: Image, faces: tuple[BlazeFaceDetector, FaceMeshLandmarker]) -> None:
    detector, landmarker = faces
    mesh = landmarker.landmarks(picture, detector.detect(picture)[0])
    blue = np.zeros_like(picture)
    blue[..., 0] = 255
    frame = presented(Species.CUT_OUT, picture, seed=2, strength=0.0, landmarks=mesh, wearer=lambda at: blue)(0.0)
    x, y = np.mean([mesh[33][:2], mesh[133][:2]], axis=0).round().astype(int)
    nose_x, nose_y = (round(one) for one in mesh[4][:2])
    assert int(frame[y, x, 0]) - int(frame[y, x, 2]) > 150
    assert int(frame[nose_y, nose_x, 0]) - int(frame[nose_y, nose_x, 2]) < 50
