"""Where everything stands in a machine readable zone, and how check digits are computed (ICAO 9303-3 4.9, 9303-4 to 9303-7).

National zones that no part of 9303 describes, each after public descriptions and checked on a published specimen:

* France, identity card 1988 to 2021, 2 x 36 (Wikipedia "National identity card (France)", dcode.fr "French ID card").
* France, driving licence since 2013, 1 x 30 (trustdochub.com "MRZ strip French biometric driving licence", the `mrz` package on npm).
* Netherlands, driving licence, 1 x 30: "D1NLD", a digit, the number (ten digits), random characters, one check digit over all.
* Slovakia, identity card before the TD1 ones, 2 x 34: as TD2, two characters shorter and without a composite digit (Innovatrics mrz-java).

Germany (D<<), Belgium and Portugal (document numbers of more than nine characters), Romania (TD2), Switzerland's identity card, Croatia,
Albania and Kosovo (RKS) keep to 9303; so do the PN lines of Russian internal passports, which are TD3 with the digits of the series split.
The three lines of 9, 30 and 30 characters of Swiss driving licences have no check digit at all: nothing could be called valid, so they
are no zone here.
"""

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
    FRA_ID = "FRA-ID"  # French identity card 1988 to 2021
    FRA_DL = "FRA-DL"  # French driving licence
    NLD_DL = "NLD-DL"  # Dutch driving licence
    SVK_ID = "SVK-ID"  # Slovak identity card before TD1


CARD_FORMATS = frozenset({MrzFormat.TD1, MrzFormat.TD2, MrzFormat.FRA_DL, MrzFormat.NLD_DL})
"""Of cards, which may bear it on their back; the French and the Slovak card have theirs on the front, as a passport has."""


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
    """One format.

    Attributes:
        fields: a field called "name" holds surname and given names; national zones may have "surname" and "givenNames" apart.
        long_number: optional data that may continue a document number of more than nine characters (9303-5 4.2.4).
        begins: how the first line of a national zone begins, "" for those of 9303; "*" stands for any character.
        digits: what the format leaves open and genuine documents print in digits alone. It is read as text all the same: a letter there is
            to be told, not mended.
        mrtd: the size of the document in words of DIS ("TD1", "MRV-A"), empty for what has none.
    """

    format: MrzFormat
    lines: int
    length: int
    fields: tuple[FieldPlace, ...]
    checks: tuple[CheckPlace, ...]
    long_number: Place | None = None
    begins: str = ""
    mrtd: str = ""
    digits: tuple[Place, ...] = ()

    @property
    def names_line(self) -> int:
        """The line of the (first) name; 0 where there is none."""
        return next((field.place.line for field in self.fields if field.kind is Kind.NAME), 0)

    def kind_at(self, line: int, column: int) -> Kind:
        """What may stand in a place; TEXT where the format says nothing of it."""
        if any(check.digit.line == line and check.digit.start <= column < check.digit.end for check in self.checks):
            return Kind.CHECK
        inside = (field.kind for field in self.fields if field.place.line == line and field.place.start <= column < field.place.end)
        return next(inside, Kind.TEXT)

    def is_digit_at(self, line: int, column: int) -> bool:
        """Do genuine documents print a digit there, never a letter?"""
        inside = any(place.line == line and place.start <= column < place.end for place in self.digits)
        return inside or self.kind_at(line, column) in (Kind.DATE, Kind.CHECK)

    def may_begin(self, first: str) -> bool:
        """Does a first line that begins with `first` fit? Too short a beginning fits no national zone."""
        return len(first) >= len(self.begins) and all(wanted in ("*", seen) for wanted, seen in zip(self.begins, first, strict=False))


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
        mrtd="TD1",
    ),
    MrzFormat.TD2: Layout(
        MrzFormat.TD2,
        2,
        36,
        (*_first_line(36), *_second_line(1, "optionalDataSecondLine", 35)),
        (*_SECOND_LINE_CHECKS, CheckPlace("composite", (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 35)), Place(1, 35, 36))),
        long_number=Place(1, 28, 35),
        mrtd="TD2",
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
        mrtd="TD3",
    ),
    MrzFormat.MRV_A: Layout(
        MrzFormat.MRV_A, 2, 44, (*_first_line(44), *_second_line(1, "optionalDataSecondLine", 44)), _SECOND_LINE_CHECKS, mrtd="MRV-A"
    ),
    MrzFormat.MRV_B: Layout(
        MrzFormat.MRV_B, 2, 36, (*_first_line(36), *_second_line(1, "optionalDataSecondLine", 36)), _SECOND_LINE_CHECKS, mrtd="MRV-B"
    ),
}


