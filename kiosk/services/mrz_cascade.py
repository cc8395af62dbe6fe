"""The quick MRZ reader first; where it is in doubt, the thorough one, and then both must agree on what no check digit proves.

    quick, sure            -> its reading (the usual case, some tens of milliseconds)
    both, the same lines   -> that reading
    both, other lines      -> the one whose check digits hold, if it is sure and the other is not wherever they differ;
                              else the other as it is printed, if that was read surely wherever they differ; else none
    both, and no check digits hold -> the surer one, if it is sure and the other is not wherever they differ; else none
    one alone              -> its reading if it is clear enough alone; else none

A reading whose check digits do not hold says that the zone is misprinted or forged: no guess says that. Where the readers differed,
what the one took and the other read goes into the repairs: a check digit decided, and nothing there is proven. So does an O that both take
for the 0 of a number (`mrz_shapes`). The one digit of a licence's line proves nothing: there every open character that either reader saw
unsurely goes into the repairs, though both took the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from kiosk.domain.document import Quad
from kiosk.domain.mrz import MrzRepair, doubted_confidences
from kiosk.domain.mrz_layout import Kind, layout_of
from kiosk.imaging.frame import Image
from kiosk.imaging.geometry import moved
from kiosk.imaging.rectify import cropped
from kiosk.ports import LineReader
from kiosk.services.mrz_reading import Demands, MrzReader, MrzReading
from kiosk.services.mrz_shapes import with_shapes

log = logging.getLogger(__name__)

QUICK_SIDES_PX = (512, 1024)
QUICK_DEMANDS = Demands(
    sure_mean=0.97,
    sure_least=0.95,
    sure_filler=0.8,
    sure_lead=50.0,
    least=0.5,
    least_filler=0.3,
    mend_tail=0,
    align_ends=True,
    lead=5.0,
    confidence=0.8,
)
GLANCE_LINES = 9
"""As many as three candidates have: on photographs of 18 designs no more zones were read with 24, nor by a second, closer look."""
ALONE_LEAST = 0.9
"""A reading that only one reader gives: its least sure letter that no check digit covers."""
ALONE_LEAD = 50.0
SURE_PLACE = 0.9
UNSURE_PLACE = 0.8
CLEAR_PLACE = 0.98
"""So sure of a character, a reader is not overruled by a check digit: I for 1 and Z for 2 are read so, 0 for O is not (at most 0.97)."""
SEEN_PLACE = 0.5
"""What one of the readers saw with less than this is no doubt about what the other took."""


class MrzCascade:
    """Reads MRZs with two readers of different make. One thread at a time, as their engines demand."""

    def __init__(self, quick: LineReader, thorough: MrzReader) -> None:
        self._quick = MrzReader(quick, sides=QUICK_SIDES_PX, demands=QUICK_DEMANDS)
        self._glancing = MrzReader(quick, sides=QUICK_SIDES_PX[:1], demands=QUICK_DEMANDS, most_lines=GLANCE_LINES)
        self._thorough = thorough

    @property
    def model_id(self) -> str:
        return f"{self._quick.model_id}+{self._thorough.model_id}"

    def read(self, image: Image, *, lines: Sequence[Quad] | None = None) -> MrzReading | None:
        """As `MrzReader.read`: the picture's MRZ, or None when there is none or the readers are not sure of it."""
        return self._read(image, lines, upright=False)[0]

    def read_near(self, image: Image, box: tuple[float, float, float, float]) -> MrzReading | None:
        """As `read` of a picture that stands upright, whose MRZ seems to lie in a part of it: that is read first, and often alone.

        Where both readers saw a zone there and could not agree, the whole picture would show them the same print: then nothing is read.

        Args:
            box: left, top, right, bottom in pixels of `image`.
        """
        found, both = self._read(cropped(image, *box), None, upright=True)
        if found is not None and found.rotation == 0:
            left, top = (max(0.0, float(round(edge))) for edge in box[:2])
            quads = tuple(moved(quad, left, top) for quad in found.line_quads)
            return replace(found, quad=moved(found.quad, left, top), line_quads=quads)
        found = None if both else self._read(image, None, upright=True)[0]
        return found if found is not None and found.rotation == 0 else None

    def _read(self, image: Image, lines: Sequence[Quad] | None, *, upright: bool) -> tuple[MrzReading | None, bool]:
        """The reading, and whether each reader saw one that it would have handed out alone."""
        began = time.perf_counter()
        quick = self._quick.attempt(image, upright=upright)
        if quick is not None and quick.sure:
            return _finished(image, quick), False
        known = quick.line_quads if quick is not None and quick.plausible else lines
        least = ALONE_LEAST if quick is None else 0.0
        said = quick.mrz.lines if quick is not None and quick.plausible else ()
        thorough = self._thorough.attempt(image, lines=known, upright=upright, least=least, said=said)
        found = settled(quick, thorough)
        ms = 1000 * (time.perf_counter() - began)
        log.info("MRZ looked at by both readers in %.0f ms, read %s", ms, found is not None)
        both = quick is not None and quick.plausible and thorough is not None and thorough.plausible
        return (_finished(image, replace(found, ms=ms)) if found is not None else None), both

    def glance(self, image: Image) -> MrzReading | None:
        """What the quick reader is sure of at its first look, else None; never calls the thorough one."""
        quick = self._glancing.attempt(image)
        return _finished(image, quick) if quick is not None and quick.sure else None


