"""Face embedding by EdgeFace (512 numbers, cosine similarity) through ONNX Runtime.

Contract of the model (Idiap, EdgeFace, doi 10.1109/TBIOM.2024.3352164; ONNX export edgeface-onnx): RGB 112x112 aligned on the ArcFace
template by five points, (x - 127.5) / 127.5, NCHW float32. Its weights are for non-commercial use: see its card.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.engines.face_template import (
    alignment_points,
    cosine_of,
    cosine_score,
    require_model,
    smooth_chip,
    unit_embedding,
    unit_interchangeable,
)
from kiosk.engines.ort import OnnxSession
from kiosk.engines.providers import ONLY_INPUT, Probe, Provider, ProviderNote
from kiosk.imaging.face_align import align_face
from kiosk.imaging.frame import Image
from kiosk.ports import FaceLandmarker

INPUT_PX, SIZE = 112, 512
MATCH_COSINE = 0.5
"""Its authors name none. Stricter than what networks of this kind need on LFW (0.2 to 0.4), because it is not measured here."""
BORDERLINE = 0.05
"""In score: cosine 0.5 to 0.6."""


class EdgeFaceMatcher:
    """edgeface_xs_gamma_06, or another EdgeFace of the same contract. Thread-safe.

    Args: `landmarker` when the detector makes up the mouth corners (`face_template.alignment_points`).
    """

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "edgeface_xs",
        threshold: float | None = None,
        borderline: float = BORDERLINE,
        landmarker: FaceLandmarker | None = None,
        threads: int | None = None,
        provider: Provider = Provider.CPU,
    ) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._session = OnnxSession(path, threads=threads, provider=provider, probe=_probe())
        if len(self._session.inputs) != 1:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} has {len(self._session.inputs)} inputs, not one")
        self._model_id = model_id
        self._threshold = cosine_score(MATCH_COSINE) if threshold is None else threshold
        self._borderline = borderline
        self._landmarker = landmarker

    @property
    def model_id(self) -> str:
        return self._model_id

    @property
    def provider_notes(self) -> tuple[ProviderNote, ...]:
        """What became of the wish for a provider; empty when the CPU was asked for."""
        return () if self._session.note is None else (self._session.note,)

    def embed(self, image: Image, face: Face) -> Embedding:
        chip = align_face(image, alignment_points(image, face, self._landmarker), size_px=INPUT_PX)
        vector = self._session.run({self._session.inputs[0]: _tensor(chip)})[0]
        if vector.size != SIZE:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{self._model_id} gives {vector.size} numbers, not {SIZE}")
        return unit_embedding(vector, self._model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        require_model(self._model_id, one, other)
        return Similarity(cosine_score(cosine_of(one, other)), self._threshold, self._model_id, self._borderline)


def _tensor(chip: Image) -> npt.NDArray[np.float32]:
    """BGR -> 1 x 3 x 112 x 112, RGB."""
    rgb = chip[:, :, ::-1].transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    return np.ascontiguousarray((rgb - 127.5) / 127.5)


def _probe() -> Probe:
    """A fixed smooth chip; templates must be interchangeable, not only alike."""
    return Probe({ONLY_INPUT: _tensor(smooth_chip(INPUT_PX))}, unit_interchangeable)
