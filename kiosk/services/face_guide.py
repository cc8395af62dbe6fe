"""Live guidance for the selfie: one advice at a time, a ring that fills while all is right, and the best frame."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.document import Quad
from kiosk.domain.face import Face, FaceIssue
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.face_align import box_from_points, face_axis, scaled
from kiosk.imaging.face_pose import eyes_open, head_pose
from kiosk.imaging.face_quality import (
    LIVE,
    FaceLimits,
    face_quality,
    face_region,
    frame_light_issue,
    light_of,
    pose_issues,
    quality_score,
    size_and_place,
    too_bright,
    too_dark,
)
from kiosk.imaging.frame import Frame, Image
from kiosk.imaging.rectify import limited
from kiosk.ports import FaceDetector, FaceLandmarker

DETECT_AT_PX = 640
SECOND_FACE = 0.35
"""Somebody else counts from this share of the largest face's width."""
GOOD_FOR_S = 0.6
STEADY_S = 0.7
"""An advice stays at least this long, so that it can be read."""
LONGEST_GAP_S = 0.25
"""A longer pause between two frames fills the ring no further than this."""
_STILL_PER_S = 0.6
"""Face widths that the face may move in a second."""
_OFF_CENTRE = (0.17, 0.2)
"""Of the frame's width and height."""

_ADVICE = {
    FaceIssue.TOO_SMALL: AdviceCode.COME_CLOSER,
    FaceIssue.TOO_CLOSE: AdviceCode.MOVE_BACK,
    FaceIssue.NEAR_BORDER: AdviceCode.CENTRE_FACE,
    FaceIssue.TURNED: AdviceCode.LOOK_STRAIGHT,
    FaceIssue.EYES_CLOSED: AdviceCode.OPEN_EYES,
    FaceIssue.BLURRED: AdviceCode.BLURRED,
    FaceIssue.TILTED: AdviceCode.KEEP_HEAD_UPRIGHT,
}


