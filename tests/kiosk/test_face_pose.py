"""Head pose and eyes from the mesh, with the signs of DIS; on meshes whose truth is known, and on rendered turns of a real face."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.face import Pose
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_pose import eye_openings, eyes_open, five_points, head_pose, mesh_array, mouth_open
from tests.fakes.faces import astronaut, mesh_of


@given(yaw=st.floats(-60, 60), pitch=st.floats(-40, 40), roll=st.floats(-40, 40))
def test_each_angle_is_read_back(yaw: float, pitch: float, roll: float) -> None:
    pose = head_pose(mesh_of(Pose(yaw, 0, 0)))
    assert pose.yaw == pytest.approx(yaw, abs=0.5)
    assert pose.roll == pytest.approx(0, abs=0.5)
    assert head_pose(mesh_of(Pose(0, pitch, 0))).pitch == pytest.approx(pitch, abs=0.5)
    assert head_pose(mesh_of(Pose(0, 0, roll))).roll == pytest.approx(roll, abs=0.5)


def test_yaw_is_negative_when_the_nose_goes_to_the_person_s_left() -> None:
    """Their left is on the right of an unmirrored picture."""
    straight, turned = five_points(mesh_of(Pose(0, 0, 0))), five_points(mesh_of(Pose(-30, 0, 0)))
    assert turned[2][0] > straight[2][0]


def test_pitch_is_negative_when_the_nose_goes_down() -> None:
    straight, bowed = five_points(mesh_of(Pose(0, 0, 0))), five_points(mesh_of(Pose(0, -20, 0)))
    assert bowed[2][1] > straight[2][1]


def test_roll_is_negative_when_the_left_eye_sinks() -> None:
    right, left, *_ = five_points(mesh_of(Pose(0, 0, -20)))
    assert left[1] > right[1]


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_rendered_turn_of_a_real_face_has_the_sign_of_its_side(model_library: ModelLibrary, side: str) -> None:
    specimens = pytest.importorskip("kiosk.specimens.head_turn")
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    landmarker = FaceMeshLandmarker(model_library.path("facemesh_468"))
    picture = astronaut()
    scene = specimens.head_turn(picture, landmarker.landmarks(picture, detector.detect(picture)[0]), side)
    yaws = []
    for degrees in (0, 10, 20, 30):
        frame = scene.turned(degrees)
        yaws.append(head_pose(landmarker.landmarks(frame, detector.detect(frame)[0])).yaw)
    if side == "left":
        yaws = [-yaw for yaw in yaws]
    assert abs(yaws[0]) < 5
    assert yaws == sorted(yaws)
    assert 5 < yaws[1] < 15
    assert 13 < yaws[2] < 26
    assert yaws[3] > 19


@pytest.mark.parametrize(("lids", "opened"), [(0.03, False), (0.08, False), (0.2, True), (0.3, True)])
def test_shut_eyes_are_told_from_open_ones(lids: float, opened: bool) -> None:
    assert (eyes_open(mesh_of(Pose(0, 0, 0), eyes=lids)) >= 0.25) is opened
    assert (eyes_open(mesh_of(Pose(35, 0, 0), eyes=lids)) >= 0.25) is opened


def test_a_mesh_with_points_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="468"):
        head_pose([(0, 0, 0)] * 100)


@pytest.mark.parametrize("gap", [0.0, 0.15, 0.5])
def test_the_gap_between_the_lips_is_read_back_whatever_the_pose(gap: float) -> None:
    assert mouth_open(mesh_of(Pose(0, 0, 0), mouth=gap)) == pytest.approx(gap, abs=0.02)
    assert mouth_open(mesh_of(Pose(0, 0, 25), mouth=gap)) == pytest.approx(gap, abs=0.02)


def test_each_eye_is_measured_for_itself() -> None:
    mesh = mesh_array(mesh_of(Pose(0, 0, 0), eyes=0.3)).copy()
    for upper, lower in ((160, 144), (159, 145), (158, 153)):
        mesh[upper], mesh[lower] = mesh[[upper, lower]].mean(axis=0), mesh[[upper, lower]].mean(axis=0)
    right, left = eye_openings(mesh)
    assert right == 0
    assert left == 1
