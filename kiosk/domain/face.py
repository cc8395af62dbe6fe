"""A face in a picture: where it is, which way it looks, how good it is."""

from __future__ import annotations

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
        return ((rx - lx) ** 2 + (ry - ly) ** 2) ** 0.5


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose in degrees as DIS gives it: negative yaw = the person turns to their left, negative pitch = down, negative roll = tilts left."""

    yaw: float
    pitch: float
    roll: float


class FaceIssue(StrEnum):
    """What stands against a good selfie, in the order that costs errors least (desktop-anchors, Simprints)."""

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
    BLURRED = "BLURRED"


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
    """Comparison of two faces: `score` 0..1 (the manifest's mapping), `threshold` of that model for a match."""

    score: float
    threshold: float
    model: str

    @property
    def is_match(self) -> bool:
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class LivenessScore:
    """Passive liveness of one face: P(live) 0..1 against the model's threshold."""

    score: float
    threshold: float
    model: str
