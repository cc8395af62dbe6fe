"""What the pixels say of a face: sharpness, brightness, size and place; and the one order in which issues are told."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Box, Face, FaceIssue, FacePart, FaceQuality, Pose
from kiosk.imaging.face_align import box_from_points, face_axis, square_crop
from kiosk.imaging.face_cover import face_cover
from kiosk.imaging.face_patches import FacePatches, face_patches
from kiosk.imaging.face_pose import Mesh, eyes_open, five_points, head_pose, mesh_array, mouth_open
from kiosk.imaging.frame import Image

_MEASURED_AT_PX = 128
_DARK_FRAME = 0.16
_BRIGHT_FRAME = 0.93
_NIGHT = 0.08
_MINOR = frozenset({FaceIssue.TURNED, FaceIssue.TILTED, FaceIssue.MOUTH_OPEN, FaceIssue.BLURRED, FaceIssue.LIGHT_BEHIND})
_SOME_TURN, _SOME_SHARPNESS = 1.5, 0.6
"""Of the limits."""


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """Bounds of a usable face. Sizes as a share of the picture's shorter side; angles in degrees; the rest 0..1.

    Attributes:
        smallest: 0 for a picture from a file, whose face may be small as long as it has pixels enough; live guidance asks for more.
        dark, dark_highlights: too dark when the mean is below the first and the 95th percentile below the second: dark skin in good
            light keeps its highlights, an unlit face does not.
        min_eye_distance_px: ISO/IEC 19794-5 asks for 60 px at least between the eyes for enrolment; the matchers need less.
        mouth: `face_pose.mouth_open`; talking and yawning are above, smiles below.
        behind, before: light behind is when the background is brighter than the first while the face is darker than the second and,
            unlike dark skin before a white wall, has no highlights.
        cropped: less of the face than this in the picture is a cut face, more is one near the border.
    """

    smallest: float = 0.0
    largest: float = 0.9
    min_eye_distance_px: float = 40.0
    dark: float = 0.28
    dark_highlights: float = 0.48
    bright: float = 0.85
    blown: float = 0.3
    yaw: float = 18.0
    pitch: float = 22.0
    roll: float = 18.0
    eyes: float = 0.25
    sharpness: float = 0.3
    mouth: float = 0.35
    behind: float = 0.7
    before: float = 0.4
    before_highlights: float = 0.6
    cropped: float = 0.92


@dataclass(frozen=True, slots=True)
class Light:
    """Over a face region or frame: mean, median and 95th percentile of luma, and the share of pixels at its upper end; all 0..1."""

    mean: float
    highlights: float
    blown: float
    median: float = 0.5


SELFIE = FaceLimits()
"""For pictures from a file and for the picture that was taken."""
LIVE = FaceLimits(smallest=0.2, largest=0.72)
"""For guidance before a camera."""


def face_region(image: Image, face: Face) -> Image:
    """Brows to chin, square, at most 128 px: what brightness and sharpness are measured on (BGR)."""
    crop, (_, _, side) = square_crop(image, box_from_points(face, width=2.0, height=2.0, down=0.45), 1.0, border=cv2.BORDER_REPLICATE)
    interpolation = cv2.INTER_AREA if side > _MEASURED_AT_PX else cv2.INTER_LINEAR
    return cv2.resize(crop, (_MEASURED_AT_PX, _MEASURED_AT_PX), interpolation=interpolation).astype(np.uint8, copy=False)


def light_of(image: Image) -> Light:
    """Light over the whole of a BGR picture."""
    # from how often each of the 256 values occurs: looking for percentiles among all pixels takes ten times as long
    counts = np.bincount(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).reshape(-1), minlength=256)
    pixels = int(counts.sum())
    up_to = np.cumsum(counts)
    mean = float(counts @ np.arange(256)) / pixels
    return Light(mean / 255, _percentile(up_to, 0.95) / 255, float(counts[250:].sum()) / pixels, _percentile(up_to, 0.5) / 255)


def _percentile(up_to: npt.NDArray[np.int64], share: float) -> float:
    """As numpy's, between two values in proportion. Args: `up_to`: how many pixels are of each value or below."""
    place = share * (int(up_to[-1]) - 1)
    low, high = np.searchsorted(up_to, (int(place), min(int(place) + 1, int(up_to[-1]) - 1)), side="right")
    return float(low + (high - low) * (place - int(place)))


def face_sharpness(region: Image) -> float:
    """0..1 of a `face_region`: how much of its fine detail a second blur would take away, free of contrast and skin tone.

    After Crété-Roffet and others, "The blur effect" (SPIE 2007): a sharp picture loses much of its neighbour differences when blurred,
    a blurred one little. Measured on nine pictures: 0.5 to 0.85 as taken, 0.3 to 0.5 after a Gaussian blur of 1 % of the face width,
    0.2 to 0.37 at 1.5 %.
    """
    luma = cv2.GaussianBlur(cv2.cvtColor(region, cv2.COLOR_BGR2GRAY).astype(np.float32), (3, 3), 0.6)  # sensor noise is no detail
    losses = []
    for kernel, axis in (((9, 1), 1), ((1, 9), 0)):
        blurred = cv2.blur(luma, kernel)
        before = np.abs(np.diff(luma, axis=axis))
        after = np.abs(np.diff(blurred, axis=axis))
        total = float(before.sum())
        losses.append(float(np.maximum(0, before - after).sum()) / total if total > 0 else 0.0)
    return float(np.clip((min(losses) - 0.1) / 0.6, 0, 1))