VARIANTS: Mapping[MrzFormat, Layout] = {
    MrzFormat.FRA_ID: Layout(
        MrzFormat.FRA_ID,
        2,
        36,
        (
            _field("documentCode", Kind.CODE, 0, 0, 2),
            _field("issuingState", Kind.COUNTRY, 0, 2, 5),
            _field("surname", Kind.NAME, 0, 5, 30),
            _field("optionalDataFirstLine", Kind.TEXT, 0, 30, 36),  # department and office of issue
            _field("documentNumber", Kind.TEXT, 1, 0, 12),  # begins with year, month and department of issue
            _field("givenNames", Kind.NAME, 1, 13, 27),
            _field("dateOfBirth", Kind.DATE, 1, 27, 33),
            _field("gender", Kind.SEX, 1, 34, 35),
        ),
        (
            CheckPlace("documentNumber", (Place(1, 0, 12),), Place(1, 12, 13)),
            CheckPlace("dateOfBirth", (Place(1, 27, 33),), Place(1, 33, 34)),
            CheckPlace("composite", (Place(0, 0, 36), Place(1, 0, 35)), Place(1, 35, 36)),
        ),
        begins="IDFRA",
        mrtd="TD2",
    ),
    MrzFormat.FRA_DL: Layout(
        MrzFormat.FRA_DL,
        1,
        30,
        (
            _field("documentCode", Kind.CODE, 0, 0, 2),
            _field("issuingState", Kind.COUNTRY, 0, 2, 5),
            _field("documentNumber", Kind.TEXT, 0, 5, 14),
            _field("dateOfExpiry", Kind.DATE, 0, 15, 21),
            _field("surname", Kind.NAME, 0, 21, 29),  # its first eight letters
        ),
        (
            CheckPlace("documentNumber", (Place(0, 0, 14),), Place(0, 14, 15)),
            CheckPlace("composite", (Place(0, 0, 29),), Place(0, 29, 30)),
        ),
        begins="D1FRA",
    ),
    MrzFormat.NLD_DL: Layout(
        MrzFormat.NLD_DL,
        1,
        30,
        (
            _field("documentCode", Kind.CODE, 0, 0, 2),
            _field("issuingState", Kind.COUNTRY, 0, 2, 5),
            _field("documentNumber", Kind.TEXT, 0, 6, 16),
            _field("optionalDataFirstLine", Kind.TEXT, 0, 16, 29),
        ),
        (CheckPlace("composite", (Place(0, 0, 29),), Place(0, 29, 30)),),
        begins="D1NLD",
        digits=(Place(0, 6, 16),),
    ),
    MrzFormat.SVK_ID: Layout(
        MrzFormat.SVK_ID,
        2,
        34,
        (*_first_line(34), *_second_line(1, "optionalDataSecondLine", 34)),
        _SECOND_LINE_CHECKS,
        begins="**SVK",
        mrtd="TD2",
    ),
}
"""National zones. The one-line ones have one or two check digits: of ten misread lines one still holds. So a character of them that a
reader did not see surely is in doubt, or the line is not read at all (`services.mrz_cascade`); it must begin as a licence's does."""


def layout_of(mrz_format: MrzFormat) -> Layout:
    """The layout of a format, of 9303 or national."""
    return LAYOUTS[mrz_format] if mrz_format in LAYOUTS else VARIANTS[mrz_format]


def layout_for(line_count: int, length: int, first: str) -> Layout | None:
    """The layout of so many lines of such a length whose first line begins with `first`; None when there is none.

    The first character tells a visa (V). Five or more tell national zones apart, too (IDFRA …).
    """
    for variant in VARIANTS.values():
        if (variant.lines, variant.length) == (line_count, length) and variant.may_begin(first):
            return variant
    visa = first[:1] == "V"
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
