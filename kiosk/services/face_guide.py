"""Live guidance for the selfie: one advice at a time, a ring that fills while all is right, and the best frame."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.document import Quad
from kiosk.domain.face import Face, FaceIssue
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.face_align import box_from_points, face_axis
from kiosk.imaging.face_quality import (
    LIVE,
    FaceLimits,
    face_region,
    frame_light_issue,
    has_only_minor_faults,
    light_of,
    quality_by_mesh,
    quality_score,
    size_and_place,
    too_bright,
    too_dark,
)
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import FaceDetector, FaceLandmarker
from kiosk.services.face_tracking import SECOND_FACE, FaceTracker, find_faces, followed, movement
from kiosk.services.still_faces import StillFaces

__all__ = ["SECOND_FACE", "FaceGuide", "SteadyAdvice", "find_faces", "light_advice", "movement", "outline_of"]

GOOD_FOR_S = 0.6
SETTLE_FOR_S = 4.0
"""So many seconds of nothing worse than minor faults, and the best frame of them is taken."""
STEADY_S = 0.7
"""An advice stays at least this long, so that it can be read."""
LONGEST_GAP_S = 0.25
"""A longer pause between two frames fills the ring no further than this."""
_STILL_PER_S = 0.6
"""Face widths that the face may move in a second."""
_ANOTHER_FACE = 1.2
"""Face widths between two frames from which it may be somebody else."""
_NEAR = 0.5
"""Of the shorter side: nobody is asked to come closer than that to outgrow a picture on the wall."""
_OFF_CENTRE = 0.25
"""Of the frame's width. Of its height nothing is asked: people sit, and are tall."""

ADVICE_FOR: dict[FaceIssue, AdviceCode] = {
    FaceIssue.NO_FACE: AdviceCode.SHOW_FACE,
    FaceIssue.SEVERAL_FACES: AdviceCode.ONE_PERSON,
    FaceIssue.TOO_DARK: AdviceCode.TOO_DARK,
    FaceIssue.TOO_BRIGHT: AdviceCode.TOO_BRIGHT,
    FaceIssue.TOO_SMALL: AdviceCode.COME_CLOSER,
    FaceIssue.TOO_CLOSE: AdviceCode.MOVE_BACK,
    FaceIssue.NEAR_BORDER: AdviceCode.CENTRE_FACE,
    FaceIssue.TURNED: AdviceCode.LOOK_STRAIGHT,
    FaceIssue.TILTED: AdviceCode.KEEP_HEAD_UPRIGHT,
    FaceIssue.EYES_CLOSED: AdviceCode.OPEN_EYES,
    FaceIssue.MOUTH_OPEN: AdviceCode.CLOSE_MOUTH,
    FaceIssue.COVERED: AdviceCode.UNCOVER_FACE,
    FaceIssue.BLURRED: AdviceCode.BLURRED,
    FaceIssue.LIGHT_BEHIND: AdviceCode.LIGHT_BEHIND,
}


