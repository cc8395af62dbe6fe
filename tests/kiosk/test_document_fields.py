"""Fields of the MRZ and of barcodes, and the printed zone set against the MRZ."""

from __future__ import annotations

import pytest

from kiosk.domain.document import Barcode, FieldName, PageSide, Reading, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.domain.mrz import parse_mrz
from kiosk.imaging.geometry import box_quad
from kiosk.ports import TextLine
from kiosk.services.document_fields import LOST_ACCENT, barcode_fields, context_of, is_aamva, mrz_fields, reconciled, visual_fields
from kiosk.services.document_values import value_of

TODAY = "2026-11-21"
TD1 = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508063M3011249SVK<<<<<<<<<<<0", "BELL<<BRIAN<<<<<<<<<<<<<<<<<<<")
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
AAMVA = (
    "@\n\x1e\rANSI 636000090002DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDDEN\nDACMICHAEL\nDDFN\nDADJOHN\nDDGN\nDCUJR\n"
    "DBD06062019\nDBB06061986\nDBA12102024\nDBC1\nDAU068 in\nDAYBRO\nDAG2300 WEST BROAD STREET\nDAIRICHMOND\nDAJVA\nDAK232690000\nDCGUSA\r"
)


def line(text: str, y: float, x: float = 40, confidence: float = 0.99) -> TextLine:
    return TextLine(text, confidence, box_quad(x, y, x + 12 * len(text), y + 22))


def values(fields: dict[FieldName, tuple[Reading, ...]]) -> dict[FieldName, str]:
    return {name: readings[0].value for name, readings in fields.items()}


def test_the_mrz_of_a_card_gives_its_fields() -> None:
    fields = mrz_fields(parse_mrz(TD1), PageSide.BACK, (), TODAY)
    assert values(fields) == {
        FieldName.SURNAME: "BELL",
        FieldName.GIVEN_NAMES: "BRIAN",
        FieldName.DATE_OF_BIRTH: "1985-08-06",
        FieldName.GENDER: "M",
        FieldName.NATIONALITY: "SVK",
        FieldName.DOCUMENT_NUMBER: "BB456987",
        FieldName.DATE_OF_EXPIRY: "2030-11-24",
        FieldName.ISSUING_STATE: "SVK",
    }


def test_only_what_a_check_digit_of_its_own_covers_is_proven() -> None:
    fields = mrz_fields(parse_mrz(TD1, confidences=[0.97, 0.95, 0.96]), PageSide.BACK, (), TODAY)
    proven = {name for name, (reading,) in fields.items() if reading.proven}
    assert proven == {FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_EXPIRY}
    assert fields[FieldName.SURNAME][0].confidence == 0.95
    assert fields[FieldName.DOCUMENT_NUMBER][0].confidence == 1.0


def test_a_name_that_only_the_mrz_has_is_never_certain() -> None:
    """No check digit covers it, however sure the reader is."""
    fields = mrz_fields(parse_mrz(TD1), PageSide.BACK, (), TODAY)
    for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES):
        assert fields[name][0].confidence < 0.99
        assert not fields[name][0].proven


def test_a_field_of_the_mrz_tells_how_much_more_it_could_hold() -> None:
    card = mrz_fields(parse_mrz(TD1), PageSide.BACK, (), TODAY)
    assert card[FieldName.GIVEN_NAMES][0].room == 19
    assert card[FieldName.SURNAME][0].room is None  # half the line was free for it
    assert card[FieldName.DOCUMENT_NUMBER][0].room is None
    visa = mrz_fields(
        parse_mrz(("V<UTOBELL<<ANNA".ljust(44, "<"), "X123456787UTO6901154F3404159<<<<<<<<<<<<<<<<")), PageSide.FRONT, (), TODAY
    )
    assert visa[FieldName.DOCUMENT_NUMBER][0].room == 0


@pytest.mark.parametrize("text", ["AM", "BE", "CE", "DE", "2. AM"])
def test_a_class_of_vehicles_is_no_name(text: str) -> None:
    context = context_of(TODAY)
    assert value_of(FieldName.GIVEN_NAMES, text, context) is None
    assert value_of(FieldName.GIVEN_NAMES, "JO", context) is not None


def test_a_wrong_check_digit_proves_nothing() -> None:
    wrong = (TD1[0].replace("BB456987<3", "BB456987<4"), *TD1[1:])
    fields = mrz_fields(parse_mrz(wrong), PageSide.BACK, (), TODAY)
    assert not fields[FieldName.DOCUMENT_NUMBER][0].proven
    assert fields[FieldName.DATE_OF_BIRTH][0].proven


def test_a_passports_personal_number_is_read_and_each_field_knows_its_line() -> None:
    upper, lower = box_quad(0, 500, 900, 530), box_quad(0, 540, 900, 570)
    fields = mrz_fields(parse_mrz(TD3), PageSide.FRONT, (upper, lower), TODAY)
    assert fields[FieldName.PERSONAL_NUMBER][0].value == "ZE184226B"
    assert fields[FieldName.SURNAME][0].quad == upper
    assert fields[FieldName.DATE_OF_BIRTH][0].quad == lower


