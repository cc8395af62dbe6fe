"""Finds and reads the machine readable zone in a picture: a straightened page in any of four rotations, or a whole photograph."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kiosk.domain.countries import is_known
from kiosk.domain.document import Quad
from kiosk.domain.mrz import Mrz
from kiosk.domain.mrz_layout import ALPHABET, LAYOUTS, VARIANTS, Layout, MrzFormat, layout_for, layout_of
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_zone import aligned, around, grown, line_crop, quarter_turns, slender, turned, zone_candidates
from kiosk.ports import LineReader, LineSteps
from kiosk.services.mrz_cells import SeenLine, Vector, cells_of, legibility, length_of, peaks_of
from kiosk.services.mrz_decoding import LICENCE_CODE, Decoded, decode

log = logging.getLogger(__name__)

DETECTOR_SIDES_PX = (480, 736, 1280)
"""Tried one after the other until a zone is read; a page that fills the picture needs the first only."""


@dataclass(frozen=True, slots=True)
class Demands:
    """How sure a reader must be; every reader's probabilities mean something else.

    Attributes:
        sure_mean, sure_least, sure_lead: above these (mean, least letter of what no check digit covers, lead over the next reading that
            holds) one look is enough, and the reading is `sure`.
        least, least_filler: a letter, or a filler between names, less probable than this makes the whole reading too unsure: no check
            digit covers names.
        mend_tail: by so many fillers the end of a line of names is mended; for readers that swallow some of a long run.
        align_ends: lines of a zone are read as long as the longest of them.
        lead: the same for the lead.
        confidence: the same for the mean of the worst line.
    """

    sure_mean: float = 0.9
    sure_least: float = 0.6
    sure_filler: float = 0.0
    sure_lead: float = 50.0
    least: float = 0.3
    least_filler: float = 0.0
    mend_tail: int = 3
    align_ends: bool = False
    lead: float = 2.0
    confidence: float = 0.75


LEGIBLE = 0.85
FEW = 10
"""A line that is slender enough for a zone has more letters than this when it is text."""
LICENCE_LENGTH = 30
MAX_OFF = 3
"""By so many characters a line may differ from a format's length and still be mended."""
SQUEEZE = 0.8
MAX_LINES = 24
"""Lines recognised at most before giving up: bounds the time that a page full of text without an MRZ takes."""
MAX_AGAIN = 18
"""Lines recognised at most in second looks, twice what one zone of three lines takes: what was read of 33 public pictures took half of it,
and illegible print that fits many layouts a little took up to 130."""
FOR_HOLDING = 9
"""As many more for what holds at first sight: what came before it and does not hold must not use up all."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How a crop differs from the found line: growth along and across in line heights, and as `line_crop` says."""

    along: float
    across: float
    squeeze: float
    stretch: bool


@dataclass(slots=True)
class _Search:
    """What one attempt may do and has done.

    Attributes:
        upright: the zone is known to stand upright in the picture; nothing is read upside down.
        least: a reading is wanted only if its least sure character, of those that no check digit covers, reaches this.
        said: lines that another reader read.
        seen: lines that were recognised; candidates share them.
        again: how many were recognised in second looks.
        licences: lines that were tried as zones of one line.
    """

    upright: bool = False
    least: float = 0.0
    said: tuple[str, ...] = ()
    seen: dict[Quad, LineSteps] = field(default_factory=dict)
    again: int = 0
    licences: set[Quad] = field(default_factory=set)

    def may_reach(self, first: Decoded) -> bool:
        """May the mean of the first look and the others, were these as sure as can be, be what is wanted?"""
        looks = 1 + len(SECOND_LOOK)
        return (min(first.least, first.least_filler) + looks - 1) / looks >= self.least


