"""All that can be said of the face in one picture: detection, pose, quality as DIS gives it, photograph rules, enrolment codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import (
    AttributeScore,
    DetectionMode,
    EnrolmentFaceCode,
    Face,
    FaceAttribute,
    FaceIssue,
    FaceQuality,
    PhotoRule,
    Pose,
)
from kiosk.imaging.face_attributes import face_attributes
from kiosk.imaging.face_photo_rules import photo_rules
from kiosk.imaging.face_quality import (
    SELFIE,
    FaceLimits,
    frame_light_issue,
    is_cropped,
    no_face_quality,
    quality_by_mesh,
    quality_score,
    refusals,
)
from kiosk.imaging.frame import Image
from kiosk.ports import FaceDetector, FaceLandmarker, Json
from kiosk.services.face_tracking import SECOND_FACE

SURE = 0.9
SEVERAL_WARNING = "MULTIPLE_FACES_DETECTED"

CODE_FOR: Mapping[FaceIssue, EnrolmentFaceCode | None] = {
    FaceIssue.NO_FACE: EnrolmentFaceCode.FACE_NOT_FOUND,
    FaceIssue.SEVERAL_FACES: EnrolmentFaceCode.TOO_MANY_FACES,
    FaceIssue.TOO_SMALL: EnrolmentFaceCode.FACE_TOO_SMALL,
    FaceIssue.TOO_CLOSE: EnrolmentFaceCode.FACE_TOO_CLOSE,
    FaceIssue.NEAR_BORDER: EnrolmentFaceCode.FACE_CLOSE_TO_BORDER,  # FACE_CROPPED when a part of the face is outside
    FaceIssue.TURNED: EnrolmentFaceCode.FACE_ANGLE_TOO_LARGE,
    FaceIssue.TILTED: EnrolmentFaceCode.FACE_ANGLE_TOO_LARGE,
    FaceIssue.COVERED: EnrolmentFaceCode.FACE_IS_OCCLUDED,
    # The protocol has no word for these. What leaves features enough goes on with a warning; what does not is FACE_NOT_FOUND, see below.
    FaceIssue.TOO_DARK: None,
    FaceIssue.TOO_BRIGHT: None,
    FaceIssue.BLURRED: None,
    FaceIssue.EYES_CLOSED: None,
    FaceIssue.MOUTH_OPEN: None,
    FaceIssue.LIGHT_BEHIND: None,
}
_NO_FEATURES = 0.12
"""Sharpness below which nothing in a face can be compared; the verifier refuses from the same value."""


@dataclass(frozen=True, slots=True)
class FaceReport:
    """One face.

    Attributes:
        faces: how many count; with DetectionMode.FREE the largest was taken.
        attributes: what could be measured, see `face_attributes`.
        refused: why this picture cannot be a selfie at all; empty = it can, perhaps with a warning.
        codes: what the enrolment protocol answers, in the order of importance; empty = no error.
    """

    face: Face
    faces: int
    quality: FaceQuality
    score: float
    attributes: Mapping[FaceAttribute, AttributeScore]
    rules: tuple[PhotoRule, ...]
    refused: tuple[FaceIssue, ...]
    codes: tuple[EnrolmentFaceCode, ...]
    model: str

    @property
    def warnings(self) -> tuple[str, ...]:
        return (SEVERAL_WARNING,) if self.faces > 1 else ()


class FaceReporter:
    """Holds no customer; one thread at a time. Without a landmarker, what needs landmarks is not measured."""

    def __init__(self, detector: FaceDetector, landmarker: FaceLandmarker | None) -> None:
        self._detector = detector
        self._landmarker = landmarker

    def report(self, image: Image, mode: DetectionMode = DetectionMode.FREE) -> FaceReport:
        """Raises BadInput(NO_FACE_DETECTED), in mode STRICT also BadInput(MULTIPLE_FACES_DETECTED)."""
        found = [(face, self._mesh(image, face)) for face in self._detector.detect(image)]
        if self._landmarker is not None:  # what the detector is less sure of counts when landmarks are found there
            found = [(face, mesh) for face, mesh in found if mesh or face.score >= SURE]
        if not found:
            issue = frame_light_issue(image)
            why = {FaceIssue.TOO_DARK: ": it is too dark", FaceIssue.TOO_BRIGHT: ": it is too bright", None: ""}.get(issue, "")
            raise BadInput(ErrorCode.NO_FACE_DETECTED, f"no face in the picture{why}")
        face, mesh = found[0]
        count = sum(1 for other, _ in found if other.box[2] >= SECOND_FACE * face.box[2])
        if count > 1 and mode is DetectionMode.STRICT:
            raise BadInput(ErrorCode.MULTIPLE_FACES_DETECTED, f"{count} faces in the picture, one is wanted", count=count)
        quality = quality_by_mesh(image, face, mesh, several=count > 1)
        attributes = face_attributes(image, face, mesh)
        return FaceReport(
            face=face,
            faces=count,
            quality=quality,
            score=quality_score(quality),
            attributes=attributes,
            rules=photo_rules(attributes, mesh, (image.shape[0], image.shape[1])),
            refused=refusals(quality),
            codes=enrolment_codes(quality),
            model=self._detector.model_id,
        )

    def codes(self, image: Image) -> tuple[EnrolmentFaceCode, ...]:
        """What the enrolment protocol answers to this picture, whatever is in it; empty = no error. Raises ModelFault only."""
        try:
            return self.report(image, DetectionMode.FREE).codes
        except BadInput:
            return enrolment_codes(no_face_quality(image))

    def _mesh(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        return self._landmarker.landmarks(image, face) if self._landmarker is not None else ()


def enrolment_codes(quality: FaceQuality, limits: FaceLimits = SELFIE) -> tuple[EnrolmentFaceCode, ...]:
    """The protocol's error codes for one face, each once, in the order of `FaceIssue`."""
    if quality.face is None:
        return (EnrolmentFaceCode.FACE_NOT_FOUND,)
    codes: list[EnrolmentFaceCode] = []
    for issue in quality.issues:
        code = CODE_FOR[issue]
        if issue is FaceIssue.NEAR_BORDER and is_cropped(quality, limits):
            code = EnrolmentFaceCode.FACE_CROPPED
        if code is not None:
            codes.append(code)
    if not codes and (FaceIssue.TOO_DARK in quality.issues or quality.sharpness < _NO_FEATURES):
        codes.append(EnrolmentFaceCode.FACE_NOT_FOUND)
    return tuple(dict.fromkeys(codes))