class SteadyAdvice:
    """Keeps an advice for a while before another takes its place; "hold still" comes at once, because it means that all is right."""

    def __init__(self, steady_s: float = STEADY_S) -> None:
        self._steady_s = steady_s
        self._shown: AdviceCode | None = None
        self._since = 0.0

    def choose(self, wanted: AdviceCode, at: float) -> AdviceCode:
        # a time before that of the last change: the clock was set back, and what is shown would stand until it catches up
        over = not 0 <= at - self._since < self._steady_s
        if wanted is not self._shown and (self._shown is None or wanted is AdviceCode.HOLD_STILL or over):
            self._shown, self._since = wanted, at
        return self._shown or wanted


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one frame showed. `rating` 0..1 of frames that may serve as the selfie, else 0; `good`: nothing to say against it."""

    advice: AdviceCode
    face: Face | None
    good: bool = False
    rating: float = 0.0


class FaceGuide:
    """Judges the frames of one selfie step. One thread; all time comes from `Frame.taken_at`.

    A picture is due (`ready`) in two ways. The ring: GOOD_FOR_S of frames that nothing can be said against. The fallback, so that
    whoever fidgets, smiles or cannot hold the head straight is not stuck: SETTLE_FOR_S of frames with nothing worse than
    minor faults (`has_only_minor_faults`, off centre, moving). The best frame is taken; where it has a fault,
    the check of the selfie carries a warning. Frames with other faults take back twice what a good one gives.
    """

    def __init__(self, detector: FaceDetector, landmarker: FaceLandmarker | None, *, limits: FaceLimits = LIVE) -> None:
        self._tracker = FaceTracker(detector, landmarker)
        self._limits = limits
        self._steady = SteadyAdvice()
        self._still = StillFaces()
        self._good_s = 0.0
        self._settled_s = 0.0
        self._last: tuple[float, Face | None] | None = None
        self._best: tuple[float, Frame] | None = None

    @property
    def ready(self) -> bool:
        """A picture is due."""
        return self._good_s >= GOOD_FOR_S - 1e-6 or (self._settled_s >= SETTLE_FOR_S - 1e-6 and self._best is not None)

    @property
    def pictures(self) -> tuple[Face, ...]:
        """Faces around the customer that never moved while the customer did: pictures on a wall, of any size.

        The guide asks to come closer where one is nearly as large as the customer's face or larger (`StillFaces.rivals`).
        """
        return self._still.pictures

    @property
    def best(self) -> Frame | None:
        """The best frame of this face so far; None while there was none worth taking."""
        return self._best[1] if self._best is not None else None

    def judge(self, frame: Frame) -> Guidance:
        at = frame.taken_at
        seen = self._look(frame)
        since = min(LONGEST_GAP_S, max(0.0, at - self._last[0])) if self._last is not None else 0.0
        if self._is_another(seen.face):
            self._best, self._good_s, self._settled_s = None, 0.0, 0.0
        if not self.ready:
            # a bad frame takes back twice what a good one gives: a picture is due after good frames, not after a while
            self._good_s = min(GOOD_FOR_S, self._good_s + since) if seen.good else max(0.0, self._good_s - 2 * since)
            self._settled_s = min(SETTLE_FOR_S, self._settled_s + since) if seen.rating > 0 else max(0.0, self._settled_s - 2 * since)
        if seen.rating > 0 and (self._best is None or seen.rating > self._best[0]):
            self._best = (seen.rating, frame)
        self._last = (at, seen.face)
        return Guidance(
            advice=self._steady.choose(seen.advice, at),
            outline=outline_of(seen.face, frame.pixels) if seen.face is not None else None,
            steady=seen.good,
            progress=1.0 if self.ready else self._good_s / GOOD_FOR_S,
            frame_taken_at=at,
        )

    def _look(self, frame: Frame) -> _Seen:
        image = frame.pixels
        faces = self._still.without(image, self._tracker.faces(frame), frame.taken_at)
        if not faces:
            return _Seen(light_advice(image) or AdviceCode.SHOW_FACE, None)
        face = faces[0]
        region = face_region(image, face)
        issue = self._cheap_issue(image, faces, region)
        if issue is not None:
            return _Seen(ADVICE_FOR[issue], face)
        if self._still.rivals(face):
            # whatever looks at the taken picture later takes its largest face, which must be the customer's by far
            near = face.box[2] >= _NEAR * min(image.shape[:2])
            return _Seen(AdviceCode.ONE_PERSON if near else AdviceCode.COME_CLOSER, face)
        mesh = self._tracker.mesh(frame, face)
        if mesh is not None and not mesh:
            return _Seen(AdviceCode.UNCOVER_FACE if looks_ahead(face) else AdviceCode.LOOK_STRAIGHT, face)
        if mesh:
            face = followed(face, mesh)
        quality = quality_by_mesh(image, face, mesh or (), limits=self._limits, region=region)
        rating = quality_score(quality, self._limits) if has_only_minor_faults(quality, self._limits) else 0.0
        if is_off_centre(face, image):
            return _Seen(AdviceCode.CENTRE_FACE, face, rating=0.5 * rating)
        if quality.issues:
            # upright before straight: a tilted head also reads as a turned one
            first = FaceIssue.TILTED if FaceIssue.TILTED in quality.issues[:2] else quality.issues[0]
            return _Seen(ADVICE_FOR[first], face, rating=0.5 * rating)
        if self._moved(frame.taken_at, face):
            return _Seen(AdviceCode.HOLD_STILL, face, rating=0.8 * rating)
        return _Seen(AdviceCode.HOLD_STILL, face, good=True, rating=rating)

    def _cheap_issue(self, image: Image, faces: tuple[Face, ...], region: Image) -> FaceIssue | None:
        """What can be told without landmarks."""
        if len(faces) > 1:
            return FaceIssue.SEVERAL_FACES
        light = light_of(region)
        if too_dark(light, self._limits):
            return FaceIssue.TOO_DARK
        if too_bright(light, self._limits):
            return FaceIssue.TOO_BRIGHT
        place = size_and_place(faces[0], (image.shape[0], image.shape[1]), self._limits)
        return place[0] if place else None

    def _moved(self, at: float, face: Face) -> bool:
        before_at, before = self._last or (at, None)
        if before is None or at <= before_at:
            return False
        return movement(before, face) / max(at - before_at, 0.02) > _STILL_PER_S

    def _is_another(self, face: Face | None) -> bool:
        """Whoever comes after an empty frame, or stands elsewhere at once, may be somebody else."""
        before = self._last[1] if self._last is not None else None
        return face is None or (before is not None and movement(before, face) > _ANOTHER_FACE)


def is_off_centre(face: Face, image: Image) -> bool:
    """Far to the side. Up and down do not count: a wheelchair user's face is low in the frame and a tall person's high."""
    eyes, mouth, _ = face_axis(face)
    return bool(abs((eyes[0] + mouth[0]) / 2 / image.shape[1] - 0.5) > _OFF_CENTRE)


def looks_ahead(face: Face) -> bool:
    """Whether the five points are those of a face that looks at the camera: then it is not the pose that hides it from the landmarker."""
    (rx, ry), (lx, ly), (nx, ny) = face.points[:3]
    eyes, mouth, length = face_axis(face)
    span = face.eye_distance_px
    if span < 1 or length < 1:
        return False
    along = ((nx - rx) * (lx - rx) + (ny - ry) * (ly - ry)) / span**2
    down = ((nx - eyes[0]) * (mouth[0] - eyes[0]) + (ny - eyes[1]) * (mouth[1] - eyes[1])) / length**2
    return bool(0.3 < along < 0.7 and 0.25 < down < 0.85)


def light_advice(image: Image) -> AdviceCode | None:
    """Too dark or too bright to see anybody."""
    issue = frame_light_issue(image)
    return {FaceIssue.TOO_DARK: AdviceCode.TOO_DARK, FaceIssue.TOO_BRIGHT: AdviceCode.TOO_BRIGHT}[issue] if issue else None


def outline_of(face: Face, image: Image) -> Quad:
    """Forehead to chin as a quad in 0..1 of the frame, clockwise from the top left."""
    height, width = image.shape[:2]
    x, y, box_width, box_height = box_from_points(face, width=2.1, height=2.9, down=0.35)
    left, top, right, bottom = x / width, y / height, (x + box_width) / width, (y + box_height) / height
    return ((left, top), (right, top), (right, bottom), (left, bottom))
