"""Quality attributes, photograph rules and enrolment codes: measured, with preconditions, each issue with its word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.cli.entry import main
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import DetectionMode, EnrolmentFaceCode, FaceAttribute, FaceIssue, FacePart, FaceQuality, Pose, RuleResult
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_photo_rules import RULES, photo_rules
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.services.face_report import (
    CODE_FOR,
    FaceReport,
    FaceReporter,
    enrolment_codes,
    face_quality_json,
    glasses_json,
    mask_json,
    report_json,
)
from tests.fakes.covers import covered
from tests.fakes.faces import astronaut, on_canvas

_A = FaceAttribute
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "faces"


class Engines:
    def __init__(self, library: ModelLibrary) -> None:
        self.detector = BlazeFaceDetector(library.path("blazeface_short"))
        self.landmarker = FaceMeshLandmarker(library.path("facemesh_468"))
        self.reporter = FaceReporter(self.detector, self.landmarker)
        self.mesh = self.landmarker.landmarks(astronaut(), self.detector.detect(astronaut())[0])
        self.plain = self.reporter.report(astronaut())


@pytest.fixture(scope="module")
def engines(model_library: ModelLibrary) -> Engines:
    return Engines(model_library)


def value(report: FaceReport, name: FaceAttribute) -> float:
    return report.attributes[name].value


# --- attributes ----------------------------------------------------------------------------------------------------


def test_every_attribute_is_measured_of_a_frontal_face_and_keeps_its_range(engines: Engines) -> None:
    assert set(engines.plain.attributes) == set(FaceAttribute)
    degrees_and_pixels = {_A.ROLL, _A.YAW, _A.PITCH, _A.EYE_DISTANCE, _A.FACE_SIZE, _A.FACE_RELATIVE_AREA}
    for name, score in engines.plain.attributes.items():
        if name not in degrees_and_pixels:
            assert 0 <= score.value <= 1, name
    assert value(engines.plain, _A.EYE_DISTANCE) == pytest.approx(46, abs=6)
    assert all(engines.plain.attributes[name].preconditions_met for name in (_A.SHARPNESS, _A.MOUTH, _A.LEFT_EYE, _A.YAW, _A.GLASSES))


def _darker(picture: Image) -> Image:
    return np.asarray(picture * 0.3, np.uint8)


def _soft(picture: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2), np.uint8)


def _flat(picture: Image) -> Image:
    return np.asarray(110 + picture * 0.2, np.uint8)


def _few_levels(picture: Image) -> Image:
    return np.asarray(picture // 32 * 32, np.uint8)


def _lit_from_one_side(picture: Image) -> Image:
    return np.asarray(picture * np.clip(np.linspace(2.2, -0.75, 512), 0.12, 1)[None, :, None], np.uint8)


def _blown(picture: Image) -> Image:
    return np.clip(picture.astype(int) * 1.7, 0, 255).astype(np.uint8)


def _colourful_wall(picture: Image) -> Image:
    wall = np.random.default_rng(2).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    canvas = cv2.resize(wall, (900, 700), interpolation=cv2.INTER_NEAREST)
    canvas[100:420, 250:610] = picture[20:340, 60:420]
    return np.asarray(canvas, np.uint8)


@pytest.mark.parametrize(
    ("spoil", "name", "loss"),
    [
        (_darker, _A.BRIGHTNESS, 0.3),
        (_soft, _A.SHARPNESS, 0.2),
        (_flat, _A.CONTRAST, 0.3),
        (_few_levels, _A.UNIQUE_INTENSITY_LEVELS, 0.5),
        (_lit_from_one_side, _A.SHADOW, 0.2),
        (_blown, _A.SPECULARITY, 0.3),
    ],
)
def test_each_fault_lowers_its_own_attribute(engines: Engines, spoil: Callable[[Image], Image], name: FaceAttribute, loss: float) -> None:
    assert value(engines.reporter.report(spoil(astronaut())), name) < value(engines.plain, name) - loss


def test_a_plain_wall_is_uniform_and_a_colourful_one_is_not(engines: Engines) -> None:
    before_plain = on_canvas(astronaut()[30:230, 120:320], width=700, height=500, at=(250, 80), grey=200)
    assert value(engines.reporter.report(before_plain), _A.BACKGROUND_UNIFORMITY) > 0.9
    assert value(engines.reporter.report(_colourful_wall(astronaut())), _A.BACKGROUND_UNIFORMITY) < 0.1


def test_a_face_that_fills_the_picture_has_no_background_to_judge(engines: Engines) -> None:
    tight = engines.reporter.report(np.ascontiguousarray(astronaut()[66:178, 178:270]))
    assert not tight.attributes[_A.BACKGROUND_UNIFORMITY].preconditions_met


@pytest.mark.parametrize(
    ("worn", "name"),
    [
        ("clear_thin", _A.GLASSES),
        ("clear_heavy", _A.HEAVY_FRAME),
        ("glasses_black", _A.TINTED_GLASSES),
        ("glasses_black", _A.GLASSES),
        ("mask_blue", _A.MASK),
    ],
)
def test_what_is_worn_is_seen_as_what_it_is(engines: Engines, worn: str, name: FaceAttribute) -> None:
    assert value(engines.plain, name) < 0.3
    assert value(engines.reporter.report(covered(astronaut(), engines.mesh, worn)), name) >= 0.5


def test_a_red_pupil_is_seen_on_its_side(engines: Engines) -> None:
    picture = astronaut()
    x, y = np.mean([engines.mesh[index][:2] for index in (159, 145, 33, 133)], axis=0)
    cv2.circle(picture, (round(x), round(y)), 3, (30, 20, 220), -1)
    report = engines.reporter.report(picture)
    assert value(report, _A.RED_RIGHT_EYE) > 0.5
    assert value(report, _A.RED_LEFT_EYE) < 0.1


def test_behind_dark_glasses_nothing_is_said_of_the_eyes(engines: Engines) -> None:
    report = engines.reporter.report(covered(astronaut(), engines.mesh, "glasses_black"))
    assert report.quality.covered == (FacePart.EYES,)
    assert report.quality.eyes_open is None
    hidden = (_A.LEFT_EYE, _A.RIGHT_EYE, _A.EYE_GAZE, _A.RED_LEFT_EYE, _A.RED_RIGHT_EYE)
    assert not any(report.attributes[name].preconditions_met for name in hidden)


def test_a_turned_head_leaves_light_and_eyes_undecided(engines: Engines) -> None:
    specimens = pytest.importorskip("kiosk.specimens.head_turn")
    report = engines.reporter.report(specimens.head_turn(astronaut(), engines.mesh, "left").turned(25))
    assert not report.attributes[_A.BRIGHTNESS].preconditions_met
    assert report.attributes[_A.YAW].preconditions_met
    by_name = {rule.name: rule for rule in report.rules}
    assert by_name["head_pose_yaw"].result is RuleResult.FAILED
    assert by_name["exposure"].result is RuleResult.NOT_EXECUTED
    assert by_name["exposure"].value is None


# --- covers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", ["mask_blue", "mask_white", "mask_black", "mask_red"])
def test_masks_of_all_colours_cover_the_mouth(engines: Engines, mask: str) -> None:
    report = engines.reporter.report(covered(astronaut(), engines.mesh, mask))
    assert report.quality.covered == (FacePart.MOUTH,)
    assert report.quality.issues == (FaceIssue.COVERED,)
    assert report.refused == (FaceIssue.COVERED,)
    assert report.codes == (EnrolmentFaceCode.FACE_IS_OCCLUDED,)


@pytest.mark.parametrize("worn", ["clear_thin", "clear_heavy", "beard", "headscarf"])
def test_what_covers_nothing_is_not_called_a_cover(engines: Engines, worn: str) -> None:
    assert engines.reporter.report(covered(astronaut(), engines.mesh, worn)).quality.covered == ()


@pytest.mark.parametrize("spoil", [_darker, _soft, _flat, _lit_from_one_side, _blown])
def test_bad_light_and_blur_are_no_covers(engines: Engines, spoil: Callable[[Image], Image]) -> None:
    assert engines.reporter.report(spoil(astronaut())).quality.covered == ()


# --- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["obama_partial_face", "obama_partial_face2"])
def test_half_faces_are_refused_because_they_are_cropped(engines: Engines, name: str) -> None:
    report = engines.reporter.report(sample(name))
    assert report.refused == (FaceIssue.NEAR_BORDER,)
    assert report.codes == (EnrolmentFaceCode.FACE_CROPPED,)


@pytest.mark.parametrize("name", ["obama", "obama2", "obama3", "biden"])
def test_whole_faces_are_not_refused(engines: Engines, name: str) -> None:
    report = engines.reporter.report(sample(name))
    assert (report.refused, report.codes) == ((), ())


@pytest.mark.parametrize(("left", "right", "refused"), [(120, 400, False), (205, 512, True), (0, 240, True)])
def test_a_cut_face_is_refused_and_a_whole_one_is_not(engines: Engines, left: int, right: int, refused: bool) -> None:
    """Her eyes are at 200 and 246, her cheeks end at about 178 and 272."""
    assert bool(engines.reporter.report(np.ascontiguousarray(astronaut()[:, left:right])).refused) is refused


def sample(name: str) -> Image:
    path = SAMPLES / f"{name}.jpg"
    if not path.is_file():
        pytest.skip("the sample faces are not beside the project")
    return np.asarray(cv2.imread(str(path)), np.uint8)


# --- rules ---------------------------------------------------------------------------------------------------------


def test_a_portrait_in_the_standard_frame_keeps_its_geometry_and_a_small_one_does_not(engines: Engines) -> None:
    portrait = cv2.resize(astronaut()[30:220, 148:298], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    rules = {rule.name: rule for rule in engines.reporter.report(np.asarray(portrait, np.uint8)).rules}
    assert tuple(rules) == RULES
    for name in ("head_height", "centred_across", "eye_distance", "face_in_picture", "no_dark_glasses", "head_pose_yaw"):
        assert rules[name].result is RuleResult.PASSED, rules[name]
    small = {rule.name: rule.result for rule in engines.plain.rules}
    assert small["head_height"] is small["eye_distance"] is RuleResult.FAILED


def test_without_landmarks_every_rule_says_so_or_is_decided_without_them(engines: Engines) -> None:
    report = FaceReporter(engines.detector, None).report(on_canvas(astronaut()[:320], width=640, height=480, at=(80, 40)))
    assert all(
        rule.result is RuleResult.NOT_EXECUTED and rule.reason
        for rule in report.rules
        if rule.name != "face_in_picture" and rule.name != "eye_distance"
    )
    assert all(rule.result is RuleResult.NOT_EXECUTED for rule in photo_rules({}, (), (480, 640)))


# --- modes and codes -----------------------------------------------------------------------------------------------


def two_people() -> Image:
    canvas = on_canvas(astronaut()[:320], width=1280, height=720, at=(60, 60), scale=1.2)
    canvas[200:600, 740:1240] = on_canvas(astronaut()[:320], width=500, height=400, at=(0, 0), scale=0.9)
    return canvas


def test_free_takes_the_largest_with_a_warning_and_strict_refuses(engines: Engines) -> None:
    report = engines.reporter.report(two_people(), DetectionMode.FREE)
    assert report.faces == 2
    assert report.warnings == ("MULTIPLE_FACES_DETECTED",)
    assert report.face.box[0] < 640
    assert report.codes == (EnrolmentFaceCode.TOO_MANY_FACES,)
    with pytest.raises(BadInput) as caught:
        engines.reporter.report(two_people(), DetectionMode.STRICT)
    assert caught.value.code is ErrorCode.MULTIPLE_FACES_DETECTED


def test_no_face_is_an_error_that_says_when_it_is_too_dark(engines: Engines) -> None:
    with pytest.raises(BadInput, match="too dark") as caught:
        engines.reporter.report(np.full((300, 300, 3), 4, np.uint8))
    assert caught.value.code is ErrorCode.NO_FACE_DETECTED
    assert engines.reporter.codes(np.full((300, 300, 3), 120, np.uint8)) == (EnrolmentFaceCode.FACE_NOT_FOUND,)


@pytest.mark.parametrize("issue", list(FaceIssue))
def test_every_issue_has_its_code_or_is_known_to_have_none(engines: Engines, issue: FaceIssue) -> None:
    quality = FaceQuality(
        face=None if issue is FaceIssue.NO_FACE else engines.plain.face,
        pose=Pose(0, 0, 0),
        sharpness=0.6,
        brightness=0.5,
        eyes_open=1.0,
        issues=(issue,),
    )
    expected = {
        FaceIssue.NO_FACE: "FACE_NOT_FOUND",
        FaceIssue.SEVERAL_FACES: "TOO_MANY_FACES",
        FaceIssue.TOO_SMALL: "FACE_TOO_SMALL",
        FaceIssue.TOO_CLOSE: "FACE_TOO_CLOSE",
        FaceIssue.NEAR_BORDER: "FACE_CLOSE_TO_BORDER",
        FaceIssue.TURNED: "FACE_ANGLE_TOO_LARGE",
        FaceIssue.TILTED: "FACE_ANGLE_TOO_LARGE",
        FaceIssue.COVERED: "FACE_IS_OCCLUDED",
        FaceIssue.TOO_DARK: "FACE_NOT_FOUND",  # nothing can be compared in the dark
    }
    assert issue in CODE_FOR
    assert [code.value for code in enrolment_codes(quality)] == ([expected[issue]] if issue in expected else [])


def test_all_codes_of_the_protocol_can_be_said_but_that_of_the_session() -> None:
    said = {code for code in CODE_FOR.values() if code is not None} | {EnrolmentFaceCode.FACE_CROPPED}
    assert said == set(EnrolmentFaceCode) - {EnrolmentFaceCode.SESSION_ALREADY_COMPLETED}


# --- JSON and command line -----------------------------------------------------------------------------------------


def test_the_json_has_the_shape_of_dis(engines: Engines) -> None:
    body = face_quality_json(engines.plain.attributes)
    elsewhere = {"glasses", "tintedGlasses", "heavyFrame", "mask"}
    assert set(body) == {name.value for name in FaceAttribute} - elsewhere
    assert set(_entry(body, "sharpness")) == {"score", "preconditionsMet"}
    assert set(_entry(body, "yaw")) == {"angle", "preconditionsMet"}
    assert isinstance(_entry(body, "roll")["angle"], int)
    assert set(glasses_json(engines.plain.attributes)) == {"score", "tinted", "heavyFrame"}
    assert set(mask_json(engines.plain.attributes) or {}) == {"score"}
    json.dumps(report_json(engines.plain))


def _entry(body: dict[str, Json], name: str) -> dict[str, Json]:
    entry = body[name]
    assert isinstance(entry, dict)
    return entry


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Json]]:
    code = main(["face", *arguments, "--json"])
    body = json.loads(capsys.readouterr().out)
    assert isinstance(body, dict)
    return code, body


def test_the_command_judges_a_file_with_or_without_the_word(
    model_library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    cv2.imwrite(str(one), astronaut())
    cv2.imwrite(str(two), two_people())
    for words in ([str(one)], ["quality", str(one)]):
        code, body = run(words, capsys)
        assert code == 0
        assert body["faces"] == 1
    assert run([str(two)], capsys)[1]["warnings"] == ["MULTIPLE_FACES_DETECTED"]
    code, body = run([str(two), "--mode", "strict"], capsys)
    assert code == 2
    assert _entry(body, "error")["code"] == "MULTIPLE_FACES_DETECTED"
    assert run([str(tmp_path / "none.png")], capsys)[0] == 2