_Zone = tuple[Decoded, tuple[Quad, ...]]
SECOND_LOOK = (_Look(0.0, 0.08, 0.8, True), _Look(0.15, -0.06, 0.9, False), _Look(0.0, 0.0, 1.0, True))


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A zone that was read.

    Attributes:
        quad: around the whole zone, pixels of the picture; first corner = the zone's own top left.
        line_quads: of each line, top first.
        rotation: 0, 90, 180 or 270, the clockwise turn of the picture that makes the zone upright.
        ms: time that finding and reading took.
        sure: read beyond doubt: check digits hold, and so do the demands on every character that none covers. Where one of two was
            taken there is a repair all the same.
        second: of a zone of one line, the likeliest character of each place but the one that was taken.
        plausible: good enough to be handed out.
        least, lead: as `mrz_decoding.Decoded` has them.
        certainty: per line the probability of each character, 0..1.
    """

    mrz: Mrz
    quad: Quad
    line_quads: tuple[Quad, ...]
    rotation: int
    ms: float
    sure: bool = False
    plausible: bool = True
    least: float = 1.0
    lead: float = math.inf
    certainty: tuple[tuple[float, ...], ...] = ()
    second: str = ""


class MrzReader:
    """Reads MRZs with any LineReader. One thread at a time, as the reader's engine demands."""

    def __init__(
        self, reader: LineReader, *, sides: Sequence[int] = DETECTOR_SIDES_PX, demands: Demands | None = None, most_lines: int = MAX_LINES
    ) -> None:
        """
        Args:
            sides: longer sides in pixels at which lines are sought, one after the other until a zone is read.
            most_lines: recognised before giving up.
        """
        self._most_lines = most_lines
        self._reader = reader
        self._sides = tuple(sides)
        self._demands = demands or Demands()

    @property
    def model_id(self) -> str:
        return self._reader.model_id

    def read(self, image: Image, *, lines: Sequence[Quad] | None = None) -> MrzReading | None:
        """The picture's MRZ, or None when there is none or it cannot be read plausibly: refusing is better than inventing.

        Check digits that do not hold are reported in `mrz.check_digits`, not mended away. Raises ModelFault when the engine breaks.

        Args:
            image: a page in any of four rotations, or a whole photograph.
            lines: quads of text lines that are known already, in pixels of `image`; saves the first search.
        """
        found = self.attempt(image, lines=lines)
        return found if found is not None and found.plausible else None

    def attempt(
        self,
        image: Image,
        *,
        lines: Sequence[Quad] | None = None,
        upright: bool = False,
        least: float = 0.0,
        said: tuple[str, ...] = (),
    ) -> MrzReading | None:
        """The best reading of all, `plausible` or not. Errors as in `read`.

        Args:
            image, lines: as in `read`.
            upright: nothing is read upside down. least: nobody wants a reading with a lesser `MrzReading.least`, so that no time need be
                spent on one that will not reach it. said: lines that another reader read; what is misprinted and read so by both at once
                is not looked at again.
        """
        began = time.perf_counter()
        best: _Zone | None = None
        for found in self._zones(image, lines, _Search(upright, least, said)):
            if best is None or _rank(found[0]) > _rank(best[0]):
                best = found
            if self._settled(best[0]):
                break
        ms = 1000 * (time.perf_counter() - began)
        if best is None:
            log.info("no MRZ read in %.0f ms", ms)
            return None
        decoded, quads = best
        plausible, mrz = self._plausible(decoded), decoded.mrz
        log.info(
            "MRZ %s read in %.0f ms, digits hold %s, confidence %.2f, plausible %s", mrz.format, ms, mrz.holds, mrz.confidence, plausible
        )
        zone = around(quads)
        return MrzReading(
            mrz,
            zone,
            quads,
            quarter_turns(zone),
            ms,
            sure=self._beyond_doubt(decoded),
            plausible=plausible,
            least=min(decoded.least, decoded.least_filler),
            lead=decoded.lead,
            certainty=tuple(tuple(float(one) for one in line) for line in decoded.certainty),
            second=decoded.second,
        )

    def _zones(self, image: Image, known: Sequence[Quad] | None, search: _Search) -> Iterator[_Zone]:
        """Every zone that can be read, from the cheapest search to the dearest."""
        longest = max(image.shape[:2])
        if known is not None:
            yield from self._zones_among(image, known, search)
        for number, side in enumerate(self._sides):
            quads = self._reader.find_lines(image, max_side_px=side)
            yield from self._zones_among(image, quads, search)
            # a text line as slender as those of an MRZ is the reason to look closer; a page without one has no MRZ
            if side >= longest or not (number == 0 or any(slender(quad) for quad in quads)):
                return

    def _zones_among(self, image: Image, quads: Sequence[Quad], search: _Search) -> Iterator[_Zone]:
        for candidate in zone_candidates(quads):
            # of a picture that is known to stand upright each line is read once, not twice
            if len(search.seen) > self._most_lines // (2 if search.upright else 1):
                break
            found = self._read_zone(image, candidate, search)
            if found is not None:
                yield found
        yield from self._licences(image, search)

    def _licences(self, image: Image, search: _Search) -> Iterator[_Zone]:
        """Zones of one line, among the lines that were read in vain as parts of larger ones: no line is recognised for their sake."""
        for quad, steps in list(search.seen.items()):
            layout = _licence(steps)
            if layout is not None and quad not in search.licences:
                search.licences.add(quad)
                decoded = self._decode(image, [quad], [steps], layout, search)
                if decoded is not None:
                    yield decoded, (quad,)

    def _read_zone(self, image: Image, quads: tuple[Quad, ...], search: _Search) -> _Zone | None:
        """Reads the lines as they lie and, when they are not legible so, upside down."""
        seen = search.seen
        if self._demands.align_ends:
            quads = aligned(quads)
        ways = (quads, tuple(turned(quad) for quad in reversed(quads)))
        for lines in [way for way in ways if quarter_turns(way[0]) == 0] if search.upright else ways:
            unread = [quad for quad in lines if quad not in seen]
            read = self._reader.read_steps([line_crop(image, quad, squeeze=SQUEEZE) for quad in unread], ALPHABET)
            seen.update((quad, SeenLine(line.probabilities, line.step_px)) for quad, line in zip(unread, read, strict=True))
            if any(_is_plain(seen[quad]) for quad in lines):
                return None  # reading on would cost time
            steps = [seen[quad] for quad in lines]
            for layout, kept in _fits(steps):
                decoded = self._decode(image, [lines[index] for index in kept], [steps[index] for index in kept], layout, search)
                if decoded is not None:
                    return decoded, tuple(lines[index] for index in kept)
            if all(_is_legible(line) for line in steps):
                return None
        return None

    def _decode(self, image: Image, lines: Sequence[Quad], steps: Sequence[LineSteps], layout: Layout, search: _Search) -> Decoded | None:
        """Decodes the cells; where anything is in doubt, on the mean of several looks at the lines, or not at all."""
        cells = self._cells(steps, layout)
        first = _decoded(cells, layout) if cells is not None else None
        if first is not None and self._beyond_doubt(first):
            return first
        if first is not None and first.mrz.lines == search.said and self._is_misprint(first):
            return first
        if first is not None and not search.may_reach(first):
            return None
        holds = first is not None and first.mrz.holds and self._plausible(first)
        if search.again >= MAX_AGAIN + FOR_HOLDING * holds:
            return first if holds else None
        looks = [] if cells is None else [cells]
        for look in SECOND_LOOK:
            search.again += len(lines)
            crops = [line_crop(image, grown(quad, look.along, look.across), squeeze=look.squeeze, stretch=look.stretch) for quad in lines]
            again = self._cells(self._reader.read_steps(crops, ALPHABET), layout)
            if again is not None:
                looks.append(again)
            elif not looks:
                return None
        return _decoded([np.mean([look[line] for look in looks], axis=0) for line in range(layout.lines)], layout)

    def _cells(self, steps: Sequence[LineSteps], layout: Layout) -> list[Vector] | None:
        tail = self._demands.mend_tail
        cells = [cells_of(line, layout.length, free_tail=tail if index == layout.names_line else 0) for index, line in enumerate(steps)]
        return [line for line in cells if line is not None] if all(line is not None for line in cells) else None

    def _beyond_doubt(self, decoded: Decoded) -> bool:
        need = self._demands
        if not _begins_well(decoded.mrz):
            return False
        letters = decoded.least >= need.sure_least and decoded.least_filler >= need.sure_filler
        return decoded.mrz.holds and not decoded.ambiguous and decoded.mean >= need.sure_mean and letters and decoded.lead >= need.sure_lead

    def _plausible(self, decoded: Decoded) -> bool:
        """Good enough to be handed out. What no check digit covers must have been seen, not guessed."""
        need = self._demands
        clear = not decoded.ambiguous and decoded.lead >= need.lead and decoded.mrz.confidence >= need.confidence
        return clear and decoded.least >= need.least and decoded.least_filler >= need.least_filler

    def _is_misprint(self, decoded: Decoded) -> bool:
        """Read surely, and the check digits do not hold for it."""
        return not decoded.mrz.holds and decoded.mean >= self._demands.sure_mean and self._plausible(decoded)

    def _settled(self, decoded: Decoded) -> bool:
        """Looking further would change nothing: the check digits prove it, or it was read so surely that they are printed wrong."""
        return decoded.mrz.holds or decoded.mean >= self._demands.sure_mean


