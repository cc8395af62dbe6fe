"""Passive liveness by MiniFAS v2 SE: does this single picture show a live face, or a print or a screen?"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Face, LivenessScore
from kiosk.engines.ort import OnnxSession
from kiosk.imaging.face_align import box_from_points, square_crop
from kiosk.imaging.frame import Image

INPUT_PX = 128
CROP_SCALE = 1.5
"""Side of the crop in units of the longer side of the face box (face-antispoof-onnx)."""
THRESHOLD = 0.5
"""P(live) of equal logits."""


class MinifasLiveness:
    """minifas_v2se through ONNX Runtime; thread-safe. It is one signal among several: a cut-paper mask passes it."""

    def __init__(
        self, path: Path, *, model_id: str = "minifas_v2se", threshold: float | None = None, crop_scale: float = CROP_SCALE
    ) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._session = OnnxSession(path, threads=1)
        if len(self._session.inputs) != 1:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} has {len(self._session.inputs)} inputs, not one")
        self._model_id = model_id
        self._threshold = THRESHOLD if threshold is None else threshold
        self._crop_scale = crop_scale

    @property
    def model_id(self) -> str:
        return self._model_id

    def assess(self, image: Image, face: Face) -> LivenessScore:
        # The model was trained on boxes from forehead to chin; BlazeFace's end at the brows. A box from the points serves both.
        box = box_from_points(face, width=2.1, height=2.9, down=0.35)
        crop, (_, _, side) = square_crop(image, box, self._crop_scale)
        interpolation = cv2.INTER_AREA if side > INPUT_PX else cv2.INTER_CUBIC
        resized = cv2.resize(crop, (INPUT_PX, INPUT_PX), interpolation=interpolation)
        tensor = np.ascontiguousarray(resized[:, :, ::-1].transpose(2, 0, 1)[np.newaxis], np.float32) / np.float32(255)
        logits = self._session.run({self._session.inputs[0]: tensor})[0].reshape(-1)
        if logits.size != 2:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{self._model_id} gives {logits.size} numbers, not two")
        margin = float(logits[0]) - float(logits[1])
        return LivenessScore(1 / (1 + math.exp(-max(-60.0, min(60.0, margin)))), self._threshold, self._model_id)
