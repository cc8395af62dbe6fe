"""YuNet, a face detector with five points of its own, in ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Face
from kiosk.engines.face_detector import MARGIN, TIGHT_FACE, largest_first
from kiosk.engines.ort import OnnxSession
from kiosk.engines.yunet_network import INPUT, OUTPUTS, STRIDES, onnx_of
from kiosk.imaging.face_align import scaled, with_margin
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited

_COARSEST = STRIDES[-1]
_DOUBLES, _MOST = 0.3, 200
"""Overlap from which two finds are one face, and how many finds are looked at: as cv2.FaceDetectorYN was called."""


class YuNetDetector:
    """What cv2.FaceDetectorYN finds, in less than half of its time, and thread-safe.

    Pictures are looked at with their longer side at 640 px, and once more at 1280 px when nothing is found; live frames (not `thorough`)
    once at 320 px, which shows faces of 4 % of the frame.
    """

    def __init__(self, path: Path, *, model_id: str = "yunet_n_640", min_score: float = 0.7, thorough: bool = True) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._model_id = model_id
        self._min_score = min_score
        self._thorough = thorough
        self._sides = (640, 1280) if thorough else (320,)
        # one thread, as for the other networks of faces: pictures are worked on two at a time
        self._session = OnnxSession(path, threads=1, convert=onnx_of)

    @property
    def model_id(self) -> str:
        return self._model_id

    def detect(self, image: Image) -> tuple[Face, ...]:
        longest = max(image.shape[:2])
        looked_at = 0
        for side in self._sides:
            if min(side, longest) <= looked_at:
                break
            looked_at = min(side, longest)
            small = limited(image, side)
            faces = [scaled(face, longest / max(small.shape[:2])) for face in self._detect_once(small)]
            if faces:
                return largest_first(faces)
        if not self._thorough:
            return ()
        small = limited(image, self._sides[0])
        framed, (left, top) = with_margin(small, MARGIN)  # a face that fills the picture
        factor = longest / max(small.shape[:2])
        faces = [scaled(face, 1, (-left, -top)) for face in self._detect_once(framed)]
        return largest_first([scaled(face, factor) for face in faces if face.box[2] >= TIGHT_FACE * min(small.shape[:2])])

    def _detect_once(self, image: Image) -> list[Face]:
        """One look, in pixels of `image`; the surest first, doubles removed."""
        rows, columns = image.shape[:2]
        padded = cv2.copyMakeBorder(image, 0, -rows % _COARSEST, 0, -columns % _COARSEST, cv2.BORDER_CONSTANT, value=(0, 0, 0))
        tensor = np.asarray(cv2.dnn.blobFromImage(padded), np.float32)
        levels = self._session.run({INPUT: tensor}, OUTPUTS)
        found = np.concatenate([self._finds(cells[0], stride) for cells, stride in zip(levels, STRIDES, strict=True)])
        return [
            Face(
                box=(x, y, width, height),
                score=score,
                points=tuple((points[2 * i], points[2 * i + 1]) for i in range(5)),
                model=self._model_id,
            )
            for score, x, y, width, height, *points in found[self._singles(found)].tolist()
            if width > 0 and height > 0
        ]

    def _finds(self, cells: npt.NDArray[Any], stride: int) -> npt.NDArray[np.float64]:
        """Cells that see a face: score, box (x, y, width, height), then five points (x, y), all in pixels. n x 15."""
        # the mean of the two probabilities is theirs multiplied, then the root
        chances = 1 / (1 + np.exp(-np.clip(cells[:, :, :2], -60, 60)))
        scores = np.sqrt(chances[:, :, 0] * chances[:, :, 1])
        rows, columns = np.nonzero(scores >= self._min_score)
        seen = cells[rows, columns].astype(np.float64)
        place = np.stack([columns, rows], axis=1)
        middle, size = (seen[:, 2:4] + place) * stride, np.exp(seen[:, 4:6]) * stride
        points = (seen[:, 6:].reshape(-1, 5, 2) + place[:, np.newaxis]) * stride
        return np.column_stack([scores[rows, columns], middle - size / 2, size, points.reshape(-1, 10)])

    def _singles(self, found: npt.NDArray[np.float64]) -> list[int]:
        """Which finds to keep, the surest first."""
        if len(found) < 2:
            return list(range(len(found)))
        boxes: Any = found[:, 1:5].astype(np.int32).tolist()  # FaceDetectorYN compares boxes in whole pixels, too
        scores: Any = found[:, 0].tolist()
        return [int(one) for one in np.ravel(cv2.dnn.NMSBoxes(boxes, scores, self._min_score, _DOUBLES, top_k=_MOST))]
