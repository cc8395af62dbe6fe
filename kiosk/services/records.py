"""Domain objects as JSON: what is stored, what the command line prints, in the words of the DIS API where it has them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from kiosk.domain.check import Check, CheckStatus
from kiosk.domain.decision import Decision
from kiosk.domain.document import Document, DocumentPage, Field, FieldName, Quad, Source
from kiosk.domain.mrz import Mrz
from kiosk.domain.mrz_layout import layout_of
from kiosk.domain.sentences import customer_sentence, sentence
from kiosk.ports import Json
from kiosk.services.inspection_records import quality_json
from kiosk.services.page_records import document_type_json, page_answer_json

if TYPE_CHECKING:
    from kiosk.services.onboarding import Onboarding

_PERSON = (
    FieldName.GIVEN_NAMES,
    FieldName.SURNAME,
    FieldName.FULL_NAME,
    FieldName.DATE_OF_BIRTH,
    FieldName.GENDER,
    FieldName.NATIONALITY,
    FieldName.PERSONAL_NUMBER,
)
_DOCUMENT = (
    FieldName.DOCUMENT_NUMBER,
    FieldName.DATE_OF_ISSUE,
    FieldName.DATE_OF_EXPIRY,
    FieldName.ISSUING_AUTHORITY,
    FieldName.ISSUING_STATE,
)
_ADDITIONAL = (FieldName.PLACE_OF_BIRTH, FieldName.ADDRESS)
_BARCODE_TYPES = {"PDF417": "pdf_417", "QRCode": "qr_code", "Code39": "code_39"}


def customer_json(onboarding: Onboarding) -> dict[str, Json]:
    """The customer in the shape of DIS `GetCustomerResponse.customer`, with the id and the kiosk's own selfie link added."""
    document = onboarding.document()
    base = f"/api/v1/customers/{onboarding.customer_id}"
    body = document_json(document)
    links: dict[str, Json] = {"pages": {side.value: f"{base}/document/pages/{side.value}" for side in onboarding.pages}}
    if onboarding.portrait is not None:
        links["portrait"] = f"{base}/document/portrait"
        height, width = onboarding.portrait.shape[:2]
        body["portrait"] = {"width": width, "height": height}
    body["links"] = links
    customer: dict[str, Json] = {"id": onboarding.customer_id, **person_json(document), "document": body}
    if onboarding.selfie is not None:
        customer["links"] = {"selfie": f"{base}/selfie"}
    return customer


def person_json(document: Document) -> dict[str, Json]:
    """Person fields by DIS name, each with what every source said."""
    return {name.value: _sources(document.fields[name]) for name in _PERSON if name in document.fields}


def document_json(document: Document) -> dict[str, Json]:
    """Document fields, type, MRZ and barcodes by DIS name."""
    body: dict[str, Json] = {
        "type": document_type_json(document.type),
        "pageTypes": [page.side.value for page in document.pages],
    }
    body |= {name.value: _sources(document.fields[name]) for name in _DOCUMENT if name in document.fields}
    additional: dict[str, Json] = {name.value: _sources(document.fields[name]) for name in _ADDITIONAL if name in document.fields}
    if additional:
        body["additionalTexts"] = additional
    if document.mrz:
        body["mrz"] = {layout_of(document.mrz.format).mrtd.lower().replace("-", "_"): _dis_mrz(document.mrz)}
    if document.barcodes:
        by_page: dict[str, Json] = {}
        for index, barcode in enumerate(document.barcodes, 1):
            page = by_page.setdefault(barcode.page.value, {})
            assert isinstance(page, dict)
            page[f"barcode{index}"] = {
                "data": base64.b64encode(barcode.content).decode(),
                "type": _BARCODE_TYPES.get(barcode.format, barcode.format),
            }
        body["barcodes"] = by_page
    return body


def fields_json(document: Document) -> dict[str, Json]:
    """Every field: the chosen value, its source and confidence, and all readings. For `kiosk read` and support."""
    return {
        name.value: {
            "value": found.chosen.value,
            "source": found.chosen.source.value,
            "confidence": round(found.chosen.confidence, 3),
            "readings": [
                {
                    "value": reading.value,
                    "source": reading.source.value,
                    "confidence": round(reading.confidence, 3),
                    "page": reading.page.value,
                    "proven": reading.proven,
                    "quad": _corners(reading.quad) if reading.quad else None,
                }
                for reading in found.readings
            ],
        }
        for name, found in document.fields.items()
    }


def mrz_json(mrz: Mrz | None) -> Json:
    """Format, lines, every check digit, repairs; None when there is none."""
    if mrz is None:
        return None
    return {
        "format": mrz.format.value,
        "lines": list(mrz.lines),
        "checkDigits": dict(mrz.check_digits),
        "valid": mrz.valid,
        "confidence": round(mrz.confidence, 3),
        "repairs": [{"line": r.line, "column": r.column, "read": r.read, "taken": r.taken} for r in mrz.repairs],
    }


def page_json(page: DocumentPage) -> dict[str, Json]:
    """One page: where it was, how good it is, what was read of it."""
    return {
        "side": page.side.value,
        "corners": _corners(page.quad) if page.quad else None,
        "locationConfidence": round(page.location_confidence, 3),
        "size": list(page.size),
        "quality": {
            "sharpness": round(page.quality.sharpness, 3),
            "brightness": round(page.quality.brightness, 3),
            "hotspots": round(page.quality.hotspots, 3),
            "warnings": [warning.value for warning in page.quality.warnings],
        },
        "mrz": mrz_json(page.mrz),
        "barcodes": [{"format": code.format, "data": base64.b64encode(code.content).decode()} for code in page.barcodes],
        "regions": {region.value: _corners(quad) for region, quad in page.regions.items()},
        "signals": [
            {
                "suspicion": signal.suspicion.value,
                "score": None if signal.score is None else round(signal.score, 3),
                "threshold": signal.threshold,
                "raised": signal.raised,
                "why": signal.why,
                "model": signal.model,
            }
            for signal in page.signals
        ],
        "dis": {"page": page_answer_json(page, page.findings), "quality": quality_json(page.quality)},
    }


def checks_json(checks: tuple[Check, ...]) -> list[Json]:
    return [
        {
            "name": check.name.value,
            "status": check.status.value,
            "label": check.label.value,
            "score": None if check.score is None else round(check.score, 4),
            "threshold": check.threshold,
            "model": check.model,
            "ms": round(check.ms, 1),
            "inputs": list(check.inputs),
            "sentence": sentence(check),
        }
        for check in checks
    ]


def decision_json(decision: Decision, checks: tuple[Check, ...]) -> dict[str, Json]:
    """`outcome`, the policy, and each reason with its sentence, for staff, and with what may be read to the customer."""
    by_name: dict[Any, Check] = {check.name: check for check in checks}
    return {
        "outcome": decision.outcome.value,
        "policy": decision.policy,
        "reasons": [
            {
                "check": reason.check.value,
                "label": reason.label.value,
                "outcome": reason.outcome.value,
                "sentence": sentence(by_name[reason.check]) if reason.check in by_name else "This check was not made.",
                "toCustomer": customer_sentence(by_name.get(reason.check, Check(reason.check, CheckStatus.NOT_EXECUTED))),
            }
            for reason in decision.reasons
        ],
    }


def _sources(field: Field) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for source in Source:
        readings = [reading for reading in field.readings if reading.source is source]
        if readings:
            found[source.value] = readings[0].value
            duplicates: list[Json] = [reading.value for reading in readings[1:]]
            if source is Source.VISUAL_ZONE and duplicates:
                found["visualZoneDuplicates"] = duplicates
    return found


def _corners(quad: Quad) -> list[Json]:
    return [[round(x, 1), round(y, 1)] for x, y in quad]


def _dis_mrz(mrz: Mrz) -> dict[str, Json]:
    values: dict[str, Json] = dict(mrz.values)
    values["checkDigitsValidity"] = {f"{name}CheckDigitValid": holds for name, holds in mrz.check_digits.items()}
    return values
