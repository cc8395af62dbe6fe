"""What the face matchers share: unit templates, the cosine score, and the points to align by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding, Face
from kiosk.imaging.face_align import Points
from kiosk.imaging.face_pose import five_points
from kiosk.imaging.frame import Image
from kiosk.ports import FaceLandmarker


def require_model(model_id: str, *embeddings: Embedding) -> None:
    """Raises BadInput(BAD_ARGUMENT) when a template belongs to another model."""
    for embedding in embeddings:
        if embedding.model != model_id:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"a face template of {embedding.model} cannot be compared by {model_id}")


def unit_embedding(vector: npt.NDArray[np.floating], model_id: str) -> Embedding:
    """The vector, of any shape, at length 1."""
    flat = np.asarray(vector, np.float64).ravel()
    return Embedding(tuple(float(value) for value in flat / max(float(np.linalg.norm(flat)), 1e-12)), model_id)


def cosine_score(cosine: float) -> float:
    """-1..1 -> 0..1, straight."""
    return float(np.clip((cosine + 1) / 2, 0, 1))


def cosine_of(one: Embedding, other: Embedding) -> float:
    """Of two unit embeddings of one model."""
    return float(np.dot(one.vector, other.vector))


def alignment_points(image: Image, face: Face, landmarker: FaceLandmarker | None) -> Points:
    """Right eye, left eye, nose tip, right and left mouth corner in pixels of `image`.

    Args: `landmarker` where the detector's own mouth corners are made up (BlazeFace): the face mesh then gives all five. Where it finds no
        mesh the detector's points stay: a poor alignment lowers the score, and a refusal is better than no answer at all.
    """
    mesh = landmarker.landmarks(image, face) if landmarker is not None else ()
    return five_points(mesh) if mesh else face.points