def settled(quick: MrzReading | None, thorough: MrzReading | None) -> MrzReading | None:
    """What two readings of the same picture, neither of them beyond doubt, are worth together (the table above)."""
    if quick is None or thorough is None:
        return _alone(quick or thorough)
    if quick.mrz.lines == thorough.mrz.lines:
        surer, other = sorted((quick, thorough), key=lambda reading: reading.mrz.confidence, reverse=True)
        return _with_doubts_of(surer, other) if surer.plausible or surer.mrz.holds else None
    if not quick.mrz.holds and not thorough.mrz.holds:
        # a misprint is read alike by both; who reads a worn zone otherwise than the other must not have its owner told of a forgery
        likelier, other = sorted((quick, thorough), key=lambda reading: (reading.plausible, reading.mrz.confidence), reverse=True)
        return likelier if likelier.plausible and _outreads(likelier, other) else None
    for one, other in ((quick, thorough), (thorough, quick)):
        if one.mrz.holds and one.plausible and _outweighs(one, other):
            return _with_doubts_of(one, other)
    for one, other in ((quick, thorough), (thorough, quick)):
        if not one.mrz.holds and one.plausible and _clearly_other(one, other):
            return one
    return None


def _alone(reading: MrzReading | None) -> MrzReading | None:
    if reading is None or not reading.plausible:
        return None
    clear = reading.least >= ALONE_LEAST and reading.lead >= ALONE_LEAD
    # without a check digit that holds, nothing speaks for what they cover but how surely it was seen: `least` leaves it out
    seen = reading.mrz.holds or all(reading.certainty[line][column] >= SURE_PLACE for line, column in _covered(reading))
    return reading if clear and seen else None


def _outweighs(one: MrzReading, other: MrzReading) -> bool:
    """Is `one` sure and `other` unsure wherever they differ? Check digits that hold for `one` alone speak for what they cover."""
    if not other.plausible and one.sure:
        return True  # what nobody would hand out may hold by chance, one time in a thousand
    if other.mrz.format is not one.mrz.format:
        return _alone(one) is not None and not other.plausible
    # one digit for a whole line speaks for none of its characters
    proven = frozenset[tuple[int, int]]() if other.mrz.holds or len(one.mrz.lines) == 1 else _covered(one)
    for line, column in _differing(one, other):
        seen = other.certainty[line][column]
        if (line, column) in proven and seen < CLEAR_PLACE:
            continue
        if _is_letter_of_country(one, other, line, column):
            seen = 0.0
        if one.certainty[line][column] < SURE_PLACE or seen >= UNSURE_PLACE:
            return False
    return True


def _outreads(one: MrzReading, other: MrzReading) -> bool:
    """Is `one` sure and `other` unsure wherever they differ, with no help of check digits?"""
    if not other.plausible:
        return _alone(one) is not None
    if other.mrz.format is not one.mrz.format:
        return False
    return all(one.certainty[line][at] >= SURE_PLACE and other.certainty[line][at] < UNSURE_PLACE for line, at in _differing(one, other))


