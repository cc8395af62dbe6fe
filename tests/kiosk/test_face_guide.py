"""Selfie guidance: one advice at a time in its order, steady enough to read, a ring that fills only while all is right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.domain.face import Pose
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Image
from kiosk.services.face_guide import FaceGuide, SteadyAdvice
from tests.fakes.faces import ScriptedPerson, astronaut, frame_at, on_canvas, textured

FPS = 15


def watch(guide: FaceGuide, image: Image, seconds: float, *, since: float = 0.0) -> list[Guidance]:
    return [guide.judge(frame_at(since + index / FPS, image)) for index in range(round(seconds * FPS) + 1)]


def guide_of(person: ScriptedPerson) -> FaceGuide:
    return FaceGuide(person, person)


def test_a_good_face_fills_the_ring_in_six_tenths_of_a_second() -> None:
    guide = guide_of(ScriptedPerson())
    seen = watch(guide, textured(), 0.5)
    assert not guide.ready
    assert [guidance.progress for guidance in seen] == sorted(guidance.progress for guidance in seen)
    assert all(guidance.steady and guidance.advice is AdviceCode.HOLD_STILL for guidance in seen)
    watch(guide, textured(), 0.2, since=0.5)
    assert guide.ready
    assert guide.best is not None


@pytest.mark.parametrize(
    ("person", "advice"),
    [
        (ScriptedPerson(pose=None), AdviceCode.SHOW_FACE),
        (ScriptedPerson(others=1, eye_px=40), AdviceCode.ONE_PERSON),
        (ScriptedPerson(eye_px=40), AdviceCode.COME_CLOSER),
        (ScriptedPerson(eye_px=340), AdviceCode.MOVE_BACK),
        (ScriptedPerson(centre=(250, 330)), AdviceCode.CENTRE_FACE),
        (ScriptedPerson(pose=Pose(30, 0, 30)), AdviceCode.KEEP_HEAD_UPRIGHT),
        (ScriptedPerson(pose=Pose(30, 0, 0), eyes=0.02), AdviceCode.LOOK_STRAIGHT),
        (ScriptedPerson(pose=Pose(0, -30, 0)), AdviceCode.LOOK_STRAIGHT),
        (ScriptedPerson(eyes=0.02), AdviceCode.OPEN_EYES),
    ],
)
def test_each_fault_has_its_advice_and_never_leads_to_a_picture(person: ScriptedPerson, advice: AdviceCode) -> None:
    guide = guide_of(person)
    seen = watch(guide, textured(), 2)
    assert {guidance.advice for guidance in seen} == {advice}
    assert not any(guidance.steady or guidance.progress for guidance in seen)
    assert not guide.ready


@pytest.mark.parametrize("there", [True, False])
def test_darkness_is_told_whether_or_not_a_face_can_be_seen_in_it(there: bool) -> None:
    night = np.asarray(textured() * 0.08, np.uint8)
    person = ScriptedPerson(pose=Pose(0, 0, 0) if there else None)
    assert guide_of(person).judge(frame_at(0, night)).advice is AdviceCode.TOO_DARK


def test_light_comes_before_distance_and_distance_before_pose() -> None:
    bright = np.full((720, 1280, 3), 252, np.uint8)
    assert guide_of(ScriptedPerson(eye_px=40)).judge(frame_at(0, bright)).advice is AdviceCode.TOO_BRIGHT
    assert guide_of(ScriptedPerson(eye_px=40, pose=Pose(40, 0, 0))).judge(frame_at(0, textured())).advice is AdviceCode.COME_CLOSER


def test_a_blurred_face_is_not_taken() -> None:
    coarse = np.asarray(cv2.resize(textured()[::16, ::16], (1280, 720), interpolation=cv2.INTER_CUBIC), np.uint8)
    soft = np.asarray(cv2.GaussianBlur(coarse, (0, 0), 8), np.uint8)
    assert guide_of(ScriptedPerson()).judge(frame_at(0, soft)).advice is AdviceCode.BLURRED


def test_a_face_that_moves_does_not_fill_the_ring() -> None:
    person = ScriptedPerson()
    guide = guide_of(person)
    for index in range(30):
        person.centre = (640 + (40 if index % 2 else -40), 330)
        guidance = guide.judge(frame_at(index / FPS, textured()))
        assert guidance.advice is AdviceCode.HOLD_STILL
    assert not guide.ready


def test_a_bad_moment_takes_back_what_was_gained() -> None:
    person = ScriptedPerson()
    guide = guide_of(person)
    before = watch(guide, textured(), 0.4)[-1].progress
    person.eyes = 0.02
    after = watch(guide, textured(), 0.13, since=0.4 + 1 / FPS)[-1].progress
    assert after < before - 0.3


def test_an_advice_stays_long_enough_to_be_read_but_good_news_comes_at_once() -> None:
    steady = SteadyAdvice()
    assert steady.choose(AdviceCode.COME_CLOSER, 10.0) is AdviceCode.COME_CLOSER
    assert steady.choose(AdviceCode.CENTRE_FACE, 10.3) is AdviceCode.COME_CLOSER
    assert steady.choose(AdviceCode.CENTRE_FACE, 10.71) is AdviceCode.CENTRE_FACE
    assert steady.choose(AdviceCode.HOLD_STILL, 10.75) is AdviceCode.HOLD_STILL
    assert steady.choose(AdviceCode.OPEN_EYES, 10.9) is AdviceCode.HOLD_STILL


def test_time_comes_from_the_frames_alone() -> None:
    """One frame shown a hundred times is not a hundred frames; a stalled camera does not fill the ring either."""
    guide = guide_of(ScriptedPerson())
    for _ in range(100):
        guide.judge(frame_at(5.0, textured()))
    assert not guide.ready
    assert guide.judge(frame_at(60.0, textured())).progress < 0.5


def test_the_best_frame_is_forgotten_when_the_person_leaves() -> None:
    person = ScriptedPerson()
    guide = guide_of(person)
    watch(guide, textured(), 0.2)
    assert guide.best is not None
    person.pose = None
    guide.judge(frame_at(0.4, textured()))
    assert guide.best is None


def test_the_outline_lies_around_the_face_in_shares_of_the_frame() -> None:
    outline = guide_of(ScriptedPerson(centre=(640, 330))).judge(frame_at(0, textured())).outline
    assert outline is not None
    (left, top), (right, _), (_, bottom), _ = outline
    assert 0.3 < left < 0.5 < right < 0.7
    assert 0 < top < 330 / 720 < bottom < 1


def test_a_real_face_before_a_real_detector_gets_its_picture_taken(model_library: ModelLibrary) -> None:
    detector = BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False)
    guide = FaceGuide(detector, FaceMeshLandmarker(model_library.path("facemesh_468")))
    # the photograph is soft when enlarged: a smaller frame shows it as a camera would
    frame = on_canvas(astronaut()[:330, 60:], width=640, height=360, at=(130, 20), scale=1.2)
    seen = watch(guide, frame, 0.8)
    assert {guidance.advice for guidance in seen} == {AdviceCode.HOLD_STILL}
    assert guide.ready
    far = on_canvas(astronaut()[:330], width=1280, height=720, at=(420, 200), scale=1.15)
    assert FaceGuide(detector, None).judge(frame_at(0, far)).advice is AdviceCode.COME_CLOSER
    empty = np.full((720, 1280, 3), 120, np.uint8)
    assert FaceGuide(detector, None).judge(frame_at(0, empty)).advice is AdviceCode.SHOW_FACE
