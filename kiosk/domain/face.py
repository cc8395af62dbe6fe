"""A face in a picture: where it is, which way it looks, how good it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the picture; x, y is the top left corner and may lie outside."""


@dataclass(frozen=True, slots=True)
class Face:
    """A detected face.

    Attributes:
        score: detector confidence 0..1.
        points: right eye, left eye, nose tip, right mouth corner, left mouth corner ("right" is the person's own right, so on the
            left of an unmirrored picture); (x, y) pixels. BlazeFace gives one mouth point: its detector adapter says how it fills both.
        model: id of the detector.
    """

    box: Box
    score: float
    points: tuple[tuple[float, float], ...]
    model: str

    @property
    def eye_distance_px(self) -> float:
        (rx, ry), (lx, ly) = self.points[0], self.points[1]
        return math.hypot(rx - lx, ry - ly)


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose in degrees, DIS signs: negative yaw = turned to the person's left, negative pitch = down, negative roll = tilted left."""

    yaw: float
    pitch: float
    roll: float


class FaceIssue(StrEnum):
    """What stands against a good selfie, in the order that costs errors least (Simprints; OFIQ puts the background last)."""

    NO_FACE = "NO_FACE"
    SEVERAL_FACES = "SEVERAL_FACES"
    TOO_DARK = "TOO_DARK"
    TOO_BRIGHT = "TOO_BRIGHT"
    TOO_SMALL = "TOO_SMALL"
    TOO_CLOSE = "TOO_CLOSE"
    NEAR_BORDER = "NEAR_BORDER"
    TURNED = "TURNED"
    TILTED = "TILTED"
    EYES_CLOSED = "EYES_CLOSED"
    MOUTH_OPEN = "MOUTH_OPEN"
    COVERED = "COVERED"  # mask, hand, dark glasses
    BLURRED = "BLURRED"
    LIGHT_BEHIND = "LIGHT_BEHIND"


class FacePart(StrEnum):
    """What something may cover."""

    EYES = "EYES"  # dark glasses
    MOUTH = "MOUTH"  # mask, scarf, hand
    SIDE = "SIDE"  # the right or left half: a door, a sheet of paper, another person's shoulder


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """What was measured of the best face; `issues` in order of importance, empty = good.

    Attributes:
        sharpness, brightness: 0..1 over the face region.
        eyes_open: 0..1, None when no landmarks could be found, or when something covers the eyes.
        in_image: share of the face, brow to chin and ear to ear, that lies inside the picture.
        mouth_open: gap between the lips over the width of the mouth, about 0 to 0.8; None as with `eyes_open`.
        covered: what cannot be seen.
    """

    face: Face | None
    pose: Pose | None
    sharpness: float
    brightness: float
    eyes_open: float | None
    issues: tuple[FaceIssue, ...]
    in_image: float = 1.0
    mouth_open: float | None = None
    covered: tuple[FacePart, ...] = ()


class DetectionMode(StrEnum):
    """What several faces in one picture mean (DIS: FaceDetectionProperties.mode)."""

    STRICT = "STRICT"  # one face, or an error
    FREE = "FREE"  # the largest face, with a warning


class EnrolmentFaceCode(StrEnum):
    """The error codes of the web enrolment's face call (protocols 3.3)."""

    FACE_ANGLE_TOO_LARGE = "FACE_ANGLE_TOO_LARGE"
    FACE_CLOSE_TO_BORDER = "FACE_CLOSE_TO_BORDER"
    FACE_CROPPED = "FACE_CROPPED"
    FACE_IS_OCCLUDED = "FACE_IS_OCCLUDED"
    FACE_NOT_FOUND = "FACE_NOT_FOUND"
    FACE_TOO_CLOSE = "FACE_TOO_CLOSE"
    FACE_TOO_SMALL = "FACE_TOO_SMALL"
    SESSION_ALREADY_COMPLETED = "SESSION_ALREADY_COMPLETED"  # of the session, never of a picture
    TOO_MANY_FACES = "TOO_MANY_FACES"


class RuleResult(StrEnum):
    """Of one rule for photographs; NOT_EXECUTED: the picture does not tell."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_EXECUTED = "NOT_EXECUTED"


@dataclass(frozen=True, slots=True)
class PhotoRule:
    """One rule of ISO/IEC 19794-5 and ICAO 9303-3 for a photograph.

    Attributes:
        name: "head_pose", "eye_distance", …
        value: what was measured, None when NOT_EXECUTED; `unit` "", "px", "deg" or "share".
        low, high: bounds that `value` must keep, None = none on that side.
        reason: why it was not executed.
    """

    name: str
    result: RuleResult
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A face template; comparable only with one of the same `model`."""

    vector: tuple[float, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Similarity:
    """Comparison of two faces: `score` 0..1 (the manifest's mapping), `threshold` of that model for a match.

    Attributes:
        borderline: a match whose score is less than this above the threshold is one that a person should look at.
    """

    score: float
    threshold: float
    model: str
    borderline: float = 0.0

    @property
    def is_match(self) -> bool:
        return self.score >= self.threshold

    @property
    def is_borderline(self) -> bool:
        return self.is_match and self.score < self.threshold + self.borderline


@dataclass(frozen=True, slots=True)
class LivenessScore:
    """Passive liveness of one face: P(live) 0..1 against the model's threshold."""

    score: float
    threshold: float
    model: str


class FaceAttribute(StrEnum):
    """Face quality as DIS names it (openapi 1.65, FaceQualityResponse); units in `AttributeScore`."""

    SHARPNESS = "sharpness"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    UNIQUE_INTENSITY_LEVELS = "uniqueIntensityLevels"
    SHADOW = "shadow"
    NOSE_SHADOW = "noseShadow"
    SPECULARITY = "specularity"
    BACKGROUND_UNIFORMITY = "backgroundUniformity"
    RED_RIGHT_EYE = "redRightEye"
    RED_LEFT_EYE = "redLeftEye"
    RIGHT_EYE = "rightEye"
    LEFT_EYE = "leftEye"
    MOUTH = "mouth"
    EYE_GAZE = "eyeGaze"
    ROLL = "roll"
    YAW = "yaw"
    PITCH = "pitch"
    EYE_DISTANCE = "eyeDistance"
    FACE_SIZE = "faceSize"
    FACE_RELATIVE_AREA = "faceRelativeArea"
    FACE_RELATIVE_AREA_IN_IMAGE = "faceRelativeAreaInImage"
    GLASSES = "glasses"
    TINTED_GLASSES = "tintedGlasses"
    HEAVY_FRAME = "heavyFrame"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class AttributeScore:
    """One measured attribute.

    Attributes:
        value: 0..1; degrees for roll, yaw and pitch; pixels for eyeDistance and faceSize.
        preconditions_met: whether the measurement means anything under these circumstances (pose, detector's confidence, eyes open).
    """

    value: float
    preconditions_met: bool


@dataclass(frozen=True, slots=True)
class AgeGender:
    """What a model guesses of a face: never more than a hint.

    Attributes:
        age: years, the expectation over the model's age groups; `youngest`, `oldest`: bounds of the likeliest group.
        female: 0 = male .. 1 = female, as DIS counts.
    """

    age: float
    youngest: int
    oldest: int
    female: float
    model: str
