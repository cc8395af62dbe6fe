"""The verifier on real models: who is it, is the selfie good, is it live; and what is said when something is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.cli.entry import main
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, FaceIssue, FacePart, LivenessScore, Similarity
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.engines.passive_liveness import MinifasLiveness
from kiosk.imaging.decode import encode_jpeg, load_image
from kiosk.imaging.frame import Image
from kiosk.services.verification import Verifier
from tests.fakes.faces import astronaut, on_canvas, printed

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"


@pytest.fixture(scope="module")
def detector(model_library: ModelLibrary) -> BlazeFaceDetector:
    return BlazeFaceDetector(model_library.path("blazeface_short"))


@pytest.fixture(scope="module")
def verifier(model_library: ModelLibrary, detector: BlazeFaceDetector) -> Verifier:
    """What the default set gives: no passive liveness."""
    matcher = DlibFaceMatcher(model_library.path("dlib_resnet_v1"), model_library.path("dlib_5_landmarks"))
    return Verifier(detector, FaceMeshLandmarker(model_library.path("facemesh_468")), matcher, None)


def nobody() -> Image:
    return np.full((400, 600, 3), 120, np.uint8)


def two_people() -> Image:
    canvas = on_canvas(astronaut()[:320], width=1000, height=400, at=(0, 20))
    canvas[20:340, 500:1000] = astronaut()[:320, 6:506]
    return canvas


def sample(name: str) -> Image:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("the sample pictures beside the project are not here")
    return load_image(path)


def assert_check(check: Check, name: CheckName, status: CheckStatus, label: CheckLabel) -> None:
    assert (check.name, check.status, check.label) == (name, status, label)


# --- selfie --------------------------------------------------------------------------------------------------------


def test_a_good_selfie_passes_with_its_measurements(verifier: Verifier) -> None:
    result = verifier.selfie(astronaut(), strict=True)
    assert_check(result.check, CheckName.SELFIE_QUALITY, CheckStatus.PASSED, CheckLabel.OK)
    assert result.check.score is not None
    assert result.check.threshold is not None
    assert result.check.score >= result.check.threshold
    assert result.check.model == "facemesh_468"
    assert result.check.inputs == ("selfie",)
    assert result.check.ms > 0
    assert result.quality.pose is not None
    assert result.quality.eyes_open is not None
    assert result.faces == 1


@pytest.mark.parametrize("strict", [True, False])
def test_a_selfie_without_a_face_is_bad_input(verifier: Verifier, strict: bool) -> None:
    with pytest.raises(BadInput) as caught:
        verifier.selfie(nobody(), strict=strict)
    assert caught.value.code is ErrorCode.NO_FACE_DETECTED


def test_a_black_picture_says_that_it_is_too_dark(verifier: Verifier) -> None:
    with pytest.raises(BadInput, match="too dark"):
        verifier.selfie(np.full((400, 600, 3), 4, np.uint8), strict=True)


def test_two_people_are_refused_when_strict_and_told_when_not(verifier: Verifier) -> None:
    with pytest.raises(BadInput) as caught:
        verifier.selfie(two_people(), strict=True)
    assert caught.value.code is ErrorCode.MULTIPLE_FACES_DETECTED
    result = verifier.selfie(two_people(), strict=False)
    assert_check(result.check, CheckName.SELFIE_QUALITY, CheckStatus.WARNING, CheckLabel.SEVERAL_FACES)
    assert result.faces == 2


def test_a_soft_selfie_warns_and_a_smeared_one_is_rejected(verifier: Verifier) -> None:
    soft = verifier.selfie(np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 1.4), np.uint8), strict=True)
    assert_check(soft.check, CheckName.SELFIE_QUALITY, CheckStatus.WARNING, CheckLabel.LOW_QUALITY)
    assert FaceIssue.BLURRED in soft.quality.issues
    assert FaceIssue.BLURRED.value in soft.check.params["issues"]
    smeared = verifier.selfie(np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 4), np.uint8), strict=True)
    assert_check(smeared.check, CheckName.SELFIE_QUALITY, CheckStatus.REJECTED, CheckLabel.LOW_QUALITY)


def test_without_a_landmarker_pose_and_eyes_are_not_claimed(detector: BlazeFaceDetector) -> None:
    result = Verifier(detector).selfie(astronaut(), strict=True)
    assert result.quality.pose is None
    assert result.quality.eyes_open is None
    assert result.check.model == "blazeface_short"


# --- face match ----------------------------------------------------------------------------------------------------


def test_the_person_on_the_card_is_the_person_in_the_selfie(verifier: Verifier, detector: BlazeFaceDetector) -> None:
    card = printed(astronaut(), detector.detect(astronaut())[0], width_px=100)
    check = verifier.face_match(card, astronaut())
    assert_check(check, CheckName.FACE_MATCH, CheckStatus.PASSED, CheckLabel.OK)
    assert check.score is not None
    assert check.threshold is not None
    assert check.score >= check.threshold
    assert check.model == "dlib_resnet_v1"
    assert check.ms > 0


@pytest.mark.parametrize(
    ("portrait", "selfie", "matches"),
    [
        ("dis/document-front.jpeg", "dis/face-smile.jpeg", False),
        ("faces/obama.jpg", "faces/obama2.jpg", True),
        ("faces/obama.jpg", "faces/obama3.jpg", True),
        ("faces/obama2.jpg", "faces/obama3.jpg", True),
        ("faces/obama.jpg", "faces/biden.jpg", False),
        ("faces/obama2.jpg", "faces/biden.jpg", False),
        ("faces/obama3.jpg", "faces/biden.jpg", False),
    ],
)
def test_sample_people_are_told_apart(verifier: Verifier, portrait: str, selfie: str, matches: bool) -> None:
    check = verifier.face_match(sample(portrait), sample(selfie))
    if matches:
        assert_check(check, CheckName.FACE_MATCH, CheckStatus.PASSED, CheckLabel.OK)
    else:
        assert_check(check, CheckName.FACE_MATCH, CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD)


@pytest.mark.parametrize(
    ("portrait", "selfie", "label"),
    [
        (None, astronaut, CheckLabel.INPUT_MISSING),
        (astronaut, None, CheckLabel.INPUT_MISSING),
        (nobody, astronaut, CheckLabel.NO_FACE),
        (astronaut, nobody, CheckLabel.NO_FACE),
    ],
)
def test_what_is_missing_is_said_and_nothing_passes(
    verifier: Verifier, portrait: Callable[[], Image] | None, selfie: Callable[[], Image] | None, label: CheckLabel
) -> None:
    check = verifier.face_match(portrait() if portrait else None, selfie() if selfie else None)
    assert_check(check, CheckName.FACE_MATCH, CheckStatus.NOT_EXECUTED, label)
    assert check.score is None


def test_without_a_matcher_the_match_is_not_executed(detector: BlazeFaceDetector) -> None:
    verifier = Verifier(detector)
    assert_check(verifier.face_match(astronaut(), astronaut()), CheckName.FACE_MATCH, CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)
    with pytest.raises(ModelFault) as caught:
        verifier.similarity(astronaut(), astronaut())
    assert caught.value.code is ErrorCode.MODEL_MISSING


@dataclass
class FixedMatcher:
    """Gives the score it was made with, or breaks."""

    score: float
    broken: bool = False
    model_id: str = "fixed"

    def embed(self, image: Image, face: Face) -> Embedding:
        if self.broken:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, "inference failed")
        return Embedding((1.0,), self.model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        return Similarity(self.score, 0.5, self.model_id, 0.06)


@pytest.mark.parametrize(
    ("score", "status", "label"),
    [
        (0.499, CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD),
        (0.5, CheckStatus.WARNING, CheckLabel.BORDERLINE),
        (0.559, CheckStatus.WARNING, CheckLabel.BORDERLINE),
        (0.56, CheckStatus.PASSED, CheckLabel.OK),
    ],
)
def test_a_match_just_above_the_threshold_is_for_a_person_to_see(
    detector: BlazeFaceDetector, score: float, status: CheckStatus, label: CheckLabel
) -> None:
    check = Verifier(detector, None, FixedMatcher(score)).face_match(astronaut(), astronaut())
    assert_check(check, CheckName.FACE_MATCH, status, label)


@pytest.mark.logs_warnings
def test_an_engine_that_breaks_is_not_a_mismatch(detector: BlazeFaceDetector) -> None:
    check = Verifier(detector, None, FixedMatcher(1, broken=True)).face_match(astronaut(), astronaut())
    assert_check(check, CheckName.FACE_MATCH, CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)


def shown_small(scale: float) -> Image:
    return np.asarray(cv2.resize(astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def smeared() -> Image:
    return np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 3.5), np.uint8)


def dark() -> Image:
    return np.asarray(astronaut() * 0.2, np.uint8)


def cut() -> Image:
    """A third of the face is outside."""
    return np.ascontiguousarray(astronaut()[:, :244])


def half_hidden() -> Image:
    """The person's left half is behind a plain door."""
    picture = astronaut()
    picture[:, 225:] = (90, 100, 110)
    return picture


