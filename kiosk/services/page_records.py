"""What DIS answers to a page that was handed in (`CreateDocumentPageResponse`, dis-openapi 1.65)."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.countries import alpha3
from kiosk.domain.document import DocumentPage, DocumentType, PageFinding, PageWarning
from kiosk.domain.errors import ErrorCode
from kiosk.ports import Json

NO_CARD_CORNERS_DETECTED = "NO_CARD_CORNERS_DETECTED"
INVALID_DATA = "INVALID_DATA"
_NO_PAGE = frozenset({ErrorCode.NO_DOCUMENT_DETECTED, ErrorCode.SEVERAL_DOCUMENTS})


def page_answer_json(page: DocumentPage, findings: Sequence[PageFinding] = ()) -> dict[str, Json]:
    """The answer to a page that was read. `detection` is absent when the picture was taken as the page alone."""
    body: dict[str, Json] = {"documentType": document_type_json(page.type), "pageType": page.side.value}
    if page.quad is not None:
        names = ("topLeftCorner", "topRightCorner", "bottomRightCorner", "bottomLeftCorner")
        corners: dict[str, Json] = {name: {"x": round(x), "y": round(y)} for name, (x, y) in zip(names, page.quad, strict=True)}
        body["detection"] = {
            "confidence": round(page.location_confidence, 3),
            "coordinates": corners,
            "cornerOutOfImage": PageWarning.DOCUMENT_OUT_OF_IMAGE in page.quality.warnings,
        }
    if findings:
        body["warnings"] = [finding.value for finding in findings]
    return body


def page_error_json(code: ErrorCode) -> dict[str, Json]:
    """The answer to a picture that gave no page: DIS says so with an `errorCode` in the body of a good answer."""
    return {"errorCode": NO_CARD_CORNERS_DETECTED if code in _NO_PAGE else INVALID_DATA}


def document_type_json(type_: DocumentType) -> dict[str, Json]:
    """DIS `DocumentType`; what is not known is absent, the method is there only with FULL_SUPPORT."""
    body: dict[str, Json] = {}
    if type_.country:
        body["country"] = alpha3(type_.country).lower()
    if type_.edition:
        body["edition"] = type_.edition
    if type_.type:
        body["type"] = type_.type
    if type_.mrtd:
        body["machineReadableTravelDocument"] = type_.mrtd
    body["supportLevel"] = type_.support.value
    if type_.method is not None:
        body["supportMethod"] = type_.method.value
    return body
