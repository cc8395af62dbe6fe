"""What an inspection of a document found, in the words of DIS `document/inspect` and `inspect/disclose`. Absent (None) is not False."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.domain.document import FieldName, PageSide

OCR_THRESHOLD = 0.92
"""DIS: `innovatrics.dot.dis.customer.document.inspection.ocr-text-field-threshold`."""


@dataclass(frozen=True, slots=True)
class PageTampering:
    """Booleans of one page; None = could not be looked at."""

    colour_profile_change: bool | None = None
    looks_like_screenshot: bool | None = None
    looks_like_print_copy: bool | None = None
    grey_copy: bool | None = None  # not in DIS
    portrait_substituted: bool | None = None
    tampered_texts: tuple[FieldName, ...] | None = None


@dataclass(frozen=True, slots=True)
class PageScores:
    """Raw scores 0..1 of one page, in DIS directions; None = could not be measured.

    Attributes:
        colour_profile: low = different from what the document should look like.
        portrait_genuine: high = genuine.
        genuine: presentation attack detection, high = genuine.
        screen, printed: high = attack of that class.
        texts: per field, high = genuine.
    """

    colour_profile: float | None = None
    portrait_genuine: float | None = None
    genuine: float | None = None
    screen: float | None = None
    printed: float | None = None
    texts: Mapping[FieldName, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentInspection:
    """Attributes:
    expired: by the chosen date of expiry; None when there is none.
    mrz_valid: every check digit of every zone holds beyond doubt; None without an MRZ and where a zone was read in doubt.
    ocr_confidence: median over the visual zone's fields, 0..1; None without any.
    low_confidence: fields of the visual zone below the threshold.
    consistent: no source contradicts another; None when only one source spoke.
    inconsistent_with_mrz, inconsistent_with_barcodes: fields; None when there was nothing to compare.
    tampering, scores: by page.
    """

    expired: bool | None = None
    mrz_valid: bool | None = None
    ocr_confidence: float | None = None
    low_confidence: tuple[FieldName, ...] = ()
    consistent: bool | None = None
    inconsistent_with_mrz: tuple[FieldName, ...] | None = None
    inconsistent_with_barcodes: tuple[FieldName, ...] | None = None
    tampering: Mapping[PageSide, PageTampering] = field(default_factory=dict)
    scores: Mapping[PageSide, PageScores] = field(default_factory=dict)
