"""O printed for 0 and I for 1, told by the shape of the glyph: readers see the digit that a number leads them to expect, as sure as can be.

What a printed 0 and a printed O look like is told by the zone itself: dates and check digits hold digits alone, names and countries letters
alone. Where these two differ in its typeface and at its size, a 0 that is as wide as the letters is in doubt, be it a number's or the one
among a date's that is not as the others are. Where they do not
differ (the genuine OCR-B has an O as wide as its 0), where the picture is too small or none is there to compare with, nothing is said.
Where they differ and the glyph is what was read, a reader's doubt between the two is settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from kiosk.domain.mrz import Mrz, MrzRepair
from kiosk.domain.mrz_layout import Kind, layout_of
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_glyphs import HEAD, MIDDLE, spreads
from kiosk.services.mrz_reading import MrzReading

PAIRS = (("0", "O"), ("1", "I"))
BANDS = (MIDDLE, HEAD)
"""Of each pair, where its letter is wider than its digit in most typefaces."""
APART = (0.24, 0.3)
"""Of each pair: by so much, of the digit's spread, the letter's usual one must differ to tell anything."""
ALIKE = 0.12
"""So far, of the usual spread, glyphs of one kind lie from each other; measured 0.03 to 0.08 on photographs."""
STRANGE = 0.2
"""So much wider than the zone's 0s is none, though there is no O to compare with. Heads of 1s are too small to be measured so finely."""
LEAST_SAMPLES = 2
Widths = Sequence[Sequence[float | None]]
_TWIN = {one: other for digit, letter in PAIRS for one, other in ((digit, letter), (letter, digit))}


def with_shapes(image: Image, reading: MrzReading) -> MrzReading:
    """The reading with what its glyphs put in doubt among its repairs. `image`: the picture that `line_quads` belong to."""
    mrz = reading.mrz
    if not mrz.holds or not any(True for _ in _open_places(mrz, _TWIN)):
        return reading
    length = layout_of(mrz.format).length
    measured = [spreads(image, quad, length, BANDS) for quad in reading.line_quads]
    shapes: dict[tuple[int, int], str] = {}
    for band, pair in enumerate(PAIRS):
        shapes |= shaped_as(mrz, [line[band] for line in measured], pair)
    kept = [
        replace(one, clear=one.clear or shapes.get((one.line, one.column)) == one.read)
        for one in mrz.repairs
        if _TWIN.get(one.read) != one.taken or shapes.get((one.line, one.column)) != one.taken
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
    return replace(reading, sure=reading.sure and not found, mrz=replace(mrz, repairs=repairs))


def shaped_as(mrz: Mrz, widths: Widths, pair: tuple[str, str] = PAIRS[0]) -> dict[tuple[int, int], str]:
    """(line, column) -> the digit or the letter of the pair, for each of them in a number whose shape tells which of the two was printed.

    Args:
        widths: per line and character how far the ink spreads, None where that could not be measured.
    """
    layout = layout_of(mrz.format)
    digit, letter = pair
    samples: dict[str, list[float]] = {digit: [], letter: []}
    for line, text in enumerate(mrz.lines):
        for column, character in enumerate(text):
            width, kind = widths[line][column], layout.kind_at(line, column)
            if character in pair and width is not None and kind is not Kind.TEXT and (kind in _OF_DIGITS) == (character == digit):
                samples[character].append(width)
    usual = {one: _usual(values) for one, values in samples.items()}
    told: dict[tuple[int, int], str] = {}
    for line, column in _open_places(mrz, pair):
        width = widths[line][column]
        shape = None if width is None else _shape(width, usual, pair)
        if shape is not None:
            told[line, column] = shape
    return told


_OF_DIGITS = (Kind.DATE, Kind.CHECK)
_OPEN = (Kind.TEXT, *_OF_DIGITS)


def _open_places(mrz: Mrz, characters: Sequence[str] | Mapping[str, str]) -> list[tuple[int, int]]:
    """Where letters and digits may stand, or digits alone, and one of these characters was read."""
    kind_at = layout_of(mrz.format).kind_at
    return [
        (line, column)
        for line, text in enumerate(mrz.lines)
        for column, character in enumerate(text)
        if character in characters and kind_at(line, column) in _OPEN
    ]


def _shape(width: float, usual: Mapping[str, float | None], pair: tuple[str, str]) -> str | None:
    digit, letter = (usual[one] for one in pair)
    if digit is not None and letter is not None and abs(letter - digit) > APART[PAIRS.index(pair)] * digit:
        nearer, expected = min(((pair[0], digit), (pair[1], letter)), key=lambda one: abs(width - one[1]))
        return nearer if abs(width - expected) <= ALIKE * expected else None
    strange = pair == PAIRS[0] and digit is not None and letter is None and STRANGE * digit < width - digit < 3 * STRANGE * digit
    return pair[1] if strange else None


def _usual(values: Sequence[float]) -> float | None:
    """The middle of what was measured; None when there is too little of it or it does not agree: the places were not found."""
    if not values:
        return None
    middle = median(values)
    agreeing = [value for value in values if abs(value - middle) <= ALIKE * middle]
    return median(agreeing) if len(agreeing) >= min(LEAST_SAMPLES, len(values)) and 2 * len(agreeing) > len(values) else None
