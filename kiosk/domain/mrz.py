"""Machine readable zones: TD1, TD2, TD3, MRV-A, MRV-B and national ones, parsed with every check digit (ICAO 9303 parts 3 to 7)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.mrz_layout import ALPHABET, FILLER, CheckPlace, Kind, Layout, MrzFormat, Place, check_digit, layout_for, layout_of

TO_LETTER: Mapping[str, str] = dict(zip("01245678", "OIZASGTB", strict=True))
TO_DIGIT: Mapping[str, str] = dict(zip("OQDUILZASGTB", "000011245678", strict=True))
"""What a character of the wrong class is read as where only letters, or only digits, may stand: there is no other choice."""
GENDERS = ("M", "F", "X")
DOUBTED = 0.5
"""The confidence of a field one of whose characters might as well be another."""

__all__ = ["Mrz", "MrzFormat", "MrzRepair", "birth_date_iso", "expiry_date_iso", "gender_letter", "last_day", "may_be_date", "parse_mrz"]


@dataclass(frozen=True, slots=True)
class MrzRepair:
    """A character that was read one way and taken another, because the alphabet of its place or a check digit says so.

    Where two characters were nearly as likely and a check digit covers the place, `read` is the one that was not taken.

    Attributes:
        clear: `read` was seen as surely as a printed character is: the document may be misprinted so.
    """

    line: int
    column: int
    read: str
    taken: str
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Mrz:
    """A parsed MRZ.

    Attributes:
        lines: one to three lines of exactly the format's length, alphabet A-Z 0-9 <.
        values: by DIS names (documentCode, issuingState, surname, givenNames, documentNumber, nationality, dateOfBirth as YYMMDD, gender,
            dateOfExpiry as YYMMDD, optional data …). What the format has no place for is absent.
        check_digits: name of the check ("documentNumber", "dateOfBirth", "dateOfExpiry", "personalNumber", "composite") -> does it hold.
        confidence: 0..1, the least sure line of the reader.
        field_confidences: by the names of `values` ("surname" and "givenNames" apart), 0..1, see `field_confidences_of`. Empty when the
            reader does not tell them.
    """

    format: MrzFormat
    lines: tuple[str, ...]
    values: Mapping[str, str]
    check_digits: Mapping[str, bool]
    repairs: tuple[MrzRepair, ...] = field(default=())
    confidence: float = 1.0
    field_confidences: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Every check digit that the format has holds, for the characters that were taken. That alone proves no reading: see `valid`."""
        return all(self.check_digits.values())

    @property
    def valid(self) -> bool:
        """Every check digit holds, and no character was chosen in doubt. The only thing that may be called valid in front of anyone."""
        return self.holds and not self.doubtful_repairs

    @property
    def in_doubt(self) -> bool:
        """Every check digit holds, but only for one of two readings that were nearly as likely: neither valid nor wrong."""
        return self.holds and bool(self.doubtful_repairs)

    @property
    def doubtful_repairs(self) -> tuple[MrzRepair, ...]:
        """Repairs for which the place left another choice; a letter where only digits may stand (or the reverse) leaves none.

        It does when it was read clearly: Z in a date is printed so, and the date's digit holds only for what should have been.
        """
        kinds = layout_of(self.format).kind_at
        return tuple(one for one in self.repairs if _is_choice(kinds(one.line, one.column), one))

    def proves(self, name: str) -> bool:
        """Does the check digit `name` ("composite" for the whole zone) hold for what was read, no character of it chosen in doubt?"""
        if not self.check_digits.get(name, False):
            return False
        layout = layout_of(self.format)
        check = next(check for check in layout.checks if check.name == name)
        places = [*check.covers, check.digit]
        if layout.long_number is not None and _at(self.lines, check.digit) == FILLER:
            places.append(layout.long_number)
        return not any(
            repair.line == place.line and place.start <= repair.column < place.end for repair in self.doubtful_repairs for place in places
        )


def _is_choice(kind: Kind, repair: MrzRepair) -> bool:
    """Names and the first letter of the document code are settled by their grammar; whether a second one is there is not."""
    if repair.read.upper() == repair.taken:
        return False
    if kind is Kind.CODE:
        return repair.column == 1 and FILLER in (repair.read, repair.taken)
    if kind in (Kind.DATE, Kind.CHECK):
        return repair.clear or TO_DIGIT.get(repair.read) != repair.taken
    if kind in (Kind.COUNTRY, Kind.SEX):
        return TO_LETTER.get(repair.read) != repair.taken
    return kind is Kind.TEXT