def masked() -> Image:
    picture = astronaut()
    picture[125:200, 170:290] = (180, 150, 90)
    return picture


@pytest.mark.parametrize(
    ("poor", "issue", "side"),
    [
        (lambda: shown_small(0.3), FaceIssue.TOO_SMALL, "portrait"),
        (smeared, FaceIssue.BLURRED, "portrait"),
        (dark, FaceIssue.TOO_DARK, "selfie"),
        (cut, FaceIssue.NEAR_BORDER, "selfie"),
        (half_hidden, FaceIssue.COVERED, "selfie"),
        (masked, FaceIssue.COVERED, "selfie"),
    ],
)
def test_a_face_that_carries_no_comparison_gives_no_score(
    verifier: Verifier, poor: Callable[[], Image], issue: FaceIssue, side: str
) -> None:
    pictures = (poor(), astronaut()) if side == "portrait" else (astronaut(), poor())
    check = verifier.face_match(*pictures)
    assert_check(check, CheckName.FACE_MATCH, CheckStatus.NOT_EXECUTED, CheckLabel.LOW_QUALITY)
    assert check.score is None
    assert check.params == {"of": "document.front" if side == "portrait" else "selfie", "issues": issue.value}
    with pytest.raises(BadInput, match=issue.value) as caught:
        verifier.similarity(*pictures)
    assert caught.value.code is ErrorCode.FACE_QUALITY_LOW
    assert verifier.embed_selfie(pictures[0 if side == "portrait" else 1]) is None


