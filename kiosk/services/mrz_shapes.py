"""O printed for 0 and I for 1, told by the shape of the glyph: readers see the digit that a number leads them to expect, as sure as can be.

What a printed 0 and a printed O look like is told by the zone itself: dates and check digits hold digits alone, names and countries letters
alone. Where these two differ in its typeface and at its size, a 0 that is as wide as the letters is in doubt, be it a number's or the one
among a date's that is not as the others are. The genuine OCR-B has an O as wide as its 0, but with narrower shoulders: that is seen in
lines of 14 px a character and more. Where the two do not differ, where the picture is too small or none is there to compare with, nothing
is said. Where they differ and the glyph is what was read, a reader's doubt between the two is settled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from kiosk.domain.mrz import Mrz, MrzRepair, doubted_confidences, parse_mrz
from kiosk.domain.mrz_layout import Kind, layout_of
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_glyphs import HEAD, MIDDLE, SHOULDER, Band, spreads
from kiosk.services.mrz_reading import MrzReading


@dataclass(frozen=True, slots=True)
class Trait:
    """Where a letter and a digit differ.

    Attributes:
        band: of the text's height.
        apart: by so much, of the digit's spread, the letter's usual one must differ to tell anything; infinite = letters are not compared,
            since those of names stand in lines without digits, whose height is another.
        strange: (from, to), of the digit's spread: what differs so from the zone's digits is none, though there is no letter to compare
            with; () = such a glyph is too small to be measured so finely.
        least_pitch: pixels from character to character below which nothing is told.
    """

    digit: str
    letter: str
    band: Band
    apart: float
    strange: tuple[float, float] | tuple[()] = ()
    least_pitch: float = 0.0


TRAITS = (
    Trait("0", "O", SHOULDER, math.inf, (-0.45, -0.15), 14.0),
    Trait("0", "O", MIDDLE, math.inf, (0.1, 0.6), 14.0),
    Trait("0", "O", MIDDLE, 0.24, (0.2, 0.6)),
    Trait("1", "I", HEAD, 0.3),
)
"""The letter is wider than the digit in the middle in most typefaces; in the genuine OCR-B it is narrower at the shoulder: of 347 0s of 14
px and more, photographed and scanned, none was narrower than the others of its zone by more than 9 %, of 12 Os one by less than 15 %. In
the middle none was wider than the others by more than 6 %, and of 8 Os in a typeface that has them hardly wider all by more than 12 %. What
a later trait tells goes before what an earlier one does."""
ALIKE = 0.12
"""So far, of the usual spread, glyphs of one kind lie from each other; measured 0.03 to 0.08 on photographs."""
LEAST_SAMPLES = 2
PLAIN_WITHIN, PLAIN_SAMPLES, PLAIN_PITCH = 0.06, 2, 14.0
"""The 0s of one line lie so near to each other in both bands, an O farther off in one of them; for lines that no check digit proves."""
PLAIN = (0, 1)
"""The traits whose bands tell it."""
Widths = Sequence[Sequence[float | None]]
_TWIN = {"0": "O", "O": "0", "1": "I", "I": "1"}


def with_shapes(image: Image, reading: MrzReading) -> MrzReading:
    """The reading with what its glyphs put in doubt among its repairs. `image`: the picture that `line_quads` belong to."""
    mrz = reading.mrz
    if not _open_places(mrz, _TWIN):
        return reading
    length = layout_of(mrz.format).length
    bands = [trait.band for trait in TRAITS]
    nothing = ((None,) * length,) * len(bands)
    measured = [
        spreads(image, quad, length, bands) if set(text) & set(_TWIN) else nothing
        for quad, text in zip(reading.line_quads, mrz.lines, strict=True)
    ]
    shapes: dict[tuple[int, int], str] = {}
    (left, top), (right, bottom) = reading.line_quads[-1][:2]
    pitch = math.hypot(right - left, bottom - top) / length
    for number, trait in enumerate(TRAITS):
        if pitch >= trait.least_pitch:
            shapes |= shaped_as(mrz, [line[number] for line in measured], trait)
    if not mrz.holds:
        return _as_shaped(reading, shapes)
    proven = {at for at, shape in shapes.items() if shape == mrz.lines[at[0]][at[1]]}
    if len(mrz.lines) == 1 and pitch >= PLAIN_PITCH:
        proven |= plain_zeros(mrz, [[line[number] for line in measured] for number in PLAIN]) - shapes.keys()
    kept = [
        replace(one, clear=one.clear or shapes.get((one.line, one.column)) == one.read)
        for one in mrz.repairs
        if _TWIN.get(one.read) != one.taken or (one.line, one.column) not in proven
    ]
    known = {(repair.line, repair.column) for repair in mrz.repairs}
    found = [
        MrzRepair(line, column, shape, mrz.lines[line][column], clear=True)
        for (line, column), shape in shapes.items()
        if shape != mrz.lines[line][column] and (line, column) not in known
    ]
    if not found and tuple(kept) == mrz.repairs:
        return reading
    repairs = tuple(sorted((*kept, *found), key=lambda repair: (repair.line, repair.column)))
    confidences = doubted_confidences(mrz, [at for at, shape in shapes.items() if shape != mrz.lines[at[0]][at[1]]])
    return replace(reading, sure=reading.sure and not found, mrz=replace(mrz, repairs=repairs, field_confidences=confidences))


def plain_zeros(mrz: Mrz, widths: Sequence[Widths]) -> set[tuple[int, int]]:
    """(line, column) of each 0 that lies within PLAIN_WITHIN, in every band, of at least PLAIN_SAMPLES other 0s where no letter stands.

    Args:
        widths: by band, then as in `shaped_as`.
    """
    layout = layout_of(mrz.format)
    zeros = [(line, column) for line, text in enumerate(mrz.lines) for column, one in enumerate(text) if one == "0"]
    digits = [at for at in zeros if layout.is_digit_at(*at)]
    found = set()
    for at in zeros:
        others = [other for other in digits if other != at]
        if len(others) >= PLAIN_SAMPLES and all(_is_as(at, others, band) for band in widths):
            found.add(at)
    return found


def _is_as(at: tuple[int, int], others: Sequence[tuple[int, int]], widths: Widths) -> bool:
    width = widths[at[0]][at[1]]
    usual = [widths[line][column] for line, column in others]
    return width is not None and all(one is not None and abs(width - one) <= PLAIN_WITHIN * one for one in usual)


def _as_shaped(reading: MrzReading, shapes: Mapping[tuple[int, int], str]) -> MrzReading:
    """Where check digits hold for what the glyphs are shaped as, not for what readers saw, nobody is told of a misprint: it is in doubt."""
    mrz = reading.mrz
    kind_at = layout_of(mrz.format).kind_at
    other = {at: shape for at, shape in shapes.items() if shape != mrz.lines[at[0]][at[1]] and kind_at(*at) is Kind.TEXT}
    lines = ["".join(other.get((row, column), one) for column, one in enumerate(line)) for row, line in enumerate(mrz.lines)]
    shaped = parse_mrz(lines)
    if not other or not shaped.holds:
        return reading
    seen = [MrzRepair(row, column, mrz.lines[row][column], shape, clear=True) for (row, column), shape in other.items()]
    repairs = [*seen, *(one for one in mrz.repairs if (one.line, one.column) not in other)]
    repairs.sort(key=lambda repair: (repair.line, repair.column))
    confidences = doubted_confidences(mrz, other)
    known = replace(shaped, repairs=tuple(repairs), confidence=mrz.confidence, field_confidences=confidences)
    return replace(reading, sure=False, mrz=known)


def shaped_as(mrz: Mrz, widths: Widths, trait: Trait) -> dict[tuple[int, int], str]:
    """(line, column) -> digit or letter, for each of the two in a number whose shape tells which of them was printed.

    Args:
        widths: per line and character how far the ink spreads, None where that could not be measured.
    """
    layout = layout_of(mrz.format)
    digit, letter = pair = trait.digit, trait.letter
    samples: dict[str, list[float]] = {digit: [], letter: []}
    for line, text in enumerate(mrz.lines):
        for column, character in enumerate(text):
            width, digits = widths[line][column], layout.is_digit_at(line, column)
            is_open = layout.kind_at(line, column) is Kind.TEXT and not digits
            if character in pair and width is not None and not is_open and digits == (character == digit):
                samples[character].append(width)
    usual = {one: _usual(values) for one, values in samples.items()}
    told: dict[tuple[int, int], str] = {}
    for line, column in _open_places(mrz, pair):
        width = widths[line][column]
        shape = None if width is None else _shape(width, usual, trait)
        if shape is not None:
            told[line, column] = shape
    return told


_OPEN = (Kind.TEXT, Kind.DATE, Kind.CHECK)


def _open_places(mrz: Mrz, characters: Sequence[str] | Mapping[str, str]) -> list[tuple[int, int]]:
    """Where letters and digits may stand, or digits alone, and one of these characters was read."""
    kind_at = layout_of(mrz.format).kind_at
    return [
        (line, column)
        for line, text in enumerate(mrz.lines)
        for column, character in enumerate(text)
        if character in characters and kind_at(line, column) in _OPEN
    ]


def _shape(width: float, usual: Mapping[str, float | None], trait: Trait) -> str | None:
    digit, letter = usual[trait.digit], usual[trait.letter]
    if digit is not None and letter is not None and abs(letter - digit) > trait.apart * digit:
        nearer, expected = min(((trait.digit, digit), (trait.letter, letter)), key=lambda one: abs(width - one[1]))
        return nearer if abs(width - expected) <= ALIKE * expected else None
    if digit is None or not trait.strange or (letter is not None and math.isfinite(trait.apart)):
        return None
    low, high = trait.strange
    return trait.letter if low * digit < width - digit < high * digit else None


def _usual(values: Sequence[float]) -> float | None:
    """The middle of what was measured; None when there is too little of it or it does not agree: the places were not found."""
    if not values:
        return None
    middle = median(values)
    agreeing = [value for value in values if abs(value - middle) <= ALIKE * middle]
    return median(agreeing) if len(agreeing) >= min(LEAST_SAMPLES, len(values)) and 2 * len(agreeing) > len(values) else None
