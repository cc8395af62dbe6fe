"""Lines of machine readable zones with our own two small networks: one finds them at any turn, one reads them.

Both were trained in models/training on drawn lines only (cards: models/cards/mrz_line.md, mrz_finder.md). They know the alphabet of the
MRZ and nothing else, so plain text must be read with another engine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.mrz_layout import ALPHABET
from kiosk.engines.ort import OnnxSession, Provider
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_finder import lines_of_map, refined
from kiosk.ports import LineSteps

LINE_HEIGHT_PX = 32
STEP_PX = 4
MIN_WIDTH_PX = 32
MAX_WIDTH_PX = 1600
DEVIATION_FLOOR = 4.0
"""Grey levels; keeps an empty crop from being blown up into noise. As in training."""
MAP_STRIDE = 4
FINDER_MULTIPLE = 16
MIN_PICTURE_PX = 8
MAX_ENLARGEMENT = 2.0
"""Lines nearer to each other than four cells of the map run together, so a small picture is enlarged."""


class MrzLineReader:
    """LineReader on the project's own networks. One thread at a time."""

    def __init__(self, line_model: Path, finder_model: Path, *, threads: int | None = None, provider: Provider = Provider.CPU) -> None:
        """Loads both files (20 ms). Raises ModelFault when one is missing or is not what it should be."""
        self._lines = OnnxSession(line_model, threads=threads, provider=provider)
        self._finder = OnnxSession(finder_model, threads=threads, provider=provider)
        if self._lines.input_shape(self._lines.inputs[0])[2] != LINE_HEIGHT_PX:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{line_model.name} takes no lines of {LINE_HEIGHT_PX} px", model=line_model.stem)

    @property
    def model_id(self) -> str:
        return "mrz_line"

    def find_lines(self, image: Image, *, max_side_px: int = 736) -> tuple[Quad, ...]:
        """Quads of lines of machine readable zones in pixels of `image`, the surest first; the first edge runs along the reading."""
        height, width = image.shape[:2]
        if min(height, width) < MIN_PICTURE_PX:
            return ()
        scale = min(MAX_ENLARGEMENT, max_side_px / max(height, width))
        net_w = max(FINDER_MULTIPLE, round(width * scale / FINDER_MULTIPLE) * FINDER_MULTIPLE)
        net_h = max(FINDER_MULTIPLE, round(height * scale / FINDER_MULTIPLE) * FINDER_MULTIPLE)
        grey = _grey(image)
        resized = cv2.resize(grey, (net_w, net_h), interpolation=cv2.INTER_AREA if net_w < width else cv2.INTER_LINEAR)
        feed = (resized.astype(np.float32) / 127.5 - 1.0)[None, None]
        (found,) = self._finder.run({self._finder.inputs[0]: feed})
        if found.ndim != 4 or found.shape[1] != 3:
            raise ModelFault(
                ErrorCode.MODEL_CORRUPT, "the MRZ finder's answer has another shape than its card says", model=self._finder.name
            )
        cell_px = (width / net_w * MAP_STRIDE, height / net_h * MAP_STRIDE)
        return tuple(refined(grey, quad) for quad in lines_of_map(found[0, 0], found[0, 1], found[0, 2], cell_px))

    def read_steps(self, lines: Sequence[Image], alphabet: str) -> tuple[LineSteps, ...]:
        """Per crop of one upright line the probabilities along it; characters that no MRZ has are never seen."""
        columns = np.array([0, *(1 + ALPHABET.index(one) if one in ALPHABET else 0 for one in alphabet)])
        known = np.array([True, *(one in ALPHABET for one in alphabet)])
        return tuple(self._steps(line, columns, known) for line in lines)

    def _steps(self, line: Image, columns: npt.NDArray[np.intp], known: npt.NDArray[np.bool_]) -> LineSteps:
        height, width = line.shape[:2]
        if not height or not width:
            return LineSteps(np.zeros((0, len(columns)), np.float32), 1.0)
        net_w = int(np.clip(math.ceil(width * LINE_HEIGHT_PX / height / STEP_PX) * STEP_PX, MIN_WIDTH_PX, MAX_WIDTH_PX))
        shrinks = height > LINE_HEIGHT_PX
        resized = cv2.resize(_grey(line), (net_w, LINE_HEIGHT_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        pixels = resized.astype(np.float32)
        feed = ((pixels - pixels.mean()) / (pixels.std() + DEVIATION_FLOOR))[None, None]
        (found,) = self._lines.run({self._lines.inputs[0]: feed})
        if found.ndim != 3 or found.shape[2] != 1 + len(ALPHABET):
            raise ModelFault(ErrorCode.MODEL_CORRUPT, "the MRZ line reader's answer has another shape than its card says", model="mrz_line")
        steps = np.where(known, found[0][:, columns], np.float32(0)).astype(np.float32)
        return LineSteps(steps, STEP_PX * width / net_w)


def _grey(image: Image) -> npt.NDArray[np.uint8]:
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
