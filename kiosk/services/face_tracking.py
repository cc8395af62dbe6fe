"""Where the face is, frame by frame: the detector looks a few times a second, in between the landmarker follows what it saw.

MediaPipe's face mesh graph does the same. Following costs one run of the landmarker, which guidance needs anyway; looking costs one or two
runs of the detector on top. Whoever comes into the picture is seen at the next look, well before a picture can be due.
"""

from __future__ import annotations

from kiosk.domain.face import Face
from kiosk.imaging.face_align import face_axis, scaled
from kiosk.imaging.face_look import brightened
from kiosk.imaging.face_pose import five_points
from kiosk.imaging.face_quality import light_of
from kiosk.imaging.frame import Frame, Image
from kiosk.imaging.rectify import limited
from kiosk.ports import FaceDetector, FaceLandmarker

DETECT_AT_PX = 640
SECOND_FACE = 0.3
"""A second person counts from this share of the largest face's width, live and in pictures: passers-by far behind do not."""
LOOK_EVERY_S = 0.2
_FOLLOWED = 0.5
"""Face widths from one frame to the next; further, it may be another face, and the detector looks."""
_DIM = 0.3
_BRIGHTENED = 0.45

Points3 = tuple[tuple[float, float, float], ...]


class FaceTracker:
    """One thread; all time comes from `Frame.taken_at`. Follows nothing while several faces are there or without a landmarker."""

    def __init__(self, detector: FaceDetector, landmarker: FaceLandmarker | None) -> None:
        self._detector = detector
        self._landmarker = landmarker
        self._looked_at: float | None = None
        self._known: Face | None = None
        self._meshes: tuple[Face, Points3] | None = None

    def faces(self, frame: Frame) -> tuple[Face, ...]:
        """Faces that count, the largest first, in pixels of the frame."""
        self._meshes = None
        if self._known is not None and self._landmarker is not None and self._looked_at is not None:
            if 0 < frame.taken_at - self._looked_at < LOOK_EVERY_S:
                mesh = self._landmarker.landmarks(frame.pixels, self._known)
                face = followed(self._known, mesh) if mesh else None
                if face is not None and movement(self._known, face) < _FOLLOWED:
                    self._known, self._meshes = face, (face, mesh)
                    return (face,)
        faces = find_faces(self._detector, frame.pixels)
        self._looked_at, self._known = frame.taken_at, None
        return faces

    def mesh(self, frame: Frame, face: Face) -> Points3 | None:
        """468 points of a face that `faces` gave for this frame; empty when none are found, None without a landmarker."""
        if self._landmarker is None:
            return None
        if self._meshes is not None and self._meshes[0] is face:
            return self._meshes[1]
        mesh = self._landmarker.landmarks(frame.pixels, face)
        self._known = followed(face, mesh) if mesh else None
        return mesh


def find_faces(detector: FaceDetector, image: Image) -> tuple[Face, ...]:
    """Faces that count, the largest first, in pixels of `image`; looked for in a smaller copy, and in a brightened one when it is dim."""
    small = limited(image, DETECT_AT_PX)
    factor = image.shape[1] / small.shape[1]
    faces = detector.detect(small)
    if not faces:
        mean = light_of(small[::4, ::4]).mean
        if mean < _DIM:
            faces = detector.detect(brightened(small, mean, _BRIGHTENED))
    return tuple(scaled(face, factor) for face in faces if face.box[2] >= SECOND_FACE * faces[0].box[2])


def followed(face: Face, mesh: Points3) -> Face:
    """The face where the mesh sees it: exact points, and the detector's box moved and scaled with them."""
    exact = Face(face.box, face.score, five_points(mesh), face.model)
    (eyes_a, mouth_a, length_a), (eyes_b, mouth_b, length_b) = face_axis(face), face_axis(exact)
    factor = length_b / length_a if length_a > 1 and 0.5 < length_b / length_a < 2 else 1.0
    x, y, width, height = face.box
    dx = (eyes_b[0] + mouth_b[0]) / 2 - factor * (eyes_a[0] + mouth_a[0]) / 2
    dy = (eyes_b[1] + mouth_b[1]) / 2 - factor * (eyes_a[1] + mouth_a[1]) / 2
    return Face((factor * x + dx, factor * y + dy, factor * width, factor * height), face.score, exact.points, face.model)


def movement(one: Face, other: Face) -> float:
    """How far the middle of the eyes and the mouth moved, in face widths."""
    (eyes_a, mouth_a, length_a), (eyes_b, mouth_b, length_b) = face_axis(one), face_axis(other)
    width = 1.05 * (length_a + length_b)
    dx = (eyes_b[0] + mouth_b[0] - eyes_a[0] - mouth_a[0]) / 2
    dy = (eyes_b[1] + mouth_b[1] - eyes_a[1] - mouth_a[1]) / 2
    return float((dx * dx + dy * dy) ** 0.5 / max(width, 1.0))
