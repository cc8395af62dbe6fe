"""Passive liveness over frames: what may be judged, what decides, and that it alone never accepts anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Face, LivenessScore
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.models import ModelLibrary
from kiosk.engines.passive_liveness import MinifasLiveness
from kiosk.imaging.decode import load_image
from kiosk.imaging.face_align import scaled
from kiosk.imaging.frame import Image
from kiosk.services.passive_liveness import can_judge, fused, judge
from kiosk.services.workflows import load_policy
from tests.fakes.faces import astronaut

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "liveness"


@dataclass
class ScriptedLiveness:
    """Gives the scores that it was told, in turn."""

    scores: list[float]
    model_id: str = "scripted"
    asked: list[Face] = field(default_factory=list)
    broken: bool = False

    def assess(self, image: Image, face: Face) -> LivenessScore:
        if self.broken:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, "scripted")
        self.asked.append(face)
        return LivenessScore(self.scores[len(self.asked) - 1], 0.5, self.model_id)


@pytest.fixture(scope="module")
def detector(model_library: ModelLibrary) -> BlazeFaceDetector:
    return BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False)


@pytest.fixture(scope="module")
def face(detector: BlazeFaceDetector) -> Face:
    return detector.detect(astronaut())[0]


def sharpened(image: Image, amount: float) -> Image:
    return np.asarray(cv2.addWeighted(image, 1 + amount, cv2.GaussianBlur(image, (0, 0), 2), -amount, 0), np.uint8)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("smeared", lambda image: cv2.GaussianBlur(image, (0, 0), 4)),
        ("dark", lambda image: (image * 0.12).astype(np.uint8)),
        ("blown out", lambda image: cv2.convertScaleAbs(image, alpha=3.0, beta=90)),
    ],
)
def test_pictures_that_no_camera_should_give_are_not_judged(face: Face, what: str, change: object) -> None:
    assert callable(change)
    model = ScriptedLiveness([1.0])
    picture = np.asarray(change(astronaut()), np.uint8)
    assert not can_judge(picture, face), what
    check = judge([picture], find=lambda image: face, model=model)
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.LOW_QUALITY)
    assert not model.asked


def test_an_ordinary_picture_is_judged_a_small_face_is_not(face: Face) -> None:
    assert can_judge(astronaut(), face)
    half = np.asarray(cv2.resize(astronaut(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    assert not can_judge(half, scaled(face, 0.5))


def test_edges_that_a_filter_drew_are_not_judged(face: Face) -> None:
    large = np.asarray(cv2.resize(astronaut(), None, fx=2, fy=2, interpolation=cv2.INTER_LANCZOS4), np.uint8)
    assert can_judge(large, scaled(face, 2))
    drawn = np.asarray(cv2.addWeighted(large, 25, cv2.GaussianBlur(large, (0, 0), 1), -24, 0), np.uint8)
    assert not can_judge(drawn, scaled(face, 2))


def test_a_camera_that_sharpens_a_little_is_let_through(face: Face) -> None:
    softened = np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 0.8), np.uint8)
    assert can_judge(sharpened(softened, 0.7), face)


def test_few_frames_decide_by_the_median_many_by_the_lower_quartile() -> None:
    assert fused([0.1, 0.9, 0.95]) == 0.9
    assert fused([0.9, 0.1]) == 0.5
    assert fused([0.9, 0.2, 0.95, 0.97, 0.99]) == 0.9  # one bad frame of a live person is forgiven
    assert fused([0.9, 0.2, 0.3, 0.97, 0.99]) == 0.3  # a replay that flickers is not


@pytest.mark.parametrize(
    ("scores", "status"), [([0.9, 0.1, 0.8, 0.9, 0.9], CheckStatus.PASSED), ([0.9] * 3 + [0.1] * 2, CheckStatus.REJECTED)]
)
def test_the_frames_together_pass_or_fail(face: Face, scores: list[float], status: CheckStatus) -> None:
    check = judge([astronaut()] * 5, find=lambda image: face, model=ScriptedLiveness(scores), inputs=("liveness",))
    assert check.status is status
    assert check.inputs == ("liveness",)
    assert check.threshold == 0.5


def test_what_cannot_run_is_not_executed(face: Face) -> None:
    def label(images: Sequence[Image], found: Face | None, model: ScriptedLiveness | None) -> CheckLabel:
        check = judge(images, find=lambda image: found, model=model)
        assert check.status is CheckStatus.NOT_EXECUTED
        return check.label

    able = ScriptedLiveness([1.0])
    assert label([], face, able) is CheckLabel.INPUT_MISSING
    assert label([astronaut()], face, None) is CheckLabel.MODEL_MISSING
    assert label([astronaut()], None, able) is CheckLabel.NO_FACE


@pytest.mark.logs_warnings
def test_a_model_that_fails_is_said_and_never_a_verdict(face: Face) -> None:
    check = judge([astronaut()], find=lambda image: face, model=ScriptedLiveness([], broken=True))
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)


# --- with the real model -------------------------------------------------------------------------------------------


@pytest.mark.full_models
@pytest.mark.parametrize(("name", "status"), [("T1", CheckStatus.PASSED), ("F1", CheckStatus.REJECTED), ("F2", CheckStatus.REJECTED)])
def test_the_live_sample_passes_and_both_attacks_fail(
    full_model_library: ModelLibrary, detector: BlazeFaceDetector, name: str, status: CheckStatus
) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the sample pictures beside the project are not here")
    picture = load_image(SAMPLES / f"image_{name}.jpg")
    model = MinifasLiveness(full_model_library.path("minifas_v2se"))
    assert judge([picture], find=lambda image: detector.detect(image)[0], model=model).status is status


@pytest.mark.parametrize("name", ["T1", "F1", "F2"])
def test_without_the_model_none_of_the_samples_is_judged(detector: BlazeFaceDetector, name: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the sample pictures beside the project are not here")
    check = judge([load_image(SAMPLES / f"image_{name}.jpg")], find=lambda image: detector.detect(image)[0], model=None)
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)


# --- never the only gate -------------------------------------------------------------------------------------------


def test_no_policy_can_be_loaded_that_asks_for_passive_liveness_alone(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "loose.toml").write_text('required = ["consent", "face_match", "passive_liveness"]\n')
    with pytest.raises(BadInput, match="active_liveness") as caught:
        load_policy(tmp_path, "loose")
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID
