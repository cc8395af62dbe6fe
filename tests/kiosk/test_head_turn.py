"""The head turn passes one continuous turn to the asked side by the person of the selfie, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput
from kiosk.domain.face import Pose
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.services.head_turn import HeadTurnChallenge
from tests.fakes.faces import ScriptedMatcher, ScriptedPerson, astronaut, frame_at, on_canvas, textured

FPS = 15
LEFT = -1.0


def path(*legs: tuple[float, float], start: float = 0.0) -> list[float]:
    """Angles frame by frame: legs of (angle to reach, seconds that it takes)."""
    angles = [start]
    for angle, seconds in legs:
        angles.extend(np.linspace(angles[-1], angle, round(seconds * FPS) + 1)[1:])
    return angles


GOOD = path((0, 0.6), (32, 1.0), (32, 0.3), (0, 1.0), (0, 0.3))


class Stage:
    """Plays angles (to the person's left) before a challenge."""

    def __init__(self, side: str = "left", *, matcher: ScriptedMatcher | None = None, reference: int | None = 1) -> None:
        self.person = ScriptedPerson()
        image = None if reference is None else textured(reference)
        self.challenge = HeadTurnChallenge(side, self.person, self.person, matcher or ScriptedMatcher(), image)
        self.seen: list[Guidance] = []
        self.at = 100.0

    def play(self, angles: Iterable[float], *, who: int | Callable[[int], int] = 1, gap_s: float = 1 / FPS) -> Stage:
        for index, angle in enumerate(angles):
            self.person.pose = None if np.isnan(angle) else Pose(LEFT * angle, 0, 0)
            image = textured(who if isinstance(who, int) else who(index))
            self.seen.append(self.challenge.judge(frame_at(self.at, image)))
            self.at += gap_s
        return self

    def advices(self) -> list[AdviceCode]:
        """Without repetitions."""
        codes = [guidance.advice for guidance in self.seen]
        return [code for index, code in enumerate(codes) if index == 0 or codes[index - 1] is not code]


def assert_outcome(check: Check, status: CheckStatus, label: CheckLabel) -> None:
    assert (check.name, check.status, check.label) == (CheckName.ACTIVE_LIVENESS, status, label)


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_a_turn_to_the_asked_side_and_back_passes(side: str, sign: int) -> None:
    stage = Stage(side).play([sign * angle for angle in GOOD])
    assert stage.challenge.finished
    assert_outcome(stage.challenge.check(), CheckStatus.PASSED, CheckLabel.OK)
    turn = AdviceCode.TURN_LEFT if side == "left" else AdviceCode.TURN_RIGHT
    assert stage.advices() == [turn, AdviceCode.LOOK_BACK, AdviceCode.TAKEN]
    assert 1 <= len(stage.challenge.frames) <= 5


def test_progress_grows_with_the_turn_and_ends_full() -> None:
    progress = [guidance.progress for guidance in Stage().play(GOOD).seen]
    assert progress == pytest.approx(sorted(progress), abs=0.02)
    assert progress[0] == 0
    assert progress[-1] == 1


@pytest.mark.parametrize(
    "angles",
    [
        path((0, 0.6), (-35, 1.0), (0, 1.0), (0, 0.5)),  # the other side
        path((0, 0.6), (14, 1.0), (0, 1.0), (0, 0.5)),  # not far enough
        path((0, 4.0)),  # nothing at all
        path((35, 3.0), start=35),  # never looked straight
        path((0, 0.6), (32, 1.0), (32, 3.0)),  # did not look back
    ],
    ids=["other side", "too little", "still", "never frontal", "no way back"],
)
def test_what_is_not_the_asked_turn_does_not_finish(angles: list[float]) -> None:
    stage = Stage().play(angles)
    assert not stage.challenge.finished
    assert_outcome(stage.challenge.check(), CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_after_the_wrong_side_the_right_one_still_passes() -> None:
    stage = Stage().play(path((0, 0.6), (-30, 1.0), (0, 1.0), (0, 0.5))).play(GOOD)
    assert_outcome(stage.challenge.check(), CheckStatus.PASSED, CheckLabel.OK)


def test_two_pictures_are_no_movement() -> None:
    """Straight, turned, straight, with nothing between: held up prints, or a cut video."""
    stage = Stage().play([0.0] * 10 + [30.0] * 10 + [0.0] * 10)
    assert not stage.challenge.finished


def test_a_slow_camera_does_not_let_two_pictures_through_either() -> None:
    stage = Stage().play([0, 0, 0, 30, 30, 0, 0], gap_s=0.4)
    assert not stage.challenge.finished


def test_a_face_that_jumps_in_the_picture_starts_it_anew() -> None:
    stage = Stage().play(path((0, 0.6), (15, 0.5)))
    stage.person.centre = (950, 330)
    stage.play(path((32, 0.5), (0, 1.0), start=15))
    assert not stage.challenge.finished


def test_a_face_that_changes_its_size_at_once_starts_it_anew() -> None:
    stage = Stage().play(path((0, 0.6), (15, 0.5)))
    stage.person.eye_px = 70
    stage.play(path((32, 0.5), (0, 1.0), start=15))
    assert not stage.challenge.finished


def test_a_moment_without_a_face_is_forgiven_and_a_longer_one_is_not() -> None:
    way_out, way_back = path((0, 0.6), (24, 0.8)), path((0, 1.0), start=24)
    assert Stage().play(way_out).play([float("nan")] * 3).play(way_back).challenge.finished
    lost = Stage().play(way_out).play([float("nan")] * 12)
    assert lost.seen[-1].advice is AdviceCode.SHOW_FACE
    assert not lost.play(way_back).challenge.finished


def test_a_second_person_stops_it() -> None:
    stage = Stage().play(path((0, 0.6), (15, 0.5)))
    stage.person.others = 1
    stage.play([16.0])
    assert stage.seen[-1].advice is AdviceCode.ONE_PERSON
    stage.person.others = 0
    assert not stage.play(path((32, 0.5), (0, 1.0), start=16)).challenge.finished


def test_a_turn_that_takes_too_long_starts_it_anew() -> None:
    assert not Stage().play(path((0, 0.6), (18, 1.0), (18, 13.0), (30, 0.5), (0, 1.0))).challenge.finished


def test_who_never_manages_fails_in_the_end() -> None:
    stage = Stage()
    while not stage.challenge.finished and stage.at < 200:
        stage.play(path((0, 0.6), (-30, 1.0), (0, 1.0)))
    assert stage.challenge.finished
    assert_outcome(stage.challenge.check(), CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)


def test_standing_still_fails_in_the_end() -> None:
    stage = Stage().play(path((0, 45.0)))
    assert_outcome(stage.challenge.check(), CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)


def test_nobody_there_is_not_a_failure() -> None:
    stage = Stage().play([float("nan")] * 900)
    assert not stage.challenge.finished
    assert_outcome(stage.challenge.check(), CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


@pytest.mark.parametrize(
    "who",
    [lambda index: 2, lambda index: 1 if index < 25 else 2, lambda index: 2 if index < 16 else 1],
    ids=["another throughout", "another at the end", "another at the start"],
)
def test_somebody_else_than_in_the_selfie_is_rejected(who: Callable[[int], int]) -> None:
    stage = Stage().play(GOOD, who=who)
    assert stage.challenge.finished
    check = stage.challenge.check()
    assert_outcome(check, CheckStatus.REJECTED, CheckLabel.DIFFERENT_PERSON)
    assert check.score is not None
    assert check.threshold is not None
    assert check.score < check.threshold


def test_without_a_matcher_the_person_cannot_be_vouched_for() -> None:
    stage = Stage()
    challenge = HeadTurnChallenge("left", stage.person, stage.person, None, textured())
    stage.challenge = challenge
    assert_outcome(stage.play(GOOD).challenge.check(), CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)


def test_a_flat_picture_that_is_turned_shows_no_parallax(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the mesh believed in its yaw, the nose of a print stays where it is between the eyes."""
    monkeypatch.setattr("kiosk.services.head_turn._nose_place", lambda mesh: 0.0)
    assert not Stage().play(GOOD).challenge.finished


def test_only_left_and_right_are_sides() -> None:
    person = ScriptedPerson()
    with pytest.raises(BadInput):
        HeadTurnChallenge("up", person, person, None, None)


@pytest.mark.parametrize(("shown", "asked", "passes"), [("left", "left", True), ("right", "right", True), ("right", "left", False)])
def test_a_rendered_turn_of_a_real_face_before_the_real_models(model_library: ModelLibrary, shown: str, asked: str, passes: bool) -> None:
    specimens = pytest.importorskip("kiosk.specimens.head_turn")
    detector = BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False)
    landmarker = FaceMeshLandmarker(model_library.path("facemesh_468"))
    matcher = DlibFaceMatcher(model_library.path("dlib_resnet_v1"), model_library.path("dlib_5_landmarks"))
    frontal = on_canvas(astronaut()[:340], width=640, height=360, at=(120, 10), scale=1.0)
    mesh = landmarker.landmarks(frontal, detector.detect(frontal)[0])
    scene = specimens.head_turn(frontal, mesh, shown, turn_deg=34.0, seconds=3.0, rest_s=0.6)
    challenge = HeadTurnChallenge(asked, detector, landmarker, matcher, frontal)
    for index in range(round(4.5 * 10)):
        challenge.judge(frame_at(index / 10, scene(index / 10)))
    assert challenge.finished is passes
    if passes:
        assert_outcome(challenge.check(), CheckStatus.PASSED, CheckLabel.OK)
