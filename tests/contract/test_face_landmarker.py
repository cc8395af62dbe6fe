"""What a FaceLandmarker keeps: 468 points on the face, in the picture's pixels, and none where there is no face."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Face
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_align import scaled
from kiosk.imaging.face_pose import eyes_open, five_points, head_pose
from tests.fakes.faces import ASTRONAUT_EYES, astronaut


@pytest.fixture(scope="module")
def landmarker(model_library: ModelLibrary) -> FaceMeshLandmarker:
    return FaceMeshLandmarker(model_library.path("facemesh_468"))


@pytest.fixture(scope="module")
def face(model_library: ModelLibrary) -> Face:
    return BlazeFaceDetector(model_library.path("blazeface_short")).detect(astronaut())[0]


def test_the_points_lie_on_the_face(landmarker: FaceMeshLandmarker, face: Face) -> None:
    mesh = landmarker.landmarks(astronaut(), face)
    assert len(mesh) == 468
    points = five_points(mesh)
    for found, truth in zip(points[:2], ASTRONAUT_EYES, strict=True):
        assert np.hypot(found[0] - truth[0], found[1] - truth[1]) < 6
    assert np.hypot(points[2][0] - 221, points[2][1] - 127) < 8  # nose tip
    assert np.ptp([z for _, _, z in mesh]) > 0.3 * face.box[2], "the mesh has depth"
    assert eyes_open(mesh) > 0.6


def test_a_mirrored_face_has_the_mirrored_pose(landmarker: FaceMeshLandmarker, model_library: ModelLibrary, face: Face) -> None:
    mirrored = np.ascontiguousarray(astronaut()[:, ::-1])
    other = BlazeFaceDetector(model_library.path("blazeface_short")).detect(mirrored)[0]
    one, two = head_pose(landmarker.landmarks(astronaut(), face)), head_pose(landmarker.landmarks(mirrored, other))
    assert abs(one.yaw + two.yaw) < 5
    assert abs(one.roll + two.roll) < 5
    assert abs(one.pitch - two.pitch) < 5


@pytest.mark.parametrize("degrees", [-25, 25])
def test_a_picture_turned_in_its_plane_rolls_the_head(landmarker: FaceMeshLandmarker, face: Face, degrees: int) -> None:
    """Turned clockwise, the head tilts to the right of the picture, which is the person's left: negative."""
    turn = cv2.getRotationMatrix2D((256, 256), -degrees, 1.0)
    picture = np.asarray(cv2.warpAffine(astronaut(), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    points = tuple((float(x), float(y)) for x, y in np.array(face.points) @ turn[:, :2].T + turn[:, 2])
    before = head_pose(landmarker.landmarks(astronaut(), face)).roll
    after = head_pose(landmarker.landmarks(picture, Face(face.box, face.score, points, face.model))).roll
    assert after - before == pytest.approx(-degrees, abs=4)


def test_size_does_not_matter(landmarker: FaceMeshLandmarker, face: Face) -> None:
    large = np.asarray(cv2.resize(astronaut(), None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC), np.uint8)
    one = np.array(landmarker.landmarks(astronaut(), face))
    six = np.array(landmarker.landmarks(large, scaled(face, 6))) / 6
    assert np.abs(one - six).mean() < 1.5


def test_there_is_no_mesh_where_there_is_no_face(landmarker: FaceMeshLandmarker, face: Face) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    assert landmarker.landmarks(noise, face) == ()
    assert landmarker.landmarks(np.full((512, 512, 3), 127, np.uint8), face) == ()


def test_a_face_half_outside_the_picture_does_no_harm(landmarker: FaceMeshLandmarker, face: Face) -> None:
    half = np.ascontiguousarray(astronaut()[:, 215:])
    mesh = landmarker.landmarks(half, scaled(face, 1, (-215, 0)))
    assert len(mesh) in (0, 468)


def test_missing_and_wrong_files_are_said(tmp_path: Path, model_library: ModelLibrary) -> None:
    with pytest.raises(ModelFault) as caught:
        FaceMeshLandmarker(tmp_path / "none.tflite")
    assert caught.value.code is ErrorCode.MODEL_MISSING
    with pytest.raises(ModelFault) as caught:
        FaceMeshLandmarker(model_library.path("blazeface_short"))
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_folder_with_letters_beyond_ascii_changes_nothing(
    landmarker: FaceMeshLandmarker, face: Face, model_library: ModelLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "modèles-škola"
    folder.mkdir()
    file = Path(shutil.copyfile(model_library.path("facemesh_468"), folder / "face_landmark.tflite"))
    other = FaceMeshLandmarker(file)
    assert np.allclose(landmarker.landmarks(astronaut(), face), other.landmarks(astronaut(), face), atol=0.5)