# --- JSON ----------------------------------------------------------------------------------------------------------

_GLASSES = {FaceAttribute.GLASSES: "score", FaceAttribute.TINTED_GLASSES: "tinted", FaceAttribute.HEAVY_FRAME: "heavyFrame"}
_ANGLES = (FaceAttribute.ROLL, FaceAttribute.YAW, FaceAttribute.PITCH)


def face_quality_json(attributes: Mapping[FaceAttribute, AttributeScore]) -> dict[str, Json]:
    """FaceQualityResponse of DIS 1.65: {name: {score, preconditionsMet}}; roll, yaw and pitch have `angle`, whole degrees."""
    body: dict[str, Json] = {}
    for name in FaceAttribute:
        score = attributes.get(name)
        if score is None or name in _GLASSES or name is FaceAttribute.MASK:
            continue
        value: Json = round(score.value) if name in _ANGLES else round(score.value, 4)
        body[name.value] = {"angle" if name in _ANGLES else "score": value, "preconditionsMet": score.preconditions_met}
    return body


def glasses_json(attributes: Mapping[FaceAttribute, AttributeScore]) -> dict[str, Json]:
    """GlassesResponse of DIS: {score, tinted, heavyFrame}; what does not mean anything in this picture is left out."""
    return {
        key: round(attributes[name].value, 4) for name, key in _GLASSES.items() if name in attributes and attributes[name].preconditions_met
    }


def mask_json(attributes: Mapping[FaceAttribute, AttributeScore]) -> dict[str, Json] | None:
    """FaceMaskResponse of DIS: {score}; None when the picture does not tell."""
    score = attributes.get(FaceAttribute.MASK)
    return {"score": round(score.value, 4)} if score is not None and score.preconditions_met else None


def rule_json(rule: PhotoRule) -> dict[str, Json]:
    body: dict[str, Json] = {"rule": rule.name, "result": rule.result.value}
    body["value"] = None if rule.value is None else round(rule.value, 4)
    body |= {"low": rule.low, "high": rule.high, "unit": rule.unit}
    return body | ({"reason": rule.reason} if rule.reason else {})


def pose_json(pose: Pose | None) -> Json:
    return None if pose is None else {"yaw": round(pose.yaw, 1), "pitch": round(pose.pitch, 1), "roll": round(pose.roll, 1)}


def report_json(report: FaceReport) -> dict[str, Json]:
    """Everything; `detection` as DIS names it, the rectangle clockwise from the top left in pixels."""
    x, y, width, height = report.face.box
    corners = {"topLeft": (x, y), "topRight": (x + width, y), "bottomRight": (x + width, y + height), "bottomLeft": (x, y + height)}
    rectangle: dict[str, Json] = {name: {"x": round(left), "y": round(top)} for name, (left, top) in corners.items()}
    return {
        "detection": {"confidence": round(report.face.score, 4), "faceRectangle": rectangle},
        "faces": report.faces,
        "warnings": list(report.warnings),
        "pose": pose_json(report.quality.pose),
        "score": round(report.score, 4),
        "issues": [issue.value for issue in report.quality.issues],
        "covered": [part.value for part in report.quality.covered],
        "refused": [issue.value for issue in report.refused],
        "enrolment_errors": [code.value for code in report.codes],
        "quality": face_quality_json(report.attributes),
        "glasses": glasses_json(report.attributes),
        "mask": mask_json(report.attributes),
        "photo_rules": [rule_json(rule) for rule in report.rules],
        "model": report.model,
    }