def _is_letter_of_country(one: MrzReading, other: MrzReading, line: int, column: int) -> bool:
    """Did `one` see a letter and `other` a digit where only letters stand (9303-3 section 5)? In small print G and B look like 6 and 8."""
    here, there = one.mrz.lines[line][column], other.mrz.lines[line][column]
    return layout_of(one.mrz.format).kind_at(line, column) is Kind.COUNTRY and here.isalpha() and there.isdigit()


def _clearly_other(one: MrzReading, other: MrzReading) -> bool:
    """Has `one` clearly read what the check digits of `other` speak against, and was `other` unsure wherever they differ?"""
    if other.mrz.format is not one.mrz.format:
        return False
    return all(one.certainty[line][at] >= CLEAR_PLACE and other.certainty[line][at] < UNSURE_PLACE for line, at in _differing(one, other))


def _differing(one: MrzReading, other: MrzReading) -> list[tuple[int, int]]:
    """(line, column) where two readings of one format have other characters."""
    pairs = enumerate(zip(one.mrz.lines, other.mrz.lines, strict=True))
    return [(line, at) for line, (here, there) in pairs for at in range(len(here)) if here[at] != there[at]]


def _with_doubts_of(one: MrzReading, other: MrzReading) -> MrzReading:
    """`one` with what `other` saw in its place among the repairs; a reading that is not plausible only counts where it was clear."""
    if other.mrz.format is not one.mrz.format:
        return _with_own_doubts(one)
    least = SEEN_PLACE if other.plausible else CLEAR_PLACE
    differing = _differing(one, other)
    seen = [
        MrzRepair(line, at, other.mrz.lines[line][at], one.mrz.lines[line][at])
        for line, at in differing
        if other.certainty[line][at] >= least
    ]
    seen += [repair for repair in other.mrz.doubtful_repairs if (repair.line, repair.column) not in differing]
    if other.plausible:
        seen += [repair for repair in _unsure(other) if (repair.line, repair.column) not in differing]
    return _with_own_doubts(_doubting(one, seen))


def _with_own_doubts(one: MrzReading) -> MrzReading:
    return _doubting(one, _unsure(one))


def _unsure(reading: MrzReading) -> list[MrzRepair]:
    """Of a zone of one line, the characters seen with less than SURE_PLACE and what else they might be; its beginning is known."""
    if len(reading.mrz.lines) > 1:
        return []
    (line,), (certainty,) = reading.mrz.lines, reading.certainty
    first = len(layout_of(reading.mrz.format).begins)
    return [MrzRepair(0, at, reading.second[at], line[at]) for at in range(first, len(line)) if certainty[at] < SURE_PLACE]


def _doubting(one: MrzReading, doubts: Sequence[MrzRepair]) -> MrzReading:
    """`one` with more repairs; where it has one already, that stays."""
    found = {(repair.line, repair.column): repair for repair in (*doubts, *one.mrz.repairs)}
    repairs = tuple(found[place] for place in sorted(found))
    if repairs == one.mrz.repairs:
        return one
    return replace(one, sure=False, mrz=replace(one.mrz, repairs=repairs))


def _finished(image: Image, reading: MrzReading) -> MrzReading:
    """With what the shapes say; what is in doubt on a single line then makes its field unsure, however sure the reader was on the whole."""
    shaped = with_shapes(image, reading)
    if len(shaped.mrz.lines) > 1 or not shaped.mrz.doubtful_repairs:
        return shaped
    places = [(repair.line, repair.column) for repair in shaped.mrz.doubtful_repairs]
    return replace(shaped, mrz=replace(shaped.mrz, field_confidences=doubted_confidences(shaped.mrz, places)))


def _covered(reading: MrzReading) -> frozenset[tuple[int, int]]:
    """(line, column) of what check digits cover, the digits included."""
    checks = layout_of(reading.mrz.format).checks
    places = [place for check in checks for place in (*check.covers, check.digit)]
    return frozenset((place.line, column) for place in places for column in range(place.start, place.end))
