"""Age and sex of a face by FairFace (ResNet-34) through ONNX Runtime.

Contract of the model (FairFace, Karkkainen and Joo 2021, res34_fair_align_multi_7; ONNX export fairface-onnx): RGB 224x224, aligned as
dlib's `get_face_chip` does with padding 0.25, 0..1, normalised by ImageNet's means and deviations, NCHW float32. It gives logits
`race_output` [1, 7], `gender_output` [1, 2] (male, female) and `age_output` [1, 9]. The first are not read: the product has no use
for them that could be defended.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import AgeGender, Face
from kiosk.engines.face_template import alignment_points
from kiosk.engines.ort import OnnxSession
from kiosk.imaging.face_align import ARCFACE_112, align_face
from kiosk.imaging.frame import Image
from kiosk.ports import FaceLandmarker

INPUT_PX = 224
AGE_GROUPS = ((0, 2), (3, 9), (10, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 120))
_MIDDLES = np.array([1.5, 6.5, 15.0, 25.0, 35.0, 45.0, 55.0, 65.0, 76.0])
"""Of those whose birthday is in the group: 20 to 29 means 20.0 up to 30.0. The last is the mean of such a group in a population."""
_MEAN, _DEVIATION = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
_GENDER, _AGE = "gender_output", "age_output"

# Eyes of dlib's mean face in its chip (padding 0.25): (0.25 + place) / 1.5, place the middle of the corners (shape_predictor_5, mean shape)
_RIGHT_EYE, _LEFT_EYE = (0.3182, 0.3143), (0.6685, 0.3142)


def _template() -> tuple[tuple[float, float], ...]:
    """Five points for align_face: the ArcFace face, moved and scaled so that its eyes lie where they are in dlib's chips."""
    (x, y), (other, _) = ARCFACE_112[0], ARCFACE_112[1]
    scale = (_LEFT_EYE[0] - _RIGHT_EYE[0]) * INPUT_PX / (other - x)
    left, top = _RIGHT_EYE[0] * INPUT_PX - scale * x, _RIGHT_EYE[1] * INPUT_PX - scale * y
    return tuple((left + scale * px, top + scale * py) for px, py in ARCFACE_112)


CHIP_POINTS = _template()


class FairFaceEstimator:
    """fairface, or another model of the same contract. Thread-safe.

    Args: `landmarker` when the detector makes up the mouth corners (`face_template.alignment_points`).
    """

    def __init__(
        self, path: Path, *, model_id: str = "fairface", landmarker: FaceLandmarker | None = None, threads: int | None = None
    ) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._session = OnnxSession(path, threads=threads)
        missing = {_GENDER, _AGE} - set(self._session.outputs)
        if len(self._session.inputs) != 1 or missing:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} has not one input and the outputs {_GENDER} and {_AGE}")
        self._model_id = model_id
        self._landmarker = landmarker

    @property
    def model_id(self) -> str:
        return self._model_id

    def estimate(self, image: Image, face: Face) -> AgeGender:
        chip = align_face(image, alignment_points(image, face, self._landmarker), CHIP_POINTS, INPUT_PX)
        rgb = (chip[:, :, ::-1].astype(np.float32) / np.float32(255) - _MEAN) / _DEVIATION
        outputs = self._session.run({self._session.inputs[0]: np.ascontiguousarray(rgb.transpose(2, 0, 1)[np.newaxis])})
        by_name = dict(zip(self._session.outputs, outputs, strict=True))
        ages, sexes = self._shares(by_name[_AGE], len(AGE_GROUPS)), self._shares(by_name[_GENDER], 2)
        youngest, oldest = AGE_GROUPS[int(ages.argmax())]
        return AgeGender(round(float(ages @ _MIDDLES), 1), youngest, oldest, round(float(sexes[1]), 4), self._model_id)

    def _shares(self, logits: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float64]:
        """Softmax of one head."""
        flat = np.asarray(logits, np.float64).ravel()
        if flat.size != count or not np.isfinite(flat).all():
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{self._model_id} gives {flat.size} numbers, not {count}, or none that count")
        raised = np.exp(flat - flat.max())
        shares: npt.NDArray[np.float64] = raised / raised.sum()
        return shares
