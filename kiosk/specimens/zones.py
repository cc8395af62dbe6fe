"""Pages with a machine readable zone and little else, some with one printed character forged: what readers of MRZs are tried on.

Numbers, names and dates are drawn at random, rich in characters that look like others. A forgery changes one character that a check digit
covers, or the digit itself, and leaves the rest as it was: mostly into what looks alike (O for 0, I for 1 …), since that is what a reader
mends without a word.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from kiosk.domain.document import Quad
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.mrz_layout import Kind, MrzFormat, layout_of
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.specimens.canvas import Canvas
from kiosk.specimens.mrz_lines import check_digit, french_lines, mrz_lines, transliterate
from kiosk.specimens.names import LANGUAGES
from kiosk.specimens.ocrb import LineDrawing, draw_line
from kiosk.specimens.palettes import AMBER, AZURE, OLIVE, PLUM, TEAL
from kiosk.specimens.person import person
from kiosk.specimens.plan import ID1, ID2, ID3

FORMATS = tuple(MrzFormat)
LOOK_ALIKES: Mapping[str, str] = {
    "0": "ODQU", "1": "IL", "2": "Z", "3": "B", "4": "A", "5": "S", "6": "G", "7": "TZ", "8": "BS", "9": "P",
    "A": "4", "B": "8", "D": "0O", "G": "6", "I": "1", "L": "1", "O": "0", "Q": "0O", "S": "5", "T": "7", "U": "0", "Z": "2",
}  # fmt: skip
"""Characters that readers take for one another; some of them give every check digit alike (6 and G, 8 and S, 1 and L, 0 and U)."""
_HARD = "0O1I5S8B2Z6G"
_STATES = ("UTO", "D", "GBR", "CZE", "SVK", "POL", "ROU", "ESP", "NLD", "ITA", "BGR", "BIH", "DOM", "ISL", "XXB", "GBD")
_SIZES = {30: ID1, 34: ID2, 36: ID2, 44: ID3}
_PALETTES = (TEAL, AZURE, AMBER, PLUM, OLIVE)
_LINE_MM, _CAPITALS_MM, _FOOT_MM = 4.23, 2.42, 3.6


@dataclass(frozen=True, slots=True)
class Forgery:
    """One printed character that should have been another."""

    line: int
    column: int
    was: str
    printed: str


@dataclass(frozen=True, slots=True)
class ZonePage:
    """A page, upright and alone.

    Attributes:
        picture: BGR.
        lines: as printed. forgery: what was changed in them; None = genuine, every check digit holds.
        zone: quad around the lines, pixels of `picture`.
    """

    picture: Image
    format: MrzFormat
    lines: tuple[str, ...]
    forgery: Forgery | None
    zone: Quad


def zone_page(mrz_format: MrzFormat, *, seed: int, forge: bool = False, draw: LineDrawing = draw_line) -> ZonePage:
    """A page of that format; the same arguments give the same pixels. `draw`: the typeface of the zone, see `typeface`."""
    lines = genuine_lines(mrz_format, seed)
    forgery = None
    if forge:
        lines, forgery = forged(lines, mrz_format, seed)
    size_mm = _SIZES[len(lines[0])]
    chance = random.Random(f"page/{mrz_format}/{seed}")
    canvas = Canvas(size_mm, chance.choice(_PALETTES), seed)
    top = size_mm[1] - _FOOT_MM - (len(lines) - 1) * _LINE_MM - _CAPITALS_MM
    canvas.text(4.0, 6.0, "UTOPIA", 3.2, font="DejaVuSerif-Bold")
    canvas.block(4.0, 10.0, 0.22 * size_mm[0], min(0.36 * size_mm[0], top - 16.0), (150, 158, 168))
    for row in range(int((top - 16.0) // 6.5)):
        words = "".join(chance.choice("ABCDEHKLMNOPRSTUV ") for _ in range(chance.randint(6, 18)))
        canvas.label(0.32 * size_mm[0], 11.0 + 6.5 * row, "Datum / Date")
        canvas.text(0.32 * size_mm[0], 14.0 + 6.5 * row, words, 2.6)
    canvas.mrz(lines, top, draw=draw)
    assert canvas.mrz_box is not None
    left, upper, width, height = canvas.mrz_box
    return ZonePage(canvas.picture(), mrz_format, lines, forgery, geometry.box_quad(left, upper, left + width, upper + height))


# --- lines ---------------------------------------------------------------------------------------------------------


def genuine_lines(mrz_format: MrzFormat, seed: int) -> tuple[str, ...]:
    """Lines with every check digit right; names of all languages that specimens have, numbers rich in look-alikes."""
    chance = random.Random(f"zone/{mrz_format}/{seed}")
    holder = person(chance.randrange(10**6), chance.choice(sorted(LANGUAGES)))
    expiry = f"{chance.randint(2020, 2039)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    birth = f"{chance.randint(1936, 2012)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    gender = chance.choice("MMFFX")
    if mrz_format is MrzFormat.FRA_ID:
        number = f"{chance.randint(0, 14):02d}{chance.randint(1, 12):02d}{_some(chance, 3, '0123456789AB')}{_some(chance, 5, '0123456789')}"
        return french_lines(
            surname=holder.surname,
            given_names=holder.given_names,
            number=number,
            office=_some(chance, 6, "0123456789"),
            date_of_birth=birth,
            gender=gender,
        )
    if mrz_format is MrzFormat.FRA_DL:
        number = f"{chance.randint(13, 25)}{_some(chance, 2, 'ABCDEGIOSZ')}{_some(chance, 5, '0123456789')}"
        start = f"D1FRA{number}"
        surname = transliterate(holder.surname)[:8].ljust(8, "<")
        line = f"{start}{check_digit(start)}{expiry[2:4]}{expiry[5:7]}{expiry[8:10]}{surname}"
        return (line + check_digit(line),)
    if mrz_format is MrzFormat.NLD_DL:
        line = f"D1NLD{chance.choice('12')}{_some(chance, 10, '0123456789')}{_some(chance, 13)}"
        return (line + check_digit(line),)
    state = "SVK" if mrz_format is MrzFormat.SVK_ID else chance.choice(_STATES)
    number = _some(chance, chance.choice((8, 9, 9, 9)))
    form, width = ("TD2", 34) if mrz_format is MrzFormat.SVK_ID else (mrz_format.value, 0)
    lines = mrz_lines(
        form,
        state=state,
        surname=holder.surname,
        given_names=holder.given_names,
        number=number,
        nationality=chance.choice((state, chance.choice(_STATES))),
        date_of_birth=birth,
        gender=gender,
        date_of_expiry=expiry,
        optional=_some(chance, chance.choice((0, 0, 5))),
        code="C<" if form == "TD1" and chance.random() < 0.2 else "",
    )
    if width:  # as TD2, two characters shorter and without a composite digit
        lines = (lines[0][:width], lines[1][: width - 1] + "<")
    return lines


def _some(chance: random.Random, count: int, among: str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> str:
    """Half of them from those that are taken for others."""
    hard = [character for character in _HARD if character in among]
    return "".join(chance.choice(hard if chance.random() < 0.5 else among) for _ in range(count))


def forged(lines: Sequence[str], mrz_format: MrzFormat, seed: int) -> tuple[tuple[str, ...], Forgery]:
    """The lines with one character changed that a check digit covers, or that is one: three times of four into what looks alike."""
    layout = layout_of(mrz_format)
    chance = random.Random(f"forgery/{mrz_format}/{seed}")
    open_kinds = (Kind.TEXT, Kind.DATE, Kind.CHECK)
    places = [
        (place.line, column)
        for check in layout.checks
        for place in (*check.covers, check.digit)
        for column in range(place.start, place.end)
        if layout.kind_at(place.line, column) in open_kinds and lines[place.line][column] != "<"
    ]
    alike = [place for place in places if lines[place[0]][place[1]] in LOOK_ALIKES]
    likely = bool(alike) and chance.random() < 0.75
    line, column = chance.choice(sorted(set(alike if likely else places)))
    was = lines[line][column]
    others = "0123456789" if was.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    printed = chance.choice(LOOK_ALIKES[was] if likely else others.replace(was, ""))
    changed = list(lines)
    changed[line] = changed[line][:column] + printed + changed[line][column + 1 :]
    return tuple(changed), Forgery(line, column, was, printed)


# --- typefaces -----------------------------------------------------------------------------------------------------


def typeface(path: Path) -> LineDrawing:
    """Draws lines in a typeface of the machine; none is part of the product. Raises BadInput(FILE_NOT_FOUND) for what is none."""
    try:
        _font(path, 20)
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path}: no such typeface, or none that can be read") from error

    def draw(
        page: npt.NDArray[np.uint8], text: str, left: float, top: float, *, pitch: float, height: float, ink: tuple[int, int, int]
    ) -> None:
        font = _font(path, round(100 * height / _capital_share(path)) / 100)
        upper = max(0, int(top - height))
        band = page[upper : int(top + 2 * height)]
        mask = PilImage.new("L", (band.shape[1], band.shape[0]))
        drawing = ImageDraw.Draw(mask)
        for index, character in enumerate(text):
            drawing.text((left + (index + 0.5) * pitch, top + height - upper), character, 255, font=font, anchor="ms")
        share = np.asarray(mask, np.float32)[..., None] / 255
        band[:] = np.round(band * (1 - share) + np.array(ink, np.float32) * share).astype(np.uint8)

    return draw


@cache
def _font(path: Path, size_px: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size_px)


@cache
def _capital_share(path: Path) -> float:
    """Height of capitals against the size of the typeface."""
    _, top, _, bottom = _font(path, 400).getbbox("H")
    return float(bottom - top) / 400