def too_dark(light: Light, limits: FaceLimits = SELFIE) -> bool:
    """See FaceLimits."""
    return light.mean < limits.dark and light.highlights < limits.dark_highlights


def too_bright(light: Light, limits: FaceLimits = SELFIE) -> bool:
    """See FaceLimits."""
    return light.mean > limits.bright or light.blown > limits.blown


def frame_light_issue(image: Image) -> FaceIssue | None:
    """Why no face may be visible at all: nearly black or nearly white pictures are a matter of light, not of a missing person."""
    light = light_of(image[::4, ::4])
    if light.mean < _DARK_FRAME and light.highlights < 0.45:
        return FaceIssue.TOO_DARK
    if light.median < _NIGHT:  # a lamp in a dark room
        return FaceIssue.TOO_DARK
    return FaceIssue.TOO_BRIGHT if light.mean > _BRIGHT_FRAME else None


def size_and_place(face: Face, image_size: tuple[int, int], limits: FaceLimits = SELFIE) -> tuple[FaceIssue, ...]:
    """TOO_SMALL, TOO_CLOSE, NEAR_BORDER. Args: `image_size` (height, width) in pixels."""
    height, width = image_size
    x, y, box_width, box_height = box_from_points(face, width=2.1, height=2.9, down=0.35)
    share = box_width / min(height, width)
    issues = []
    if share > limits.largest:
        issues.append(FaceIssue.TOO_CLOSE)
    elif share < limits.smallest or eye_span(face) < limits.min_eye_distance_px:
        issues.append(FaceIssue.TOO_SMALL)
    slack = 0.04 * box_height
    if x < -slack or y < -slack or x + box_width > width + slack or y + box_height > height + slack:
        issues.append(FaceIssue.NEAR_BORDER)
    return tuple(issues)


def eye_span(face: Face) -> float:
    """The distance between the eyes in pixels as it would be if the face looked straight at the camera."""
    return max(face.eye_distance_px, 0.9 * face_axis(face)[2])


def pose_issues(pose: Pose | None, limits: FaceLimits = SELFIE) -> tuple[FaceIssue, ...]:
    """TURNED (yaw or pitch), TILTED (roll)."""
    if pose is None:
        return ()
    issues = []
    if abs(pose.yaw) > limits.yaw or abs(pose.pitch) > limits.pitch:
        issues.append(FaceIssue.TURNED)
    if abs(pose.roll) > limits.roll:
        issues.append(FaceIssue.TILTED)
    return tuple(issues)


def share_in_image(face: Face, image_size: tuple[int, int]) -> float:
    """How much of the face, brow to chin and ear to ear, lies inside a picture of (height, width) pixels: 0..1."""
    return share_of_box(box_from_points(face, width=2.0, height=2.0, down=0.45), image_size)


def share_of_box(box: Box, image_size: tuple[int, int]) -> float:
    """How much of a box lies inside a picture of (height, width) pixels: 0..1."""
    height, width = image_size
    x, y, box_width, box_height = box
    across, down = min(x + box_width, width) - max(x, 0), min(y + box_height, height) - max(y, 0)
    return float(max(0.0, across) * max(0.0, down) / max(box_width * box_height, 1e-6))


