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


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """What was measured of the best face; `issues` in order of importance, empty = good.

    Attributes:
        sharpness, brightness: 0..1 over the face region.
        eyes_open: 0..1, None when no landmarks could be found.
    """

    face: Face | None
    pose: Pose | None
    sharpness: float
    brightness: float
    eyes_open: float | None
    issues: tuple[FaceIssue, ...]


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
