"""Face mesh: 468 landmarks by MediaPipe's face_landmark.tflite (Apache-2.0)."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Face
from kiosk.engines.tflite import TfliteNet
from kiosk.imaging.face_align import face_axis, turned_square
from kiosk.imaging.frame import Image

MESH_POINTS = 468
INPUT_PX = 192
LIVE_PRESENCE = 5.0
"""For live frames, where a face that half a hand hides must not pass for a whole one. Presence logits measured on 30 faces, 5 % and
median: uncovered 12 and 24, blurred 7 and 14, bearded 6 and 14; a hand over the mouth 0 and 4, over the eyes 1 and 2.5."""
_POINTS, _PRESENCE = "conv2d_21", "conv2d_31"
_REGION = 1.5
"""Side of the region in units of the longer side of the face's (or mesh's) box, as in MediaPipe's face_landmark graphs."""


class FaceMeshLandmarker:
    """MediaPipe face mesh on an upright square around a known face. Thread-safe."""

    def __init__(self, path: Path, *, model_id: str = "facemesh_468", min_presence: float = 0.0) -> None:
        """Args: `min_presence` logit of "there is a face", see LIVE_PRESENCE. Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._model_id = model_id
        self._min_presence = min_presence
        self._net = TfliteNet(path, (_POINTS, _PRESENCE))

    @property
    def model_id(self) -> str:
        return self._model_id

    def landmarks(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        eyes, mouth, length = face_axis(face)
        if length < 2:
            return ()
        right, left = face.points[0], face.points[1]
        angle = math.atan2(left[1] - right[1], left[0] - right[0])
        centre = (eyes[0] + 0.5 * (mouth[0] - eyes[0]), eyes[1] + 0.5 * (mouth[1] - eyes[1]))
        side = _REGION * max(2.55 * length, 1.8 * face.eye_distance_px)  # 2.3 to 3.1 lengths on 24 finds
        mesh = self._mesh(image, centre, side, angle)
        if mesh is None:
            return ()
        # A detector's points are rough; the mesh is best when the region follows the mesh itself, as from frame to frame in MediaPipe.
        better_centre, better_side, better_angle = _region_of(mesh)
        moved = math.dist(centre, better_centre) / side
        if moved > 0.08 or abs(math.log(better_side / side)) > 0.15 or abs(better_angle - angle) > math.radians(8):
            better = self._mesh(image, better_centre, better_side, better_angle)
            mesh = mesh if better is None else better
        return tuple((x, y, z) for x, y, z in mesh.tolist())

    def _mesh(self, image: Image, centre: tuple[float, float], side: float, angle: float) -> npt.NDArray[np.float64] | None:
        """468 x 3 in pixels of `image`, None when the network sees no face there."""
        crop, forth = turned_square(image, centre, side, angle, INPUT_PX)
        tensor = cv2.dnn.blobFromImage(crop, 1 / 255, swapRB=True)
        points, presence = self._net.run(np.asarray(tensor, np.float32))
        if presence[0] < self._min_presence:
            return None
        raw = points.reshape(MESH_POINTS, 3)
        back = cv2.invertAffineTransform(forth)
        mesh = np.empty_like(raw)
        mesh[:, :2] = raw[:, :2] @ back[:, :2].T + back[:, 2]
        mesh[:, 2] = raw[:, 2] * side / INPUT_PX
        return mesh


def _region_of(mesh: npt.NDArray[np.float64]) -> tuple[tuple[float, float], float, float]:
    """Centre, side and angle of the region for a mesh: 1.5 times its box, eyes level."""
    across = mesh[263, :2] - mesh[33, :2]
    angle = math.atan2(across[1], across[0])
    cos, sin = math.cos(angle), math.sin(angle)
    turned = mesh[:, :2] @ np.array([[cos, -sin], [sin, cos]])
    low, high = turned.min(axis=0), turned.max(axis=0)
    middle = (low + high) / 2
    centre = (float(cos * middle[0] - sin * middle[1]), float(sin * middle[0] + cos * middle[1]))
    return centre, _REGION * float((high - low).max()), angle
