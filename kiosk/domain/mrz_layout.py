"""Where everything stands in a machine readable zone, and how check digits are computed (ICAO 9303-3 4.9, 9303-4 to 9303-7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

FILLER = "<"
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET = DIGITS + LETTERS + FILLER


class MrzFormat(StrEnum):
    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


class Kind(StrEnum):
    """What may stand in a field."""

    CODE = "code"  # document code: letters, sometimes a digit or filler in the second place
    COUNTRY = "country"  # letters, fillers at the end
    NAME = "name"  # letters and fillers, never digits
    TEXT = "text"  # letters, digits, fillers
    DATE = "date"  # YYMMDD, fillers for unknown parts
    SEX = "sex"  # M, F, X or filler
    CHECK = "check"  # a digit, or a filler where the rules allow it


@dataclass(frozen=True, slots=True)
class Place:
    """A run of characters: line and first column from 0, end exclusive."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field by its DIS name."""

    name: str
    kind: Kind
    place: Place


@dataclass(frozen=True, slots=True)
class CheckPlace:
    """A check digit: what it covers, in order, and where it stands. `may_be_filler`: a filler stands for 0 when all it covers is filler."""

    name: str
    covers: tuple[Place, ...]
    digit: Place
    may_be_filler: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One format. `long_number`: optional data that may continue a document number of more than nine characters (9303-5 4.2.4)."""

    format: MrzFormat
    lines: int
    length: int
    fields: tuple[FieldPlace, ...]
    checks: tuple[CheckPlace, ...]
    long_number: Place | None = None

    @property
    def names_line(self) -> int:
        return next(field.place.line for field in self.fields if field.name == "name")


def _field(name: str, kind: Kind, line: int, start: int, end: int) -> FieldPlace:
    return FieldPlace(name, kind, Place(line, start, end))


def _second_line(line: int, optional: str, end: int) -> tuple[FieldPlace, ...]:
    """The fields that TD2, TD3 and both visas share in their second line."""
    return (
        _field("documentNumber", Kind.TEXT, line, 0, 9),
        _field("nationality", Kind.COUNTRY, line, 10, 13),
        _field("dateOfBirth", Kind.DATE, line, 13, 19),
        _field("gender", Kind.SEX, line, 20, 21),
        _field("dateOfExpiry", Kind.DATE, line, 21, 27),
        _field(optional, Kind.TEXT, line, 28, end),
    )


def _first_line(length: int) -> tuple[FieldPlace, ...]:
    return (
        _field("documentCode", Kind.CODE, 0, 0, 2),
        _field("issuingState", Kind.COUNTRY, 0, 2, 5),
        _field("name", Kind.NAME, 0, 5, length),
    )


_SECOND_LINE_CHECKS = (
    CheckPlace("documentNumber", (Place(1, 0, 9),), Place(1, 9, 10)),
    CheckPlace("dateOfBirth", (Place(1, 13, 19),), Place(1, 19, 20)),
    CheckPlace("dateOfExpiry", (Place(1, 21, 27),), Place(1, 27, 28)),
)

LAYOUTS: Mapping[MrzFormat, Layout] = {
    MrzFormat.TD1: Layout(
        MrzFormat.TD1,
        3,
        30,
        (
            _field("documentCode", Kind.CODE, 0, 0, 2),
            _field("issuingState", Kind.COUNTRY, 0, 2, 5),
            _field("documentNumber", Kind.TEXT, 0, 5, 14),
            _field("optionalDataFirstLine", Kind.TEXT, 0, 15, 30),
            _field("dateOfBirth", Kind.DATE, 1, 0, 6),
            _field("gender", Kind.SEX, 1, 7, 8),
            _field("dateOfExpiry", Kind.DATE, 1, 8, 14),
            _field("nationality", Kind.COUNTRY, 1, 15, 18),
            _field("optionalDataSecondLine", Kind.TEXT, 1, 18, 29),
            _field("name", Kind.NAME, 2, 0, 30),
        ),
        (
            CheckPlace("documentNumber", (Place(0, 5, 14),), Place(0, 14, 15)),
            CheckPlace("dateOfBirth", (Place(1, 0, 6),), Place(1, 6, 7)),
            CheckPlace("dateOfExpiry", (Place(1, 8, 14),), Place(1, 14, 15)),
            CheckPlace("composite", (Place(0, 5, 30), Place(1, 0, 7), Place(1, 8, 15), Place(1, 18, 29)), Place(1, 29, 30)),
        ),
        long_number=Place(0, 15, 30),
    ),
    MrzFormat.TD2: Layout(
        MrzFormat.TD2,
        2,
        36,
        (*_first_line(36), *_second_line(1, "optionalDataSecondLine", 35)),
        (*_SECOND_LINE_CHECKS, CheckPlace("composite", (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 35)), Place(1, 35, 36))),
        long_number=Place(1, 28, 35),
    ),
    MrzFormat.TD3: Layout(
        MrzFormat.TD3,
        2,
        44,
        (*_first_line(44), *_second_line(1, "personalNumberOrOptionalDataSecondLine", 42)),
        (
            *_SECOND_LINE_CHECKS,
            CheckPlace("personalNumber", (Place(1, 28, 42),), Place(1, 42, 43), may_be_filler=True),
            CheckPlace("composite", (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 43)), Place(1, 43, 44)),
        ),
    ),
    MrzFormat.MRV_A: Layout(
        MrzFormat.MRV_A, 2, 44, (*_first_line(44), *_second_line(1, "optionalDataSecondLine", 44)), _SECOND_LINE_CHECKS
    ),
    MrzFormat.MRV_B: Layout(
        MrzFormat.MRV_B, 2, 36, (*_first_line(36), *_second_line(1, "optionalDataSecondLine", 36)), _SECOND_LINE_CHECKS
    ),
}


def layout_for(line_count: int, length: int, first: str) -> Layout | None:
    """The layout of so many lines of such a length whose first character is `first` (V is a visa); None when there is none."""
    visa = first == "V"
    formats = {
        (3, 30): MrzFormat.TD1,
        (2, 36): MrzFormat.MRV_B if visa else MrzFormat.TD2,
        (2, 44): MrzFormat.MRV_A if visa else MrzFormat.TD3,
    }
    found = formats.get((line_count, length))
    return LAYOUTS[found] if found else None


_VALUES: Mapping[str, int] = {FILLER: 0} | {character: index for index, character in enumerate(DIGITS + LETTERS)}
_WEIGHTS = (7, 3, 1)


def check_digit(characters: Iterable[str]) -> int:
    """Check digit over characters (9303-3 4.9: weights 7 3 1 repeating, A = 10 … Z = 35, filler = 0, modulo 10).

    Raises:
        KeyError: a character outside the alphabet.
    """
    return sum(_VALUES[character] * _WEIGHTS[index % 3] for index, character in enumerate(characters)) % 10