@pytest.mark.parametrize("name", ["obama_partial_face.jpg", "obama_partial_face2.jpg"])
def test_half_a_face_is_refused_and_not_called_another_person(verifier: Verifier, name: str) -> None:
    check = verifier.face_match(sample(f"faces/{name}"), sample("faces/obama2.jpg"))
    assert_check(check, CheckName.FACE_MATCH, CheckStatus.NOT_EXECUTED, CheckLabel.LOW_QUALITY)


def test_any_two_pictures_can_be_compared_and_say_where_they_come_from(verifier: Verifier) -> None:
    check = verifier.face_match(shown_small(0.8), astronaut(), inputs=("document.chip", "selfie"))
    assert_check(check, CheckName.FACE_MATCH, CheckStatus.PASSED, CheckLabel.OK)
    assert check.inputs == ("document.chip", "selfie")
    assert verifier.similarity(shown_small(0.8), astronaut()).is_match


def test_the_selfie_s_template_is_the_one_that_comparisons_use(verifier: Verifier) -> None:
    template, other = verifier.embed_selfie(astronaut()), verifier.template(shown_small(0.8))
    assert template is not None
    assert verifier.similarity_of(template, other) == verifier.similarity(astronaut(), shown_small(0.8))
    assert verifier.embed_selfie(nobody()) is None


