"""Face quality attributes as DIS names them, measured from pixels and mesh; the constants are where measured ranges end.

Preconditions (DIS openapi 1.65, FaceQualityResponse): detection confidence 0.53 to 1 for all but sizes; pitch and yaw within 10 degrees
for light, eyes and mouth; eyes open (0.5) for red eyes and gaze; yaw and pitch within 40 degrees for glasses and mask. What cannot be
measured at all (no mesh, no background in the picture) is left out or has its precondition unmet; it is never made up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from kiosk.domain.face import AttributeScore, Box, Face, FaceAttribute, Pose
from kiosk.imaging import face_patches as at
from kiosk.imaging.face_align import box_from_points, face_axis, square_crop
from kiosk.imaging.face_cover import FaceCover, face_cover, skin_colour
from kiosk.imaging.face_patches import FacePatches, Pixels, face_patches
from kiosk.imaging.face_pose import Mesh, eye_openings, five_points, head_pose, mesh_array, mouth_open
from kiosk.imaging.face_quality import face_region, face_sharpness, share_of_box
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited

MIN_CONFIDENCE = 0.53
FRONTAL_DEG = 10.0
GLASSES_DEG = 40.0
OPEN_EYE = 0.5
_A = FaceAttribute
_MIN_EYES_PX = 40.0
"""Between the eyes: below, an eye is some ten pixels wide and says nothing of gaze or red pupils."""
_BACKGROUND_PX = 160
_BROW = (9, 107, 336)
_BESIDE_NOSE = (((203, 129, 98), at.RIGHT_CHEEK), ((423, 358, 327), at.LEFT_CHEEK))
_EYES = ((at.RIGHT_EYE, 33, 133), (at.LEFT_EYE, 362, 263))
"""Lids; then the corners, from left to right in the picture."""


def face_attributes(image: Image, face: Face, mesh: Mesh) -> Mapping[FaceAttribute, AttributeScore]:
    """All attributes that can be measured. Without a mesh (empty): sharpness, light and sizes only, preconditions of pose unmet.

    Meanings, 0..1 unless said:
        sharpness: `face_sharpness`. brightness: mean luma, contrast: 5th to 95th percentile of luma of the face region.
        uniqueIntensityLevels: 1 = 160 or more of the 256 levels of the green channel are used.
        shadow: 1 = brow, cheeks and jaw equally light; 0 = the darkest has 0.35 of the lightest's lightness or less.
        noseShadow: the same of the folds beside the nose against the cheek on their side.
        specularity: 1 = no pixel of the skin is blown out, 0 = a tenth or more is.
        backgroundUniformity: 1 = the picture beside and above the head is of one colour.
        redRightEye, redLeftEye: 1 = a red pupil. rightEye, leftEye: 0 shut .. 1 open.
        mouth: 1 = closed and neutral, 0 = open or a broad smile. eyeGaze: 1 = into the camera, 0 = far to a side.
        roll, yaw, pitch: degrees, signs of `Pose`. eyeDistance, faceSize: pixels.
        faceRelativeArea: ICAO's face box over the picture, may exceed 1; faceRelativeAreaInImage: share of that box inside the picture.
        glasses, heavyFrame: 1 = rims are seen, dark and broad ones; thin rims without contrast are missed.
        tintedGlasses, mask: see `face_cover`, covered from 0.5.
    """
    mesh = mesh_array(mesh) if len(mesh) else mesh
    found = face.score >= MIN_CONFIDENCE
    pose = head_pose(mesh) if len(mesh) else None
    frontal = found and pose is not None and max(abs(pose.yaw), abs(pose.pitch)) <= FRONTAL_DEG
    scores: dict[FaceAttribute, AttributeScore] = {}
    scores |= _of_region(image, face, frontal)
    scores |= _of_size(image, face, mesh, found)
    uniform = background_uniformity(image, face)
    scores[_A.BACKGROUND_UNIFORMITY] = AttributeScore(uniform or 0.0, frontal and uniform is not None)
    if pose is None:
        return scores
    scores |= {
        _A.ROLL: AttributeScore(pose.roll, found),
        _A.YAW: AttributeScore(pose.yaw, found),
        _A.PITCH: AttributeScore(pose.pitch, found),
    }
    patches = face_patches(image, mesh)
    if patches is None:
        return scores
    cover = face_cover(patches)
    scores |= _of_skin(patches, frontal)
    scores |= _of_eyes(patches, mesh, face, cover, frontal=frontal, found=found)
    scores[_A.MOUTH] = AttributeScore(_neutral_mouth(patches, mesh), frontal and not (cover.mouth or 0) >= 0.5)
    scores |= _of_glasses(patches, cover, pose, found)
    return scores


def background_uniformity(image: Image, face: Face) -> float | None:
    """0..1; None when less than a twelfth of the picture is background: beside and above the head, down to the chin."""
    small = limited(image, _BACKGROUND_PX)
    factor = small.shape[1] / image.shape[1]
    x, y, width, height = (value * factor for value in box_from_points(face, width=3.3, height=4.0, down=0.05))
    mask = np.ones(small.shape[:2], np.bool_)
    mask[max(0, int(y)) :, max(0, int(x)) : max(0, int(x + width) + 1)] = False
    mask[max(0, int(y + 0.78 * height)) :] = False
    if mask.mean() < 1 / 12:
        return None
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[mask]
    low, high = np.percentile(lab, (10, 90), axis=0)
    return float(np.clip(1 - float(np.linalg.norm(high - low)) / 60, 0, 1))


def _of_region(image: Image, face: Face, frontal: bool) -> dict[FaceAttribute, AttributeScore]:
    region = face_region(image, face)
    luma = cv2.cvtColor(region, cv2.COLOR_BGR2GRAY)
    low, high = (float(value) / 255 for value in np.percentile(luma, (5, 95)))
    # as it came, one channel: shrinking and mixing channels would make up levels that the picture has not
    raw = square_crop(image, box_from_points(face, width=2.0, height=2.0, down=0.45), 1.0, border=cv2.BORDER_REPLICATE)[0][..., 1]
    levels = int((np.bincount(raw.ravel(), minlength=256) > 1).sum())
    values = {
        _A.SHARPNESS: face_sharpness(region),
        _A.BRIGHTNESS: float(luma.mean()) / 255,
        _A.CONTRAST: high - low,
        _A.UNIQUE_INTENSITY_LEVELS: min(1.0, levels / 160),
    }
    return {name: AttributeScore(value, frontal) for name, value in values.items()}


def _of_size(image: Image, face: Face, mesh: Mesh, found: bool) -> dict[FaceAttribute, AttributeScore]:
    points = five_points(mesh) if len(mesh) else face.points
    exact = Face(face.box, face.score, points, face.model)
    distance, length = exact.eye_distance_px, face_axis(exact)[2]
    box: Box = box_from_points(exact, width=2.1, height=2.9, down=0.35)
    height, width = image.shape[:2]
    return {
        _A.EYE_DISTANCE: AttributeScore(distance, found),
        _A.FACE_SIZE: AttributeScore(max(distance, length), True),
        _A.FACE_RELATIVE_AREA: AttributeScore(float(box[2] * box[3] / (width * height)), True),
        _A.FACE_RELATIVE_AREA_IN_IMAGE: AttributeScore(share_of_box(box, (height, width)), True),
    }


def _of_skin(patches: FacePatches, frontal: bool) -> dict[FaceAttribute, AttributeScore]:
    cheeks = (at.RIGHT_CHEEK, at.LEFT_CHEEK, at.RIGHT_LOWER_CHEEK, at.LEFT_LOWER_CHEEK)
    lights = [patches.colour(points)[0] for points in (*cheeks, _BROW)]
    lights = [value for value in lights if np.isfinite(value)]
    even = min(lights) / max(*lights, 1.0) if len(lights) > 1 else math.nan
    nose = [patches.colour(fold)[0] / max(patches.colour(cheek)[0], 1.0) for fold, cheek in _BESIDE_NOSE]
    nose = [value for value in nose if np.isfinite(value)]
    skin = patches.area(at.FACE_OVAL)
    for part in (at.RIGHT_EYE, at.LEFT_EYE, at.LIPS):
        skin &= ~patches.area(part, 1.6)
    blown = float((patches.image[skin].min(axis=1) >= 250).mean()) if skin.any() else math.nan
    values = {
        _A.SHADOW: (even - 0.35) / 0.55,
        _A.NOSE_SHADOW: (min(nose) - 0.4) / 0.45 if nose else math.nan,
        _A.SPECULARITY: 1 - blown / 0.1,
    }
    return {name: AttributeScore(_share(value), frontal and math.isfinite(value)) for name, value in values.items()}


def _of_eyes(
    patches: FacePatches, mesh: Mesh, face: Face, cover: FaceCover, *, frontal: bool, found: bool
) -> dict[FaceAttribute, AttributeScore]:
    right, left = eye_openings(mesh)
    seen = not (cover.eyes or 0) >= 0.5
    large = face.eye_distance_px >= _MIN_EYES_PX
    scores = {_A.RIGHT_EYE: AttributeScore(right, frontal and seen), _A.LEFT_EYE: AttributeScore(left, frontal and seen)}
    for name, opened, points in ((_A.RED_RIGHT_EYE, right, at.RIGHT_EYE), (_A.RED_LEFT_EYE, left, at.LEFT_EYE)):
        scores[name] = AttributeScore(_redness(patches, points), frontal and seen and large and opened >= OPEN_EYE)
    gaze = eye_gaze(patches)
    opened_both = min(right, left) >= OPEN_EYE
    scores[_A.EYE_GAZE] = AttributeScore(gaze or 0.0, found and seen and large and opened_both and gaze is not None)
    return scores


def eye_gaze(patches: FacePatches) -> float | None:
    """1 = irises in the middle of the eye openings, 0 = a fifth of the eye's width aside; None when no dark iris stands out.

    There are no iris points in the mesh: the iris is the centroid of what is darker than the rest of the opening.
    """
    asides = []
    for lids, first, last in _EYES:
        area = patches.area(lids)
        ys, xs = np.nonzero(area)
        if len(xs) < 12:
            return None
        lights = patches.lab[ys, xs, 0]
        dark = np.clip(np.percentile(lights, 60) - lights, 0, None)
        if dark.max() < 8:
            return None
        start, end = patches.points[first], patches.points[last]
        axis = end - start
        spots = np.stack([np.average(xs, weights=dark), np.average(ys, weights=dark)])
        asides.append(float((spots - start) @ axis / max(float(axis @ axis), 1.0)) - 0.5)
    return _share(1 - abs(float(np.mean(asides))) / 0.2)


def _redness(patches: FacePatches, lids: Sequence[int]) -> float:
    pixels = patches.image[patches.area(lids, 0.8)].astype(np.float32)
    if not len(pixels):
        return 0.0
    blue, green, red = pixels[:, 0], pixels[:, 1], pixels[:, 2]
    return _share(float(((red > 80) & (red > 1.9 * green) & (red > 1.9 * blue)).mean()) / 0.15)


def _neutral_mouth(patches: FacePatches, mesh: Mesh) -> float:
    """Gap between the lips, and the width of a smile over the distance of the eyes."""
    points = patches.points
    eyes = float(np.linalg.norm((points[263] + points[362] - points[33] - points[133]) / 2))
    width = float(np.linalg.norm(points[291] - points[61])) / max(eyes, 1.0)
    return _share(1 - max((mouth_open(mesh) - 0.05) / 0.25, (width - 0.85) / 0.3))


def _of_glasses(patches: FacePatches, cover: FaceCover, pose: Pose, found: bool) -> dict[FaceAttribute, AttributeScore]:
    seen = found and max(abs(pose.yaw), abs(pose.pitch)) <= GLASSES_DEG
    rims, heavy = glasses_rims(patches)
    tinted = cover.eyes
    worn = max(rims, tinted or 0.0)
    return {
        _A.GLASSES: AttributeScore(worn, seen),
        _A.HEAVY_FRAME: AttributeScore(heavy, seen),
        _A.TINTED_GLASSES: AttributeScore(tinted or 0.0, seen and tinted is not None),
        _A.MASK: AttributeScore(cover.mouth or 0.0, seen and cover.mouth is not None),
    }


_BRIDGE_LINE = (9, 195)
_RIM_LINES = ((145, 50), (374, 280))


def glasses_rims(patches: FacePatches) -> tuple[float, float]:
    """(rims, heavy frame), 0..1: lines across the bridge of the nose and below both eyes, where skin has none."""
    skin = skin_colour(patches)[0]
    if not np.isfinite(skin) or skin < 8:
        return 0.0, 0.0
    bridge = _profile(patches, *_BRIDGE_LINE)
    lines = [bridge, *(_profile(patches, *ends)[8:] for ends in _RIM_LINES)]
    steps = [float(np.abs(line[2:] - line[:-2]).max()) / skin for line in lines]
    rims = min(steps[0], max(steps[1:]))
    dark = float(np.mean([(line < 0.6 * skin).mean() for line in lines]))
    return _share((rims - 0.05) / 0.14), _share(dark / 0.3) if rims > 0.12 else 0.0


def _profile(patches: FacePatches, first: int, last: int) -> Pixels:
    """Lightness along the line between two mesh points, 32 samples, each the mean over 5 px across."""
    start, end = patches.points[first], patches.points[last]
    along = end - start
    across = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1.0)
    spots = start + np.linspace(0, 1, 32)[:, None, None] * along + np.arange(-2, 3)[None, :, None] * across
    lightness = np.ascontiguousarray(patches.lab[..., 0])
    xs, ys = (np.ascontiguousarray(spots[..., axis], np.float32) for axis in (0, 1))
    samples = cv2.remap(lightness, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(samples.mean(axis=1), np.float32)


def _share(value: float) -> float:
    return float(np.clip(value, 0, 1)) if math.isfinite(value) else 0.0