def parse_mrz(lines: Sequence[str], *, confidences: Sequence[float] | None = None, repairs: Sequence[MrzRepair] = ()) -> Mrz:
    """Parses the lines as they stand; nothing is corrected, a check digit that does not hold is reported as such.

    Args:
        lines: two lines of 36 or 44 characters, or three of 30 (national zones: see `mrz_layout`), top first, alphabet A-Z 0-9 <.
        confidences: of the reader, one per line; None = sure.
        repairs: what the reader changed before.

    Values have their fillers at both ends removed; names have single fillers turned into spaces; a document number of more than nine
    characters is put together from both its places (9303-5 4.2.4, 9303-6 4.2.4). Gender is "M", "F", "X" or "" (not said, or a letter
    that says none; `lines` keep it). A date keeps its six characters, be they a date or not.

    Raises:
        BadInput: BAD_ARGUMENT when count, length or alphabet fit no format.
    """
    lengths = {len(line) for line in lines}
    layout = layout_for(len(lines), lengths.pop(), lines[0]) if len(lengths) == 1 else None
    if layout is None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{len(lines)} lines of these lengths are no machine readable zone")
    if any(character not in ALPHABET for line in lines for character in line):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "a machine readable zone has characters A-Z, 0-9 and < only")
    values: dict[str, str] = {}
    for part in layout.fields:
        text = _at(lines, part.place)
        if part.name == "name":
            values["surname"], values["givenNames"] = split_names(text)
        elif part.kind is Kind.NAME:
            values[part.name] = _spaced(text)
        elif part.kind is Kind.SEX:
            values[part.name] = text if text in GENDERS else ""
        else:
            values[part.name] = text.strip(FILLER)
    long_number = _long_number(lines, layout)
    if long_number is not None:
        values["documentNumber"] = long_number[0]
    return Mrz(
        format=layout.format,
        lines=tuple(lines),
        values=values,
        check_digits={check.name: check_holds(lines, layout, check) for check in layout.checks},
        repairs=tuple(repairs),
        confidence=1.0 if not confidences else min(confidences),
    )


def field_confidences_of(lines: Sequence[str], certainties: Sequence[Sequence[float]], layout: Layout) -> dict[str, float]:
    """How sure each field is: the mean of its characters, and at most halfway from the least sure one to certainty. Fillers do not count.

    Args:
        certainties: per line and character, 0..1.
    """
    found: dict[str, float] = {}
    for part in layout.fields:
        line, start, end = part.place.line, part.place.start, part.place.end
        spans = [(part.name, start, end)]
        if part.name == "name":
            text = _at(lines, part.place)
            lead = len(text) - len(text.lstrip(FILLER))
            divide = text.find(FILLER * 2, lead)
            middle = start + divide if divide >= 0 else end
            spans = [("surname", start, middle), ("givenNames", middle, end)]
        for name, first, last in spans:
            sure = [certainties[line][column] for column in range(first, last) if lines[line][column] != FILLER]
            if sure:
                found[name] = min(sum(sure) / len(sure), (1.0 + min(sure)) / 2)
    return found


def doubted_confidences(mrz: Mrz, places: Collection[tuple[int, int]]) -> dict[str, float]:
    """The `field_confidences` where characters at (line, column) are in doubt, though the reader was sure: at most DOUBTED."""
    layout = layout_of(mrz.format)
    doubted: set[str] = set()
    for part in layout.fields:
        if _has_any(part.place, places):
            doubted |= {"surname", "givenNames"} if part.name == "name" else {part.name}
    if layout.long_number is not None and _long_number(mrz.lines, layout) is not None and _has_any(layout.long_number, places):
        doubted.add("documentNumber")
    return {name: min(sure, DOUBTED) if name in doubted else sure for name, sure in mrz.field_confidences.items()}


def _has_any(place: Place, points: Collection[tuple[int, int]]) -> bool:
    return any(line == place.line and place.start <= column < place.end for line, column in points)


def split_names(text: str) -> tuple[str, str]:
    """The name field -> (surname, given names): two fillers divide them, single fillers are spaces (9303-3 4.6)."""
    primary, _, secondary = text.strip(FILLER).partition(FILLER * 2)
    return _spaced(primary), _spaced(secondary)


def _spaced(name: str) -> str:
    return " ".join(part for part in name.split(FILLER) if part)


