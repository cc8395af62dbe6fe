"""Finds and reads the machine readable zone in a picture: a straightened page in any of four rotations, or a whole photograph."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.domain.document import Quad
from kiosk.domain.mrz import Mrz
from kiosk.domain.mrz_layout import ALPHABET, LAYOUTS, Layout, layout_for
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_zone import around, grown, line_crop, quarter_turns, turned, zone_candidates
from kiosk.ports import LineReader, LineSteps
from kiosk.services.mrz_cells import Vector, cells_of, length_of
from kiosk.services.mrz_decoding import Decoded, decode

log = logging.getLogger(__name__)

DETECTOR_SIDES_PX = (480, 736, 1280)
"""Tried one after the other until a zone is read; a page that fills the picture needs the first only."""
SURE = 0.9
SECOND_LOOK = ((0.0, 0.08), (0.15, -0.06))
"""How the crops of a second look differ from the first: growth along and across the line, in line heights."""


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A zone that was read.

    Attributes:
        quad: around the whole zone, pixels of the picture; first corner = the zone's own top left.
        line_quads: of each line, top first.
        rotation: 0, 90, 180 or 270, the clockwise turn of the picture that makes the zone upright.
        ms: time that finding and reading took.
    """

    mrz: Mrz
    quad: Quad
    line_quads: tuple[Quad, ...]
    rotation: int
    ms: float


class MrzReader:
    """Reads MRZs with any LineReader. One thread at a time, as the reader's engine demands."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader

    @property
    def model_id(self) -> str:
        return self._reader.model_id

    def read(self, image: Image) -> MrzReading | None:
        """The picture's MRZ, or None when there is none or it cannot be read plausibly: refusing is better than inventing.

        Check digits that do not hold are reported in `mrz.check_digits`, not mended away. Raises ModelFault when the engine breaks.
        """
        began = time.perf_counter()
        best: tuple[Decoded, tuple[Quad, ...]] | None = None
        for side in DETECTOR_SIDES_PX:
            quads = self._reader.find_lines(image, max_side_px=side)
            for candidate in zone_candidates(quads):
                found = self._read_zone(image, candidate)
                if found is not None and (best is None or _rank(found[0]) > _rank(best[0])):
                    best = found
                if best is not None and best[0].mrz.valid:
                    break
            if (best is not None and (best[0].mrz.valid or best[0].mean >= SURE)) or side >= max(image.shape[:2]):
                break
        ms = 1000 * (time.perf_counter() - began)
        if best is None or best[0].ambiguous:
            log.info("no MRZ read in %.0f ms%s", ms, " (ambiguous)" if best else "")
            return None
        decoded, lines = best
        log.info("MRZ %s read in %.0f ms, valid %s, confidence %.2f", decoded.mrz.format, ms, decoded.mrz.valid, decoded.mrz.confidence)
        zone = around(lines)
        return MrzReading(decoded.mrz, zone, lines, quarter_turns(zone), ms)

    def _read_zone(self, image: Image, quads: tuple[Quad, ...]) -> tuple[Decoded, tuple[Quad, ...]] | None:
        """Reads the lines as they lie and, when that gives nothing, upside down."""
        for lines in (quads, tuple(turned(quad) for quad in reversed(quads))):
            steps = self._reader.read_steps([line_crop(image, quad) for quad in lines], ALPHABET)
            for layout, kept in _fits(steps):
                decoded = self._decode(image, [lines[index] for index in kept], [steps[index] for index in kept], layout)
                if decoded is not None:
                    return decoded, tuple(lines[index] for index in kept)
        return None

    def _decode(self, image: Image, lines: Sequence[Quad], steps: Sequence[LineSteps], layout: Layout) -> Decoded | None:
        cells = _cells(steps, layout)
        if cells is None:
            return None
        first = decode(cells, layout)
        if first is None or (first.mrz.valid and not first.ambiguous and first.mean >= SURE):
            return first
        looks = [cells]
        for along, across in SECOND_LOOK:
            crops = [line_crop(image, grown(quad, along, across)) for quad in lines]
            again = _cells(self._reader.read_steps(crops, ALPHABET), layout)
            if again is not None:
                looks.append(again)
        return decode([np.mean([look[line] for look in looks], axis=0) for line in range(layout.lines)], layout)


def _fits(steps: Sequence[LineSteps]) -> list[tuple[Layout, tuple[int, ...]]]:
    """Layouts that the lines may have by their lengths, the nearest first, with the lines that belong to each."""
    lengths = [length_of(line) for line in steps]
    fits: list[tuple[int, Layout, tuple[int, ...]]] = []
    for layout in {layout.format: layout for layout in LAYOUTS.values() if not layout.format.startswith("MRV")}.values():
        for first in range(len(steps) - layout.lines + 1):
            kept = tuple(range(first, first + layout.lines))
            off = max(abs(lengths[index] - layout.length) for index in kept)
            if off <= 3:
                fits.append((off, layout, kept))
    fits.sort(key=lambda fit: (fit[0], -len(fit[2])))
    result = []
    for _, layout, kept in fits:
        visa = _first_letter(steps[kept[0]]) == "V"
        exact = layout_for(layout.lines, layout.length, "V" if visa else "P")
        result.append((exact or layout, kept))
    return result


def _first_letter(line: LineSteps) -> str:
    inked = line.probabilities[line.probabilities[:, 0] < 0.5]
    return ALPHABET[int(inked[0, 1:].argmax())] if len(inked) else ""


def _cells(steps: Sequence[LineSteps], layout: Layout) -> list[Vector] | None:
    cells = [cells_of(line, layout.length, free_tail=index == layout.names_line) for index, line in enumerate(steps)]
    return [line for line in cells if line is not None] if all(line is not None for line in cells) else None


def _rank(decoded: Decoded) -> tuple[bool, int, float]:
    return decoded.mrz.valid, sum(decoded.mrz.check_digits.values()), decoded.mean