def test_a_picture_s_template_is_made_once_and_goes_with_it(
    model_library: ModelLibrary, detector: BlazeFaceDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    embed = DlibFaceMatcher.embed

    def counted(self: DlibFaceMatcher, image: Image, face: Face) -> Embedding:
        made.append(id(image))
        return embed(self, image, face)

    monkeypatch.setattr(DlibFaceMatcher, "embed", counted)
    matcher = DlibFaceMatcher(model_library.path("dlib_resnet_v1"), model_library.path("dlib_5_landmarks"))
    verifier = Verifier(detector, None, matcher)
    selfie, portrait = astronaut(), shown_small(0.8)
    verifier.face_match(portrait, selfie)
    verifier.liveness_match(selfie, [portrait])
    verifier.embed_selfie(selfie)
    assert len(made) == 2
    del selfie, portrait
    assert not verifier._kept


def test_a_face_is_looked_for_once_in_a_picture(
    model_library: ModelLibrary, detector: BlazeFaceDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher = DlibFaceMatcher(model_library.path("dlib_resnet_v1"), model_library.path("dlib_5_landmarks"))
    verifier = Verifier(detector, FaceMeshLandmarker(model_library.path("facemesh_468")), matcher)  # knows no other test's pictures
    asked: list[int] = []
    detect = BlazeFaceDetector.detect

    def counted(self: BlazeFaceDetector, image: Image) -> tuple[Face, ...]:
        asked.append(id(image))
        return detect(self, image)

    monkeypatch.setattr(BlazeFaceDetector, "detect", counted)
    picture, empty = astronaut(), nobody()
    face = verifier.portrait_face(picture)
    looks = len(asked)
    assert verifier.portrait_face(picture) == face
    verifier.embed_selfie(picture)
    assert len(asked) == looks
    assert verifier.portrait_face(empty) is verifier.portrait_face(empty) is None
    assert verifier.portrait_face(astronaut()) == face  # another picture of the same pixels is looked at
    assert len(asked) > looks
    del picture, empty
    assert not verifier._found


def test_frames_looked_at_side_by_side_are_told_apart(verifier: Verifier) -> None:
    """The frame that shows somebody else, or nobody, is the same one however the threads take turns."""
    frames = [astronaut(), nobody(), shown_small(0.8), astronaut()]
    alone = [verifier.embed_selfie(frame.copy()) for frame in frames]
    together = verifier._templates(verifier._needed_matcher(), [frame.copy() for frame in frames])
    assert [isinstance(one, Embedding) for one in together] == [True, False, True, True]
    for one, other in zip(alone, together, strict=True):
        assert one is None or one == other


# --- liveness match ------------------------------------------------------------------------------------------------


@dataclass
class BrightnessMatcher:
    """Two faces are as alike as the pictures' first pixels."""

    model_id: str = "brightness"

    def embed(self, image: Image, face: Face) -> Embedding:
        return Embedding((float(image[0, 0, 0]),), self.model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        return Similarity(1 - abs(one.vector[0] - other.vector[0]) / 100, 0.5, self.model_id, 0.06)


def marked(value: int) -> Image:
    picture = astronaut()
    picture[0, 0] = value
    return picture


@pytest.mark.parametrize(
    ("frames", "status", "label", "score"),
    [
        ((0, 10, 20), CheckStatus.PASSED, CheckLabel.OK, 0.8),
        ((0, 47, 5), CheckStatus.WARNING, CheckLabel.BORDERLINE, 0.53),
        ((0, 0, 0, 60), CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD, 0.4),
    ],
)
def test_the_least_similar_liveness_frame_decides(
    detector: BlazeFaceDetector, frames: tuple[int, ...], status: CheckStatus, label: CheckLabel, score: float
) -> None:
    check = Verifier(detector, None, BrightnessMatcher()).liveness_match(marked(0), [marked(value) for value in frames])
    assert_check(check, CheckName.LIVENESS_MATCH, status, label)
    assert check.score == pytest.approx(score)
    assert check.inputs == ("selfie", "liveness")
    assert check.params["frames"] == str(len(frames))


def test_liveness_frames_that_carry_no_comparison_are_left_out(verifier: Verifier) -> None:
    check = verifier.liveness_match(astronaut(), [nobody(), smeared(), shown_small(0.9)])
    assert_check(check, CheckName.LIVENESS_MATCH, CheckStatus.PASSED, CheckLabel.OK)
    assert check.params["frames"] == "1"


@pytest.mark.parametrize(
    ("selfie", "frames", "label"),
    [
        (None, (astronaut,), CheckLabel.INPUT_MISSING),
        (astronaut, (), CheckLabel.INPUT_MISSING),
        (nobody, (astronaut,), CheckLabel.NO_FACE),
        (astronaut, (nobody, nobody), CheckLabel.NO_FACE),
        (astronaut, (nobody, smeared), CheckLabel.LOW_QUALITY),
        (smeared, (astronaut,), CheckLabel.LOW_QUALITY),
    ],
)
def test_a_liveness_match_that_cannot_run_says_why(
    verifier: Verifier, selfie: Callable[[], Image] | None, frames: tuple[Callable[[], Image], ...], label: CheckLabel
) -> None:
    check = verifier.liveness_match(selfie() if selfie else None, [frame() for frame in frames])
    assert_check(check, CheckName.LIVENESS_MATCH, CheckStatus.NOT_EXECUTED, label)


def test_without_a_matcher_no_liveness_match_and_no_template(detector: BlazeFaceDetector) -> None:
    able = Verifier(detector)
    check = able.liveness_match(astronaut(), [astronaut()])
    assert_check(check, CheckName.LIVENESS_MATCH, CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)
    assert able.embed_selfie(astronaut()) is None


@pytest.mark.logs_warnings
def test_an_engine_that_breaks_in_the_liveness_match_is_not_another_person(detector: BlazeFaceDetector) -> None:
    check = Verifier(detector, None, FixedMatcher(1, broken=True)).liveness_match(astronaut(), [astronaut()])
    assert_check(check, CheckName.LIVENESS_MATCH, CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)


def test_a_similarity_wants_one_face_in_each_picture(verifier: Verifier) -> None:
    assert verifier.similarity(astronaut(), astronaut()).is_match
    with pytest.raises(BadInput, match="second") as caught:
        verifier.similarity(astronaut(), nobody())
    assert caught.value.code is ErrorCode.NO_FACE_DETECTED
    with pytest.raises(BadInput, match="first") as caught:
        verifier.similarity(two_people(), astronaut())
    assert caught.value.code is ErrorCode.MULTIPLE_FACES_DETECTED


# --- passive liveness ----------------------------------------------------------------------------------------------


@dataclass
class ScriptedLiveness:
    """Reads its score off the picture's last pixel: 0..100."""

    model_id: str = "scripted"
    calls: int = 0

    def assess(self, image: Image, face: Face) -> LivenessScore:
        self.calls += 1
        return LivenessScore(float(image[-1, -1, 0]) / 100, 0.5, self.model_id)


def scoring(percent: int) -> Image:
    picture = astronaut()
    picture[-1, -1] = percent
    return picture


@pytest.mark.parametrize(("scores", "live"), [((10, 90, 95), True), ((95, 20, 10), False), ((90,), True), ((49,), False)])
def test_the_median_over_the_frames_decides(detector: BlazeFaceDetector, scores: tuple[int, ...], live: bool) -> None:
    check = Verifier(detector, None, None, ScriptedLiveness()).passive_liveness([scoring(score) for score in scores])
    status, label = (CheckStatus.PASSED, CheckLabel.OK) if live else (CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD)
    assert_check(check, CheckName.PASSIVE_LIVENESS, status, label)
    assert check.score == sorted(scores)[len(scores) // 2] / 100


def test_frames_without_the_pixels_to_tell_are_not_judged(detector: BlazeFaceDetector) -> None:
    liveness = ScriptedLiveness()
    verifier = Verifier(detector, None, None, liveness)
    smeared = np.asarray(cv2.GaussianBlur(scoring(99), (0, 0), 4), np.uint8)
    assert_check(verifier.passive_liveness([smeared]), CheckName.PASSIVE_LIVENESS, CheckStatus.NOT_EXECUTED, CheckLabel.LOW_QUALITY)
    assert liveness.calls == 0
    assert verifier.passive_liveness([smeared, scoring(20), nobody()]).status is CheckStatus.REJECTED
    assert liveness.calls == 1


def test_liveness_that_cannot_run_says_why(verifier: Verifier, detector: BlazeFaceDetector) -> None:
    able = Verifier(detector, None, None, ScriptedLiveness())
    for check, label in (
        (able.passive_liveness(()), CheckLabel.INPUT_MISSING),
        (able.passive_liveness([nobody()]), CheckLabel.NO_FACE),
        (verifier.passive_liveness([astronaut()]), CheckLabel.MODEL_MISSING),
        (verifier.liveness(astronaut()), CheckLabel.MODEL_MISSING),
    ):
        assert_check(check, CheckName.PASSIVE_LIVENESS, CheckStatus.NOT_EXECUTED, label)
    with pytest.raises(BadInput):
        able.liveness(nobody())
    with pytest.raises(BadInput):
        able.liveness(two_people())


@pytest.mark.full_models
@pytest.mark.parametrize(("name", "status"), [("T1", CheckStatus.PASSED), ("F1", CheckStatus.REJECTED), ("F2", CheckStatus.REJECTED)])
def test_the_live_sample_passes_and_the_attacks_fail(
    full_model_library: ModelLibrary, detector: BlazeFaceDetector, name: str, status: CheckStatus
) -> None:
    verifier = Verifier(detector, None, None, MinifasLiveness(full_model_library.path("minifas_v2se")))
    assert verifier.liveness(sample(f"liveness/image_{name}.jpg")).status is status


# --- where a face is -----------------------------------------------------------------------------------------------


def test_the_portrait_of_a_page_and_of_a_tight_crop_is_found(verifier: Verifier) -> None:
    page = on_canvas(astronaut()[30:230, 120:320], width=1000, height=630, at=(40, 150), scale=1.1)
    face = verifier.portrait_face(page)
    assert face is not None
    x, y, width, height = face.box
    assert verifier.portrait_face(np.ascontiguousarray(page[round(y) : round(y + height), round(x) : round(x + width)])) is not None
    assert verifier.portrait_face(nobody()) is None


def test_print_that_merely_looks_like_a_face_is_none(verifier: Verifier) -> None:
    assert verifier.portrait_face(sample("dis/document-back.jpeg")) is None


@pytest.mark.parametrize("covered", [half_hidden, masked])
def test_a_covered_face_is_no_selfie(verifier: Verifier, covered: Callable[[], Image]) -> None:
    result = verifier.selfie(covered(), strict=True)
    assert_check(result.check, CheckName.SELFIE_QUALITY, CheckStatus.REJECTED, CheckLabel.LOW_QUALITY)
    assert "COVERED" in result.check.params["issues"]


def one_sided_light() -> Image:
    light = np.clip((np.arange(512) - 205) / 40, 0.15, 1)[None, :, None]
    return np.asarray(astronaut() * light, np.uint8)


def eye_patch() -> Image:
    picture = astronaut()
    cv2.ellipse(picture, (246, 108), (20, 14), 0, 0, 360, (25, 25, 25), -1)
    return picture


@pytest.mark.parametrize("picture", [one_sided_light, eye_patch])
def test_a_shadowed_half_and_an_eye_patch_are_not_taken_for_a_hidden_half(verifier: Verifier, picture: Callable[[], Image]) -> None:
    assert FacePart.SIDE not in verifier.selfie(picture(), strict=True).quality.covered


# --- what a comparison costs -----------------------------------------------------------------------------------------


@dataclass
class Counted:
    """Passes on to a real engine and counts."""

    inner: BlazeFaceDetector
    asked: int = 0

    @property
    def model_id(self) -> str:
        return self.inner.model_id

    def detect(self, image: Image) -> tuple[Face, ...]:
        self.asked += 1
        return self.inner.detect(image)


@pytest.fixture
def quick_one(model_library: ModelLibrary) -> BlazeFaceDetector:
    return BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False, exact=True)


def close_up() -> Image:
    return np.ascontiguousarray(astronaut()[:300, 60:400])


def test_a_large_face_needs_no_thorough_look(
    model_library: ModelLibrary, detector: BlazeFaceDetector, quick_one: BlazeFaceDetector
) -> None:
    thorough = Counted(detector)
    verifier = Verifier(thorough, FaceMeshLandmarker(model_library.path("facemesh_468")), FixedMatcher(1), quick_detector=quick_one)
    found = verifier.portrait_face(close_up())
    assert thorough.asked == 0
    usual = detector.detect(close_up())[0]
    assert found is not None
    assert np.asarray(found.points) == pytest.approx(np.asarray(usual.points), abs=0.05 * usual.eye_distance_px)


def test_passive_liveness_sees_the_quick_detectors_box_also_after_the_selfie_was_judged(
    model_library: ModelLibrary, detector: BlazeFaceDetector, quick_one: BlazeFaceDetector
) -> None:
    """Its operating point was measured with that box; another cut of the same face scores otherwise."""
    quick = Counted(quick_one)
    verifier = Verifier(detector, FaceMeshLandmarker(model_library.path("facemesh_468")), FixedMatcher(1), quick_detector=quick)
    selfie = close_up()
    verifier.selfie(selfie, strict=False)
    assert verifier.portrait_face(selfie) == quick_one.detect(selfie)[0]
    assert quick.asked == 1


@pytest.mark.parametrize("picture", [lambda: on_canvas(astronaut(), width=1400, height=1000, at=(30, 300)), nobody])
def test_what_the_quick_look_does_not_settle_is_looked_for_thoroughly(
    detector: BlazeFaceDetector, quick_one: BlazeFaceDetector, picture: Callable[[], Image]
) -> None:
    thorough = Counted(detector)
    found = Verifier(thorough, None, FixedMatcher(1), quick_detector=quick_one).portrait_face(picture())
    assert thorough.asked == 1
    assert [found] == list(detector.detect(picture())[:1]) or found is None


def test_a_companion_is_still_found_in_a_selfie(
    model_library: ModelLibrary, detector: BlazeFaceDetector, quick_one: BlazeFaceDetector
) -> None:
    verifier = Verifier(detector, FaceMeshLandmarker(model_library.path("facemesh_468")), quick_detector=quick_one)
    with pytest.raises(BadInput) as caught:
        verifier.selfie(two_people(), strict=True)
    assert caught.value.code is ErrorCode.MULTIPLE_FACES_DETECTED


def test_landmarks_of_a_picture_are_found_once_and_go_with_it(
    model_library: ModelLibrary, detector: BlazeFaceDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    landmarks = FaceMeshLandmarker.landmarks

    def counted(self: FaceMeshLandmarker, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        asked.append(id(image))
        return landmarks(self, image, face)

    monkeypatch.setattr(FaceMeshLandmarker, "landmarks", counted)
    verifier = Verifier(detector, FaceMeshLandmarker(model_library.path("facemesh_468")), FixedMatcher(1))
    selfie = astronaut()
    verifier.selfie(selfie, strict=True)
    verifier.embed_selfie(selfie)
    assert len(asked) == 1
    del selfie
    assert not verifier._meshes


# --- two pictures, whatever they are ---------------------------------------------------------------------------------


def with_another(scale: float) -> Image:
    """The person, and the same face once more, smaller: a ghost image."""
    canvas = on_canvas(astronaut(), width=1000, height=560, at=(0, 40))
    side = round(512 * scale)
    canvas[20 : 20 + side, 520 : 520 + side] = cv2.resize(astronaut(), (side, side), interpolation=cv2.INTER_AREA)[:, : 1000 - 520]
    return canvas


def test_a_ghost_image_does_not_keep_a_document_from_being_compared(verifier: Verifier) -> None:
    found = verifier.comparison(with_another(0.65), astronaut())
    assert found.similarity.is_match
    assert [face.faces for face in found.faces] == [2, 1]
    assert found.faces[1].eyes_px == pytest.approx(46, abs=6)
    assert found.faces[1].issues == ()


def test_of_two_faces_of_one_size_none_is_chosen(verifier: Verifier) -> None:
    with pytest.raises(BadInput) as caught:
        verifier.comparison(astronaut(), with_another(0.85))
    assert caught.value.code is ErrorCode.MULTIPLE_FACES_DETECTED


@pytest.mark.parametrize(("poor", "code"), [(nobody, ErrorCode.NO_FACE_DETECTED), (masked, ErrorCode.FACE_QUALITY_LOW)])
def test_what_cannot_be_compared_has_no_score(verifier: Verifier, poor: Callable[[], Image], code: ErrorCode) -> None:
    with pytest.raises(BadInput) as caught:
        verifier.comparison(astronaut(), poor())
    assert caught.value.code is code


def test_the_command_says_under_what_conditions_it_compared(
    model_library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    (tmp_path / "one.jpg").write_bytes(encode_jpeg(with_another(0.65)))
    (tmp_path / "other.jpg").write_bytes(encode_jpeg(np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 1.4), np.uint8)))
    assert main(["face", "compare", str(tmp_path / "one.jpg"), str(tmp_path / "other.jpg")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("match: ")
    assert "A: 2 faces, the largest is compared" in told
    assert "BLURRED" in told.splitlines()[2]
