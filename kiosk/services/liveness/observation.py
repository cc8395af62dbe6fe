"""What one frame shows of the person who does an active check, in numbers. Judging works on these alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.domain.check import CheckLabel
from kiosk.domain.face import Face
from kiosk.domain.guidance import AdviceCode
from kiosk.imaging.eye_tracker import EyeTracker
from kiosk.imaging.face_motion import (
    eye_distance,
    face_height,
    gaze_of,
    luma_of,
    mean_colours,
    mouth_shape,
    nose_place,
    rigid_points,
    signature,
)
from kiosk.imaging.face_pose import eyes_open, five_points, head_pose
from kiosk.imaging.face_quality import LIVE, FaceLimits, face_region, face_sharpness, light_of, too_bright, too_dark
from kiosk.imaging.frame import Frame
from kiosk.ports import FaceDetector, FaceLandmarker
from kiosk.services.face_guide import light_advice
from kiosk.services.face_tracking import FaceTracker, Points3, find_faces, movement
from kiosk.services.liveness.frames import FrameWatch
from kiosk.services.still_faces import StillFaces

Colour = tuple[float, float, float]
_CLOSE_UP = 0.85
"""Face height in frame heights from which the eyes are followed by their details, too: detectors lose a face that leaves the frame."""
_TRACK_S = 0.6
"""Eyes that no detector confirmed for longer, far from the close-up, are followed no further."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One frame.

    Attributes:
        at: seconds of `Frame.taken_at`. frame_size: (width, height) in pixels.
        face: the one that is followed, with the mesh's five points; None = none was found, and what follows it means nothing.
        others: further faces that count (a third of the largest's width and more).
        rivalled: a picture on the wall is about as large: what looks at this frame alone might take it for the face.
        yaw, pitch, roll: degrees, signs of `Pose`. eyes: 0 shut .. 1 open.
        mouth, lift, nose: `face_motion.mouth_shape`, `nose_place`.
        size: hairline to chin in frame heights. eyes_px: between the outer eye corners.
        close_up: the same distance, followed by details where no detector sees a face; 0 = not followed.
        shape: `face_motion.rigid_points`. signature: `face_motion.signature`.
        gaze: `face_motion.gaze_of`, measured only where a script asks for it.
        skin, behind: mean R, G, B of the face and of what is beside it.
        light: what is wrong with the light, or None.
        fault: what `FrameWatch` says of the frame.
    """

    at: float
    frame_size: tuple[int, int]
    face: Face | None = None
    others: int = 0
    rivalled: bool = False
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    eyes: float = 1.0
    mouth: float = 0.0
    lift: float = 0.0
    nose: float = 0.0
    size: float = 0.0
    eyes_px: float = 0.0
    close_up: float = 0.0
    sharpness: float = 1.0
    shape: npt.NDArray[np.float32] | None = None
    signature: npt.NDArray[np.float32] | None = None
    gaze: tuple[float, float] | None = None
    skin: Colour = (0.0, 0.0, 0.0)
    behind: Colour = (0.0, 0.0, 0.0)
    light: AdviceCode | None = None
    fault: CheckLabel | None = None

    @property
    def luma(self) -> float:
        """Of the face, 0..1."""
        return luma_of(self.skin)


class Observer:
    """Looks at the frames of one run, in order. One thread.

    Args:
        close_up: follow the eyes beyond what a detector sees (MagnifEye). gaze: measure where the irises stand (eye gaze).
        every_frame: look for faces in every frame, as in records, whose frames lie apart. Else a few times a second, and the face that was
            found is followed by its mesh in between: not while there are several.
        frames: watches that the frames are one unbroken capture; None = nobody does.
    """

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: FaceLandmarker,
        *,
        close_up: bool = False,
        gaze: bool = False,
        frames: FrameWatch | None = None,
        limits: FaceLimits = LIVE,
        every_frame: bool = False,
    ) -> None:
        self._detector, self._landmarker = detector, landmarker
        self._close_up, self._gaze = close_up, gaze
        self._frames = frames
        self._limits = limits
        self._tracking = None if every_frame else FaceTracker(detector, landmarker)
        self._still = StillFaces()
        self._followed: Face | None = None
        self._tracker: EyeTracker | None = None
        self._confirmed: tuple[float, float] | None = None  # when a detector last saw the face, and its size

    def observe(self, frame: Frame) -> Observation:
        image = frame.pixels
        height, width = image.shape[:2]
        fault = self._frames.feed(frame) if self._frames is not None else None
        faces, mesh = self._look(frame)
        face = self._choose(faces)
        if face is not None and mesh is None:
            mesh = self._landmarker.landmarks(image, face)
        followed = self._follow(frame)
        if face is None or not mesh:
            light = light_advice(image)
            return Observation(frame.taken_at, (width, height), close_up=followed, light=light, fault=fault, others=max(0, len(faces) - 1))
        face = Face(face.box, face.score, five_points(mesh), face.model)
        self._followed = face
        size, eyes_px = face_height(mesh) / height, eye_distance(mesh)
        if self._close_up:
            self._confirm(frame, mesh, size)
        pose = head_pose(mesh)
        mouth, lift = mouth_shape(mesh)
        region = face_region(image, face)
        light_there = light_of(region)
        skin, behind = mean_colours(image, face)
        dark, bright = too_dark(light_there, self._limits), too_bright(light_there, self._limits)
        return Observation(
            at=frame.taken_at,
            frame_size=(width, height),
            face=face,
            others=len(faces) - 1,
            rivalled=self._still.rivals(face),
            yaw=pose.yaw,
            pitch=pose.pitch,
            roll=pose.roll,
            eyes=eyes_open(mesh),
            mouth=mouth,
            lift=lift,
            nose=nose_place(mesh),
            size=size,
            eyes_px=eyes_px,
            close_up=followed,
            sharpness=face_sharpness(region),
            shape=rigid_points(mesh),
            signature=signature(image, face),
            gaze=gaze_of(image, mesh) if self._gaze else None,
            skin=skin,
            behind=behind,
            light=AdviceCode.TOO_DARK if dark else AdviceCode.TOO_BRIGHT if bright else None,
            fault=fault,
        )

    def _look(self, frame: Frame) -> tuple[tuple[Face, ...], Points3 | None]:
        """The faces that count, less pictures on the wall; and the mesh where the face was followed by it."""
        if self._tracking is None:
            return self._still.without(frame.pixels, find_faces(self._detector, frame.pixels), frame.taken_at), None
        found = self._tracking.faces(frame)
        faces = self._still.without(frame.pixels, found, frame.taken_at)
        # while there is a second face, be it a picture, every frame is looked at
        return faces, self._tracking.mesh(frame, found[0]) if len(found) == 1 and len(faces) == 1 else None

    def _choose(self, faces: tuple[Face, ...]) -> Face | None:
        """The face that was followed so far, else the largest: who steps behind the customer does not take over."""
        if not faces:
            return None
        before = self._followed
        if before is None:
            return faces[0]
        nearest = min(faces, key=lambda face: movement(before, face))
        if movement(before, nearest) < 1.0:
            return nearest
        return faces[0]

    def _follow(self, frame: Frame) -> float:
        """Distance of the eyes by their details, pixels; 0 = not followed."""
        if self._tracker is None or self._confirmed is None:
            return 0.0
        seen_at, size = self._confirmed
        if not self._tracker.follow(frame.pixels) or (size < _CLOSE_UP / 2 and frame.taken_at - seen_at > _TRACK_S):
            self._tracker = None
            return 0.0
        return self._tracker.eyes_px

    def _confirm(self, frame: Frame, mesh: tuple[tuple[float, float, float], ...], size: float) -> None:
        """A face that is seen whole sets the tracker right; beyond that the mesh guesses what is outside the frame."""
        if self._tracker is not None and size > _CLOSE_UP:
            return
        (rx, ry, _), (lx, ly, _) = mesh[33], mesh[263]
        self._tracker = EyeTracker(frame.pixels, ((rx, ry), (lx, ly)))
        self._confirmed = (frame.taken_at, size)
