"""An identity document: its pages, its fields with what each source said, and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


class SupportLevel(StrEnum):
    """How far the product knows a document (DIS `supportLevel`)."""

    FULL_SUPPORT = "FULL_SUPPORT"  # a template of this document, or the ICAO passport page: visual zone and MRZ
    MRZ_EXTRACTION_ONLY = "MRZ_EXTRACTION_ONLY"
    GENERIC_SUPPORT = "GENERIC_SUPPORT"  # by its labels, no template
    NOT_SUPPORTED = "NOT_SUPPORTED"


class SupportMethod(StrEnum):
    """What FULL_SUPPORT rests on (DIS `supportMethod`)."""

    FULL_TEMPLATE_SUPPORT = "FULL_TEMPLATE_SUPPORT"
    GLOBAL_PASSPORT_SUPPORT = "GLOBAL_PASSPORT_SUPPORT"  # the ICAO 9303-4 data page, whatever the country


class PageFinding(StrEnum):
    """What classification noticed about a page beside the others (DIS page `warnings`)."""

    DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES = "DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES"
    PAGE_CLASSIFICATION_CHANGED = "PAGE_CLASSIFICATION_CHANGED"
    MISSING_FRONT_PAGE = "MISSING_FRONT_PAGE"
    DOCUMENT_TYPE_NOT_RECOGNIZED = "DOCUMENT_TYPE_NOT_RECOGNIZED"


class Region(StrEnum):
    """A picture on a page (DIS crops)."""

    PORTRAIT = "portrait"
    GHOST_PORTRAIT = "ghostPortrait"
    SIGNATURE = "signature"
    FINGERPRINT = "fingerprint"


class Suspicion(StrEnum):
    """What may be wrong with the page as an object: advisory, since telling recaptures from documents is unsolved (PAD-IDCard 2024)."""

    SCREEN = "screen"  # photographed off a screen: moire, pixel grid
    PRINT_COPY = "printCopy"  # a printed copy: halftone, paper
    GREY_COPY = "greyCopy"  # a black-and-white copy of a document
    COLOUR_PROFILE = "colourProfile"  # its colours are not those that the template of the document knows
    PORTRAIT_SUBSTITUTED = "portraitSubstituted"
    TEXT_RETOUCHED = "textRetouched"


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
        value: normalised: dates YYYY-MM-DD (YYYY-MM or YYYY where the document leaves the day or month out), gender M/F/X,
            countries alpha-3, names in capitals as printed.
        confidence: 0..1 of the reader; an MRZ value that a check digit proves has 1.0.
        quad: place in the straightened page, pixels; None for what has no place (a barcode's content, typed text).
        raw: as read, before normalising.
        proven: a check digit covers the value and holds.
        room: places that the MRZ left empty behind a value that it may have had to cut (a name, a visa's number); None where nothing may
            be missing. Only what does not fit there may be missing (9303-4 4.2.3, 9303-7 4.2.2.2).
        accents: 0..1, how sure a printed text is for its accents alone, which an MRZ that says the same does not tell.
    """

    value: str
    source: Source
    confidence: float
    page: PageSide = PageSide.UNKNOWN
    quad: Quad | None = None
    raw: str = ""
    proven: bool = False
    room: int | None = None
    accents: float = 1.0


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
    """What the document is. `country` ICAO 9303-3 code as printed (D, UTO, SVK …), empty when unknown.

    `edition` is the year or years of issue as the template names them ("2013", "2008-2019"), `template` the template's id; both empty
    without a template. `support` and `method` as in DIS.
    """

    type: str = ""  # "identity-card" | "passport" | "visa" | "driving-licence" | "residence-permit" | ""
    country: str = ""
    mrtd: str = ""  # "TD1" | "TD2" | "TD3" | "MRV-A" | "MRV-B" | ""
    edition: str = ""
    template: str = ""
    support: SupportLevel = SupportLevel.NOT_SUPPORTED
    method: SupportMethod | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One advisory authenticity signal of one page.

    Attributes:
        suspicion: what is suspected.
        score: 0..1, higher is more suspicious; None = could not be measured here, with the reason in `why`.
        threshold: the measured operating point of `model`; at or above it the signal is raised.
        model: rule or model id.
        fields: for TEXT_RETOUCHED: the score of each field that was measured.
        why: reason code when `score` is None ("PAGE_TOO_SMALL", "NO_TEMPLATE", "NO_PORTRAIT", "NOT_SHARP").
    """

    suspicion: Suspicion
    score: float | None
    threshold: float
    model: str
    fields: Mapping[FieldName, float] = field(default_factory=dict)
    why: str = ""

    @property
    def raised(self) -> bool:
        return self.score is not None and self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class Barcode:
    """A decoded barcode. `format` "PDF417", "QRCode" …; `content` the raw bytes; `quad` in the straightened page."""

    format: str
    content: bytes
    page: PageSide = PageSide.UNKNOWN
    quad: Quad | None = field(default=None, compare=False)


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
        type: what the document is: what this page alone says as long as it is alone, then what all pages say together.
        regions: quads of the other pictures on it (ghost portrait, signature, fingerprint), and of the portrait.
        findings: what classification noticed when this page came to the earlier ones; set by merging.
        signals: advisory authenticity signals, one per suspicion that was looked for.
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
    type: DocumentType = field(default_factory=DocumentType)
    regions: Mapping[Region, Quad] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    findings: tuple[PageFinding, ...] = ()


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

    def as_read(self) -> Document:
        """The document without what a person typed over it."""
        read = {name: tuple(one for one in field.readings if one.source is not Source.OPERATOR) for name, field in self.fields.items()}
        return replace(self, fields={name: Field(name, readings) for name, readings in read.items() if readings})
