"""The rules of ISO/IEC 19794-5 and ICAO 9303-3 (section 3.9 and appendix C) for a photograph of a face, each with value and bounds.

Geometry has the standards' own bounds. For the rest the standards have words ("even light", "sharp focus"); the bounds on our 0..1
scales are ours. A rule whose precondition is not met is NOT_EXECUTED, but for pose itself: a turned head fails `head_pose_yaw` and
leaves light and eyes undecided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kiosk.domain.face import AttributeScore, FaceAttribute, PhotoRule, RuleResult
from kiosk.imaging.face_pose import Mesh

_A = FaceAttribute
_CROWN = 1.25
"""Head height, crown to chin, over hairline to chin; the crown itself lies under hair or a headscarf."""
_TOP, _CHIN = 10, 152


@dataclass(frozen=True, slots=True)
class _Bound:
    """Bounds of an attribute's value; None = none on that side."""

    name: str
    attribute: FaceAttribute
    low: float | None = None
    high: float | None = None
    unit: str = ""


_BOUNDS = (
    _Bound("head_pose_yaw", _A.YAW, -5, 5, "deg"),
    _Bound("head_pose_pitch", _A.PITCH, -5, 5, "deg"),
    _Bound("head_pose_roll", _A.ROLL, -8, 8, "deg"),
    _Bound("eye_distance", _A.EYE_DISTANCE, 90, None, "px"),
    _Bound("face_in_picture", _A.FACE_RELATIVE_AREA_IN_IMAGE, 0.999, None, "share"),
    _Bound("right_eye_open", _A.RIGHT_EYE, 0.5),
    _Bound("left_eye_open", _A.LEFT_EYE, 0.5),
    _Bound("gaze_into_camera", _A.EYE_GAZE, 0.5),
    _Bound("mouth_closed", _A.MOUTH, 0.5),
    _Bound("no_red_right_eye", _A.RED_RIGHT_EYE, None, 0.5),
    _Bound("no_red_left_eye", _A.RED_LEFT_EYE, None, 0.5),
    _Bound("no_dark_glasses", _A.TINTED_GLASSES, None, 0.5),
    _Bound("no_heavy_frames", _A.HEAVY_FRAME, None, 0.5),
    _Bound("face_uncovered", _A.MASK, None, 0.5),
    _Bound("exposure", _A.BRIGHTNESS, 0.28, 0.85),
    _Bound("grey_levels", _A.UNIQUE_INTENSITY_LEVELS, 0.8),  # ISO/IEC 19794-5 7.4.2.1: 7 bits of variation in the face
    _Bound("no_hot_spots", _A.SPECULARITY, 0.5),
    _Bound("no_shadows_on_face", _A.SHADOW, 0.3),
    _Bound("no_shadows_beside_nose", _A.NOSE_SHADOW, 0.3),
    _Bound("sharpness", _A.SHARPNESS, 0.3),
    _Bound("background_uniform", _A.BACKGROUND_UNIFORMITY, 0.5),
)
RULES = (*(bound.name for bound in _BOUNDS), "head_height", "centred_across", "centred_down")


def photo_rules(attributes: Mapping[FaceAttribute, AttributeScore], mesh: Mesh, image_size: tuple[int, int]) -> tuple[PhotoRule, ...]:
    """Every rule of RULES, in that order. Args: `image_size` (height, width) of the picture that `mesh` (may be empty) is in."""
    return (*(_by_attribute(bound, attributes) for bound in _BOUNDS), *_geometry(mesh, image_size))


def _by_attribute(bound: _Bound, attributes: Mapping[FaceAttribute, AttributeScore]) -> PhotoRule:
    score = attributes.get(bound.attribute)
    if score is None:
        return _undecided(bound.name, bound.low, bound.high, bound.unit, "not measured: no landmarks")
    if not score.preconditions_met:
        return _undecided(bound.name, bound.low, bound.high, bound.unit, "preconditions not met")
    return _decided(bound.name, score.value, bound.low, bound.high, bound.unit)


def _geometry(mesh: Mesh, image_size: tuple[int, int]) -> tuple[PhotoRule, ...]:
    height, width = image_size
    # ISO/IEC 19794-5 8.3: head 0.6 to 0.9 of the height, face 0.45 to 0.55 of the width, eyes 0.3 to 0.5 of the height from the top
    bounds = (("head_height", 0.6, 0.9), ("centred_across", 0.45, 0.55), ("centred_down", 0.3, 0.5))
    if len(mesh) == 0:
        return tuple(_undecided(name, low, high, "share", "not measured: no landmarks") for name, low, high in bounds)
    points = np.asarray(mesh, np.float64)[:, :2]
    eyes = (points[33] + points[133] + points[263] + points[362]) / 4
    middle = (points[61] + points[291]) / 2 / 2 + eyes / 2
    values = (_CROWN * math.dist(points[_TOP], points[_CHIN]) / height, float(middle[0]) / width, float(eyes[1]) / height)
    return tuple(_decided(name, value, low, high, "share") for (name, low, high), value in zip(bounds, values, strict=True))


def _decided(name: str, value: float, low: float | None, high: float | None, unit: str) -> PhotoRule:
    kept = (low is None or value >= low) and (high is None or value <= high)
    return PhotoRule(name, RuleResult.PASSED if kept else RuleResult.FAILED, value, low, high, unit)


def _undecided(name: str, low: float | None, high: float | None, unit: str, reason: str) -> PhotoRule:
    return PhotoRule(name, RuleResult.NOT_EXECUTED, None, low, high, unit, reason)
