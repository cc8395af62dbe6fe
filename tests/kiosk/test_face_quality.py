"""What the pixels of a face say: each fault is measured as itself, the worst first."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.domain.face import Face, FaceIssue, FacePart, FaceQuality, Pose
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_align import scaled
from kiosk.imaging.face_quality import (
    LIVE,
    face_quality,
    face_region,
    face_sharpness,
    frame_light_issue,
    has_only_minor_faults,
    in_order,
    is_cropped,
    light_of,
    no_face_quality,
    quality_score,
    refusals,
    size_and_place,
)
from kiosk.imaging.frame import Image
from tests.fakes.faces import astronaut

STRAIGHT = Pose(0, 0, 0)


@pytest.fixture(scope="module")
def face(model_library: ModelLibrary) -> Face:
    return BlazeFaceDetector(model_library.path("blazeface_short")).detect(astronaut())[0]


def judged(image: Image, face: Face, pose: Pose = STRAIGHT, eyes: float = 1.0, *, several: bool = False) -> FaceQuality:
    return face_quality(image, face, pose=pose, eyes=eyes, several=several)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (7, 5), (128, 128)])
@pytest.mark.parametrize("gamma", [0.2, 1.0, 5.0])
def test_light_is_that_of_all_pixels(size: tuple[int, int], gamma: float) -> None:
    image = (np.random.default_rng(4).random((*size, 3)) ** gamma * 255).astype(np.uint8)
    luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    median, highlights = np.percentile(luma, (50, 95))
    light = light_of(image)
    assert (light.mean, light.highlights) == pytest.approx((luma.mean() / 255, highlights / 255))
    assert (light.blown, light.median) == pytest.approx(((luma >= 250).mean(), median / 255))


def test_a_good_face_has_no_issues(face: Face) -> None:
    quality = judged(astronaut(), face)
    assert quality.issues == ()
    assert quality_score(quality) > 0.5
    assert 0 < quality.brightness < 1


def test_an_underexposed_face_is_too_dark_and_an_overexposed_one_too_bright(face: Face) -> None:
    dark = np.asarray(astronaut() * 0.2, np.uint8)
    bright = np.clip(astronaut().astype(int) + 150, 0, 255).astype(np.uint8)
    assert judged(dark, face).issues[0] is FaceIssue.TOO_DARK
    assert judged(bright, face).issues[0] is FaceIssue.TOO_BRIGHT


def test_dark_skin_in_good_light_is_not_too_dark(face: Face) -> None:
    """The mean of such a face is low, its highlights are not."""
    picture = astronaut().astype(np.float32) / 255
    darker = np.asarray(255 * picture**2.6, np.uint8)
    region = cv2.cvtColor(face_region(darker, face), cv2.COLOR_BGR2GRAY)
    assert region.mean() < 0.5 * 255
    assert FaceIssue.TOO_DARK not in judged(darker, face).issues


def test_sharpness_falls_with_every_step_of_blur(face: Face) -> None:
    values = [face_sharpness(face_region(astronaut(), face))]
    for sigma in (0.6, 1.0, 1.6, 2.5, 4.0):
        blurred = np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), sigma), np.uint8)
        values.append(face_sharpness(face_region(blurred, face)))
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.5
    assert values[-1] < 0.15


@pytest.mark.parametrize("kernel", [(11, 1), (1, 11)])
def test_movement_blurs_in_any_direction(face: Face, kernel: tuple[int, int]) -> None:
    shaken = np.asarray(cv2.blur(astronaut(), kernel), np.uint8)
    assert FaceIssue.BLURRED in judged(shaken, face).issues


def test_a_flat_patch_is_not_sharp() -> None:
    assert face_sharpness(np.full((128, 128, 3), 90, np.uint8)) == 0


@pytest.mark.parametrize(
    ("pose", "issue"),
    [
        (Pose(30, 0, 0), FaceIssue.TURNED),
        (Pose(-30, 0, 0), FaceIssue.TURNED),
        (Pose(0, 30, 0), FaceIssue.TURNED),
        (Pose(0, 0, 30), FaceIssue.TILTED),
    ],
)
def test_pose_is_judged(face: Face, pose: Pose, issue: FaceIssue) -> None:
    assert judged(astronaut(), face, pose).issues == (issue,)


def test_shut_eyes_are_an_issue(face: Face) -> None:
    assert judged(astronaut(), face, eyes=0.1).issues == (FaceIssue.EYES_CLOSED,)


def test_small_faces_and_cut_ones_are_told(face: Face) -> None:
    tiny = np.asarray(cv2.resize(astronaut(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    assert FaceIssue.TOO_SMALL in judged(tiny, scaled(face, 0.5)).issues
    cut = np.ascontiguousarray(astronaut()[:, 205:])
    assert FaceIssue.NEAR_BORDER in judged(cut, scaled(face, 1, (-205, 0))).issues


def test_before_a_camera_a_face_may_be_too_small_or_too_close(face: Face) -> None:
    assert size_and_place(face, (512, 512), LIVE) == (FaceIssue.TOO_SMALL,)
    close = scaled(face, 5, (-800, -350))
    assert size_and_place(close, (512, 512), LIVE)[0] is FaceIssue.TOO_CLOSE


def test_issues_stand_in_the_order_of_the_domain() -> None:
    assert in_order([FaceIssue.BLURRED, FaceIssue.TOO_DARK, FaceIssue.BLURRED]) == (FaceIssue.TOO_DARK, FaceIssue.BLURRED)


def test_several_people_come_before_everything_else(face: Face) -> None:
    dark = np.asarray(astronaut() * 0.2, np.uint8)
    assert judged(dark, face, several=True).issues[:2] == (FaceIssue.SEVERAL_FACES, FaceIssue.TOO_DARK)


def test_a_dark_room_is_never_called_no_face() -> None:
    night = np.asarray(astronaut() * 0.05, np.uint8)
    assert no_face_quality(night).issues == (FaceIssue.TOO_DARK,)
    assert no_face_quality(np.full((200, 200, 3), 253, np.uint8)).issues == (FaceIssue.TOO_BRIGHT,)
    assert no_face_quality(np.full((200, 200, 3), 120, np.uint8)).issues == (FaceIssue.NO_FACE,)
    assert frame_light_issue(astronaut()) is None


def before_a_window(photo: Image) -> Image:
    framed = np.full((512, 512, 3), 250, np.uint8)
    framed[20:, 110:340] = photo[20:, 110:340]
    return framed


def test_a_shaded_face_before_a_bright_window_has_light_behind(face: Face) -> None:
    assert judged(before_a_window(np.asarray(astronaut() * 0.5, np.uint8)), face).issues == (FaceIssue.LIGHT_BEHIND,)


def test_dark_skin_before_a_white_wall_has_no_light_behind(face: Face) -> None:
    """It keeps its highlights, which a face in the shade does not."""
    darker = np.asarray(255 * (astronaut().astype(np.float32) / 255) ** 2.2, np.uint8)
    region = cv2.cvtColor(face_region(darker, face), cv2.COLOR_BGR2GRAY)
    assert region.mean() < 0.5 * 255
    assert FaceIssue.LIGHT_BEHIND not in judged(before_a_window(darker), face).issues


def test_an_open_mouth_and_a_cover_are_issues_in_their_order(face: Face) -> None:
    quality = face_quality(astronaut(), face, pose=STRAIGHT, eyes=1.0, mouth=0.6, covered=(FacePart.EYES,))
    assert quality.issues == (FaceIssue.MOUTH_OPEN, FaceIssue.COVERED)
    assert refusals(quality) == (FaceIssue.COVERED,)


def test_a_face_at_the_border_is_refused_only_when_a_part_of_it_is_missing(face: Face) -> None:
    near = judged(np.ascontiguousarray(astronaut()[74:]), scaled(face, 1, (0, -74)))  # through the hair
    assert FaceIssue.NEAR_BORDER in near.issues
    assert not is_cropped(near)
    assert refusals(near) == ()
    cut = judged(np.ascontiguousarray(astronaut()[:, 205:]), scaled(face, 1, (-205, 0)))
    assert is_cropped(cut)
    assert refusals(cut) == (FaceIssue.NEAR_BORDER,)


@pytest.mark.parametrize(
    ("pose", "eyes", "minor"),
    [(Pose(25, 0, 0), 1.0, True), (Pose(0, 0, 24), 1.0, True), (Pose(35, 0, 0), 1.0, False), (STRAIGHT, 0.1, False)],
)
def test_some_turn_is_a_minor_fault_but_shut_eyes_are_not(face: Face, pose: Pose, eyes: float, minor: bool) -> None:
    assert has_only_minor_faults(judged(astronaut(), face, pose, eyes)) is minor


def test_a_lamp_in_a_dark_room_does_not_make_it_bright() -> None:
    night = np.full((300, 400, 3), 8, np.uint8)
    night[:, 330:] = 240
    assert frame_light_issue(night) is FaceIssue.TOO_DARK
