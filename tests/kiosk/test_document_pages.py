"""Which pictures are pages of one document: fronts, backs, one page twice, pages of two documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Barcode, DocumentPage, FieldName, PageFinding, PageQuality, PageSide, Reading, Source
from kiosk.domain.mrz import Mrz, parse_mrz
from kiosk.imaging.geometry import box_quad
from kiosk.services.document_checks import document_checks
from kiosk.services.document_fields import fields_of, mrz_fields
from kiosk.services.document_merge import needs_back
from kiosk.services.document_pages import are_of_one_document, are_one_scan, distinct, has_back, is_same_page
from kiosk.services.document_rules import DocumentRules

TODAY = "2026-11-21"
RULES = DocumentRules(lambda: TODAY)
TD1 = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508063M3011249SVK<<<<<<<<<<<0", "BELL<<BRIAN<<<<<<<<<<<<<<<<<<<")
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
BELL = {
    FieldName.SURNAME: "BELL",
    FieldName.GIVEN_NAMES: "BRIAN",
    FieldName.DATE_OF_BIRTH: "1985-08-06",
    FieldName.DOCUMENT_NUMBER: "BB456987",
    FieldName.DATE_OF_EXPIRY: "2030-11-24",
}
OTHER = {
    FieldName.SURNAME: "MOSS",
    FieldName.GIVEN_NAMES: "ADA",
    FieldName.DATE_OF_BIRTH: "1991-02-03",
    FieldName.DOCUMENT_NUMBER: "XK120044",
    FieldName.DATE_OF_EXPIRY: "2031-05-01",
}
CARD = ("SLOVENSKÁ REPUBLIKA", "IDENTITY CARD", "Surname", "Given names", "Date of birth", "Document No.", "Date of expiry")
LICENCE = ("UNITED KINGDOM", "DRIVING LICENCE")


def page(
    side: PageSide,
    values: dict[FieldName, str] | None = None,
    *,
    mrz: Mrz | None = None,
    text: tuple[str, ...] = (),
    portrait: bool = False,
    barcodes: tuple[Barcode, ...] = (),
) -> DocumentPage:
    printed = {name: (Reading(value, Source.VISUAL_ZONE, 0.98, side, None, value),) for name, value in (values or {}).items()}
    machine = mrz_fields(mrz, side, (), TODAY) if mrz else {}
    return DocumentPage(
        side,
        box_quad(10, 10, 1020, 648),
        1.0,
        (1012, 638),
        PageQuality(0.7, 0.6, 1.0, 1000),
        fields_of(printed, machine),
        mrz,
        barcodes,
        box_quad(40, 150, 300, 480) if portrait else None,
        (*text, *(values or {}).values()),
    )


def verdicts(*pages: DocumentPage) -> dict[CheckName, tuple[CheckStatus, CheckLabel]]:
    document = RULES.merge(pages)
    return {check.name: (check.status, check.label) for check in document_checks(document, today=TODAY, needs_back=needs_back(document))}


USABILITY, CONSISTENCY = CheckName.DOCUMENT_USABILITY, CheckName.DATA_CONSISTENCY
FRONT = page(PageSide.FRONT, BELL, text=CARD, portrait=True)
BACK = page(PageSide.BACK, mrz=parse_mrz(TD1))


def as_side(shown: DocumentPage, side: PageSide) -> DocumentPage:
    """As a page is kept that was asked for as another side."""
    fields = tuple(replace(field, readings=tuple(replace(one, page=side) for one in field.readings)) for field in shown.fields)
    return replace(shown, side=side, fields=fields)


def test_front_and_back_of_one_card_are_two_pages_of_one_document() -> None:
    assert distinct([FRONT, BACK]) == (FRONT, BACK)
    assert has_back([FRONT, BACK])
    assert are_of_one_document([FRONT, BACK])
    assert verdicts(FRONT, BACK)[USABILITY] == verdicts(FRONT, BACK)[CONSISTENCY] == (CheckStatus.PASSED, CheckLabel.OK)


@pytest.mark.parametrize("side", PageSide)
@pytest.mark.parametrize("portrait", [True, False])
def test_the_front_handed_in_again_is_no_back_and_confirms_nothing(side: PageSide, portrait: bool) -> None:
    front = replace(FRONT, portrait=FRONT.portrait if portrait else None)
    found = verdicts(front, as_side(front, side))
    assert found[USABILITY] == (CheckStatus.WARNING, CheckLabel.BACK_MISSING)
    assert found[CONSISTENCY] == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_another_picture_of_the_page_is_the_same_page_though_some_of_it_was_misread() -> None:
    again = page(PageSide.BACK, BELL | {FieldName.SURNAME: "BELL"}, text=("SLOVENSKA REPUBLIKA", "IDENTTY CARD", *CARD[2:6]))
    assert is_same_page(FRONT, again)
    unlabelled = replace(again, fields=())
    assert is_same_page(FRONT, unlabelled)


def test_the_front_of_another_card_of_the_kind_is_another_page() -> None:
    other = page(PageSide.BACK, OTHER, text=CARD, portrait=True)
    assert not is_same_page(FRONT, other)
    found = verdicts(FRONT, other)
    assert found[USABILITY] == (CheckStatus.WARNING, CheckLabel.BACK_MISSING)
    assert found[CONSISTENCY] == (CheckStatus.REJECTED, CheckLabel.INCONSISTENT)


@pytest.mark.parametrize("side", PageSide)
def test_two_passports_are_not_one_document_whatever_sides_they_were_taken_for(side: PageSide) -> None:
    one = page(PageSide.FRONT, mrz=parse_mrz(TD3), portrait=True)
    changed = parse_mrz(("P<UTOMOSS<<ADA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "L898902C36UTO9102035F1204159ZE184226B<<<<<14"))
    found = verdicts(one, as_side(page(PageSide.FRONT, mrz=changed, portrait=True), side))
    assert found[CONSISTENCY][1] is CheckLabel.INCONSISTENT


def test_the_back_of_somebody_elses_card_contradicts_the_front() -> None:
    found = verdicts(page(PageSide.FRONT, OTHER, text=CARD, portrait=True), BACK)
    assert found[CONSISTENCY] == (CheckStatus.REJECTED, CheckLabel.INCONSISTENT)


def test_a_licence_front_and_another_card_are_not_one_document() -> None:
    licence = page(PageSide.FRONT, BELL, text=LICENCE)
    stranger = page(PageSide.BACK, text=("CITY LIBRARY", "MEMBER 17"), portrait=True)
    assert verdicts(licence, stranger)[USABILITY] == (CheckStatus.WARNING, CheckLabel.BACK_MISSING)
    card = page(PageSide.BACK, text=CARD, portrait=True)
    assert verdicts(licence, card)[USABILITY] == (CheckStatus.WARNING, CheckLabel.PAGES_DIFFER)
    assert verdicts(licence, BACK)[USABILITY] == (CheckStatus.WARNING, CheckLabel.PAGES_DIFFER)


def test_pages_of_two_states_are_not_one_document_and_a_birthplace_is_no_state() -> None:
    foreign = page(PageSide.FRONT, BELL, text=("ČESKÁ REPUBLIKA", "IDENTITY CARD"), portrait=True)
    assert not are_of_one_document([foreign, BACK])
    born_abroad = page(PageSide.FRONT, BELL | {FieldName.PLACE_OF_BIRTH: "ITALY"}, text=("IDENTITY CARD",), portrait=True)
    assert are_of_one_document([born_abroad, BACK])


def test_a_back_alone_has_no_front() -> None:
    assert verdicts(BACK)[USABILITY] == (CheckStatus.WARNING, CheckLabel.FRONT_MISSING)
    assert verdicts(BACK, BACK)[USABILITY] == (CheckStatus.WARNING, CheckLabel.FRONT_MISSING)


def test_a_barcode_licence_needs_no_words_and_has_no_lines_for_machines() -> None:
    content = b"@\n\x1e\rANSI 636014040002DL00410278ZC03190008DLDAQBB456987\nDCSBELL\nDACBRIAN\nDBB08061985\nDBA11242030\nDCGUSA\n"
    front = page(PageSide.FRONT, BELL, text=("CALIFORNIA",), portrait=True)
    back = page(PageSide.BACK, barcodes=(Barcode("PDF417", content, PageSide.BACK),))
    found = verdicts(front, back)
    assert found[USABILITY] == (CheckStatus.PASSED, CheckLabel.OK)
    assert found[CheckName.MRZ_CHECK_DIGITS] == (CheckStatus.NOT_EXECUTED, CheckLabel.NOT_APPLICABLE)


def test_pages_that_were_classified_as_different_documents_are_told_though_their_words_agree() -> None:
    """German and Polish cards of one state's specimens name the same kind and the same state."""
    document = RULES.merge([FRONT, BACK])
    told = replace(document.pages[1], findings=(PageFinding.DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES,))
    checks = document_checks(replace(document, pages=(document.pages[0], told)), today=TODAY, needs_back=True)
    found = next(check for check in checks if check.name is USABILITY)
    assert (found.status, found.label) == (CheckStatus.WARNING, CheckLabel.PAGES_DIFFER)


def test_a_picture_of_one_card_five_times_is_no_scan_of_a_document_and_one_found_twice_is() -> None:
    places = [box_quad(40 + 1100 * (place % 3), 40 + 800 * (place // 3), 1020, 648) for place in range(5)]
    assert not are_one_scan([replace(FRONT, quad=quad) for quad in places])
    assert are_one_scan([FRONT, replace(FRONT, quad=box_quad(30, 30, 980, 600)), replace(BACK, quad=places[3])])
