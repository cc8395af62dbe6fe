"""Faces for tests: the one photograph that comes with a dependency, and a person whose head does what a script says."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import cv2
import numpy as np

from kiosk.domain.face import Embedding, Face, Pose, Similarity
from kiosk.imaging.face_pose import five_points
from kiosk.imaging.frame import Frame, Image

ASTRONAUT_EYES = (200.0, 105.0), (246.0, 108.0)
"""Right and left eye in the photograph, read by eye, within a few pixels."""
WIDTH, HEIGHT = 1280, 720


@functools.cache
def _astronaut() -> Image:
    from skimage import data

    return np.ascontiguousarray(data.astronaut()[:, :, ::-1])


def astronaut() -> Image:
    """512x512 BGR, one face, public domain (NASA). A copy."""
    return _astronaut().copy()


def on_canvas(picture: Image, *, width: int, height: int, at: tuple[int, int], scale: float = 1.0, grey: int = 140) -> Image:
    """The picture, scaled, with its top left corner at `at` (x, y) of a plain canvas."""
    canvas = np.full((height, width, 3), grey, np.uint8)
    scaled = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    x, y = at
    part = scaled[: height - y, : width - x]
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
    return canvas


def printed(picture: Image, face: Face, *, width_px: int, quality: int = 70, blur: float = 0.8) -> Image:
    """The face as a small portrait on a card: `width_px` wide, soft, pale, on grain, once through JPEG."""
    x, y, w, h = face.box
    left, top = max(0, round(x - 0.45 * w)), max(0, round(y - 0.6 * h))
    crop = picture[top : round(y + 1.5 * h), left : round(x + 1.45 * w)]
    scale = width_px / w
    small = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.uint8)
    grain = np.random.default_rng(7).normal(0, 5, (630, 1000, 3))
    card = on_canvas(np.asarray(small * 0.75 + 45, np.uint8), width=1000, height=630, at=(50, 120), grey=205)
    card = np.clip(card + grain, 0, 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", card, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


# Right half of a face in units of its outer eye distance, from the middle of the eyes: x to the person's left, y down, z away.
_RIGHT_HALF = {
    33: (-0.5, 0.0, 0.0),
    133: (-0.16, 0.0, -0.05),
    61: (-0.28, 0.78, -0.08),
    127: (-0.75, 0.0, 0.35),
    234: (-0.8, 0.25, 0.4),
    58: (-0.65, 0.8, 0.3),
}
_LEFT_OF = {33: 263, 133: 362, 61: 291, 127: 356, 234: 454, 58: 288}
_MIDDLE = {1: (0.0, 0.35, -0.45), 10: (0.0, -0.55, -0.1), 152: (0.0, 1.2, 0.053)}
_LIDS = (((160, 144), -0.42), ((159, 145), -0.33), ((158, 153), -0.24)), (((387, 373), 0.42), ((386, 374), 0.33), ((385, 380), 0.24))


def mesh_of(
    pose: Pose, *, centre: tuple[float, float] = (640, 330), eye_px: float = 130, eyes: float = 0.3, mouth: float = 0.0
) -> tuple[tuple[float, float, float], ...]:
    """468 points of which those that the product reads are true to `pose`.

    `eyes`: lid distance over eye width; `mouth`: gap over its width.
    """
    points = np.zeros((468, 3))
    for index, place in _RIGHT_HALF.items():
        points[index] = place
        points[_LEFT_OF[index]] = (-place[0], place[1], place[2])
    for index, place in _MIDDLE.items():
        points[index] = place
    for eye in _LIDS:
        for (upper, lower), x in eye:
            points[upper], points[lower] = (x, -eyes * 0.17, -0.03), (x, eyes * 0.17, -0.03)
    for upper, lower, x in ((82, 87, -0.1), (13, 14, 0.0), (312, 317, 0.1)):
        points[upper], points[lower] = (x, 0.78 - mouth * 0.28, -0.1), (x, 0.78 + mouth * 0.28, -0.1)
    a, b, c = (np.radians(-angle) for angle in (pose.yaw, pose.pitch, pose.roll))
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turned = points @ (about_z @ about_x @ about_y).T * eye_px + (*centre, 0)
    return tuple((float(x), float(y), float(z)) for x, y, z in turned)


@functools.cache
def _texture() -> Image:
    return np.random.default_rng(3).integers(60, 200, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def textured(who: int = 1) -> Image:
    """A sharp, well lit 1280x720 frame; its first pixel says who is in it (for ScriptedMatcher)."""
    image = _texture().copy()
    image[0, 0] = who
    return image


@dataclass
class ScriptedPerson:
    """FaceDetector and FaceLandmarker of somebody who looks as the script says; set `pose` to None to walk out of the picture."""

    pose: Pose | None = field(default_factory=lambda: Pose(0, 0, 0))
    centre: tuple[float, float] = (640, 330)
    eye_px: float = 130
    eyes: float = 0.3
    others: int = 0
    model_id: str = "scripted"
    mouth: float = 0.0

    def detect(self, image: Image) -> tuple[Face, ...]:
        if self.pose is None:
            return ()
        points = np.array(five_points(self._mesh())) * image.shape[1] / WIDTH
        low, high = points.min(axis=0), points.max(axis=0)
        size = 2.2 * float((high - low).max())
        middle = (low + high) / 2
        box = (float(middle[0] - size / 2), float(middle[1] - size / 2), size, size)
        face = Face(box, 0.95, tuple((float(x), float(y)) for x, y in points), self.model_id)
        return (face,) * (1 + self.others)

    def landmarks(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        return self._mesh() if self.pose is not None else ()

    def _mesh(self) -> tuple[tuple[float, float, float], ...]:
        assert self.pose is not None
        return mesh_of(self.pose, centre=self.centre, eye_px=self.eye_px, eyes=self.eyes, mouth=self.mouth)


@dataclass
class ScriptedMatcher:
    """FaceMatcher that knows people by the first pixel of the picture."""

    model_id: str = "scripted_match"

    def embed(self, image: Image, face: Face) -> Embedding:
        return Embedding((float(image[0, 0, 0]),), self.model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        return Similarity(0.9 if one.vector == other.vector else 0.1, 0.5, self.model_id)


def frame_at(seconds: float, image: Image) -> Frame:
    return Frame(image, seconds, "test", round(seconds * 1000))
