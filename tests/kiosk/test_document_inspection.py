"""Inspection of a document and its JSON: what was not looked at is absent, never false."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.document import (
    Barcode,
    DocumentPage,
    Field,
    FieldName,
    PageQuality,
    PageSide,
    PageWarning,
    Reading,
    Signal,
    Source,
    Suspicion,
)
from kiosk.domain.inspection import DocumentInspection
from kiosk.domain.mrz import MrzRepair, parse_mrz
from kiosk.services.document_fields import barcode_fields, fields_of, mrz_fields
from kiosk.services.document_inspection import inspect
from kiosk.services.document_merge import merge
from kiosk.services.inspection_records import disclosure_json, inspection_json, quality_json
from tests.fakes.aamva import aamva, elements_of

TODAY = "2026-11-21"
SCHEMA = Path(__file__).parents[2].parent / "shared" / "reference" / "dis-openapi-1.65.0.json"
TD1 = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508063M3011249SVK<<<<<<<<<<<0", "BELL<<BRIAN<<<<<<<<<<<<<<<<<<<")
QUALITY = PageQuality(0.7, 0.6, 1.0, 1000)
PRINTED = {
    FieldName.SURNAME: "BELL",
    FieldName.GIVEN_NAMES: "BRIAN",
    FieldName.DATE_OF_BIRTH: "1985-08-06",
    FieldName.DOCUMENT_NUMBER: "BB456987",
    FieldName.DATE_OF_EXPIRY: "2030-11-24",
}


def visual(values: Mapping[FieldName, str], confidence: float = 0.97) -> tuple[Field, ...]:
    return fields_of({name: (Reading(value, Source.VISUAL_ZONE, confidence, raw=value),) for name, value in values.items()})


def front(values: Mapping[FieldName, str] = PRINTED, *, confidence: float = 0.97, signals: tuple[Signal, ...] = ()) -> DocumentPage:
    return DocumentPage(PageSide.FRONT, None, 1.0, (1012, 638), QUALITY, visual(values, confidence), signals=signals)


def back(lines: tuple[str, ...] = TD1, *, signals: tuple[Signal, ...] = ()) -> DocumentPage:
    mrz = parse_mrz(lines)
    fields = fields_of(mrz_fields(mrz, PageSide.BACK, (), TODAY))
    return DocumentPage(PageSide.BACK, None, 1.0, (1012, 638), QUALITY, fields, mrz, signals=signals)


def found(*pages: DocumentPage, today: str = TODAY) -> DocumentInspection:
    return inspect(merge(pages, today=TODAY), today=today)


def test_a_good_card() -> None:
    inspection = found(front(), back())
    assert (inspection.expired, inspection.mrz_valid, inspection.consistent) == (False, True, True)
    assert inspection.inconsistent_with_mrz == ()
    assert inspection.inconsistent_with_barcodes is None
    assert inspection.low_confidence == ()
    assert inspection.tampering == {}


def test_nothing_read_is_nothing_known() -> None:
    assert inspect(merge([], today=TODAY), today=TODAY) == DocumentInspection()
    assert inspection_json(DocumentInspection()) == {}
    assert disclosure_json(DocumentInspection()) == {}


def test_one_source_cannot_be_inconsistent() -> None:
    inspection = found(front())
    assert inspection.consistent is None
    assert inspection.inconsistent_with_mrz is None
    assert "textConsistency" not in str(inspection_json(inspection))


def test_expiry_counts_from_the_day_after() -> None:
    assert found(front(), back(), today="2030-11-24").expired is False
    assert found(front(), back(), today="2030-11-25").expired is True
    assert found(front({FieldName.SURNAME: "BELL"})).expired is None
    assert found(front({FieldName.DATE_OF_EXPIRY: "2026-11"})).expired is False
    assert found(front({FieldName.DATE_OF_EXPIRY: "2026-10"})).expired is True


def test_a_wrong_digit_makes_the_zone_invalid() -> None:
    assert found(front(), back((TD1[0].replace("987<3", "987<4"), *TD1[1:]))).mrz_valid is False
    assert found(front()).mrz_valid is None


def test_a_zone_read_in_doubt_is_neither_valid_nor_wrong() -> None:
    page = back()
    assert page.mrz is not None
    doubted = replace(page, mrz=replace(page.mrz, repairs=(MrzRepair(0, 7, "8", "B"),)))
    assert found(front(), doubted).mrz_valid is None
    assert "mrzInspection" not in inspection_json(found(front(), doubted))
    assert found(front(), doubted, back((TD1[0].replace("987<3", "987<4"), *TD1[1:]))).mrz_valid is False


def test_one_invalid_zone_is_enough_whatever_another_picture_shows() -> None:
    wrong = back((TD1[0].replace("987<3", "987<4"), *TD1[1:]))
    assert found(front(), back(), wrong).mrz_valid is False


def test_fields_that_differ_are_named_by_the_source_that_says_otherwise() -> None:
    inspection = found(front(PRINTED | {FieldName.DATE_OF_BIRTH: "1985-08-16"}), back())
    assert inspection.consistent is False
    assert inspection.inconsistent_with_mrz == (FieldName.DATE_OF_BIRTH,)


def test_a_barcode_is_compared_with_the_print() -> None:
    elements = elements_of(
        9, surname="BELL", given=("BRIAN",), born="1985-08-06", issued="2020-11-24", expires="2031-11-24", number="BB456987", gender="M"
    )
    code = Barcode("PDF417", aamva(9, elements))
    fields = fields_of(barcode_fields([code], PageSide.BACK, TODAY))
    licence = DocumentPage(PageSide.BACK, None, 1.0, (1012, 638), QUALITY, fields, barcodes=(code,))
    inspection = found(front(), licence)
    assert inspection.inconsistent_with_barcodes == (FieldName.DATE_OF_EXPIRY,)
    assert inspection.inconsistent_with_mrz is None
    assert inspection.consistent is False


def test_the_confidence_of_the_print_is_its_median_and_low_ones_are_listed() -> None:
    unsure = replace(
        front(),
        fields=(*visual({FieldName.SURNAME: "BELL", FieldName.GIVEN_NAMES: "BRIAN"}), *visual({FieldName.ADDRESS: "5 4TH ST"}, 0.6)),
    )
    inspection = found(unsure)
    assert inspection.ocr_confidence == 0.97
    assert inspection.low_confidence == (FieldName.ADDRESS,)
    assert inspect(merge([unsure], today=TODAY), today=TODAY, threshold=0.5).low_confidence == ()
    assert found(back()).ocr_confidence is None


def test_the_mrz_does_not_make_the_print_better_read() -> None:
    inspection = found(front(confidence=0.9), back())
    assert inspection.ocr_confidence == 0.9
    assert set(inspection.low_confidence) == set(PRINTED)


@pytest.mark.parametrize(("name", "typed"), [(FieldName.DATE_OF_BIRTH, "1999-01-01"), (FieldName.DATE_OF_EXPIRY, "2020-01-01")])
def test_what_was_typed_is_not_inspected(name: FieldName, typed: str) -> None:
    document = merge([front(), back()], today=TODAY)
    fields = dict(document.fields)
    fields[name] = Field(name, (Reading(typed, Source.OPERATOR, 1.0), *fields[name].readings))
    inspection = inspect(replace(document, fields=fields), today=TODAY)
    assert inspection == inspect(document, today=TODAY)
    assert (inspection.consistent, inspection.expired) == (True, False)


SIGNALS = (
    Signal(Suspicion.SCREEN, 0.9, 0.5, "m"),
    Signal(Suspicion.PRINT_COPY, 0.2, 0.5, "m"),
    Signal(Suspicion.COLOUR_PROFILE, None, 0.5, "m", why="NO_TEMPLATE"),
    Signal(Suspicion.GREY_COPY, 0.1, 0.5, "m"),
    Signal(Suspicion.PORTRAIT_SUBSTITUTED, None, 0.5, "m", why="NO_PORTRAIT"),
    Signal(Suspicion.TEXT_RETOUCHED, 0.7, 0.6, "m", {FieldName.SURNAME: 0.7, FieldName.DOCUMENT_NUMBER: 0.1}),
)


def test_signals_become_tampering_and_scores_in_the_directions_of_dis() -> None:
    inspection = found(front(signals=SIGNALS), back())
    assert set(inspection.tampering) == {PageSide.FRONT}
    tampering = inspection.tampering[PageSide.FRONT]
    assert (tampering.looks_like_screenshot, tampering.looks_like_print_copy, tampering.grey_copy) == (True, False, False)
    assert tampering.portrait_substituted is None
    assert tampering.tampered_texts == (FieldName.SURNAME,)
    assert inspection_json(inspection)["pageTampering"] == {
        "front": {"colorProfileChangeDetected": False, "looksLikeScreenshot": True, "tamperedTexts": True, "looksLikePrintCopy": False}
    }
    assert disclosure_json(inspection) == {
        "pageTampering": {
            "front": {
                "colorProfileChangeDetected": {"score": 0.9},
                "looksLikeScreenshot": {"score": 0.1},
                "presentationAttackDetectionGenuine": {"score": 0.1},
                "presentationAttackScreenClass": {"score": 0.9},
                "presentationAttackPrintClass": {"score": 0.2},
                "tamperedTexts": {"surname": {"score": 0.3}, "documentNumber": {"score": 0.9}},
            }
        }
    }


def test_signals_that_could_not_be_measured_leave_nothing() -> None:
    blind = tuple(Signal(suspicion, None, 0.5, "m", why="PAGE_TOO_SMALL") for suspicion in Suspicion)
    inspection = found(front(signals=blind), back())
    assert "pageTampering" not in inspection_json(inspection)
    assert disclosure_json(inspection) == {}


def test_one_attack_looked_for_does_not_make_a_page_genuine() -> None:
    inspection = found(front(signals=(Signal(Suspicion.SCREEN, 0.1, 0.5, "m"),)))
    assert inspection.scores[PageSide.FRONT].genuine is None


@pytest.mark.parametrize(
    ("quality", "fine", "levels"),
    [
        (PageQuality(0.7, 0.6, 1.0, 1000), True, ("HIGH", "MEDIUM", "LOW")),
        (PageQuality(0.2, 0.6, 1.0, 1000, (PageWarning.SHARPNESS_LOW,)), False, ("LOW", "MEDIUM", "LOW")),
        # as a relaxed reader judges it: what was let pass has no level that pictures are refused for
        (PageQuality(0.2, 0.6, 0.6, 1000), True, ("MEDIUM", "MEDIUM", "MEDIUM")),
        (
            PageQuality(0.3, 0.1, 0.85, 1000, (PageWarning.BRIGHTNESS_LOW, PageWarning.HOTSPOTS_SCORE_HIGH)),
            False,
            ("MEDIUM", "LOW", "HIGH"),
        ),
        (PageQuality(0.7, 0.97, 1.0, 1000, (PageWarning.BRIGHTNESS_HIGH,)), False, ("HIGH", "HIGH", "LOW")),
        (PageQuality(0.7, 0.6, 1.0, 1000, (PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER,)), True, ("HIGH", "MEDIUM", "LOW")),
    ],
)
def test_quality_in_the_words_of_dis(quality: PageQuality, fine: bool, levels: tuple[str, str, str]) -> None:
    body: Any = quality_json(quality)
    assert body["fine"] is fine
    assert tuple(body["details"][name]["level"] for name in ("sharpness", "brightness", "hotspots")) == levels
    assert set(body["issues"]) | set(body["warnings"]) == {warning.value for warning in quality.warnings}


# --- the schema of DIS


@pytest.mark.skipif(not SCHEMA.is_file(), reason="the OpenAPI document of DIS is not on this machine")
@pytest.mark.parametrize("signals", [(), SIGNALS])
def test_the_answers_have_the_shapes_of_dis(signals: tuple[Signal, ...]) -> None:
    schemas: dict[str, Any] = json.loads(SCHEMA.read_text())["components"]["schemas"]
    inspection = found(front(signals=signals), back(signals=signals))
    conforms(inspection_json(inspection), {"$ref": "#/components/schemas/DocumentInspectResponse"}, schemas)
    conforms(disclosure_json(inspection), {"$ref": "#/components/schemas/DocumentInspectDiscloseResponse"}, schemas)
    for warning in PageWarning:
        conforms(quality_json(replace(QUALITY, warnings=(warning,))), {"$ref": "#/components/schemas/DocumentPageQuality"}, schemas)


def conforms(value: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """As much of JSON Schema as these answers use; members that the schema does not name are errors."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    match schema.get("type"):
        case "object":
            assert set(schema.get("required", ())) <= set(value)
            for name, member in value.items():
                inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
                assert inner, f"{name} is not in the schema"
                conforms(member, inner, schemas)
        case "array":
            for one in value:
                conforms(one, schema["items"], schemas)
        case "boolean":
            assert isinstance(value, bool)
        case "number":
            assert isinstance(value, int | float)
            assert not isinstance(value, bool)
            assert schema.get("minimum", value) <= value <= schema.get("maximum", value)
        case "string":
            assert isinstance(value, str)
            assert value in schema.get("enum", [value])
        case other:
            raise AssertionError(f"a type that is not known here: {other}")


def test_the_schema_check_can_fail() -> None:
    schemas = {"A": {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}}
    for wrong in ({}, {"a": 1}, {"a": True, "b": 1}):
        with pytest.raises(AssertionError):
            conforms(wrong, {"$ref": "#/components/schemas/A"}, schemas)
