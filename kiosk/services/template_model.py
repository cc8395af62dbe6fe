"""What a document template is made of; made once per process, told apart by identity. The files: docs/guides/templates.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.domain.document import DATE_FIELDS, FieldName, PageSide, Region

ANY_COUNTRY = "*"
DEFAULT_TOLERANCE = 0.03
DEFAULT_LINES: Mapping[FieldName, int] = {FieldName.ADDRESS: 4}

Area = tuple[float, float, float, float]
"""left, top, right, bottom as shares of the upright page, 0..1."""


class Format(StrEnum):
    """What a value looks like."""

    NAME = "name"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    ENUM = "enum"
    COUNTRY = "country"


DEFAULT_FORMAT: Mapping[FieldName, Format] = {
    FieldName.SURNAME: Format.NAME,
    FieldName.GIVEN_NAMES: Format.NAME,
    FieldName.FULL_NAME: Format.NAME,
    FieldName.GENDER: Format.ENUM,
    FieldName.NATIONALITY: Format.COUNTRY,
    FieldName.ISSUING_STATE: Format.COUNTRY,
    FieldName.DOCUMENT_NUMBER: Format.NUMBER,
    FieldName.PERSONAL_NUMBER: Format.NUMBER,
} | dict.fromkeys(DATE_FIELDS, Format.DATE)


def words_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels and their parts between slashes: a reader of lines may give all of "Name/Surname/Nom" or any of it."""
    return tuple(dict.fromkeys(part.strip() for label in labels for part in (label, *label.split("/")) if part.strip()))


@dataclass(frozen=True, slots=True, eq=False)
class TemplateField:
    """One printed field of one page.

    Attributes:
        labels: as printed, any of its languages; a label may also hold several ("Surname/Nom").
        generic_labels: the labels of this field in every known language count as well (ICAO passports).
        area: where the value stands, None = not surely known; `tolerance` is added on every side.
        patterns: of dates: DD MM MMM YY YYYY with separators between ("DD.MM.YYYY", "DD MMM YYYY"); empty = any form.
        part: "first" or "last" date of a line that prints a period; "" = the only one.
        regex: of numbers, matched as a whole after blanks, dots, dashes and slashes are gone and letters are capitals.
        check: name of a rule in `number_checks`, "" = the state publishes none.
        drop: words printed in the line of the value that do not belong to it ("SERIA", "NR").
        values: of enums: normalised -> as printed. Empty for gender = the words of all languages.
        lines: how many lines the value may take.
        anywhere: the number may be taken wherever a text on the page matches, when only one does; needs a regex.
    """

    name: FieldName
    format: Format
    labels: tuple[str, ...] = ()
    generic_labels: bool = False
    area: Area | None = None
    tolerance: float = DEFAULT_TOLERANCE
    patterns: tuple[str, ...] = ()
    part: str = ""
    regex: str = ""
    check: str = ""
    drop: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: int = 1
    anywhere: bool = False

    @property
    def label_words(self) -> tuple[str, ...]:
        """The labels, and the languages of those that hold several."""
        return words_of(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class TemplatePage:
    """One page.

    Attributes:
        titles: words printed on this page whoever the holder is; they tell it from other documents' pages.
        absent: words that this page does not print and a similar one does (an earlier edition).
        ignored: labels of what is not read, so that their values are not taken for others.
        regions: where pictures are; only where something is found there is it reported.
        colours: mean BGR colours of places, by a name of the author's choice: (area, (b, g, r), tolerance 0..255).
    """

    side: PageSide
    titles: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    fields: Mapping[FieldName, TemplateField] = field(default_factory=dict)
    regions: Mapping[Region, Area] = field(default_factory=dict)
    colours: Mapping[str, TemplateColour] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateColour:
    """Mean colour of a place on a genuine page under neutral light, and how far it may be off per channel (0..255)."""

    area: Area
    bgr: tuple[int, int, int]
    tolerance: int = 40


@dataclass(frozen=True, slots=True)
class TemplateMrz:
    """`codes` document codes without fillers as they begin ("ID", "P"); empty = any. `states` codes as printed in the MRZ."""

    page: PageSide
    codes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A document of one type and edition.

    Attributes:
        country: alpha-3, or ANY_COUNTRY for a layout that every state uses (the ICAO passport page).
        size_mm: (width, height) of the page as read.
        basis: what the file rests on; tried: on which real specimens it was tried, "" = on none.
        issued_from, issued_to: YYYY-MM-DD bounds of the date of issue, "" = open; they tell editions of one document apart.
        valid_years: how long such a document may be valid, to reckon the issue from the expiry; empty = unknown.
        languages: that names and places on it are in (ISO 639-1); empty = those of the country.
    """

    id: str
    country: str
    type: str
    edition: str
    mrtd: str
    size_mm: tuple[float, float]
    basis: str
    pages: Mapping[PageSide, TemplatePage]
    tried: str = ""
    mrz: TemplateMrz | None = None
    issued_from: str = ""
    issued_to: str = ""
    valid_years: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def is_generic(self) -> bool:
        return self.country == ANY_COUNTRY

    @property
    def ratio(self) -> float:
        return self.size_mm[0] / self.size_mm[1]

    def field_of(self, name: FieldName, side: PageSide) -> TemplateField | None:
        """The field on that page, else on the other one."""
        pages = sorted(self.pages.values(), key=lambda page: page.side is not side)
        return next((page.fields[name] for page in pages if name in page.fields), None)
