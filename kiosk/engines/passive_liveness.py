"""Passive liveness by MiniFAS v2 SE: does this single picture show a live face, or a print or a screen?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Face, LivenessScore
from kiosk.engines.onnx_blocks import in_blocks
from kiosk.engines.ort import OnnxSession
from kiosk.imaging.face_align import box_from_points, square_crop
from kiosk.imaging.frame import Image

INPUT_PX = 128
CROP_SCALES = (1.5, 2.7)
"""Sides of the crops in units of the longer side of the face box: what the model was trained on (face-antispoof-onnx), and a wider one
that shows edges of paper and glass. What the second is worth is in models/cards/minifas_v2se.md."""
_LOUDEST = 6.0
"""A crop's margin counts up to here (P = 0.9975), so that none of them outvotes the other."""
THRESHOLD = 0.5
"""P(live) of equal logits."""


class MinifasLiveness:
    """minifas_v2se through ONNX Runtime; thread-safe. It is one signal among several: a cut-paper mask passes it."""

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "minifas_v2se",
        threshold: float | None = None,
        crop_scales: Sequence[float] = CROP_SCALES,
        threads: int = 1,
    ) -> None:
        """Args: one of the `threads` is enough where frames are judged side by side. Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._session = OnnxSession(path, threads=threads, edit=in_blocks)
        if len(self._session.inputs) != 1:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} has {len(self._session.inputs)} inputs, not one")
        self._model_id = model_id
        self._threshold = THRESHOLD if threshold is None else threshold
        self._crop_scales = tuple(crop_scales)

    @property
    def model_id(self) -> str:
        return self._model_id

    def assess(self, image: Image, face: Face) -> LivenessScore:
        """P(live) of the mean margin of the face's crops."""
        # both crops in one run, but one face at a time: five faces together fall out of the processor's cache, which costs a quarter more
        crops = np.stack([self._crop(image, face, scale) for scale in self._crop_scales])
        logits = self._session.run({self._session.inputs[0]: crops})[0]
        if logits.shape != (len(crops), 2):
            raise ModelFault(
                ErrorCode.MODEL_CORRUPT, f"{self._model_id} gives {logits.shape}, not two numbers for each of {len(crops)} crops"
            )
        margin = float(np.clip(logits[:, 0] - logits[:, 1], -_LOUDEST, _LOUDEST).mean())
        return LivenessScore(1 / (1 + math.exp(-margin)), self._threshold, self._model_id)

    def _crop(self, image: Image, face: Face, scale: float) -> npt.NDArray[np.float32]:
        """3 x 128 x 128, RGB, 0..1."""
        # The model was trained on boxes from forehead to chin; BlazeFace's end at the brows. A box from the points serves both.
        box = box_from_points(face, width=2.1, height=2.9, down=0.35)
        crop, (_, _, side) = square_crop(image, box, scale)
        interpolation = cv2.INTER_AREA if side > INPUT_PX else cv2.INTER_CUBIC
        resized = cv2.resize(crop, (INPUT_PX, INPUT_PX), interpolation=interpolation)
        return np.ascontiguousarray(resized[:, :, ::-1].transpose(2, 0, 1), np.float32) / np.float32(255)
