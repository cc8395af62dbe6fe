"""From what a recogniser saw along a line to one vector of probabilities per character cell.

The characters of an MRZ stand on an even grid (9303-3 4.1: 2.54 mm pitch), which a text recogniser does not know: it now and then
swallows one of many fillers or sees one character twice. The grid puts both right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from kiosk.domain.mrz_layout import ALPHABET, FILLER
from kiosk.ports import LineSteps

Vector = npt.NDArray[np.float32]
FILLER_COLUMN = ALPHABET.index(FILLER)
NEIGHBOURS = 8
FAINT = 0.3


@dataclass(frozen=True, slots=True)
class Peak:
    """One character as the recogniser saw it: place in steps, probability per character of the alphabet."""

    at: float
    vector: Vector


class SeenLine(LineSteps):
    """A line that is asked several times; what its steps tell is worked out once."""

    @cached_property
    def peaks(self) -> tuple[Peak, ...]:
        return tuple(_peaks(self))

    @cached_property
    def on_grid(self) -> tuple[Vector, ...]:
        """One vector per cell of the grid; of fewer than three peaks the peaks' own."""
        peaks = _merged(list(self.peaks))
        return tuple(_on_grid(peaks, self)) if len(peaks) > 2 else tuple(peak.vector for peak in peaks)


def peaks_of(line: LineSteps) -> Sequence[Peak]:
    """Greedy CTC segments: runs of steps with the same best character, each with the highest probabilities of its steps."""
    return line.peaks if isinstance(line, SeenLine) else _peaks(line)


def _peaks(line: LineSteps) -> list[Peak]:
    best = line.probabilities.argmax(axis=1)
    bounds = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
    peaks = []
    for start, end in pairwise(bounds.tolist()):
        if best[start] == 0:
            continue
        part = line.probabilities[start:end]
        weights = part[:, best[start]]
        at = float((np.arange(start, end) * weights).sum() / max(float(weights.sum()), 1e-9)) + 0.5
        peaks.append(Peak(at, part[:, 1:].max(axis=0)))
    return peaks


def cells_of(line: LineSteps, length: int, *, free_tail: int) -> npt.NDArray[np.float32] | None:
    """length x alphabet probabilities, or None when the line does not hold that many characters.

    Args:
        length: how many characters the format has.
        free_tail: the line may end in fillers that carry nothing (the line of names), so their number may be mended by this many.
    """
    seen = line if isinstance(line, SeenLine) else SeenLine(line.probabilities, line.step_px)
    if len(_merged(list(seen.peaks))) < length // 2:
        return None
    vectors = list(seen.on_grid)
    while len(vectors) > length and _faint(vectors[-1]):
        vectors.pop()
    while len(vectors) > length and _faint(vectors[0]):
        vectors.pop(0)
    if free_tail and _is_filler(vectors[-1]):
        while len(vectors) > length and _is_filler(vectors[-1]) and _is_filler(vectors[-2]):
            vectors.pop()
        if length - free_tail <= len(vectors) < length:
            vectors.extend([_filler(0.5)] * (length - len(vectors)))
    return np.stack(vectors) if len(vectors) == length else None


def length_of(line: LineSteps) -> int:
    """How many characters the line seems to hold."""
    seen = line if isinstance(line, SeenLine) else SeenLine(line.probabilities, line.step_px)
    return len(seen.on_grid)


def legibility(line: LineSteps) -> float:
    """Mean probability of the characters seen, 0..1; text that lies upside down or is none at all gives little."""
    peaks = peaks_of(line)
    return float(np.mean([peak.vector.max() for peak in peaks])) if peaks else 0.0


def _merged(peaks: list[Peak]) -> list[Peak]:
    """Two peaks nearer than half the pitch are one character seen as two."""
    if len(peaks) < 4:
        return peaks
    pitch = float(np.median(np.diff([peak.at for peak in peaks])))
    merged = [peaks[0]]
    for peak in peaks[1:]:
        last = merged[-1]
        if peak.at - last.at >= 0.5 * pitch:
            merged.append(peak)
            continue
        weight, last_weight = float(peak.vector.max()), float(last.vector.max())
        at = (peak.at * weight + last.at * last_weight) / max(weight + last_weight, 1e-9)
        merged[-1] = Peak(at, np.maximum(peak.vector, last.vector))
    return merged


def _on_grid(peaks: list[Peak], line: LineSteps) -> list[Vector]:
    """One vector per cell: the peaks, and what was seen between two peaks that stand two pitches apart."""
    places = np.array([peak.at for peak in peaks])
    gaps = np.diff(places)
    vectors = [peaks[0].vector]
    for index, (gap, pitch) in enumerate(zip(gaps.tolist(), _pitches(gaps).tolist(), strict=True)):
        missing = max(0, round(gap / pitch - 0.15) - 1)
        for number in range(missing):
            at = places[index] + gap * (number + 1) / (missing + 1)
            between = _is_filler(peaks[index].vector) and _is_filler(peaks[index + 1].vector)
            vectors.append(_filler(0.5) if between else _window(line, at, pitch))
        vectors.append(peaks[index + 1].vector)
    return vectors


def _pitches(gaps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Per gap the usual distance of characters around it: local, since a tilted page changes its pitch along the line."""
    if not len(gaps):
        return gaps
    near = sliding_window_view(np.pad(gaps, NEIGHBOURS, constant_values=np.nan), 2 * NEIGHBOURS + 1)
    middle = _middles(near)
    usual = (near > 0.6 * middle[:, None]) & (near < 1.5 * middle[:, None])
    # the median alone jumps with the width of a step; it always lies among the usual or is taken itself
    count = usual.sum(axis=1)
    mean = np.where(usual, near, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, mean, middle)


def _middles(near: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The median of each row, what is not a number left out: as numpy's nanmedian, which takes eight times as long for short rows.

    Every row holds a number.
    """
    ordered = np.sort(near, axis=1)  # what is not a number comes last
    count = np.count_nonzero(~np.isnan(near), axis=1)
    row = np.arange(len(near))
    return np.asarray(np.mean([ordered[row, (count - 1) // 2], ordered[row, count // 2]], axis=0), np.float64)


def _window(line: LineSteps, at: float, pitch: float) -> Vector:
    start, end = int(max(0, np.floor(at - pitch / 3))), int(np.ceil(at + pitch / 3))
    seen: Vector = line.probabilities[start:end, 1:].max(axis=0)
    return seen


def _faint(vector: Vector) -> bool:
    return float(vector.max()) < FAINT


def _is_filler(vector: Vector) -> bool:
    return int(vector.argmax()) == FILLER_COLUMN


def _filler(probability: float) -> Vector:
    vector = np.zeros(len(ALPHABET), np.float32)
    vector[FILLER_COLUMN] = probability
    return vector