def test_an_aamva_barcode_gives_its_fields() -> None:
    barcode = Barcode("PDF417", AAMVA.encode())
    assert is_aamva(barcode)
    fields = values(barcode_fields([barcode], PageSide.BACK, TODAY))
    assert fields[FieldName.SURNAME] == "SAMPLE"
    assert fields[FieldName.GIVEN_NAMES] == "MICHAEL JOHN"
    assert fields[FieldName.DATE_OF_BIRTH] == "1986-06-06"
    assert fields[FieldName.DATE_OF_EXPIRY] == "2024-12-10"
    assert fields[FieldName.DOCUMENT_NUMBER] == "T64235789"
    assert fields[FieldName.GENDER] == "M"
    assert fields[FieldName.ISSUING_STATE] == "USA"
    assert fields[FieldName.ADDRESS] == "2300 WEST BROAD STREET, RICHMOND, VA, 23269"


def test_other_barcodes_give_nothing() -> None:
    assert barcode_fields([Barcode("QRCode", b"https://example.org"), Barcode("PDF417", b"\xff\xfe\x00")], PageSide.BACK, TODAY) == {}


def on_passport(*lines: TextLine) -> dict[FieldName, Reading]:
    context = context_of(TODAY)
    known = mrz_fields(parse_mrz(TD3), PageSide.FRONT, (), TODAY)
    found = reconciled(visual_fields(lines, PageSide.FRONT, context), lines, known, PageSide.FRONT, context)
    return {name: readings[0] for name, readings in found.items()}


def test_printed_values_without_a_legible_label_are_found_by_what_the_mrz_says() -> None:
    found = on_passport(line("ERIKSSÓN", 60), line("ANNA MARIA", 100), line("12 AUG/AOU 74", 140), line("L898902C3", 180))
    assert found[FieldName.SURNAME].value == "ERIKSSÓN"
    assert found[FieldName.GIVEN_NAMES].value == "ANNA MARIA"
    assert found[FieldName.DATE_OF_BIRTH].value == "1974-08-12"
    assert found[FieldName.DOCUMENT_NUMBER].source is Source.VISUAL_ZONE


def test_a_printed_name_has_the_blanks_of_the_mrz_and_asks_for_a_look() -> None:
    found = on_passport(line("Given names", 60), line("ANNAMARIA", 84))
    assert found[FieldName.GIVEN_NAMES].value == "ANNA MARIA"
    assert found[FieldName.GIVEN_NAMES].raw == "ANNAMARIA"
    assert found[FieldName.GIVEN_NAMES].confidence < OCR_THRESHOLD


def test_a_name_that_the_mrz_spells_with_an_accent_asks_for_a_look_without_one() -> None:
    """SOLVI above SOELVI: in a blurred picture the stroke is missed and every letter is clear."""
    context = context_of(TODAY)
    lines = (line("Given names", 60), line("SOLVI", 84))
    known = mrz_fields(parse_mrz(["P<UTOERIKSSON<<SOELVI<<<<<<<<<<<<<<<<<<<<<<<", TD3[1]]), PageSide.FRONT, (), TODAY)
    found = reconciled(visual_fields(lines, PageSide.FRONT, context), lines, known, PageSide.FRONT, context)
    (reading,) = found[FieldName.GIVEN_NAMES]
    assert (reading.value, reading.confidence) == ("SOLVI", LOST_ACCENT)
    assert LOST_ACCENT < OCR_THRESHOLD


def test_the_third_date_is_the_date_of_issue() -> None:
    found = on_passport(line("12 AUG 74", 60), line("16 APR 07", 100), line("15 APR 12", 140))
    assert found[FieldName.DATE_OF_ISSUE].value == "2007-04-16"
    assert found[FieldName.DATE_OF_ISSUE].confidence < 0.92  # nothing says so but its place between the two


def test_a_labelled_value_that_differs_stays_a_contradiction() -> None:
    """A changed printed number must not be talked away."""
    found = on_passport(line("Passport No.", 60), line("L898902C4", 90))
    assert found[FieldName.DOCUMENT_NUMBER].value == "L898902C4"


def test_a_changed_printed_date_stays_a_contradiction() -> None:
    found = on_passport(line("Date of birth", 60), line("12 AUG 84", 90), line("Date of expiry", 130), line("15 APR 12", 160))
    assert found[FieldName.DATE_OF_BIRTH].value == "1984-08-12"
    assert FieldName.DATE_OF_ISSUE not in found


def test_a_label_that_points_at_another_fields_proven_value_is_not_believed() -> None:
    found = on_passport(line("Passport No.", 60), line("ZE184226B", 90))
    assert FieldName.DOCUMENT_NUMBER not in found


@pytest.mark.parametrize(("text", "is_one"), [("ŅM", False), ("- 8", False), ("ENS 4", True), ("5 4TH STREET", True)])
def test_two_letters_are_no_address(text: str, is_one: bool) -> None:
    """Strokes of a guilloche beside "PERMANENT RESIDENCE", which is also what some documents call the address."""
    assert (value_of(FieldName.ADDRESS, text, context_of(TODAY)) is not None) is is_one
