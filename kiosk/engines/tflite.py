"""Loads MediaPipe's .tflite networks into OpenCV's own inference.

The MediaPipe package is not needed for them, and for the face mesh it is worse than not needed: its Tasks `FaceLandmarker` (1.2) takes
the 468-point network but splits the 1404 numbers as if they were 478 points of two, without an error (measured: the points lie beside
the face, z is 0). OpenCV computes both networks right, starts in a tenth of the time and writes nothing to stderr.
"""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault


class TfliteNet:
    """One network with its outputs by name, on the CPU. Calls are serialised by a lock."""

    def __init__(self, path: Path, outputs: tuple[str, ...]) -> None:
        """Args: `outputs` layer names. Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        if not path.is_file():
            raise ModelFault(ErrorCode.MODEL_MISSING, f"model file {path.name} is not there")
        self._outputs = outputs
        self._lock = threading.Lock()
        try:
            if str(path).isascii():
                # OpenCV 5's new engine gives one output per run; the classic one gives all, but only when it is given a file name …
                self._net = cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
            else:
                # … and file names go through the ANSI code page on Windows, so other paths are read here and take the slower engine.
                self._net = cv2.dnn.readNetFromTFLite(np.frombuffer(path.read_bytes(), np.uint8))
            names = set(self._net.getLayerNames())
        except (cv2.error, OSError) as error:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} is refused by OpenCV: {reason_of(error)}") from error
        if lacking := ", ".join(sorted(set(outputs) - names)):
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} is another network: it has no {lacking}")
        self._together = set(self._net.getUnconnectedOutLayersNames()) >= set(outputs)

    def run(self, tensor: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], ...]:
        """One inference: NCHW in, the outputs flattened in the order they were named."""
        with self._lock:
            self._net.setInput(tensor)
            if self._together:
                results = list(self._net.forward(list(self._outputs)))
            else:
                results = [self._net.forward(name) for name in self._outputs]
            return tuple(np.array(result, np.float64).ravel() for result in results)


def reason_of(error: Exception) -> str:
    """The first line of a library's error, for an operator."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
