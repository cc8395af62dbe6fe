"""Text with PP-OCRv6 (small) in ONNX Runtime: detection, recognition, and recognition in a restricted alphabet.

The models are run directly, without the rapidocr package's own classes: those hide the probabilities, configure logging for the whole
process and may download. The pre-processing follows PaddleOCR: (x / 255 - 0.5) / 0.5, BGR, detector sides multiples of 32,
recogniser 48 px high with one CTC step per 8 px.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.onnx_edit import NotOnnx
from kiosk.engines.ort import OnnxSession, default_threads
from kiosk.engines.providers import Probe, Provider, ProviderNote, same_map, same_text
from kiosk.engines.text_alphabet import Alphabet, alphabet_of, only_kept_classes
from kiosk.engines.text_boxes import MAP_THRESHOLD, boxes_of_map, reading_order
from kiosk.engines.text_crop import crop_line
from kiosk.engines.text_gaps import GapReader
from kiosk.engines.text_letters import load_letters, with_letters
from kiosk.engines.text_marks import MarkReader
from kiosk.imaging.frame import Image
from kiosk.ports import LineSteps, TextLine

S = TypeVar("S")
T = TypeVar("T")

DETECTOR_STRIDE = 32
MIN_DETECTOR_SIDE_PX = 384
"""Smaller pictures are enlarged until their longer side has at least this; tiny text is lost otherwise."""
LINE_HEIGHT_PX = 48
STEP_PX = 8
MIN_LINE_WIDTH_PX = 96
MAX_LINE_WIDTH_PX = 2400
MIN_CONFIDENCE = 0.4


class RapidTextReader:
    """TextReader and LineReader on the PP-OCR detection and recognition models. One thread at a time."""

    def __init__(
        self,
        detection: Path,
        recognition: Path,
        *,
        threads: int | None = None,
        provider: Provider = Provider.CPU,
        letters: Path | None = None,
    ) -> None:
        """Loads both models (0.2 s). Raises ModelFault when a file is missing or is not the model it should be.

        Args:
            letters: what the recogniser was taught of letters with diacritics (`text_letters`); None = as published.
        """
        taught = None if letters is None else load_letters(letters)
        self._detector = OnnxSession(detection, threads=threads, provider=provider, probe=_detection_probe())
        # A line is too small to be worth sharing among threads (one core 105 ms, two 78 ms): several lines at once on one thread each are
        # half as fast again. Other providers than the CPU take one call at a time.
        at_once = threads or default_threads()
        self._recogniser = OnnxSession(
            recognition,
            threads=1 if at_once > 1 else threads,
            provider=provider,
            probe=_recognition_probe(),
            edit=only_kept_classes if taught is None else lambda model: only_kept_classes(with_letters(model, taught)),
        )
        self._at_once = at_once if self._recogniser.provider is Provider.CPU else 1
        listed = self._recogniser.metadata().get("character")
        if listed is None:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{recognition.name} carries no character list", model=recognition.stem)
        self._alphabet = self._known_alphabet(listed, recognition)
        self._marks = MarkReader(self._alphabet.characters)
        self._gaps = GapReader(self._alphabet.characters)

    def _known_alphabet(self, listed: str, recognition: Path) -> Alphabet:
        blank = np.zeros((1, 3, LINE_HEIGHT_PX, MIN_LINE_WIDTH_PX), np.float32)
        (found,) = self._recogniser.run({self._recogniser.inputs[0]: blank})
        try:
            return alphabet_of(listed, found.shape[2])
        except NotOnnx as error:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{recognition.name}: {error}", model=recognition.stem) from error

    @property
    def provider_notes(self) -> tuple[ProviderNote, ...]:
        """What became of the wish for a provider, per model; empty when the CPU was asked for."""
        return tuple(note for note in (self._detector.note, self._recogniser.note) if note is not None)

    @property
    def model_id(self) -> str:
        return "ppocrv6_small"

    def read(self, image: Image, *, max_side_px: int = 736) -> tuple[TextLine, ...]:
        """All text lines, top to bottom then left to right. No text is an empty result; ModelFault when the engine breaks."""
        return self.read_at(image, self.find_lines(image, max_side_px=max_side_px))

    def read_at(self, image: Image, quads: Sequence[Quad]) -> tuple[TextLine, ...]:
        """The lines at these places, in their order; unreadable ones are left out. ModelFault when the engine breaks."""

        def read_one(quad: Quad) -> TextLine:
            probabilities = self._probabilities(crop_line(image, quad, LINE_HEIGHT_PX, MAX_LINE_WIDTH_PX))
            probabilities, whole = self._gaps.settled(probabilities)
            line = text_line(self._alphabet, self._marks, probabilities, quad)
            return line if whole == 1.0 else no_surer(line, whole)

        read = self._each(read_one, quads, [math.dist(quad[0], quad[1]) for quad in quads])
        return tuple(line for line in read if line.text.strip() and line.confidence >= MIN_CONFIDENCE)

    def find_lines(self, image: Image, *, max_side_px: int = 736) -> tuple[Quad, ...]:
        """Quads of text lines in pixels of `image`, in reading order, not recognised."""
        height, width = image.shape[:2]
        if not height or not width:
            return ()
        longest = max(height, width)
        scale = min(max(1.0, MIN_DETECTOR_SIDE_PX / longest), max_side_px / longest)
        net_w = max(DETECTOR_STRIDE, round(width * scale / DETECTOR_STRIDE) * DETECTOR_STRIDE)
        net_h = max(DETECTOR_STRIDE, round(height * scale / DETECTOR_STRIDE) * DETECTOR_STRIDE)
        shrinks = net_w < width
        resized = cv2.resize(image, (net_w, net_h), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        (found,) = self._detector.run({self._detector.inputs[0]: _normalised(resized)[np.newaxis]})
        scale_x, scale_y = width / net_w, height / net_h
        quads = [_scaled(quad, scale_x, scale_y) for quad, _ in boxes_of_map(found[0, 0])]
        return tuple(reading_order(quads))

    def read_lines(self, lines: Sequence[Image]) -> tuple[tuple[str, float], ...]:
        """Text and confidence (mean probability of its characters) of crops that hold one upright line each."""

        def read_one(line: Image) -> tuple[str, float]:
            return self._alphabet.text_of(self._probabilities(line)) if line.size else ("", 0.0)

        return tuple(self._each(read_one, lines, [line.shape[1] for line in lines]))

    def read_steps(self, lines: Sequence[Image], alphabet: str) -> tuple[LineSteps, ...]:
        """Per crop the probabilities of nothing and of each character of `alphabet` at each step along the line.

        Lower case and look-alikes count for the character of the alphabet; foreign characters for nothing, so rows need not add up to 1.
        """
        fold = self._alphabet.fold(alphabet)

        def steps_of(line: Image) -> LineSteps:
            full = self._probabilities(line)
            steps = np.stack([full[:, members].sum(axis=1) for members in fold], axis=1)
            return LineSteps(steps.astype(np.float32), STEP_PX * line.shape[0] / LINE_HEIGHT_PX)

        return tuple(self._each(steps_of, lines, [line.shape[1] for line in lines]))

    def _each(self, work: Callable[[S], T], items: Sequence[S], lengths: Sequence[float]) -> list[T]:
        """The work on every line, in their order; as many at once as there are threads, which end with the call.

        The longest begin first, so that no thread is left alone with a long one at the end.
        """
        if self._at_once == 1 or len(items) < 2:
            return [work(item) for item in items]
        order = sorted(range(len(items)), key=lambda index: -lengths[index])
        with ThreadPoolExecutor(min(self._at_once, len(items)), "text-lines") as pool:
            done = dict(zip(order, pool.map(work, [items[index] for index in order]), strict=True))
        return [done[index] for index in range(len(items))]

    def _probabilities(self, line: Image) -> npt.NDArray[np.float32]:
        """steps x classes for one crop; steps cover the crop only, not the padding."""
        height, width = line.shape[:2]
        net_w = min(MAX_LINE_WIDTH_PX, max(STEP_PX, math.ceil(width * LINE_HEIGHT_PX / height)))
        fits = (width, height) == (net_w, LINE_HEIGHT_PX)
        resized = line if fits else cv2.resize(line, (net_w, LINE_HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
        padded_w = max(MIN_LINE_WIDTH_PX, math.ceil(net_w / STEP_PX) * STEP_PX)
        feed = np.zeros((1, 3, LINE_HEIGHT_PX, padded_w), np.float32)
        feed[0, :, :, :net_w] = _normalised(resized)
        (found,) = self._recogniser.run({self._recogniser.inputs[0]: feed})
        probabilities: npt.NDArray[np.float32] = found[0, : math.ceil(net_w / STEP_PX)]
        return probabilities


def text_line(alphabet: Alphabet, marks: MarkReader, probabilities: npt.NDArray[np.float32], quad: Quad) -> TextLine:
    """What steps x classes of the alphabet say, with all that the letters tell of how sure they are."""
    text, confidence, letters = alphabet.line_of(probabilities)
    least, doubts = min(letters, default=0.0), marks.doubts(probabilities, text)
    if doubts is None:
        return TextLine(text, confidence, quad, least, least)
    named = {doubt.place for doubt in doubts}
    rest = min((sure for place, sure in enumerate(letters) if place not in named), default=1.0)
    return TextLine(text, confidence, quad, least, min((doubt.ways[0][1] for doubt in doubts), default=1.0), doubts, rest)


def no_surer(line: TextLine, sure: float) -> TextLine:
    """The line with a doubt that is no single letter's."""
    rest = line.least if line.rest is None else line.rest
    return replace(line, least=min(line.least, sure), rest=min(rest, sure))


def _detection_probe() -> Probe:
    """A drawn page: shapes like text, no font of the machine's."""
    page = np.full((256, 384, 3), 235, np.uint8)
    for row, text in enumerate(("SPECIMEN", "UTO 7408122", "ERIKSSON")):
        cv2.putText(page, text, (20, 60 + 70 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30, 20, 20), 2)
    return Probe({"x": _normalised(page)[np.newaxis]}, same_map(MAP_THRESHOLD))


def _recognition_probe() -> Probe:
    line = np.full((LINE_HEIGHT_PX, 384, 3), 235, np.uint8)
    cv2.putText(line, "ERIKSSON 7408122", (6, 35), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30, 20, 20), 2)
    return Probe({"x": _normalised(line)[np.newaxis]}, same_text)


def _normalised(image: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """height x width x 3 uint8 -> 3 x height x width, -1..1."""
    scaled = image.astype(np.float32)
    scaled /= 127.5
    scaled -= 1.0
    return np.ascontiguousarray(scaled.transpose(2, 0, 1))


def _scaled(quad: Quad, scale_x: float, scale_y: float) -> Quad:
    a, b, c, d = ((x * scale_x, y * scale_y) for x, y in quad)
    return a, b, c, d
