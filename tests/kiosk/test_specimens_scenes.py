"""Scenes for the virtual camera: corners, movement, the head turn as a landmarker sees it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_pose import head_pose
from kiosk.imaging.frame import Image
from kiosk.specimens.customer import STEPS, DemoCustomer
from kiosk.specimens.head_turn import HeadTurn, head_turn
from kiosk.specimens.scene import Desk, Placement, fitting_width, showing, turning_over
from kiosk.specimens.selfie import SelfieScene, framed

Mesh = tuple[tuple[float, float, float], ...]


@pytest.fixture(scope="module")
def customer() -> DemoCustomer:
    return DemoCustomer("td1")


@pytest.fixture(scope="module")
def front(customer: DemoCustomer) -> Image:
    return customer.specimen.pages[PageSide.FRONT]


@pytest.fixture(scope="module")
def faces(model_library: ModelLibrary) -> tuple[BlazeFaceDetector, FaceMeshLandmarker]:
    return BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False), FaceMeshLandmarker(model_library.path("facemesh_468"))


@pytest.fixture(scope="module")
def landmarks(customer: DemoCustomer, faces: tuple[BlazeFaceDetector, FaceMeshLandmarker]) -> Mesh:
    detector, landmarker = faces
    return landmarker.landmarks(customer.selfie_frame, detector.detect(customer.selfie_frame)[0])


# --- the desk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "placement",
    [
        Placement(),
        Placement(0.45, 0.52, 0.5, roll_deg=20),
        Placement(0.5, 0.5, 0.6, tilt_deg=20, swing_deg=-15, roll_deg=-8),
        Placement(0.6, 0.4, 0.3, swing_deg=30),
    ],
)
def test_a_page_of_one_colour_lies_exactly_where_its_corners_say(placement: Placement) -> None:
    page = np.full((540, 856, 3), 255, np.uint8)
    desk = Desk()
    bright = desk.shot(page, placement, noise=False, blur_px=0)[..., 0] > 160
    quad = np.array(desk.quad(page, placement))
    told = np.zeros(bright.shape, np.uint8)
    cv2.fillPoly(told, [np.round(quad * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    both, either = (bright & (told > 0)).sum(), (bright | (told > 0)).sum()
    assert both / either > 0.985, "only the rounded corners may differ"


def test_corners_start_at_the_pages_own_top_left(front: Image) -> None:
    a, b, c, d = Desk().quad(front, Placement())
    assert a[0] == pytest.approx(d[0])
    assert a[1] == pytest.approx(b[1])
    assert b[0] > a[0]
    assert c[1] > b[1]


def test_an_edge_that_is_turned_away_is_shorter(front: Image) -> None:
    a, b, c, d = Desk().quad(front, Placement(tilt_deg=25))
    assert b[0] - a[0] < c[0] - d[0]
    a, b, c, d = Desk().quad(front, Placement(swing_deg=25))
    assert c[1] - b[1] < d[1] - a[1]


def test_glare_blinds_a_part_of_the_page_only(front: Image) -> None:
    desk = Desk()
    plain = desk.shot(front, Placement(), noise=False)
    blind = desk.shot(front, Placement(), noise=False, glare=1.0)
    washed_out = (blind.min(axis=2) == 255) & (plain.min(axis=2) < 255)
    assert 0.02 < washed_out.mean() < 0.2


@pytest.mark.parametrize("shape", [(540, 856), (880, 1250), (740, 1050)])
def test_a_page_of_any_document_size_fits_into_the_frame(shape: tuple[int, int]) -> None:
    page = np.zeros((*shape, 3), np.uint8)
    scene = showing(page, story="still")
    quad = scene.quad_at(0)
    assert quad is not None
    for x, y in quad:
        assert 30 < x < 1250
        assert 20 < y < 700
    assert fitting_width(page) > 0.6


# --- movement ------------------------------------------------------------------------------------------------------


def test_the_full_story_comes_in_is_too_far_comes_closer_and_is_held(front: Image) -> None:
    scene = showing(front)
    assert scene.quad_at(0.2) is None
    widths = []
    for seconds in (2.0, scene.still_from_s + 0.1):
        quad = scene.quad_at(seconds)
        assert quad is not None
        widths.append((quad[1][0] - quad[0][0]) / 1280)
    assert widths[0] < 0.45
    assert widths[1] > 0.6


def test_a_held_page_only_trembles(front: Image) -> None:
    scene = showing(front)
    quads = np.array([scene.quad_at(scene.still_from_s + step / 10) for step in range(1, 30)])
    assert 0 < np.ptp(quads, axis=0).max() < 6


def test_a_moving_page_is_blurred(front: Image) -> None:
    scene = showing(front, story="brief")

    def sharpness(seconds: float) -> float:
        quad = np.array(scene.quad_at(seconds)).astype(int)
        (x0, y0), (x1, y1) = np.maximum(quad.min(axis=0), 0), quad.max(axis=0)
        grey = cv2.cvtColor(scene(seconds)[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY)
        return float(cv2.Laplacian(grey, cv2.CV_64F).var())

    assert sharpness(0.75) < 0.3 * sharpness(1.5)


def test_turning_over_ends_on_the_back(customer: DemoCustomer) -> None:
    pages = customer.specimen.pages
    scene = turning_over(pages[PageSide.FRONT], pages[PageSide.BACK])
    assert scene.page_at(0.5) == 0
    assert scene.page_at(scene.still_from_s + 0.1) == 1


def test_a_slower_pace_takes_longer(front: Image) -> None:
    assert showing(front, pace=2).still_from_s == pytest.approx(2 * showing(front).still_from_s)


def test_the_same_moment_gives_the_same_picture(front: Image) -> None:
    assert np.array_equal(showing(front)(1.7), showing(front)(1.7))


# --- selfie --------------------------------------------------------------------------------------------------------


def test_the_face_is_framed_in_the_middle_at_its_share() -> None:
    photo = np.full((500, 500, 3), 180, np.uint8)
    cv2.rectangle(photo, (100, 60), (199, 179), (0, 0, 255), -1)
    frame = framed(photo, (100, 60, 100, 120)).astype(int)
    red = frame[..., 2] - frame[..., 0] > 100
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert frame.shape == (720, 1280, 3)
    assert (np.ptp(rows) + 1) / 720 == pytest.approx(0.44, abs=0.01)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(0.46 * 720, abs=4)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(640, abs=4)


def test_the_person_comes_to_rest_with_one_face_in_the_middle(
    customer: DemoCustomer, faces: tuple[BlazeFaceDetector, FaceMeshLandmarker]
) -> None:
    scene = customer.scene_for("selfie")
    assert isinstance(scene, SelfieScene)
    start, rest = faces[0].detect(scene(0)), faces[0].detect(scene(scene.still_from_s + 1))
    assert len(rest) == 1
    assert rest[0].box[0] + rest[0].box[2] / 2 == pytest.approx(640, abs=50)
    assert start[0].box[0] > rest[0].box[0] + 80
    assert start[0].box[3] < rest[0].box[3]


# --- head turn -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "sign"), [("left", -1), ("right", 1)])
def test_a_landmarker_sees_the_head_turn_beyond_25_degrees_to_the_side_and_back(
    customer: DemoCustomer, landmarks: Mesh, faces: tuple[BlazeFaceDetector, FaceMeshLandmarker], side: str, sign: int
) -> None:
    detector, landmarker = faces
    scene = customer.scene_for("liveness", side=side, landmarks=landmarks)
    yaws = []
    for step in range(17):
        frame = scene(step * 0.4)
        found = detector.detect(frame)
        assert len(found) == 1
        yaws.append(sign * head_pose(landmarker.landmarks(frame, found[0])).yaw)
    assert abs(yaws[0]) < 5
    assert max(yaws) > 25
    assert abs(yaws[-1]) < 5
    assert min(yaws) > -8


def test_left_is_the_persons_own_left(landmarks: Mesh, customer: DemoCustomer) -> None:
    turn = head_turn(customer.selfie_frame, landmarks, "left")
    nose = landmarks[1]
    mark = customer.selfie_frame.copy()
    cv2.circle(mark, (round(nose[0]), round(nose[1])), 5, (0, 255, 0), -1)
    turned = HeadTurn(mark, landmarks, "left").turned(20).astype(int) - turn.turned(20)
    assert np.abs(turned).sum(axis=(0, 2)).argmax() > nose[0] + 15


def test_what_is_far_from_the_head_does_not_move(landmarks: Mesh, customer: DemoCustomer) -> None:
    still, turned = customer.selfie_frame, head_turn(customer.selfie_frame, landmarks, "left").turned(30)
    assert np.array_equal(still[:, :250], turned[:, :250])
    assert np.array_equal(still[:, 1050:], turned[:, 1050:])
    assert not np.array_equal(still, turned)


def test_the_turn_begins_and_ends_frontal_and_is_repeated(landmarks: Mesh, customer: DemoCustomer) -> None:
    turn = head_turn(customer.selfie_frame, landmarks, "right", seconds=3, rest_s=1)
    assert [turn.angle_at(at) for at in (0, 0.9, 4.1, 5.5)] == [0, 0, 0, 0]
    assert turn.angle_at(2.5) > 30
    assert turn.angle_at(7.5) > 30
    once = head_turn(customer.selfie_frame, landmarks, "right", seconds=3, rest_s=1, repeat=False)
    assert once.angle_at(7.5) == 0


def test_a_side_that_is_none_is_refused(landmarks: Mesh, customer: DemoCustomer) -> None:
    with pytest.raises(ValueError, match="up"):
        head_turn(customer.selfie_frame, landmarks, "up")
    with pytest.raises(ValueError, match="468"):
        head_turn(customer.selfie_frame, landmarks[:5], "left")


# --- the customer --------------------------------------------------------------------------------------------------


def test_there_is_a_scene_for_every_step(customer: DemoCustomer, landmarks: Mesh) -> None:
    for step in STEPS:
        assert customer.scene_for(step, landmarks=landmarks)(0.0).shape == (720, 1280, 3)


@pytest.mark.parametrize("step", ["document_back", "liveness", "dance"])
def test_a_scene_that_cannot_be_is_refused(step: str) -> None:
    with pytest.raises(BadInput):
        DemoCustomer("td2").scene_for(step)
