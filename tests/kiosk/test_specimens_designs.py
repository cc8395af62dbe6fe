"""The designs in the manner of real documents: their truth is complete and exact, whoever the holder is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.document import DATE_FIELDS, FieldName, PageSide, Region
from kiosk.domain.errors import BadInput
from kiosk.domain.face import Box
from kiosk.domain.mrz import birth_date_iso, expiry_date_iso, gender_letter, parse_mrz
from kiosk.domain.mrz_layout import ALPHABET
from kiosk.engines.barcode_reader import ZxingBarcodeReader
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.models import ModelLibrary
from kiosk.services.aamva import parse_aamva
from kiosk.services.document_templates import Area, load_templates, template_by_id
from kiosk.services.number_checks import holds
from kiosk.specimens.mrz_lines import names_field, transliterate
from kiosk.specimens.names import LANGUAGES
from kiosk.specimens.person import birth_number, bsn, cnp, dni, person, pesel
from kiosk.specimens.plan import printed_date
from kiosk.specimens.specimen import DESIGNS, Case, Specimen, SpecimenTruth, specimen

TODAY = "2026-11-21"
SEED = 4
ALL = list(DESIGNS)
WITH_MRZ = [design for design, plan in DESIGNS.items() if plan.lines is not None]


@pytest.fixture(scope="module")
def made() -> dict[str, Specimen]:
    return {design: specimen(design, seed=SEED) for design in DESIGNS}


def overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )  # fmt: skip


def parts(truth: SpecimenTruth) -> list[tuple[str, PageSide, Box]]:
    """Everything whose place the truth tells."""
    found = [(name.value, truth.field_sides[name], box) for name, box in truth.field_boxes.items()]
    found += [(region.value, side, box) for region, (side, box) in truth.regions.items()]
    found += [(barcode.format, barcode.side, barcode.box) for barcode in truth.barcodes]
    return found + ([("mrz", truth.mrz_side, truth.mrz_box)] if truth.mrz_lines else [])


def test_a_dozen_designs_and_more() -> None:
    assert len(DESIGNS) >= 12


@pytest.mark.parametrize("design", ALL)
def test_every_field_has_its_place_its_print_and_its_label(made: dict[str, Specimen], design: str) -> None:
    truth = made[design].truth
    assert set(truth.fields) - set(truth.field_boxes) <= {FieldName.ISSUING_STATE}
    assert set(truth.field_boxes) == set(truth.field_sides) == set(truth.printed) == set(truth.labels)
    assert {FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.DATE_OF_EXPIRY, FieldName.DOCUMENT_NUMBER} <= set(truth.field_boxes)


@pytest.mark.parametrize("design", ALL)
def test_nothing_lies_outside_the_page_or_upon_something_else(made: dict[str, Specimen], design: str) -> None:
    found = parts(made[design].truth)
    for index, (name, side, box) in enumerate(found):
        height, width = made[design].pages[side].shape[:2]
        assert 0 <= box[0] < box[0] + box[2] <= width, name
        assert 0 <= box[1] < box[1] + box[3] <= height, name
        assert not [other for other, on, place in found[index + 1 :] if on is side and overlap(box, place)], name


@pytest.mark.parametrize("design", WITH_MRZ)
def test_the_mrz_parses_back_to_what_is_printed(made: dict[str, Specimen], design: str) -> None:
    truth = made[design].truth
    mrz = parse_mrz(truth.mrz_lines)
    assert mrz.valid
    assert truth.mrz_valid
    # the Romanian manner prints no date of birth, the German no sex
    born = birth_date_iso(mrz.values["dateOfBirth"], TODAY)
    assert truth.fields.get(FieldName.DATE_OF_BIRTH, born) == born
    assert truth.fields.get(FieldName.GENDER, gender_letter(mrz)) == gender_letter(mrz)
    assert mrz.values["documentNumber"] == truth.fields[FieldName.DOCUMENT_NUMBER]
    assert mrz.values["issuingState"] == truth.fields[FieldName.ISSUING_STATE] == truth.country
    if "dateOfExpiry" in mrz.values:
        assert expiry_date_iso(mrz.values["dateOfExpiry"], TODAY) == truth.fields[FieldName.DATE_OF_EXPIRY]
        assert mrz.values["nationality"] == truth.fields[FieldName.NATIONALITY]
    surname = transliterate(truth.fields[FieldName.SURNAME]).replace("<", " ")
    assert surname.startswith(mrz.values["surname"])


@pytest.mark.parametrize("design", ALL)
def test_barcodes_read_as_their_truth(made: dict[str, Specimen], design: str) -> None:
    reader = ZxingBarcodeReader()
    for side, page in made[design].pages.items():
        told = {(barcode.format, barcode.content.encode()) for barcode in made[design].truth.barcodes if barcode.side is side}
        assert {(found.format, found.content) for found in reader.read(page)} == told


def test_every_kind_of_barcode_and_picture_is_on_some_design(made: dict[str, Specimen]) -> None:
    assert {"PDF417", "QRCode", "Aztec", "DataMatrix", "Code39", "Code128"} == {
        barcode.format for one in made.values() for barcode in one.truth.barcodes
    }
    assert set(Region) == {region for one in made.values() for region in one.truth.regions}


def test_the_north_american_licence_says_in_its_barcode_what_it_prints(made: dict[str, Specimen]) -> None:
    truth = made["licence-na"].truth
    licence = parse_aamva(next(barcode.content for barcode in truth.barcodes if barcode.format == "PDF417").encode())
    assert licence is not None
    assert licence.get("DCS") == truth.fields[FieldName.SURNAME]
    assert licence.get("DAQ") == truth.fields[FieldName.DOCUMENT_NUMBER]
    year, month, day = truth.fields[FieldName.DATE_OF_BIRTH].split("-")
    assert licence.get("DBB") == month + day + year


@pytest.mark.parametrize("design", [design for design in ALL if DESIGNS[design].language])
def test_a_detector_finds_the_portrait_where_the_truth_says(made: dict[str, Specimen], design: str, model_library: ModelLibrary) -> None:
    truth = made[design].truth
    found = BlazeFaceDetector(model_library.path("blazeface_short"), thorough=True).detect(made[design].pages[PageSide.FRONT])
    x, y, width, height = truth.regions[Region.PORTRAIT][1]
    centres = [(face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2) for face in found]
    assert any(x < across < x + width and y < down < y + height for across, down in centres)


def test_the_same_seed_gives_the_same_pixels() -> None:
    one, again = specimen("permit", seed=11), specimen("permit", seed=11)
    assert all(np.array_equal(one.pages[side], again.pages[side]) for side in one.pages)
    assert one.truth.to_json() == again.truth.to_json()


def test_the_truth_is_written_whole(made: dict[str, Specimen]) -> None:
    told = json.loads(made["permit"].truth.to_json())
    assert set(told["regions"]) == {region.value for region in Region}
    assert told["template"] == "specimen-permit"
    assert [barcode["format"] for barcode in told["barcodes"]] == ["Aztec"]


# --- unusual holders -----------------------------------------------------------------------------------------------


def test_names_too_long_for_the_mrz_are_cut_so_that_something_of_both_remains() -> None:
    truth = specimen("id-pl", seed=SEED, case=Case.LONG_NAMES).truth
    mrz = parse_mrz(truth.mrz_lines)
    assert mrz.valid
    assert mrz.values["givenNames"] == "MARI"
    assert transliterate(truth.fields[FieldName.SURNAME]).replace("<", " ").startswith(mrz.values["surname"])
    assert truth.fields[FieldName.SURNAME] == "VAN DER ZANDVOORT-ŁĄCZYŃSKA DE LA PEÑARANDA"


def test_a_name_field_is_never_longer_than_its_room() -> None:
    assert names_field("A" * 40, "B", 30) == "A" * 27 + "<<B"
    assert names_field("A" * 40, "", 30) == "A" * 30
    assert names_field("ERIKSSON", "ANNA", 20) == "ERIKSSON<<ANNA<<<<<<"


def test_who_has_one_name_only_has_no_given_names() -> None:
    truth = specimen("id-nl", seed=SEED, case=Case.ONE_NAME).truth
    assert FieldName.GIVEN_NAMES not in truth.fields
    assert FieldName.GIVEN_NAMES not in truth.field_boxes
    mrz = parse_mrz(truth.mrz_lines)
    assert mrz.values["givenNames"] == ""
    assert mrz.values["surname"] == transliterate(truth.fields[FieldName.SURNAME]).replace("<", " ")


@pytest.mark.parametrize(("case", "length", "printed"), [(Case.UNKNOWN_DAY, 7, "00."), (Case.UNKNOWN_MONTH, 4, "00.00.")])
def test_unknown_parts_of_a_birth_date_are_fillers_in_the_mrz(case: Case, length: int, printed: str) -> None:
    truth = specimen("id-cz", seed=SEED, case=case).truth
    born = truth.fields[FieldName.DATE_OF_BIRTH]
    assert len(born) == length
    assert truth.printed[FieldName.DATE_OF_BIRTH].startswith(printed)
    mrz = parse_mrz(truth.mrz_lines)
    assert mrz.valid
    assert birth_date_iso(mrz.values["dateOfBirth"].ljust(6, "<"), TODAY) == born


def test_a_long_document_number_goes_on_in_the_optional_data() -> None:
    for truth in (specimen("id-de", seed=SEED, case=Case.LONG_NUMBER).truth, specimen("permit", seed=SEED).truth):
        number = truth.fields[FieldName.DOCUMENT_NUMBER]
        assert len(number) > 9
        mrz = parse_mrz(truth.mrz_lines)
        assert mrz.valid
        assert mrz.lines[0][14] == "<"
        assert mrz.values["documentNumber"] == number


@pytest.mark.parametrize(("case", "century"), [(Case.BORN_1929, "1929"), (Case.BORN_2019, "2019")])
def test_the_century_of_a_birth_is_told_apart(case: Case, century: str) -> None:
    truth = specimen("passport-bg", seed=SEED, case=case).truth
    assert birth_date_iso(parse_mrz(truth.mrz_lines).values["dateOfBirth"], TODAY)[:4] == century


def test_an_unknown_sex_is_a_filler_in_the_mrz() -> None:
    truth = specimen("id-fr", seed=SEED, case=Case.UNKNOWN_SEX).truth
    assert truth.fields[FieldName.GENDER] == "X"
    assert truth.mrz_lines[1][7] == "<"


@pytest.mark.parametrize(
    ("design", "wrong"),
    [("licence-eu", {"misprint": True}), ("td3", {"case": "long-number"}), ("td1", {"case": "two-heads"})],
)
def test_what_cannot_be_drawn_is_refused(design: str, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        specimen(design, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("design", ["id-fr-old", "permit", "passport-el"])
def test_a_misprint_breaks_the_mrz(design: str) -> None:
    truth = specimen(design, seed=SEED, misprint=True).truth
    assert not truth.mrz_valid
    assert not parse_mrz(truth.mrz_lines).valid


# --- people --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_name_of_a_language_can_be_written_in_an_mrz(language: str) -> None:
    stock = LANGUAGES[language]
    names = [name for pair in stock.surnames for name in pair] + [*stock.women, *stock.men]
    for name in names:
        written = transliterate(name)
        assert written
        assert set(written) <= set(ALPHABET)
    if stock.scripts is not None:
        assert set(names) <= set(stock.scripts)


def test_people_differ() -> None:
    people = [person(seed, "fr") for seed in range(30)]
    assert len({(one.surname, one.given_names, one.date_of_birth) for one in people}) > 25
    assert {one.gender for one in people} >= {"F", "M"}


@pytest.mark.parametrize(
    ("rule", "make"),
    [("cz-sk-birth-number", birth_number), ("pl-pesel", pesel), ("ro-cnp", cnp), ("es-dni", dni), ("nl-bsn", bsn)],
)
def test_personal_numbers_keep_their_states_rule(rule: str, make: object) -> None:
    assert callable(make)
    for seed in range(40):
        born = f"{1940 + seed * 2}-{seed % 12 + 1:02d}-{seed % 28 + 1:02d}"
        assert holds(rule, make(born, "FM"[seed % 2], seed).replace("/", "")), born


def test_dates_are_printed_in_the_form_of_the_document() -> None:
    assert printed_date("1974-08-12", "{d} {b}/{e} {yy}", months=("x",) * 7 + ("AUG",) + ("x",) * 4) == "12 AUG/AUG 74"
    assert printed_date("1974", "{d}/{m}/{y}", unknown="XX") == "XX/XX/1974"


# --- templates -----------------------------------------------------------------------------------------------------


def inside(box: Box, area: Area, size: tuple[int, int], slack: float) -> bool:
    x, y, width, height = box
    left, top, right, bottom = (edge * size[index % 2] for index, edge in enumerate(area))
    pad_x, pad_y = slack * size[0], slack * size[1]
    return left - pad_x <= x and top - pad_y <= y and x + width <= right + pad_x and y + height <= bottom + pad_y


@pytest.mark.parametrize("design", ALL)
def test_the_template_of_a_design_has_its_fields_and_pictures_where_they_are_drawn(made: dict[str, Specimen], design: str) -> None:
    truth = made[design].truth
    template = template_by_id(truth.template, load_templates())
    assert template is not None
    assert (template.country, template.type, template.edition) == (truth.country, truth.type, truth.edition)
    for name, box in truth.field_boxes.items():
        side = truth.field_sides[name]
        known = template.pages[side].fields[name]
        assert known.area is not None
        size = made[design].pages[side].shape[1::-1]
        assert inside(box, known.area, size, known.tolerance), name
    for region, (side, box) in truth.regions.items():
        assert inside(box, template.pages[side].regions[region], made[design].pages[side].shape[1::-1], 0.02), region


@pytest.mark.parametrize("design", ALL)
def test_dates_have_the_pattern_of_the_template(made: dict[str, Specimen], design: str) -> None:
    truth = made[design].truth
    template = template_by_id(truth.template, load_templates())
    assert template is not None
    for name in DATE_FIELDS & set(truth.printed):
        known = template.pages[truth.field_sides[name]].fields[name]
        shape = {len(pattern.replace("MMM", "AUG")) for pattern in known.patterns}
        assert not shape or len(truth.printed[name]) in shape | {one + 4 for one in shape}, "two names of a month, or one"


# --- command line --------------------------------------------------------------------------------------------------


def test_the_command_line_writes_pages_truth_and_photographs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    from kiosk.cli import specimens

    parser = argparse.ArgumentParser()
    specimens.add_to(parser.add_subparsers())
    arguments = parser.parse_args(["specimens", "make", str(tmp_path), "--design", "id-es", "--seed", "3", "--degraded", "--json"])
    arguments.run(arguments)
    folder, photo = tmp_path / "id-es-3", tmp_path / "id-es-3-photo"
    for one in (folder, photo):
        assert {file.name for file in one.iterdir()} == {"front.png", "back.png", "truth.json"}
    assert json.loads(capsys.readouterr().out) == {"folders": [str(folder)]}
    page, seen = (json.loads((one / "truth.json").read_text(encoding="utf-8")) for one in (folder, photo))
    assert page["fields"] == seen["fields"]
    assert page["corners"]["back"] != seen["corners"]["back"]
