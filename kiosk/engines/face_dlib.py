"""Face embedding by dlib's ResNet (128 numbers, Euclidean distance), with dlib's own 5-point alignment.

dlib finds the points and cuts the picture; the network itself runs in ONNX Runtime, which computes the same numbers (less than 1e-5 apart)
in a twentieth of the time (docs/decisions/0046). So templates made by dlib's own code stay valid.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.engines.dlib_network import INPUT, INPUT_PX, MEAN_RGB, SCALE, onnx_of
from kiosk.engines.face_template import interchangeable, require_model, smooth_chip
from kiosk.engines.ort import OnnxSession
from kiosk.engines.providers import Probe, Provider, ProviderNote
from kiosk.imaging.face_align import Points, box_from_points, square_crop
from kiosk.imaging.frame import Image

CHIP_PX, CHIP_PADDING = INPUT_PX, 0.25
"""How the network's training pictures were cut (dlib examples, dnn_metric_learning_on_images_ex.cpp)."""
FAR_DISTANCE = 1.2
"""Score 0; strangers lie between 0.6 and 1.1."""
MATCH_DISTANCE = 0.576
"""Score 0.52. dlib's own 0.6 (99.38 % on LFW) let 8 of 458 pairs of strangers pass in our measurement, this 3 (see its card)."""
BORDERLINE = 0.11
"""Scores up to this much above the threshold are a match that a person should look at: distance 0.444 to 0.576. None of 458 pairs of
strangers lay above it."""
_WORKING_PX = 400


def score_of(distance: float) -> float:
    """Distance 0 -> 1, FAR_DISTANCE and more -> 0, straight in between: 0.6 -> 0.5."""
    return float(np.clip(1 - distance / FAR_DISTANCE, 0, 1))


class DlibFaceMatcher:
    """dlib_face_recognition_resnet_model_v1 behind shape_predictor_5_face_landmarks. Thread-safe: dlib's part is serialised by a lock.

    Args:
        threshold: of the score; None = that of MATCH_DISTANCE.
        threads, provider: of the network, see OnnxSession.
    """

    def __init__(
        self,
        embedding_path: Path,
        points_path: Path,
        *,
        model_id: str = "dlib_resnet_v1",
        threshold: float | None = None,
        borderline: float = BORDERLINE,
        threads: int | None = None,
        provider: Provider = Provider.CPU,
    ) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        import dlib

        if not points_path.is_file():
            raise ModelFault(ErrorCode.MODEL_MISSING, f"model file {points_path.name} is not there")
        self._dlib: Any = dlib
        self._network = OnnxSession(embedding_path, threads=threads, provider=provider, probe=_probe(), convert=onnx_of)
        try:
            self._points: Any = dlib.shape_predictor(str(points_path))
        except RuntimeError as error:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"a dlib model file is refused: {error}") from error
        self._model_id = model_id
        self._threshold = score_of(MATCH_DISTANCE) if threshold is None else threshold
        self._borderline = borderline
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return self._model_id

    @property
    def provider_notes(self) -> tuple[ProviderNote, ...]:
        """What became of the wish for a provider; empty when the CPU was asked for."""
        return () if self._network.note is None else (self._network.note,)

    def chip(self, image: Image, face: Face) -> Image:
        """The aligned 150x150 picture (BGR) that the network sees."""
        return np.ascontiguousarray(self._chip(image, face)[:, :, ::-1])

    def _chip(self, image: Image, face: Face) -> Image:
        """As `chip`, RGB."""
        rgb, box, _ = self._prepared(image, face)
        with self._lock:
            chip = self._dlib.get_face_chip(rgb, self._points(rgb, box), size=CHIP_PX, padding=CHIP_PADDING)
        return np.asarray(chip, np.uint8)

    def five_points(self, image: Image, face: Face) -> Points:
        """What the chip is cut by, pixels: outer and inner corner of the person's left eye, of the right eye, base of the nose."""
        rgb, box, (left, top, factor) = self._prepared(image, face)
        with self._lock:
            found = self._points(rgb, box).parts()
        return tuple((point.x / factor + left, point.y / factor + top) for point in found)

    def _prepared(self, image: Image, face: Face) -> tuple[Image, Any, tuple[float, float, float]]:
        """An RGB crop, dlib's box in it, and (left, top, factor) from the picture to the crop."""
        # The 5-point predictor was trained on boxes of dlib's HOG detector: square, 2.1 eye-to-mouth distances, centred 0.38 below the
        # eyes (measured against that detector on twelve pictures). A generous crop around it keeps large camera pictures cheap.
        crop, (left, top, side) = square_crop(image, box_from_points(face, width=2.3, height=2.3, down=0.4), 2.2)
        factor = min(1.0, _WORKING_PX / side)
        if factor < 1:
            crop = _resized(crop, _WORKING_PX)
        x, y, width, height = box_from_points(face, width=2.1, height=2.1, down=0.38)
        box = ((x - left) * factor, (y - top) * factor, (x + width - left) * factor, (y + height - top) * factor)
        return np.ascontiguousarray(crop[:, :, ::-1]), self._dlib.rectangle(*(round(edge) for edge in box)), (left, top, factor)

    def embed(self, image: Image, face: Face) -> Embedding:
        return self.embed_chip(self._chip(image, face))

    def embed_chip(self, chip: Image) -> Embedding:
        """The template of an aligned 150x150 picture, RGB."""
        (vectors,) = self._network.run({INPUT: _tensor(chip)})
        return Embedding(tuple(vectors[0].tolist()), self._model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        require_model(self._model_id, one, other)
        distance = float(np.linalg.norm(np.asarray(one.vector) - np.asarray(other.vector)))
        return Similarity(score_of(distance), self._threshold, self._model_id, self._borderline)


def _tensor(chip: Image) -> npt.NDArray[np.float32]:
    """1 x 3 x 150 x 150."""
    scaled = (chip.astype(np.float32) - np.asarray(MEAN_RGB, np.float32)) / np.float32(SCALE)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _probe() -> Probe:
    """A fixed smooth chip; templates must be interchangeable, not only alike."""
    return Probe({INPUT: _tensor(smooth_chip(CHIP_PX))}, interchangeable)


def _resized(image: Image, side_px: int) -> Image:
    return cv2.resize(image, (side_px, side_px), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
