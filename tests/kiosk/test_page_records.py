"""The answer to a page that was handed in, in the shape of DIS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.domain.document import DocumentPage, DocumentType, PageFinding, PageQuality, PageSide, PageWarning, SupportLevel, SupportMethod
from kiosk.domain.errors import ErrorCode
from kiosk.imaging.geometry import box_quad
from kiosk.services.inspection_records import quality_json
from kiosk.services.page_records import document_type_json, page_answer_json, page_error_json

PAGE = DocumentPage(
    PageSide.FRONT,
    box_quad(10.4, 20, 1020, 658),
    0.9,
    (1012, 638),
    PageQuality(0.7, 0.6, 0.9, 1000),
    type=DocumentType(
        "passport", "CZE", "TD3", "2006", "CZE_passport_2006", SupportLevel.FULL_SUPPORT, SupportMethod.FULL_TEMPLATE_SUPPORT
    ),
)


def test_a_page_is_answered_with_its_place_and_what_it_is() -> None:
    body: Any = page_answer_json(PAGE)
    assert body["pageType"] == "front"
    assert body["documentType"] == {
        "country": "cze",
        "edition": "2006",
        "type": "passport",
        "machineReadableTravelDocument": "TD3",
        "supportLevel": "FULL_SUPPORT",
        "supportMethod": "FULL_TEMPLATE_SUPPORT",
    }
    assert body["detection"]["coordinates"]["topLeftCorner"] == {"x": 10, "y": 20}
    assert body["detection"]["coordinates"]["bottomRightCorner"] == {"x": 1020, "y": 658}
    assert "warnings" not in body


@pytest.mark.parametrize(("printed", "said"), [("D", "deu"), ("GBD", "gbr"), ("UTO", "uto"), ("SVK", "svk")])
def test_a_country_is_said_with_three_letters_whatever_the_mrz_has(printed: str, said: str) -> None:
    assert document_type_json(DocumentType("passport", printed))["country"] == said


@pytest.mark.parametrize("warning", PageWarning)
def test_a_corner_is_out_of_the_image_when_the_page_is(warning: PageWarning) -> None:
    body: Any = page_answer_json(replace(PAGE, quality=replace(PAGE.quality, warnings=(warning,))))
    assert body["detection"]["cornerOutOfImage"] is (warning is PageWarning.DOCUMENT_OUT_OF_IMAGE)


def test_what_is_not_known_is_absent() -> None:
    body: Any = page_answer_json(replace(PAGE, quad=None), (PageFinding.MISSING_FRONT_PAGE,))
    assert "detection" not in body
    assert body["warnings"] == ["MISSING_FRONT_PAGE"]
    assert document_type_json(DocumentType()) == {"supportLevel": "NOT_SUPPORTED"}


def test_hotspots_are_scored_by_how_much_there_is_of_them() -> None:
    """Ours say how free of glare the page is; those of DIS the other way round."""
    body: Any = quality_json(PAGE.quality)
    assert body["details"]["hotspots"]["score"] == pytest.approx(0.1)
    assert body["details"]["sharpness"]["score"] == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (ErrorCode.NO_DOCUMENT_DETECTED, "NO_CARD_CORNERS_DETECTED"),
        (ErrorCode.SEVERAL_DOCUMENTS, "NO_CARD_CORNERS_DETECTED"),
        (ErrorCode.IMAGE_UNREADABLE, "INVALID_DATA"),
    ],
)
def test_a_picture_without_a_page_is_answered_with_the_code_of_dis(code: ErrorCode, answer: str) -> None:
    assert page_error_json(code) == {"errorCode": answer}