def _decoded(cells: Sequence[Vector], layout: Layout) -> Decoded | None:
    """Decodes, and once more when the first characters turn out to be those of another layout."""
    found = decode(cells, layout)
    if found is not None and found.mrz.format is not layout.format:
        found = decode(cells, layout_of(found.mrz.format)) or found
    return found


def _is_legible(line: LineSteps) -> bool:
    """A few letters seen surely in so slender a line are not it: a zone that is upside down looks like that."""
    return legibility(line) > LEGIBLE and length_of(line) >= FEW


def _is_plain(line: LineSteps) -> bool:
    """Legible text of a length that no zone has."""
    length = length_of(line)
    return _is_legible(line) and not any(abs(length - one.length) <= MAX_OFF for one in LAYOUTS.values())


def _fits(steps: Sequence[LineSteps]) -> list[tuple[Layout, tuple[int, ...]]]:
    """Layouts that the lines may have by their lengths, the nearest first, with the lines that belong to each.

    Zones of one line are looked for last, see `_licences`.
    """
    lengths = [length_of(line) for line in steps]
    shapes = {(layout.lines, layout.length) for layout in (*LAYOUTS.values(), *VARIANTS.values()) if layout.lines > 1}
    fits: list[tuple[int, int, tuple[int, ...]]] = []
    for lines, length in shapes:
        for first in range(len(steps) - lines + 1):
            kept = tuple(range(first, first + lines))
            off = max(abs(lengths[index] - length) for index in kept)
            if off <= MAX_OFF:
                fits.append((off, length, kept))
    fits.sort(key=lambda fit: (fit[0], -len(fit[2])))
    found = ((layout_for(len(kept), length, _beginning(steps[kept[0]])), kept) for _, length, kept in fits)
    return [(layout, kept) for layout, kept in found if layout is not None]


def _licence(line: LineSteps) -> Layout | None:
    """The layout of a driving licence's one line, when a line begins and is as long as that."""
    code, state = _beginning(line)[:2], _beginning(line)[2:]
    first = LICENCE_CODE if code[:1] in tuple("D0OQ") and code[1:] in tuple("1IL") else code
    layout = layout_for(1, LICENCE_LENGTH, first + state)
    return layout if layout is not None and abs(length_of(line) - LICENCE_LENGTH) <= MAX_OFF else None


def _beginning(line: LineSteps) -> str:
    """The first five characters as they seem to be."""
    return "".join(ALPHABET[int(peak.vector.argmax())] for peak in peaks_of(line)[:5])


def _begins_well(mrz: Mrz) -> bool:
    """A known state, and P on a passport: else the beginning of the line was cut off, or is unusual enough for a second opinion."""
    passport = mrz.format is not MrzFormat.TD3 or mrz.lines[0].startswith("P")
    return passport and is_known(mrz.values["issuingState"])


def _rank(decoded: Decoded) -> tuple[bool, int, float]:
    return decoded.mrz.holds, sum(decoded.mrz.check_digits.values()), decoded.mean
