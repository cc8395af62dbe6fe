"""What can be told from what was seen on a page."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.domain.document import Quad
from kiosk.domain.face import Face
from kiosk.imaging import geometry
from kiosk.ports import PageLocation, TextLine
from kiosk.services.page_look import STRONG_EVIDENCE, PageLook, mrz_zone

PAGE = np.full((757, 1200, 3), 230, np.uint8)


def line(text: str) -> TextLine:
    quad: Quad = geometry.box_quad(60, 600, 1100, 640)
    return TextLine(text, 0.95, quad)


@pytest.mark.parametrize(
    "text",
    [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "7408122F1204159UTOKKKKKKKKKKK6",  # fillers taken for letters
        "D23145890 7UTO3407127M9507122<",  # a blank seen between
    ],
)
def test_a_line_of_an_mrz_is_a_sign_of_one(text: str) -> None:
    zone = mrz_zone([line(text)], PAGE)
    assert zone is not None
    assert zone[1] < 600 < 640 < zone[3]


@pytest.mark.parametrize(
    "text",
    [
        "DOCUMENTO DE IDENTIDAD / IDENTITY CARD",
        "PODPIS POSIADACZA/ HOLDER'S SIGNATURE",
        "PERMANENT RESIDENCE 21 06 2029",
        "172 ORCHARD LANE, 2561 PORT CLARITY",
        "UTO123456789",
    ],
)
def test_words_in_capitals_are_no_sign_of_an_mrz(text: str) -> None:
    assert mrz_zone([line(text)], PAGE) is None


def test_a_licence_barcode_is_as_strong_evidence_as_an_mrz() -> None:
    location = PageLocation(geometry.box_quad(10, 10, 1190, 740), 0.97)
    assert not PageLook(PAGE, location).is_document
    read = PageLook(PAGE, location, licence=True)
    assert read.is_document
    assert read.evidence >= STRONG_EVIDENCE


@pytest.mark.parametrize(("confidence", "speaks"), [(0.97, True), (0.8, False)])
def test_a_sure_outline_at_the_pictures_border_speaks_for_the_page(confidence: float, speaks: bool) -> None:
    """A card whose corner lies 10 px outside was read as it lay in the picture, which showed as many labels."""
    touching = PageLook(PAGE, PageLocation(geometry.box_quad(0, 10, 1190, 740), confidence, touches_border=True), labels=2)
    assert (touching.evidence > PageLook(PAGE, None, labels=2).evidence) is speaks


@pytest.mark.parametrize(("confidence", "is_one"), [(0.6, True), (0.4, False)])
def test_an_unsure_outline_makes_no_document_of_a_poster(confidence: float, is_one: bool) -> None:
    """A face and lines of text in a frame are a card only where the outline is sure; else print must tell."""
    poster = PageLook(PAGE, PageLocation(geometry.box_quad(10, 10, 1190, 740), confidence))
    poster.lines = tuple(line("TEXT") for _ in range(10))
    poster.faces = (Face((100.0, 100.0, 300.0, 300.0), 0.95, ((150.0, 200.0),) * 5, "test"),)
    assert poster.is_document is is_one