def check_holds(lines: Sequence[str], layout: Layout, check: CheckPlace) -> bool:
    """Does a check digit hold, the rule for long document numbers included."""
    digit = _at(lines, check.digit)
    if check.name == "documentNumber" and digit == FILLER:
        long_number = _long_number(lines, layout)
        return long_number is not None and str(check_digit(long_number[0])) == long_number[1]
    covered = "".join(_at(lines, place) for place in check.covers)
    if digit == FILLER:
        return check.may_be_filler and not covered.strip(FILLER)
    return digit == str(check_digit(covered))


def _long_number(lines: Sequence[str], layout: Layout) -> tuple[str, str] | None:
    """(document number, its check digit) when a filler in the digit's place says that the number goes on in the optional data.

    The digit is computed over the characters of the number alone, without the filler between its two parts.
    """
    if layout.long_number is None:
        return None
    check = next(check for check in layout.checks if check.name == "documentNumber")
    if _at(lines, check.digit) != FILLER:
        return None
    head = _at(lines, check.covers[0])
    rest = _at(lines, layout.long_number).partition(FILLER)[0]
    if len(rest) < 2 or head.endswith(FILLER):
        return None
    return head + rest[:-1], rest[-1]


def _at(lines: Sequence[str], place: Place) -> str:
    return lines[place.line][place.start : place.end]


def gender_letter(mrz: Mrz) -> str:
    """M, F, or X for everything else, as a field value has it."""
    gender = mrz.values.get("gender", "")
    return gender if gender in ("M", "F") else "X"


def birth_date_iso(yymmdd: str, today: str, *, before: str = "") -> str:
    """YYMMDD of birth -> ISO date in the latest century that is not in the future.

    Args:
        today: YYYY-MM-DD.
        before: ISO date on which the holder was born already (an expiry of years ago); "" = nothing known.

    Returns:
        YYYY-MM-DD; YYYY-MM or YYYY when day or month are unknown (fillers or 00, 9303-3 4.8); "" when the year is unknown or it is no date.
    """
    last = min(today, before) if len(before) == 10 else today
    this = int(today[:4]) // 100 * 100
    dates = (_iso(yymmdd, century) for century in (this, this - 100, this - 200) if century >= 0)
    return next((text for text in dates if text and text <= last[: len(text)]), "")


def expiry_date_iso(yymmdd: str, today: str) -> str:
    """YYMMDD of expiry -> ISO date within 50 years of today. Arguments and result as in `birth_date_iso`."""
    year = int(today[:4])
    if not (yymmdd[:2].isascii() and yymmdd[:2].isdecimal()):
        return ""
    nearest = min((year // 100 * 100 + shift for shift in (-100, 0, 100)), key=lambda century: abs(century + int(yymmdd[:2]) - year))
    return _iso(yymmdd, nearest)


def last_day(iso: str) -> str:
    """The last day that a date with an unknown day or month (YYYY-MM, YYYY) may mean; a whole date is its own. "" for what is no date."""
    try:
        if len(iso) == 4:
            return date(int(iso), 12, 31).isoformat()
        if len(iso) == 7:
            year, month = int(iso[:4]), int(iso[5:])
            return date(year, month, monthrange(year, month)[1]).isoformat()
        return date.fromisoformat(iso).isoformat() if len(iso) == 10 else ""
    except ValueError:
        return ""


def may_be_date(yymmdd: str) -> bool:
    """May six characters of an MRZ be a date? Unknown parts are fillers or, of day and month, 00 (9303-3 4.8)."""
    if len(yymmdd) != 6:
        return False
    year, month, day = yymmdd[:2], yymmdd[2:4], yymmdd[4:6]
    if any(part != FILLER * 2 and not (part.isascii() and part.isdecimal()) for part in (year, month, day)):
        return False
    # a leap year where none is told: what may be, is
    told = 2000 if year == FILLER * 2 else 2000 + int(year)
    months = range(1, 13) if month in (FILLER * 2, "00") else (int(month),)
    days = 1 if day in (FILLER * 2, "00") else int(day)
    return any(1 <= one <= 12 and days <= monthrange(told, one)[1] for one in months)


def _iso(yymmdd: str, century: int) -> str:
    padded = yymmdd.ljust(6, FILLER)
    year, month, day = padded[:2], padded[2:4], padded[4:6]
    if len(padded) != 6 or not (year.isascii() and year.isdecimal()) or century + int(year) < 1:
        return ""
    text = f"{century + int(year):04d}"
    for part in (month, day):
        if part in (FILLER * 2, "00"):
            break
        if not (part.isascii() and part.isdecimal()):
            return ""
        text += f"-{part}"
    return text if last_day(text) else ""
