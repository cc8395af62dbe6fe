"""An identity document: its pages, its fields with what each source said, and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.domain.mrz import Mrz

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners in pixels, x to the right and y down, clockwise from the corner that is top left when the text is upright."""


class PageSide(StrEnum):
    FRONT = "front"
    BACK = "back"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where a value was read. The values are the member names of the DIS customer."""

    VISUAL_ZONE = "visualZone"
    MRZ = "mrz"
    BARCODE = "barcode"
    CHIP = "chip"
    OPERATOR = "operator"


class FieldName(StrEnum):
    """Field names as in the DIS customer (dis-openapi 1.65): person first, then document, in the order people read them."""

    SURNAME = "surname"
    GIVEN_NAMES = "givenNames"
    FULL_NAME = "fullName"
    DATE_OF_BIRTH = "dateOfBirth"
    GENDER = "gender"
    NATIONALITY = "nationality"
    PERSONAL_NUMBER = "personalNumber"
    PLACE_OF_BIRTH = "placeOfBirth"
    ADDRESS = "address"
    DOCUMENT_NUMBER = "documentNumber"
    DATE_OF_ISSUE = "dateOfIssue"
    DATE_OF_EXPIRY = "dateOfExpiry"
    ISSUING_AUTHORITY = "issuingAuthority"
    ISSUING_STATE = "issuingState"


DATE_FIELDS = frozenset({FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY})


class PageWarning(StrEnum):
    """What is wrong with a picture of a page, in DIS terms (issues and warnings of `page/quality`)."""

    BRIGHTNESS_HIGH = "BRIGHTNESS_HIGH"
    BRIGHTNESS_LOW = "BRIGHTNESS_LOW"
    HOTSPOTS_SCORE_HIGH = "HOTSPOTS_SCORE_HIGH"
    SHARPNESS_LOW = "SHARPNESS_LOW"
    DOCUMENT_SMALL = "DOCUMENT_SMALL"
    DOCUMENT_OUT_OF_IMAGE = "DOCUMENT_OUT_OF_IMAGE"
    DOCUMENT_CLOSE_TO_IMAGE_BORDER = "DOCUMENT_CLOSE_TO_IMAGE_BORDER"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one source said about one field.

    Attributes:
        value: normalised: dates YYYY-MM-DD, gender M/F/X, countries alpha-3, names in capitals as printed.
        confidence: 0..1 of the reader; an MRZ value that a check digit proves has 1.0.
        quad: place in the straightened page, pixels; None for what has no place (a barcode's content, typed text).
        raw: as read, before normalising.
        proven: a check digit covers the value and holds.
    """

    value: str
    source: Source
    confidence: float
    page: PageSide = PageSide.UNKNOWN
    quad: Quad | None = None
    raw: str = ""
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field with everything that was said about it; the chosen value is derived, never stored."""

    name: FieldName
    readings: tuple[Reading, ...]

    @property
    def chosen(self) -> Reading:
        """Operator first, then what a check digit proves, then agreement of sources, then the surest reading."""
        for reading in self.readings:
            if reading.source is Source.OPERATOR:
                return reading

        def rank(reading: Reading) -> tuple[bool, int, float]:
            agreeing = sum(other.value == reading.value for other in self.readings)
            return reading.proven, agreeing, reading.confidence

        return max(self.readings, key=rank)

    def of(self, source: Source) -> Reading | None:
        """The first reading of a source, or None."""
        return next((reading for reading in self.readings if reading.source is source), None)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What the document is. `country` ICAO 9303-3 code as printed (D, UTO, SVK …), empty when unknown."""

    type: str = ""  # "identity-card" | "passport" | "visa" | "driving-licence" | ""
    country: str = ""
    mrtd: str = ""  # "TD1" | "TD2" | "TD3" | "MRV-A" | "MRV-B" | ""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A decoded barcode. `format` "PDF417", "QRCode" …; `content` the raw bytes."""

    format: str
    content: bytes
    page: PageSide = PageSide.UNKNOWN


@dataclass(frozen=True, slots=True)
class PageQuality:
    """Scores 0..1, 1 is best (for hotspots: 1 = no glare); width of the page in the picture, pixels."""

    sharpness: float
    brightness: float
    hotspots: float
    page_width_px: int
    warnings: tuple[PageWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page as it was read.

    Attributes:
        quad: corners in the picture it was found in; None when the picture is the page alone.
        location_confidence: 0..1 of the page locator.
        size: (width, height) of the straightened page, pixels. Field places refer to it.
        portrait: quad of the portrait in the straightened page, None when there is none.
    """

    side: PageSide
    quad: Quad | None
    location_confidence: float
    size: tuple[int, int]
    quality: PageQuality
    fields: tuple[Field, ...] = ()
    mrz: Mrz | None = None
    barcodes: tuple[Barcode, ...] = ()
    portrait: Quad | None = None
    text_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All pages of one document, merged."""

    type: DocumentType
    pages: tuple[DocumentPage, ...]
    fields: Mapping[FieldName, Field] = field(default_factory=dict)
    mrz: Mrz | None = None
    barcodes: tuple[Barcode, ...] = ()

    def value(self, name: FieldName) -> str:
        """The chosen value, or an empty string."""
        found = self.fields.get(name)
        return found.chosen.value if found else ""
