"""What a specimen design is: the facts it prints, the pages it draws, and the ways in which documents print dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk.domain.document import PageSide
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.canvas import Canvas
from kiosk.specimens.mrz_lines import mrz_lines
from kiosk.specimens.person import Person, no_number

STATE = "UTO"
Size = tuple[float, float]
ID1: Size = (85.6, 53.98)
ID2: Size = (105.0, 74.0)
ID3: Size = (125.0, 88.0)
"""ISO/IEC 7810, millimetres."""

MONTHS_EN = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS_NL = ("JAN", "FEB", "MRT", "APR", "MEI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEC")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is printed. Dates YYYY-MM-DD; YYYY-MM or YYYY for a birth whose day or month is unknown.

    Attributes:
        nationality: alpha-3, or a special code of ICAO 9303-3 (XXA, XXB …).
        portrait: BGR; portrait_face: its face box, or None.
    """

    seed: int
    design: str
    person: Person
    number: str
    nationality: str
    issued: str
    expires: str
    portrait: Image
    portrait_face: Box | None
    lines: tuple[str, ...] = ()


Pages = Mapping[PageSide, Canvas]


def icao_lines(facts: Facts, form: str, *, code: str = "", optional: str = "", optional_second: str = "") -> tuple[str, ...]:
    """The MRZ that ICAO 9303 asks for."""
    holder = facts.person
    return mrz_lines(
        form,
        code=code,
        state=STATE,
        surname=holder.surname,
        given_names=holder.given_names,
        number=facts.number,
        nationality=facts.nationality,
        date_of_birth=holder.date_of_birth,
        gender=holder.gender,
        date_of_expiry=facts.expires,
        optional=optional,
        optional_second=optional_second,
    )


@dataclass(frozen=True, slots=True)
class Design:
    """One specimen document.

    Attributes:
        type: "identity-card", "passport", "visa", "driving-licence" or "residence-permit".
        mrtd: "TD1" … or "" without an MRZ of ICAO's.
        draw: draws the pages.
        lines: the MRZ's lines; none for documents without.
        language: whose names its holders have (`person.LANGUAGES`), "" = the names of the first five designs.
        number: the form of its numbers: "#" a digit, "@" a letter, "%" either, everything else itself.
        personal_number: from date of birth, gender and a number to draw from.
        state: code of the issuing state. nationality: of the holder.
    """

    type: str
    mrtd: str
    size_mm: Size
    draw: Callable[[Facts, Size], Pages]
    lines: Callable[[Facts], tuple[str, ...]] | None = None
    language: str = ""
    number: str = ""
    personal_number: Callable[[str, str, int], str] = no_number
    state: str = STATE
    nationality: str = STATE


# --- dates ---------------------------------------------------------------------------------------------------------


def printed_date(iso: str, form: str = "{d}.{m}.{y}", *, months: tuple[str, ...] = MONTHS_EN, unknown: str = "00") -> str:
    """A date in the form of a document: {d} {m} {y} {yy} numbers, {b} the month's short name in `months`, {e} in English.

    A day or month that is not in `iso` is printed as `unknown`.
    """
    year, month, day = (*iso.split("-"), "", "")[:3]
    return form.format(
        d=day or unknown,
        m=month or unknown,
        y=year,
        yy=year[2:],
        b=months[int(month) - 1] if month else unknown,
        e=MONTHS_EN[int(month) - 1] if month else unknown,
    )


def dotted(iso: str) -> str:
    return printed_date(iso)


def spelled(iso: str) -> str:
    return printed_date(iso, "{d} {b} {y}")
