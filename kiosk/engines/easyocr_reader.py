"""Text with EasyOCR (CRAFT detection, CRNN recognition) instead of PP-OCR, by choice: `[text] engine = "easyocr"`.

EasyOCR and torch are an extra (docs/guides/engines.md). It may download by itself and look into the user's home: here it gets folders,
`download_enabled=False` and files whose SHA-256 was checked, which matters, because it loads them with pickle.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.text_alphabet import Alphabet
from kiosk.engines.text_boxes import reading_order, upright_order
from kiosk.engines.text_crop import crop_line
from kiosk.imaging.frame import Image
from kiosk.ports import LineSteps, TextLine

LANGUAGES = ("en", "sk", "cs", "de", "fr", "es", "pl", "ro", "nl", "hu", "hr", "sl", "it", "pt", "lt", "lv", "et", "tr")
"""All on the one Latin model; they only say which of its characters may be read."""
LINE_HEIGHT_PX = 64
STEP_PX = 4
MIN_LINE_WIDTH_PX = 64
MAX_LINE_WIDTH_PX = 3200
MIN_TEXT_PX = 8
MIN_CONFIDENCE = 0.3


class EasyOcrTextReader:
    """TextReader and LineReader on EasyOCR's models, on the CPU. One thread at a time; torch's own threads are the process's."""

    def __init__(self, detection: Path, recognition: Path, *, threads: int | None = None) -> None:
        """Loads both models (seconds).

        Args:
            detection, recognition: craft_mlt_25k.pth and latin_g2.pth in one folder, verified.

        Raises:
            ModelFault: MODEL_MISSING when the package or a file is not there, MODEL_CORRUPT when EasyOCR refuses a file.
        """
        for path in (detection, recognition):
            if not path.is_file():
                raise ModelFault(ErrorCode.MODEL_MISSING, f"model file {path.name} is not there", model=path.stem)
        if detection.parent != recognition.parent:
            raise ModelFault(
                ErrorCode.MODEL_MISSING, "EasyOCR wants its two files in one folder: kiosk models install", model=detection.stem
            )
        easyocr, self._torch = _libraries()
        if threads:
            self._torch.set_num_threads(threads)
        before = list(sys.path)
        try:
            with tempfile.TemporaryDirectory(prefix="kiosk-easyocr-") as empty:  # else it makes ~/.EasyOCR; nothing is put there
                self._reader = easyocr.Reader(
                    list(LANGUAGES),
                    gpu=False,
                    model_storage_directory=str(detection.parent),
                    user_network_directory=empty,
                    download_enabled=False,
                    verbose=False,
                    quantize=False,
                )
        except Exception as error:  # pickle, torch and EasyOCR each raise their own
            why = "its MD5 is not the publisher's" if "MD5" in str(error) else type(error).__name__
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"EasyOCR refuses its model files: {why}", model="easyocr") from error
        finally:
            sys.path[:] = before  # it adds the folder of user networks
        self._reader.recognizer.eval()
        listed = list(self._reader.converter.character)
        allowed = set(self._reader.lang_char)
        self._alphabet = Alphabet(["", *listed[1:]])
        self._foreign = np.array([index for index, one in enumerate(listed) if index and one not in allowed], dtype=np.intp)

    @property
    def model_id(self) -> str:
        return "easyocr_latin_g2"

    def read(self, image: Image, *, max_side_px: int = 736) -> tuple[TextLine, ...]:
        """All text lines, top to bottom then left to right. No text is an empty result; ModelFault when the engine breaks."""
        return self.read_at(image, self.find_lines(image, max_side_px=max_side_px))

    def read_at(self, image: Image, quads: Sequence[Quad]) -> tuple[TextLine, ...]:
        """The lines at these places, in their order; unreadable ones are left out. ModelFault when the engine breaks."""
        read = self.read_lines([crop_line(image, quad, LINE_HEIGHT_PX, MAX_LINE_WIDTH_PX) for quad in quads])
        return tuple(
            TextLine(text, confidence, quad, marks=confidence)
            for quad, (text, confidence) in zip(quads, read, strict=True)
            if text.strip() and confidence >= MIN_CONFIDENCE
        )

    def find_lines(self, image: Image, *, max_side_px: int = 736) -> tuple[Quad, ...]:
        """Quads of text lines in pixels of `image`, in reading order, not recognised."""
        height, width = image.shape[:2]
        if not height or not width:
            return ()
        picture = np.ascontiguousarray(image[:, :, ::-1])  # CRAFT was trained on RGB
        try:
            level, free = self._reader.detect(picture, min_size=MIN_TEXT_PX, canvas_size=max_side_px, mag_ratio=1.0, text_threshold=0.6)
        except Exception as error:  # torch raises whatever it likes
            raise _broken(error) from error
        quads: list[Quad] = []
        for left, right, top, bottom in level[0]:
            box = (max(0.0, float(left)), max(0.0, float(top)), min(float(width), float(right)), min(float(height), float(bottom)))
            if box[2] - box[0] >= 2 and box[3] - box[1] >= 2:
                quads.append(((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])))
        quads.extend(upright_order(np.asarray(points, np.float32)) for points in free[0])
        return tuple(reading_order(quads))

    def read_lines(self, lines: Sequence[Image]) -> tuple[tuple[str, float], ...]:
        """Text and confidence (mean probability of its characters) of crops that hold one upright line each."""
        return tuple(self._alphabet.text_of(self._probabilities(line)) if line.size else ("", 0.0) for line in lines)

    def read_steps(self, lines: Sequence[Image], alphabet: str) -> tuple[LineSteps, ...]:
        """Per crop the probabilities of nothing and of each character of `alphabet` at each step along the line."""
        fold = self._alphabet.fold(alphabet)
        steps: list[LineSteps] = []
        for line in lines:
            full = self._probabilities(line)
            rows = np.stack([full[:, members].sum(axis=1) for members in fold], axis=1).astype(np.float32)
            steps.append(LineSteps(rows, line.shape[1] / len(rows)))
        return tuple(steps)

    def _probabilities(self, line: Image) -> npt.NDArray[np.float32]:
        """steps x classes for one crop, without the padding: EasyOCR's own preparation (grey, 64 px high, -1..1, last column repeated)."""
        height, width = line.shape[:2]
        net_w = min(MAX_LINE_WIDTH_PX, max(STEP_PX, math.ceil(width * LINE_HEIGHT_PX / height)))
        grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY)
        resized = cv2.resize(grey, (net_w, LINE_HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
        padded_w = max(MIN_LINE_WIDTH_PX, net_w)
        feed = np.empty((1, 1, LINE_HEIGHT_PX, padded_w), np.float32)
        feed[0, 0, :, :net_w] = resized
        feed[0, 0, :, net_w:] = resized[:, -1:]
        feed /= 127.5
        feed -= 1.0
        try:
            with self._torch.no_grad():
                logits = self._reader.recognizer(self._torch.from_numpy(feed), None)
                found: npt.NDArray[np.float32] = self._torch.softmax(logits, dim=2)[0].numpy().astype(np.float32)
        except Exception as error:  # torch raises whatever it likes
            raise _broken(error) from error
        found[:, self._foreign] = 0.0
        return found[: max(1, round(len(found) * net_w / padded_w))]


def _libraries() -> tuple[Any, Any]:
    """easyocr and torch. Raises ModelFault(MODEL_MISSING) with the command that helps."""
    try:
        import easyocr
        import torch
    except ImportError as error:
        raise ModelFault(
            ErrorCode.MODEL_MISSING,
            f"the text engine easyocr is not installed ({error.name} is missing): python -m pip install easyocr "
            '(docs/guides/engines.md says how), or set [text] engine = "rapidocr"',
            model="easyocr",
        ) from error
    except Exception as error:  # torch and torchvision of different releases or builds fail with whatever comes first
        raise ModelFault(
            ErrorCode.MODEL_MISSING,
            f"the text engine easyocr cannot be loaded ({type(error).__name__}): torch and torchvision must be of one release and build "
            "(docs/guides/engines.md)",
            model="easyocr",
        ) from error
    return easyocr, torch


def _broken(error: Exception) -> ModelFault:
    return ModelFault(ErrorCode.MODEL_CORRUPT, f"EasyOCR failed: {type(error).__name__}", model="easyocr")
