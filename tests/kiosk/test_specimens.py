"""Specimen documents: what is printed is what their truth says."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Box
from kiosk.specimens.mrz_lines import check_digit, mrz_lines, transliterate
from kiosk.specimens.person import person
from kiosk.specimens.specimen import DESIGNS, Specimen, SpecimenTruth, specimen

LENGTHS = {"TD1": (30, 30, 30), "TD2": (36, 36), "TD3": (44, 44), "MRV-A": (44, 44), "MRV-B": (36, 36), "": ()}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Specimen]:
    return {design: specimen(design) for design in DESIGNS}


def zone(truth: SpecimenTruth) -> list[tuple[PageSide, Box]]:
    return [(truth.mrz_side, truth.mrz_box)] if truth.mrz_lines else []


# --- MRZ: ICAO's own examples, typed from Doc 9303 ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "digit"), [("D23145890", "7"), ("740812", "2"), ("120415", "9"), ("L898902C3", "6"), ("ZE184226B<<<<<", "1"), ("520727", "3")]
)
def test_check_digits_are_those_of_doc_9303(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def icao(form: str, number: str, optional: str = "") -> tuple[str, ...]:
    return mrz_lines(
        form,
        state="UTO",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        number=number,
        nationality="UTO",
        date_of_birth="1974-08-12",
        gender="F",
        date_of_expiry="2012-04-15",
        optional=optional,
    )


@pytest.mark.parametrize(
    ("form", "number", "optional", "lines"),
    [
        ("TD1", "D23145890", "", ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")),
        ("TD2", "D23145890", "", ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")),
        (
            "TD3",
            "L898902C3",
            "ZE184226B",
            ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ),
    ],
)
def test_lines_are_those_of_doc_9303(form: str, number: str, optional: str, lines: tuple[str, ...]) -> None:
    assert icao(form, number, optional) == lines


@pytest.mark.parametrize("form", ["MRV-A", "MRV-B"])
def test_visas_have_three_check_digits_and_no_composite(form: str) -> None:
    line = icao(form, "L8988901C")[1]
    assert line.startswith("L8988901C4UTO7408122F1204159")
    assert set(line[28:]) == {"<"}


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("VZOROVÁ", "VZOROVA"),
        ("ÖRNEK", "OERNEK"),
        ("SPÉCIMEN-UTOPIE", "SPECIMEN<UTOPIE"),
        ("SØLVI", "SOELVI"),
        ("D'ARC", "DARC"),
        ("WZÓR", "WZOR"),
    ],
)
def test_printed_names_are_transliterated(printed: str, written: str) -> None:
    assert transliterate(printed) == written


# --- truth ---------------------------------------------------------------------------------------------------------


def test_there_are_designs_for_every_mrz_format() -> None:
    assert {design.mrtd for design in DESIGNS.values()} == set(LENGTHS), "and for documents without one"


@pytest.mark.parametrize("design", list(DESIGNS))
def test_mrz_lines_have_the_length_of_their_format(drawn: dict[str, Specimen], design: str) -> None:
    truth = drawn[design].truth
    assert tuple(len(line) for line in truth.mrz_lines) == LENGTHS[truth.mrtd]


@pytest.mark.parametrize("design", list(DESIGNS))
def test_every_place_of_the_truth_holds_ink(drawn: dict[str, Specimen], design: str) -> None:
    truth = drawn[design].truth
    pages = drawn[design].pages
    places = [(truth.field_sides[name], box) for name, box in truth.field_boxes.items()]
    places += [*zone(truth), (PageSide.FRONT, truth.portrait_box)]
    for side, (x, y, width, height) in places:
        page = pages[side]
        assert 0 <= x
        assert 0 <= y
        assert x + width <= page.shape[1]
        assert y + height <= page.shape[0]
        cut = page[int(y) : int(y + height), int(x) : int(x + width)]
        assert cut.min() < 70 < 150 < cut.max()


@pytest.mark.parametrize("design", list(DESIGNS))
def test_fields_do_not_lie_upon_each_other(drawn: dict[str, Specimen], design: str) -> None:
    truth = drawn[design].truth
    boxes = [(truth.field_sides[name], box) for name, box in truth.field_boxes.items()]
    boxes += [*zone(truth), (PageSide.FRONT, truth.portrait_box)]
    for index, (side, (x, y, width, height)) in enumerate(boxes):
        for other_side, (ox, oy, other_width, other_height) in boxes[index + 1 :]:
            apart = side != other_side or x >= ox + other_width or ox >= x + width or y >= oy + other_height or oy >= y + height
            assert apart


@pytest.mark.parametrize("design", list(DESIGNS))
def test_pages_have_the_shape_of_their_size(drawn: dict[str, Specimen], design: str) -> None:
    width_mm, height_mm = drawn[design].truth.size_mm
    for page in drawn[design].pages.values():
        assert page.shape[1] / page.shape[0] == pytest.approx(width_mm / height_mm, rel=0.01)


def test_passports_visas_and_cards_with_the_mrz_on_the_front_have_no_back(drawn: dict[str, Specimen]) -> None:
    one_sided = {design for design, made in drawn.items() if PageSide.BACK not in made.pages}
    assert one_sided == {"td2", "td3", "mrv-a", "mrv-b", "id-ro", "passport-el", "passport-bg"}


def test_the_barcode_on_the_card_reads_as_its_truth(drawn: dict[str, Specimen]) -> None:
    import zxingcpp

    truth = drawn["td1"].truth
    assert truth.barcode is not None
    found = zxingcpp.read_barcodes(drawn["td1"].pages[truth.barcode.side])
    assert [code.text for code in found] == [truth.barcode.content]
    assert truth.barcode.content.split("\n") == list(truth.mrz_lines)


def test_the_demo_customer_is_icaos_specimen(drawn: dict[str, Specimen]) -> None:
    fields = drawn["td3"].truth.fields
    assert (fields[FieldName.SURNAME], fields[FieldName.GIVEN_NAMES]) == ("ERIKSSON", "ANNA MARIA")


def test_the_same_seed_draws_the_same_pixels_and_another_another_person() -> None:
    one, again, other = specimen("td1", seed=3), specimen("td1", seed=3), specimen("td1", seed=4)
    assert all(np.array_equal(one.pages[side], again.pages[side]) for side in one.pages)
    assert one.truth.to_json() == again.truth.to_json()
    assert one.truth.mrz_lines != other.truth.mrz_lines


def test_thirty_seeds_give_lines_in_the_alphabet_of_the_mrz() -> None:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
    for seed in range(30):
        someone = person(seed)
        lines = mrz_lines(
            "TD1",
            state="UTO",
            surname=someone.surname,
            given_names=someone.given_names,
            number="X1234567",
            nationality="UTO",
            date_of_birth=someone.date_of_birth,
            gender=someone.gender,
            date_of_expiry="2034-04-15",
        )
        assert set("".join(lines)) <= allowed


def test_an_expired_specimen_says_so() -> None:
    truth = specimen("td1", expired=True).truth
    assert truth.expired
    assert truth.fields[FieldName.DATE_OF_EXPIRY] < "2023"
    assert truth.mrz_lines[1][8:14] == truth.fields[FieldName.DATE_OF_EXPIRY].replace("-", "")[2:]


@pytest.mark.parametrize(("design", "line", "place"), [("td1", 0, 14), ("td2", 1, 9), ("td3", 1, 9), ("mrv-a", 1, 9), ("mrv-b", 1, 9)])
def test_a_misprint_is_one_wrong_check_digit(design: str, line: int, place: int) -> None:
    good, bad = specimen(design).truth, specimen(design, misprint=True).truth
    assert good.mrz_valid
    assert not bad.mrz_valid
    differing = [
        (row, column)
        for row, (one, two) in enumerate(zip(good.mrz_lines, bad.mrz_lines, strict=True))
        for column, (a, b) in enumerate(zip(one, two, strict=True))
        if a != b
    ]
    assert differing == [(line, place)]


def test_another_portrait_changes_nothing_but_the_portrait() -> None:
    grey = np.full((400, 300, 3), 128, np.uint8)
    one, other = specimen("td2"), specimen("td2", portrait=grey)
    assert one.truth == other.truth
    changed = np.abs(one.pages[PageSide.FRONT].astype(int) - other.pages[PageSide.FRONT]).max(axis=2) > 0
    x, y, width, height = (int(number) for number in one.truth.portrait_box)
    assert changed[y : y + height, x : x + width].mean() > 0.8
    changed[y : y + height, x : x + width] = False
    assert not changed.any()


def test_a_portrait_is_cut_around_its_face() -> None:
    photo = np.full((600, 800, 3), 200, np.uint8)
    cv2.rectangle(photo, (600, 100), (699, 219), (0, 0, 255), -1)
    made = specimen("td3", portrait=photo, portrait_face=(600, 100, 100, 120))
    x, y, width, height = (int(number) for number in made.truth.portrait_box)
    cut = made.pages[PageSide.FRONT][y : y + height, x : x + width].astype(int)
    red = cut[..., 2] - cut[..., 0] > 80
    columns, rows = np.flatnonzero(red.any(axis=0)), np.flatnonzero(red.any(axis=1))
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(width / 2, abs=width * 0.03)
    assert np.ptp(rows) / height == pytest.approx(1 / 2.15, abs=0.04)


def test_a_design_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="td9") as caught:
        specimen("td9")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_saved_pages_and_truth_are_what_was_drawn(tmp_path: Path, drawn: dict[str, Specimen]) -> None:
    front, back = drawn["td1"].save(tmp_path / "out")
    assert np.array_equal(cv2.imread(str(front)), drawn["td1"].pages[PageSide.FRONT])
    assert np.array_equal(cv2.imread(str(back)), drawn["td1"].pages[PageSide.BACK])
    told = json.loads((tmp_path / "out" / "truth.json").read_text(encoding="utf-8"))
    assert told["mrzLines"] == list(drawn["td1"].truth.mrz_lines)
    assert told["fields"]["surname"] == "ERIKSSON"
