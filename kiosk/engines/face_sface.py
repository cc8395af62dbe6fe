"""Face embedding by SFace (128 numbers, cosine similarity) through cv2.FaceRecognizerSF.

Contract of the model (opencv_zoo, models/face_recognition_sface): a 112x112 BGR picture aligned on the ArcFace template by five points;
`FaceRecognizerSF.feature` does its own scaling. Published operating point: cosine >= 0.363 (99.60 % on LFW).
"""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.engines.face_template import alignment_points, cosine_of, cosine_score, require_model, unit_embedding
from kiosk.imaging.face_align import align_face
from kiosk.imaging.frame import Image
from kiosk.ports import FaceLandmarker

MATCH_COSINE = 0.363
BORDERLINE = 0.04
"""In score: cosine 0.363 to 0.443."""


class SFaceMatcher:
    """face_recognition_sface_2021dec. Calls are serialised by a lock.

    Args: `landmarker` when the detector makes up the mouth corners (BlazeFace; `face_template.alignment_points`).
    """

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "sface_2021dec",
        threshold: float | None = None,
        borderline: float = BORDERLINE,
        landmarker: FaceLandmarker | None = None,
    ) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        if not path.is_file():
            raise ModelFault(ErrorCode.MODEL_MISSING, f"model file {path.name} is not there")
        self._lock = threading.Lock()
        try:
            self._native = cv2.FaceRecognizerSF.create(str(path), "")
            self._native.feature(np.zeros((112, 112, 3), np.uint8))
        except cv2.error as error:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} is refused by OpenCV: {error.err[:200]}") from error
        self._model_id = model_id
        self._threshold = cosine_score(MATCH_COSINE) if threshold is None else threshold
        self._borderline = borderline
        self._landmarker = landmarker

    @property
    def model_id(self) -> str:
        return self._model_id

    def embed(self, image: Image, face: Face) -> Embedding:
        chip = align_face(image, alignment_points(image, face, self._landmarker))
        with self._lock:
            vector = np.asarray(self._native.feature(chip), np.float64)
        return unit_embedding(vector, self._model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        require_model(self._model_id, one, other)
        return Similarity(cosine_score(cosine_of(one, other)), self._threshold, self._model_id, self._borderline)
