"""Selfie guidance: one advice at a time in its order, steady enough to read, a ring that fills only while all is right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.domain.face import Face, FaceIssue, Pose
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import LIVE_PRESENCE, FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Image
from kiosk.services.face_guide import ADVICE_FOR, FaceGuide, SteadyAdvice, find_faces
from tests.fakes.covers import covered
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


def test_a_clock_that_is_set_back_does_not_freeze_the_advice() -> None:
    steady = SteadyAdvice()
    assert steady.choose(AdviceCode.TOO_DARK, 5000) is AdviceCode.TOO_DARK
    assert steady.choose(AdviceCode.COME_CLOSER, 1400) is AdviceCode.COME_CLOSER
    assert steady.choose(AdviceCode.BLURRED, 1400.1) is AdviceCode.COME_CLOSER, "and then it stays as long as ever"


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


# --- the faults that need pixels -----------------------------------------------------------------------------------


class Real:
    """The installed engines, and the astronaut as a webcam shows her."""

    def __init__(self, library: ModelLibrary) -> None:
        self.detector = BlazeFaceDetector(library.path("blazeface_short"), thorough=False)
        self.landmarker = FaceMeshLandmarker(library.path("facemesh_468"), min_presence=LIVE_PRESENCE)
        self.photo = astronaut()
        self.mesh = self.landmarker.landmarks(self.photo, self.detector.detect(self.photo)[0])

    def guide(self) -> FaceGuide:
        return FaceGuide(self.detector, self.landmarker)


@pytest.fixture(scope="module")
def real(model_library: ModelLibrary) -> Real:
    return Real(model_library)


def before_camera(photo: Image, *, right: int = 0, down: int = 0) -> Image:
    """640x480, brow to chin a third of the frame's height, its middle at the frame's unless moved (pixels)."""
    moved = np.array([[1.5, 0, 320 - 1.5 * 223 + right], [0, 1.5, 240 - 1.5 * 130 + down]], np.float32)
    return np.asarray(cv2.warpAffine(photo, moved, (640, 480), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def first_advice(real: Real, photo: Image, *, right: int = 0, down: int = 0) -> AdviceCode:
    return real.guide().judge(frame_at(0, before_camera(photo, right=right, down=down))).advice


def test_a_clear_face_before_a_camera_is_good(real: Real) -> None:
    assert first_advice(real, real.photo) is AdviceCode.HOLD_STILL


@pytest.mark.parametrize("cover", ["mask_blue", "mask_black", "glasses_black", "glasses_brown"])
def test_a_mask_and_dark_glasses_are_to_be_taken_off(real: Real, cover: str) -> None:
    """Not "open your eyes": behind dark glasses nobody knows."""
    assert first_advice(real, covered(real.photo, real.mesh, cover)) is AdviceCode.UNCOVER_FACE


@pytest.mark.parametrize("worn", ["clear_thin", "clear_heavy", "beard", "headscarf"])
def test_glasses_a_beard_and_a_headscarf_stay_on(real: Real, worn: str) -> None:
    assert first_advice(real, covered(real.photo, real.mesh, worn)) is AdviceCode.HOLD_STILL


@pytest.mark.parametrize("part", ["hand_mouth", "hand_eyes"])
def test_a_hand_before_the_face_never_leads_to_a_picture(real: Real, part: str) -> None:
    guide = real.guide()
    seen = watch(guide, before_camera(covered(real.photo, real.mesh, part)), 1.0)
    assert not guide.ready
    assert {guidance.advice for guidance in seen} <= {AdviceCode.UNCOVER_FACE, AdviceCode.SHOW_FACE}


def test_a_face_that_only_the_detector_sees_is_asked_to_uncover_or_to_look_straight() -> None:
    class Blind(ScriptedPerson):
        def landmarks(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
            return ()

    assert guide_of(Blind()).judge(frame_at(0, textured())).advice is AdviceCode.UNCOVER_FACE
    assert guide_of(Blind(pose=Pose(45, 0, 0))).judge(frame_at(0, textured())).advice is AdviceCode.LOOK_STRAIGHT


@pytest.mark.parametrize("down", [-60, 0, 90])
def test_a_seated_and_a_tall_person_need_not_move(real: Real, down: int) -> None:
    assert first_advice(real, real.photo, down=down) is AdviceCode.HOLD_STILL


def test_a_face_far_to_the_side_is_asked_to_the_middle(real: Real) -> None:
    assert first_advice(real, real.photo, right=190) is AdviceCode.CENTRE_FACE


@pytest.mark.parametrize("light", [0.3, 0.15, 0.08])
def test_a_person_in_a_dark_room_is_told_of_the_light(real: Real, light: float) -> None:
    """A detector fails in the dark: a brightened copy shows whether somebody is there."""
    dim = np.asarray(real.photo * light, np.uint8)
    assert first_advice(real, dim) is AdviceCode.TOO_DARK


def test_a_face_that_is_too_dark_for_the_detector_is_found_in_a_brightened_copy(real: Real) -> None:
    """The room around is not black enough to be called dark by itself."""
    frame = np.asarray(before_camera(real.photo) * 0.02, np.uint8)
    frame[:, 440:] = frame[:, :200] = 70
    assert real.detector.detect(frame) == ()
    assert len(find_faces(real.detector, frame)) == 1
    assert real.guide().judge(frame_at(0, frame)).advice is AdviceCode.TOO_DARK


def test_a_person_in_the_dark_beside_a_lamp_is_told_of_the_light(real: Real) -> None:
    frame = np.asarray(before_camera(real.photo) * 0.12, np.uint8)
    frame[:, 500:] = 150
    assert real.guide().judge(frame_at(0, frame)).advice is AdviceCode.TOO_DARK


def test_light_behind_is_the_last_thing_to_be_told(real: Real) -> None:
    frame = before_camera(np.asarray(real.photo * 0.5, np.uint8))
    frame[:, :180] = frame[:, 460:] = 250
    assert real.guide().judge(frame_at(0, frame)).advice is AdviceCode.LIGHT_BEHIND


def test_an_open_mouth_is_told() -> None:
    person = ScriptedPerson(mouth=0.5)
    assert guide_of(person).judge(frame_at(0, textured())).advice is AdviceCode.CLOSE_MOUTH
    person.mouth = 0.2  # a smile
    assert guide_of(person).judge(frame_at(0, textured())).advice is AdviceCode.HOLD_STILL


def test_every_issue_has_its_advice() -> None:
    assert set(ADVICE_FOR) == set(FaceIssue)
    assert len(set(ADVICE_FOR.values())) == len(ADVICE_FOR)


# --- the fallback --------------------------------------------------------------------------------------------------


def test_who_cannot_stop_smiling_or_turning_a_little_gets_a_picture_after_four_seconds() -> None:
    guide = guide_of(ScriptedPerson(pose=Pose(22, 0, 0)))
    seen = watch(guide, textured(), 3.8)
    assert not guide.ready
    assert {guidance.advice for guidance in seen} == {AdviceCode.LOOK_STRAIGHT}
    after = watch(guide, textured(), 0.4, since=3.8 + 1 / FPS)
    assert guide.ready
    assert after[-1].progress == 1
    assert guide.best is not None


def test_the_fallback_takes_the_frame_with_the_least_turn() -> None:
    person = ScriptedPerson()
    guide = guide_of(person)
    for index in range(70):
        person.pose = Pose(20 if index == 30 else 25, 0, 0)
        guide.judge(frame_at(index / FPS, textured()))
    assert guide.ready
    assert guide.best is not None
    assert guide.best.number == round(30 / FPS * 1000)


@pytest.mark.parametrize("person", [ScriptedPerson(eyes=0.02), ScriptedPerson(pose=Pose(40, 0, 0)), ScriptedPerson(eye_px=40)])
def test_shut_eyes_a_far_turn_and_distance_are_not_minor(person: ScriptedPerson) -> None:
    guide = guide_of(person)
    watch(guide, textured(), 5)
    assert not guide.ready
    assert guide.best is None


def test_what_was_gained_counts_for_one_person_only() -> None:
    """Two people who swap places do not share a ring or a best frame."""
    person = ScriptedPerson(centre=(480, 330))
    guide = guide_of(person)
    watch(guide, textured(), 0.5)
    first = guide.best
    assert first is not None
    person.centre = (800, 330)
    guidance = guide.judge(frame_at(0.5 + 1 / FPS, textured()))
    assert guidance.progress == 0
    assert guide.best is not first


# --- a picture on the wall -----------------------------------------------------------------------------------------


class Crowd:
    """FaceDetector and FaceLandmarker of several scripted people in one textured frame, each drawn where they are."""

    model_id = "crowd"

    def __init__(self, *people: ScriptedPerson) -> None:
        self.people = people

    def detect(self, image: Image) -> tuple[Face, ...]:
        found = [person.detect(image)[0] for person in self.people]
        return tuple(sorted(found, key=lambda face: -face.box[2]))

    def landmarks(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        middle = face.points[2][0]
        return min(self.people, key=lambda person: abs(person.centre[0] - middle)).landmarks(image, face)

    def frame(self) -> Image:
        image = np.full((720, 1280, 3), 128, np.uint8)
        for person in self.people:
            x, y, width, height = (round(value) for value in person.detect(image)[0].box)
            image[max(0, y) : y + height, max(0, x) : x + width] = textured()[: image[max(0, y) : y + height].shape[0], :width]
        return image


@pytest.mark.parametrize(("poster_moves", "blocked"), [(False, False), (True, True)])
def test_a_picture_on_the_wall_does_not_block_but_a_person_behind_does(poster_moves: bool, blocked: bool) -> None:
    customer, behind = ScriptedPerson(centre=(560, 360), eye_px=120), ScriptedPerson(centre=(1100, 300), eye_px=70)
    crowd = Crowd(customer, behind)
    guide = FaceGuide(crowd, crowd)
    advice = []
    for index in range(45):
        customer.centre = (560 + 6 * (index % 3), 360)
        if poster_moves:
            behind.centre = (1100 + 5 * (index % 2), 300)
        advice.append(guide.judge(frame_at(index / FPS, crowd.frame())).advice)
    assert advice[0] is AdviceCode.ONE_PERSON
    assert (advice[-1] is AdviceCode.ONE_PERSON) is blocked


def test_a_large_picture_is_not_taken_for_the_customer() -> None:
    poster, customer = ScriptedPerson(centre=(1000, 320), eye_px=125), ScriptedPerson(centre=(420, 360), eye_px=110)
    crowd = Crowd(poster, customer)
    guide = FaceGuide(crowd, crowd)
    outline = None
    for index in range(45):
        customer.centre = (420 + 6 * (index % 3), 360)
        outline = guide.judge(frame_at(index / FPS, crowd.frame())).outline
    assert outline is not None
    assert outline[0][0] < 420 / 1280 < outline[1][0]


# --- following -----------------------------------------------------------------------------------------------------


class Counting(ScriptedPerson):
    looks = 0

    def detect(self, image: Image) -> tuple[Face, ...]:
        self.looks += 1
        return super().detect(image)


def test_between_looks_the_face_is_followed_and_a_newcomer_is_seen_before_a_picture_is_due() -> None:
    person = Counting()
    guide = guide_of(person)
    for index in range(31):
        guide.judge(frame_at(index / 30, textured()))
    assert person.looks <= 7
    person.others = 1
    seen = [guide.judge(frame_at(1.1 + index / 30, textured())).steady for index in range(8)]
    assert not seen[-1]


def test_a_lost_face_is_looked_for_at_once() -> None:
    person = Counting()
    guide = guide_of(person)
    guide.judge(frame_at(0, textured()))
    person.pose = None
    assert guide.judge(frame_at(0.05, textured())).outline is None
    assert person.looks == 2
