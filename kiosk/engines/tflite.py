"""MediaPipe's .tflite networks, run by ONNX Runtime.

The MediaPipe package is not needed for them, and for the face mesh it is worse than not needed: its Tasks `FaceLandmarker` (1.2) takes
the 468-point network but splits the 1404 numbers as if they were 478 points of two, without an error (measured: the points lie beside
the face, z is 0). OpenCV computes both networks right, too, in twice the time and with three times the work (docs/decisions/0046).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.ort import OnnxSession
from kiosk.engines.tflite_network import INPUT, onnx_of


class TfliteNet:
    """One network with its outputs by name, on the CPU; thread-safe."""

    def __init__(self, path: Path, outputs: tuple[str, ...]) -> None:
        """Args: `outputs` by their names in the file. Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        # one thread: they take 2 to 4 ms, of which a second thread would save nothing and cost a core
        self._session = OnnxSession(path, threads=1, convert=onnx_of)
        self._outputs = outputs
        if lacking := ", ".join(sorted(set(outputs) - set(self._session.outputs))):
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} is another network: it has no {lacking}")

    def run(self, tensor: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], ...]:
        """One inference: NCHW in, the outputs flattened in the order they were named."""
        return tuple(np.array(result, np.float64).ravel() for result in self._session.run({INPUT: tensor}, self._outputs))
