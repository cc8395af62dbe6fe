"""What movements of a face change in a picture, in numbers: on points of known geometry, and on one photograph."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kiosk.domain.face import Face, Pose
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_motion import (
    RIGID,
    eye_distance,
    face_height,
    gaze_of,
    mean_colours,
    mouth_shape,
    nose_place,
    perspective_change,
    rigid_points,
    signature,
)
from kiosk.imaging.face_pose import Mesh
from kiosk.imaging.frame import Image
from kiosk.specimens.face_rig import FaceRig, Look
from kiosk.specimens.selfie import framed
from tests.fakes.faces import astronaut, mesh_of

Points = npt.NDArray[np.float64]
RNG = np.random.default_rng(8)
HEAD: Points = np.column_stack([RNG.uniform(-0.7, 0.7, 468), RNG.uniform(-0.6, 1.2, 468), RNG.uniform(-0.4, 0.4, 468)])
HEAD[33], HEAD[263] = (-0.5, 0.0, 0.0), (0.5, 0.0, 0.0)


def seen_from(distance: float, *, flat: bool = False, yaw: float = 0.0) -> npt.NDArray[np.float32]:
    """The head through a pinhole `distance` outer eye distances away; depth is given as it is, as a mesh does."""
    angle = np.radians(yaw)
    x, y, z = HEAD.T
    x, z = x * np.cos(angle) + z * np.sin(angle), z * np.cos(angle) - x * np.sin(angle)
    far = distance + (0.0 if flat else z)
    mesh = np.column_stack([500 * x / far, 500 * y / far, 500 * z / distance])
    return rigid_points(tuple(map(tuple, mesh.tolist())))


# --- geometry ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("far", "near"), [(8.0, 4.0), (6.0, 5.0), (10.0, 3.0)])
def test_perspective_of_a_head_changes_as_its_distance_says(far: float, near: float) -> None:
    assert perspective_change(seen_from(far), seen_from(near)) == pytest.approx(1 / near - 1 / far, rel=0.12)


def test_perspective_of_a_flat_picture_does_not_change() -> None:
    assert abs(perspective_change(seen_from(8.0, flat=True), seen_from(4.0, flat=True))) < 0.005


def test_a_head_turned_a_little_between_two_views_still_shows_its_perspective() -> None:
    change = perspective_change(seen_from(8.0), seen_from(4.0, yaw=4.0))
    assert change == pytest.approx(0.125, abs=0.04)


def test_perspective_has_a_sign() -> None:
    assert perspective_change(seen_from(4.0), seen_from(8.0)) < -0.08


@pytest.mark.parametrize("shape", [(5, 3), (40, 2)])
def test_views_that_cannot_be_compared_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two views"):
        perspective_change(np.zeros(shape, np.float32), np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match="two views"):
        perspective_change(np.zeros((20, 3), np.float32), np.zeros((21, 3), np.float32))


def test_what_talks_and_smiles_is_not_among_the_rigid_points() -> None:
    assert not {13, 14, 61, 291} & set(RIGID.tolist())


def test_lengths_are_those_of_the_mesh() -> None:
    mesh = mesh_of(Pose(0, 0, 0), eye_px=130)
    assert eye_distance(mesh) == pytest.approx(130)
    assert face_height(mesh) == pytest.approx(1.75 * 130, rel=0.02)


@pytest.mark.parametrize("yaw", [-25.0, 25.0])
def test_the_nose_moves_against_the_eyes_when_the_head_turns(yaw: float) -> None:
    """Negative yaw is the person's left, which is the picture's right."""
    ahead, turned = nose_place(mesh_of(Pose(0, 0, 0))), nose_place(mesh_of(Pose(yaw, 0, 0)))
    assert abs(ahead) < 0.02
    assert -np.sign(yaw) * turned > 0.1


def test_a_mouth_is_measured_in_eye_distances_whatever_the_size_and_tilt() -> None:
    small, large = mouth_shape(mesh_of(Pose(0, 0, 0), eye_px=60)), mouth_shape(mesh_of(Pose(0, 0, 0), eye_px=240))
    tilted = mouth_shape(mesh_of(Pose(0, 0, 20)))
    assert small == pytest.approx(large, abs=1e-6)
    assert small == pytest.approx(tilted, abs=0.02)


# --- pixels --------------------------------------------------------------------------------------------------------


class Sitter:
    def __init__(self, library: ModelLibrary) -> None:
        self.detector = BlazeFaceDetector(library.path("blazeface_short"), thorough=False)
        self.landmarker = FaceMeshLandmarker(library.path("facemesh_468"))
        photo = astronaut()
        self.picture = framed(photo, self.detector.detect(photo)[0].box, size=(640, 480))
        self.rig = FaceRig(self.picture, self.mesh(self.picture))

    def face(self, image: Image) -> Face:
        return self.detector.detect(image)[0]

    def mesh(self, image: Image) -> Mesh:
        return self.landmarker.landmarks(image, self.face(image))


@pytest.fixture(scope="module")
def sitter(model_library: ModelLibrary) -> Sitter:
    return Sitter(model_library)


def test_a_smile_makes_the_mouth_wider_and_lifts_its_corners(sitter: Sitter) -> None:
    width, lift = mouth_shape(sitter.mesh(sitter.rig.render(Look(smile=0.0))))
    smiling, lifted = mouth_shape(sitter.mesh(sitter.rig.render(Look(smile=1.0))))
    assert smiling > 1.1 * width
    assert lifted > lift + 0.012


def test_a_signature_knows_the_face_from_frame_to_frame_and_in_other_light(sitter: Sitter) -> None:
    before = signature(sitter.picture, sitter.face(sitter.picture))
    turned, dim = sitter.rig.render(Look(yaw=5.0)), np.asarray(0.6 * sitter.picture, np.uint8)
    assert float(before @ before) == pytest.approx(1.0, abs=1e-5)
    for after in (turned, dim):
        assert float(before @ signature(after, sitter.face(after))) > 0.7


def test_a_signature_of_another_face_is_another(sitter: Sitter) -> None:
    mirrored = np.ascontiguousarray(sitter.picture[:, ::-1])
    before = signature(sitter.picture, sitter.face(sitter.picture))
    assert float(before @ signature(mirrored, sitter.face(mirrored))) < 0.45


def test_irises_that_look_aside_are_seen_to(sitter: Sitter) -> None:
    """To the picture's right is positive. Up and down are too small to be told in rendered faces (docs/guides/liveness.md)."""
    large = lambda x: sitter.rig.render(Look(gaze_x=x, size=0.8, at_x=0.5, at_y=0.5))  # noqa: E731
    left, ahead, right = (gaze_of(image, sitter.mesh(image)) for image in (large(-0.9), large(0.0), large(0.9)))
    assert left is not None
    assert ahead is not None
    assert right is not None
    assert left[0] + 0.02 < ahead[0] < right[0] - 0.02


def test_gaze_is_not_told_of_small_or_shut_eyes(sitter: Sitter) -> None:
    tiny = np.asarray(cv2.resize(sitter.picture, (160, 120), interpolation=cv2.INTER_AREA), np.uint8)
    small_mesh = tuple((x / 4, y / 4, z / 4) for x, y, z in sitter.mesh(sitter.picture))
    assert gaze_of(tiny, small_mesh) is None
    lids = list(sitter.mesh(sitter.picture))
    for upper, lower in ((160, 144), (159, 145), (158, 153), (385, 380), (386, 374), (387, 373)):
        lids[upper] = lids[lower]
    assert gaze_of(sitter.picture, tuple(lids)) is None


def test_colours_of_the_skin_and_of_what_is_behind(sitter: Sitter) -> None:
    face = sitter.face(sitter.picture)
    painted = np.full_like(sitter.picture, 0)
    painted[:, :, 1] = 200  # green all around
    x, y, width, height = (round(value) for value in face.box)
    painted[max(0, y - height // 2) : y + 2 * height, max(0, x - width // 3) : x + width + width // 3] = (0, 0, 180)
    (red, green, _), (_, green_behind, _) = mean_colours(painted, face)
    assert red > 150
    assert green < 40
    assert green_behind > 120