def light_behind(image: Image, face: Face, light: Light, limits: FaceLimits = SELFIE) -> bool:
    """Whether the background outshines the face. Args: `light` of the face region."""
    if light.mean >= limits.before or light.highlights >= limits.before_highlights:
        return False
    step = max(1, max(image.shape[:2]) // 96)
    luma = cv2.cvtColor(np.ascontiguousarray(image[::step, ::step]), cv2.COLOR_BGR2GRAY)
    x, y, width, height = (value / step for value in box_from_points(face, width=3.0, height=3.6, down=0.2))
    background = np.ones(luma.shape, np.bool_)
    background[max(0, int(y)) :, max(0, int(x)) : max(0, int(x + width) + 1)] = False  # head and what is below it: shoulders
    background[max(0, int(y + height)) :] = False
    if background.mean() < 0.1:
        return False
    return float(luma[background].mean()) / 255 > limits.behind


def quality_by_mesh(
    image: Image,
    face: Face,
    mesh: Mesh,
    *,
    several: bool = False,
    limits: FaceLimits = SELFIE,
    region: Image | None = None,
    patches: FacePatches | None = None,
) -> FaceQuality:
    """`face_quality` with all that a mesh can tell. Args: `mesh` may be empty; `region`, `patches` when they are already made."""
    if len(mesh) == 0:
        return face_quality(image, face, pose=None, eyes=None, several=several, limits=limits, region=region)
    mesh = mesh_array(mesh)
    patches = patches or face_patches(image, mesh)
    exact = Face(face.box, face.score, five_points(mesh), face.model)  # a detector guesses badly what lies outside the picture
    covered = face_cover(patches).parts if patches is not None else ()
    return face_quality(
        image,
        face,
        pose=head_pose(mesh),
        # the mesh invents what it cannot see: a hidden eye is not a shut one
        eyes=None if FacePart.EYES in covered else eyes_open(mesh),
        mouth=None if FacePart.MOUTH in covered else mouth_open(mesh),
        covered=covered,
        in_image=share_in_image(exact, (image.shape[0], image.shape[1])),
        several=several,
        limits=limits,
        region=region,
    )


def face_quality(
    image: Image,
    face: Face,
    *,
    pose: Pose | None,
    eyes: float | None,
    mouth: float | None = None,
    covered: tuple[FacePart, ...] = (),
    in_image: float | None = None,
    several: bool = False,
    limits: FaceLimits = SELFIE,
    region: Image | None = None,
) -> FaceQuality:
    """Everything measured of one face; `pose`, `eyes`, `mouth`, `covered` and `in_image` come from landmarks and may be missing."""
    region = face_region(image, face) if region is None else region
    light, sharp = light_of(region), face_sharpness(region)
    issues = [FaceIssue.SEVERAL_FACES] if several else []
    if too_dark(light, limits):
        issues.append(FaceIssue.TOO_DARK)
    elif too_bright(light, limits):
        issues.append(FaceIssue.TOO_BRIGHT)
    issues.extend(size_and_place(face, (image.shape[0], image.shape[1]), limits))
    issues.extend(pose_issues(pose, limits))
    if eyes is not None and eyes < limits.eyes:
        issues.append(FaceIssue.EYES_CLOSED)
    if mouth is not None and mouth > limits.mouth:
        issues.append(FaceIssue.MOUTH_OPEN)
    if covered:
        issues.append(FaceIssue.COVERED)
    if sharp < limits.sharpness:
        issues.append(FaceIssue.BLURRED)
    if light_behind(image, face, light, limits):
        issues.append(FaceIssue.LIGHT_BEHIND)
    return FaceQuality(
        face=face,
        pose=pose,
        sharpness=sharp,
        brightness=light.mean,
        eyes_open=eyes,
        issues=in_order(issues),
        in_image=share_in_image(face, (image.shape[0], image.shape[1])) if in_image is None else in_image,
        mouth_open=mouth,
        covered=covered,
    )


def is_cropped(quality: FaceQuality, limits: FaceLimits = SELFIE) -> bool:
    """Whether a part of the face lies outside the picture, not only the room around it."""
    return quality.face is not None and quality.in_image < limits.cropped


def refusals(quality: FaceQuality, limits: FaceLimits = SELFIE) -> tuple[FaceIssue, ...]:
    """The issues for which a picture cannot be a selfie at all, whatever a matcher says of it: parts of the face are not in it."""
    reasons: list[FaceIssue] = [issue for issue in quality.issues if issue in (FaceIssue.NO_FACE, FaceIssue.COVERED)]
    if is_cropped(quality, limits):
        reasons.append(FaceIssue.NEAR_BORDER)
    return in_order(reasons)


def has_only_minor_faults(quality: FaceQuality, limits: FaceLimits = SELFIE) -> bool:
    """Whether what is left to say is a matter of beauty: a smile, some turn or tilt, softness, light behind. True without issues."""
    if quality.pose is not None:
        pose = quality.pose
        if max(abs(pose.yaw) / limits.yaw, abs(pose.pitch) / limits.pitch, abs(pose.roll) / limits.roll) > _SOME_TURN:
            return False
    return quality.sharpness >= _SOME_SHARPNESS * limits.sharpness and set(quality.issues) <= _MINOR


def quality_score(quality: FaceQuality, limits: FaceLimits = SELFIE) -> float:
    """0..1: the worst of what was measured, each on a scale on which its limit is 0.5."""
    if quality.face is None:
        return 0.0
    parts = [quality.sharpness / (2 * limits.sharpness), eye_span(quality.face) / (2 * limits.min_eye_distance_px)]
    if quality.eyes_open is not None:
        parts.append(quality.eyes_open / (2 * limits.eyes))
    if quality.pose is not None:
        turned = (quality.pose.yaw / limits.yaw, quality.pose.pitch / limits.pitch, quality.pose.roll / limits.roll)
        parts.extend(1 - abs(value) / 2 for value in turned)
    if quality.issues:
        parts.append(0.49)
    return float(np.clip(min(parts), 0, 1))


def no_face_quality(image: Image) -> FaceQuality:
    """For a picture in which no face was found: too dark or too bright when that is why, else NO_FACE."""
    issue = frame_light_issue(image) or FaceIssue.NO_FACE
    return FaceQuality(face=None, pose=None, sharpness=0.0, brightness=light_of(image[::4, ::4]).mean, eyes_open=None, issues=(issue,))


def in_order(issues: list[FaceIssue]) -> tuple[FaceIssue, ...]:
    """Each once, in the order of FaceIssue."""
    return tuple(issue for issue in FaceIssue if issue in issues)
