"""What the face matchers share: unit templates, the cosine score, and the points to align by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding, Face
from kiosk.engines.providers import Arrays, same_direction
from kiosk.imaging.face_align import Points
from kiosk.imaging.face_pose import five_points
from kiosk.imaging.frame import Image
from kiosk.ports import FaceLandmarker

INTERCHANGEABLE = 1e-3
"""Largest difference of any number at which another provider's templates may be compared with the CPU's. Of dlib's 128: a distance of
0.011 at most, a score of 0.009; of 512 at length 1: a distance of 0.023, a score of 0.011. A cosine alone would let half floats through:
at 0.999 a pair whose cosine is 0.5 may come out with 0.46 or 0.54."""


def require_model(model_id: str, *embeddings: Embedding) -> None:
    """Raises BadInput(BAD_ARGUMENT) when a template belongs to another model."""
    for embedding in embeddings:
        if embedding.model != model_id:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"a face template of {embedding.model} cannot be compared by {model_id}")


def interchangeable(cpu: Arrays, other: Arrays) -> float:
    """For `Probe`, of numbers as they are compared: the cosine, 0 where templates of the two must not meet in one comparison."""
    direction = same_direction(cpu, other)
    if direction == 0.0 or max(float(np.abs(one - two).max()) for one, two in zip(cpu, other, strict=True)) >= INTERCHANGEABLE:
        return 0.0
    return direction


def unit_interchangeable(cpu: Arrays, other: Arrays) -> float:
    """As `interchangeable`, for networks whose numbers are brought to length 1 before they are compared."""
    return interchangeable(*([np.asarray(unit_embedding(one, "").vector) for one in each] for each in (cpu, other)))


def smooth_chip(side_px: int) -> Image:
    """A fixed picture for a `Probe`: smooth light and shade, as far from flat and from noise as a face is."""
    wave = np.sin(np.arange(side_px) / 9.0)
    return np.asarray(np.clip(128 + 90 * wave[:, None, None] * wave[None, :, None] * np.array([1.0, 0.8, 0.6]), 0, 255), np.uint8)


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
