"""Templates tried on the real specimens that lie beside the project: read with the default text reader, the picture taken as the page."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from kiosk.domain.document import FieldName, PageSide, Reading, Region
from kiosk.domain.mrz import Mrz, parse_mrz
from kiosk.engines.models import ModelLibrary
from kiosk.engines.text_reader import RapidTextReader
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited
from kiosk.ports import TextLine
from kiosk.services.document_classification import classify_page
from kiosk.services.document_fields import context_of, visual_fields
from kiosk.services.document_templates import template_by_id
from kiosk.services.page_regions import page_regions
from kiosk.services.template_fields import read_fields
from kiosk.services.template_match import evidence_from

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "mrz"
TODAY = "2026-11-21"
CONTEXT = context_of(TODAY)

# what the pictures show, typed by hand; the template of each, and an MRZ as the truth file has it
SPECIMENS = {
    "100_pass-cze2.jpg": (
        "CZE_passport_2006",
        ("P<CZESPECIMEN<<VZOR<<<<<<<<<<<<<<<<<<<<<<<<<", "99009054<4CZE6906229F16072996956220612<<<<74"),
        {
            # its holder is called SPECIMEN VZOR, words that are taken for overprint
            FieldName.DATE_OF_BIRTH: "1969-06-22",
            FieldName.GENDER: "F",
            FieldName.PERSONAL_NUMBER: "6956220612",
            FieldName.PLACE_OF_BIRTH: "PRAHA 1",
            FieldName.DOCUMENT_NUMBER: "99009054",
            FieldName.DATE_OF_ISSUE: "2006-07-29",
            FieldName.DATE_OF_EXPIRY: "2016-07-29",
        },
    ),
    "62_pass-pol.png": (
        "POL_passport_2001",
        ("P<POLKOWALSKA<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<", "ZS00001774POL7203305F1607130<<<<<<<<<<<<<<08"),
        {
            FieldName.SURNAME: "KOWALSKA",
            FieldName.GIVEN_NAMES: "ANNA",
            FieldName.DATE_OF_BIRTH: "1972-03-30",
            FieldName.GENDER: "F",
            FieldName.PERSONAL_NUMBER: "72033012347",
            FieldName.PLACE_OF_BIRTH: "SZCZECIN",
            FieldName.DOCUMENT_NUMBER: "ZS0000177",
            FieldName.DATE_OF_ISSUE: "2006-07-13",
            FieldName.DATE_OF_EXPIRY: "2016-07-13",
        },
    ),
    "100_id-rou.jpg": (
        "ROU_identity-card_1997",
        ("IDROUSAVA<<SUPERMAN<<<<<<<<<<<<<<<<<", "HD198025<51328505095M130509012049941"),
        {
            FieldName.SURNAME: "SAVA",
            FieldName.GIVEN_NAMES: "SUPERMAN",
            FieldName.GENDER: "M",
            FieldName.PERSONAL_NUMBER: "1850509204994",
            FieldName.DOCUMENT_NUMBER: "HD198025",
            FieldName.DATE_OF_ISSUE: "2003-10-17",
            FieldName.DATE_OF_EXPIRY: "2013-05-09",
        },
    ),
}


@functools.cache
def _reader(detection: Path, recognition: Path) -> RapidTextReader:
    return RapidTextReader(detection, recognition)


def page(name: str, library: ModelLibrary) -> tuple[Image, tuple[TextLine, ...]]:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the specimen pictures are not beside the project")
    picture = limited(load_image(path), 1200)
    detection, recognition = library.best("text_detection"), library.best("text_recognition")
    assert detection is not None
    assert recognition is not None
    return picture, _reader(library.path(detection.id), library.path(recognition.id)).read(picture, max_side_px=736)


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_specimen_is_known_and_read_by_its_template(name: str, model_library: ModelLibrary) -> None:
    template_id, lines, expected = SPECIMENS[name]
    picture, texts = page(name, model_library)
    size = (picture.shape[1], picture.shape[0])
    mrz: Mrz = parse_mrz(lines)
    generic = visual_fields(texts, PageSide.FRONT, CONTEXT)
    found = classify_page(evidence_from([line.text for line in texts], mrz, generic, today=TODAY, size=size))
    assert found.type.template == template_id
    template = template_by_id(template_id)
    assert template is not None
    read = {key: one[0] for key, one in read_fields(texts, template, PageSide.FRONT, CONTEXT, size=size).items()}
    wrong = {key: (_said(read, key), value) for key, value in expected.items() if _said(read, key) not in (value, "")}
    missing = [key for key, value in expected.items() if value and not _said(read, key)]
    assert wrong == {}
    assert len(missing) <= 1, missing
    checked = [one.name for one in template.pages[PageSide.FRONT].fields.values() if one.check]
    assert checked
    assert all(read[key].proven for key in checked)


def _said(read: dict[FieldName, Reading], name: FieldName) -> str:
    return read[name].value if name in read else ""


def test_the_signature_of_a_specimen_is_found(model_library: ModelLibrary) -> None:
    picture, texts = page("62_pass-pol.png", model_library)
    template = template_by_id("POL_passport_2001")
    regions = page_regions(picture, (), side=PageSide.FRONT, template=template, lines=texts)
    left, top, right, bottom = regions[Region.SIGNATURE][0] + regions[Region.SIGNATURE][2]
    assert 0.65 * picture.shape[1] < left < right
    assert 0.55 * picture.shape[0] < top < bottom < 0.78 * picture.shape[0]