class SteadyAdvice:
    """Keeps an advice for a while before another takes its place; "hold still" comes at once, because it means that all is right."""

    def __init__(self, steady_s: float = STEADY_S) -> None:
        self._steady_s = steady_s
        self._shown: AdviceCode | None = None
        self._since = 0.0

    def choose(self, wanted: AdviceCode, at: float) -> AdviceCode:
        if wanted is not self._shown and (self._shown is None or wanted is AdviceCode.HOLD_STILL or at - self._since >= self._steady_s):
            self._shown, self._since = wanted, at
        return self._shown or wanted


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one frame showed. `rating` 0..1 of frames that may serve as the selfie, else 0."""

    advice: AdviceCode
    face: Face | None
    good: bool = False
    rating: float = 0.0


class FaceGuide:
    """Judges the frames of one selfie step. One thread; all time comes from `Frame.taken_at`."""

    def __init__(self, detector: FaceDetector, landmarker: FaceLandmarker | None, *, limits: FaceLimits = LIVE) -> None:
        self._detector = detector
        self._landmarker = landmarker
        self._limits = limits
        self._steady = SteadyAdvice()
        self._good_s = 0.0
        self._last: tuple[float, Face | None] | None = None
        self._best: tuple[float, Frame] | None = None

    @property
    def ready(self) -> bool:
        """All was right for long enough: take the picture."""
        return self._good_s >= GOOD_FOR_S - 1e-6

    @property
    def best(self) -> Frame | None:
        """The best frame of this face so far; None while there was none worth taking."""
        return self._best[1] if self._best is not None else None

    def judge(self, frame: Frame) -> Guidance:
        at = frame.taken_at
        seen = self._look(frame)
        since = min(LONGEST_GAP_S, max(0.0, at - self._last[0])) if self._last is not None else 0.0
        if not self.ready:
            # a bad frame takes back twice what a good one gives: a picture is due after good frames, not after a while
            self._good_s = min(GOOD_FOR_S, self._good_s + since) if seen.good else max(0.0, self._good_s - 2 * since)
        if seen.face is None:
            self._best = None  # whoever comes next may be somebody else
        elif seen.rating > 0 and (self._best is None or seen.rating > self._best[0]):
            self._best = (seen.rating, frame)
        self._last = (at, seen.face)
        return Guidance(
            advice=self._steady.choose(seen.advice, at),
            outline=outline_of(seen.face, frame.pixels) if seen.face is not None else None,
            steady=seen.good,
            progress=self._good_s / GOOD_FOR_S,
            frame_taken_at=at,
        )

    def _look(self, frame: Frame) -> _Seen:
        image = frame.pixels
        faces = find_faces(self._detector, image)
        if not faces:
            return _Seen(light_advice(image) or AdviceCode.SHOW_FACE, None)
        face = faces[0]
        advice = self._cheap_advice(image, faces)
        if advice is not None:
            return _Seen(advice, face)
        pose = eyes = None
        if self._landmarker is not None:
            mesh = self._landmarker.landmarks(image, face)
            if not mesh:
                return _Seen(AdviceCode.LOOK_STRAIGHT, face)
            pose, eyes = head_pose(mesh), eyes_open(mesh)
        quality = face_quality(image, face, pose=pose, eyes=eyes, limits=self._limits)
        rating = quality_score(quality, self._limits)
        # upright before straight: a tilted head also reads as a turned one
        issues = sorted(quality.issues, key=lambda issue: (issue is not FaceIssue.TILTED, quality.issues.index(issue)))
        if issues and pose is not None and FaceIssue.TURNED in issues and not pose_issues(pose, self._limits):
            issues.remove(FaceIssue.TURNED)
        if issues:
            return _Seen(_ADVICE.get(issues[0], AdviceCode.HOLD_STILL), face, rating=0.5 * rating)
        if self._moved(frame.taken_at, face):
            return _Seen(AdviceCode.HOLD_STILL, face, rating=0.8 * rating)
        return _Seen(AdviceCode.HOLD_STILL, face, good=True, rating=rating)

    def _cheap_advice(self, image: Image, faces: tuple[Face, ...]) -> AdviceCode | None:
        """What can be told without landmarks."""
        face = faces[0]
        if len(faces) > 1:
            return AdviceCode.ONE_PERSON
        light = light_of(face_region(image, face))
        if too_dark(light, self._limits):
            return AdviceCode.TOO_DARK
        if too_bright(light, self._limits):
            return AdviceCode.TOO_BRIGHT
        place = size_and_place(face, (image.shape[0], image.shape[1]), self._limits)
        if place:
            return _ADVICE[place[0]]
        eyes, mouth, _ = face_axis(face)
        off_x = abs((eyes[0] + mouth[0]) / 2 / image.shape[1] - 0.5)
        off_y = abs((eyes[1] + mouth[1]) / 2 / image.shape[0] - 0.5)
        return AdviceCode.CENTRE_FACE if off_x > _OFF_CENTRE[0] or off_y > _OFF_CENTRE[1] else None

    def _moved(self, at: float, face: Face) -> bool:
        before_at, before = self._last or (at, None)
        if before is None or at <= before_at:
            return False
        return movement(before, face) / max(at - before_at, 0.02) > _STILL_PER_S


def find_faces(detector: FaceDetector, image: Image) -> tuple[Face, ...]:
    """Faces that count, the largest first, in pixels of `image`; looked for in a smaller copy."""
    small = limited(image, DETECT_AT_PX)
    factor = image.shape[1] / small.shape[1]
    faces = detector.detect(small)
    return tuple(scaled(face, factor) for face in faces if face.box[2] >= SECOND_FACE * faces[0].box[2])


def light_advice(image: Image) -> AdviceCode | None:
    """Too dark or too bright to see anybody."""
    issue = frame_light_issue(image)
    return {FaceIssue.TOO_DARK: AdviceCode.TOO_DARK, FaceIssue.TOO_BRIGHT: AdviceCode.TOO_BRIGHT}[issue] if issue else None


def movement(one: Face, other: Face) -> float:
    """How far the middle of the eyes and the mouth moved, in face widths."""
    (eyes_a, mouth_a, length_a), (eyes_b, mouth_b, length_b) = face_axis(one), face_axis(other)
    width = 1.05 * (length_a + length_b)
    dx = (eyes_b[0] + mouth_b[0] - eyes_a[0] - mouth_a[0]) / 2
    dy = (eyes_b[1] + mouth_b[1] - eyes_a[1] - mouth_a[1]) / 2
    return float((dx * dx + dy * dy) ** 0.5 / max(width, 1.0))


def outline_of(face: Face, image: Image) -> Quad:
    """Forehead to chin as a quad in 0..1 of the frame, clockwise from the top left."""
    height, width = image.shape[:2]
    x, y, box_width, box_height = box_from_points(face, width=2.1, height=2.9, down=0.35)
    left, top, right, bottom = x / width, y / height, (x + box_width) / width, (y + box_height) / height
    return ((left, top), (right, top), (right, bottom), (left, bottom))
