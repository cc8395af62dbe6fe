"""Numbers as labels: only in a run of them whose values fit, and never with the meaning of the other numbering."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.imaging.geometry import box_quad
from kiosk.ports import TextLine
from kiosk.services.document_fields import context_of, visual_fields
from kiosk.services.document_licence import american_numbers

TODAY = "2026-11-21"
Place = tuple[str, float, float]

EUROPEAN: tuple[Place, ...] = (
    ("1. VZOROVÁ", 400, 160),
    ("2.", 400, 220),
    ("ĽUDMILA", 460, 216),
    ("3. 18.11.1976", 400, 280),
    ("NOVÝ PRÍSTAV", 730, 280),
    ("4a. 06.05.2025", 400, 340),
    ("4c. DVA NOVÝ PRÍSTAV", 730, 340),
    ("4b. 05.05.2035", 400, 400),
    ("5. BW105890", 400, 460),
    ("7.", 400, 520),
    ("8. STANIČNÁ 1, 18821 VÝCHODNÁ", 400, 600),
    ("9. AM/B1/B", 400, 660),
)
AMERICAN: tuple[Place, ...] = (
    ("4d DLN", 330, 130),
    ("F5132986", 430, 126),
    ("9 CLASS C", 680, 130),
    ("3 DOB", 330, 180),
    ("06/07/2002", 430, 176),
    ("4b EXP 01/12/2030", 680, 176),
    ("1", 330, 226),
    ("O'SAMPLE", 358, 222),
    ("2 ROSE-MARIE", 330, 270),
    ("8 18 STATION ROAD", 330, 310),
    ("ZENITH 42659", 358, 340),
    ("15 SEX F", 330, 400),
    ("18 EYES BLU", 486, 400),
    ("16 HGT 5'-08\"", 330, 440),
    ("4a ISS 01/13/2020", 520, 440),
    ("5 DD 54362415UTO", 330, 490),
)
EUROPEAN_FIELDS = {
    FieldName.SURNAME: "VZOROVÁ",
    FieldName.GIVEN_NAMES: "ĽUDMILA",
    FieldName.DATE_OF_BIRTH: "1976-11-18",
    FieldName.PLACE_OF_BIRTH: "NOVÝ PRÍSTAV",
    FieldName.DATE_OF_ISSUE: "2025-05-06",
    FieldName.ISSUING_AUTHORITY: "DVA NOVÝ PRÍSTAV",
    FieldName.DATE_OF_EXPIRY: "2035-05-05",
    FieldName.DOCUMENT_NUMBER: "BW105890",
    FieldName.ADDRESS: "STANIČNÁ 1, 18821 VÝCHODNÁ",
}
AMERICAN_FIELDS = {
    FieldName.DOCUMENT_NUMBER: "F5132986",
    FieldName.DATE_OF_BIRTH: "2002-06-07",
    FieldName.DATE_OF_EXPIRY: "2030-01-12",
    FieldName.SURNAME: "O'SAMPLE",
    FieldName.GIVEN_NAMES: "ROSE-MARIE",
    FieldName.ADDRESS: "18 STATION ROAD, ZENITH 42659",
    FieldName.GENDER: "F",
    FieldName.DATE_OF_ISSUE: "2020-01-13",
}


def lines_of(*places: Place, height: float = 28) -> list[TextLine]:
    return [TextLine(text, 0.99, box_quad(x, y, x + 0.55 * height * max(1, len(text)), y + height)) for text, x, y in places]


def read(*places: Place) -> dict[FieldName, str]:
    found = visual_fields(lines_of(*places), PageSide.FRONT, context_of(TODAY))
    return {name: readings[0].value for name, readings in found.items()}


def sure(*places: Place, state: str = "") -> dict[FieldName, str]:
    """Only what nobody is asked about."""
    found = visual_fields(lines_of(*places), PageSide.FRONT, context_of(TODAY, state=state))
    return {name: readings[0].value for name, readings in found.items() if readings[0].confidence >= OCR_THRESHOLD}


def changed(places: tuple[Place, ...], **texts: str | None) -> tuple[Place, ...]:
    """The page with texts that begin with a key (no points or blanks in it) replaced, or left out."""
    kept = []
    for text, x, y in places:
        key = next((one for one in texts if text.replace(".", "").replace(" ", "").startswith(one.strip("_"))), None)
        new = text if key is None else texts[key]
        if new is not None:
            kept.append((new, x, y))
    return tuple(kept)


def test_a_european_licence_is_read_by_its_numbers() -> None:
    assert read(*EUROPEAN) == EUROPEAN_FIELDS


def test_a_north_american_licence_is_read_by_its_numbers_and_abbreviations() -> None:
    assert read(*AMERICAN) == AMERICAN_FIELDS


def test_the_order_of_the_lines_does_not_matter() -> None:
    assert read(*reversed(AMERICAN)) == AMERICAN_FIELDS


def test_two_columns_read_as_one_line_are_parted() -> None:
    merged = changed(AMERICAN, _15SEX="15 SEX F 18 EYES BLU", _18EYES=None, _3DOB="3 DOB 06/07/2002 4b EXP 01/12/2030", _4bEXP=None)
    page = tuple(place for place in merged if place[0] != "06/07/2002")
    assert read(*page) == AMERICAN_FIELDS


def test_days_first_are_told_by_a_date_that_has_no_such_month() -> None:
    """The abbreviations say otherwise: the page is believed, and somebody is asked."""
    page = changed(AMERICAN, _4aISS="4a ISS 13/01/2020", _06="06/07/2002")
    found = read(*page)
    assert found[FieldName.DATE_OF_ISSUE] == "2020-01-13"
    assert found[FieldName.DATE_OF_BIRTH] == "2002-07-06"
    assert sure(*page)[FieldName.DATE_OF_ISSUE] == "2020-01-13"
    assert FieldName.DATE_OF_BIRTH not in sure(*page)


BARE: tuple[Place, ...] = (
    ("1 BELL", 330, 100),
    ("2 ROSE", 330, 150),
    ("3 03/04/1990", 330, 200),
    ("4a 05/06/2020", 330, 250),
    ("4b 05/06/2030", 330, 300),
    ("8 18 STATION ROAD", 330, 350),
)
DATES = {FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY}


def test_dates_that_can_be_read_two_ways_ask_for_a_look_where_nothing_tells_the_order() -> None:
    found = read(*BARE)
    assert (found[FieldName.DATE_OF_BIRTH], found[FieldName.DATE_OF_EXPIRY]) == ("1990-04-03", "2030-06-05")
    assert sure(*BARE).keys() == found.keys() - DATES


@pytest.mark.parametrize(
    ("birth", "issue"), [("03/25/1990", "2020-05-06"), ("25/03/1990", "2020-06-05")], ids=["the month first", "the day first"]
)
def test_one_date_that_has_one_reading_tells_the_order_of_all(birth: str, issue: str) -> None:
    found = sure(*changed(BARE, _3=f"3 {birth}"))
    assert (found[FieldName.DATE_OF_BIRTH], found[FieldName.DATE_OF_ISSUE]) == ("1990-03-25", issue)


def test_a_date_that_was_not_read_surely_tells_no_order() -> None:
    lines = lines_of(*changed(BARE, _3="3 03/25/1990"))
    shaky = [replace(line, least=0.5) if "25" in line.text else line for line in lines]
    found = visual_fields(shaky, PageSide.FRONT, context_of(TODAY))
    assert found[FieldName.DATE_OF_ISSUE][0].value == "2020-06-05"
    assert found[FieldName.DATE_OF_ISSUE][0].confidence < OCR_THRESHOLD


def test_dates_that_contradict_one_another_tell_no_order() -> None:
    found = sure(*changed(BARE, _3="3 03/25/1990", _4a="4a 25/06/2020"))
    assert FieldName.DATE_OF_EXPIRY not in found


@pytest.mark.parametrize(("state", "birth"), [("IRL", "1990-04-03"), ("USA", "1990-03-04")])
def test_the_issuing_state_tells_the_order(state: str, birth: str) -> None:
    assert sure(*BARE, state=state)[FieldName.DATE_OF_BIRTH] == birth


def test_points_put_the_day_first() -> None:
    page = tuple((text.replace("/", "."), x, y) for text, x, y in BARE)
    assert sure(*page)[FieldName.DATE_OF_BIRTH] == "1990-04-03"


def test_whole_english_words_behind_numbers_speak_for_no_manner() -> None:
    """ISO 18013 is printed in English by many states that put the day first."""
    words = ("1. FAMILY NAME BELL", "2. GIVEN NAMES ROSE", "3. DATE OF BIRTH 03/04/1990", "4a. ISSUED 05/06/2020", "4b. EXPIRES 05/06/2030")
    page = tuple((text, 330.0, 100.0 + 50 * row) for row, text in enumerate((*words, "5. A1234567")))
    found = read(*page)
    assert (found[FieldName.SURNAME], found[FieldName.DATE_OF_BIRTH]) == ("BELL", "1990-04-03")
    assert FieldName.DOCUMENT_NUMBER not in found
    assert not sure(*page).keys() & DATES


# --- houses and streets that look like numbers of fields ------------------------------------------------------------


@pytest.mark.parametrize("house", ["1", "2", "3", "4A", "5", "8", "12", "18"])
def test_a_house_is_no_number_of_a_field(house: str) -> None:
    page = (*changed(AMERICAN, _818="8"), (f"{house} STATION ROAD", 358, 308))
    assert sure(*page) == AMERICAN_FIELDS | {FieldName.ADDRESS: f"{house} STATION ROAD, ZENITH 42659"}


def test_a_house_does_not_take_the_place_of_a_number_that_was_not_read() -> None:
    page = (*changed(AMERICAN, _2ROSE="ROSE-MARIE", _818="8"), ("2 STATION ROAD", 358, 308))
    found = read(*page)
    assert FieldName.GIVEN_NAMES not in found
    assert found[FieldName.ADDRESS] == "2 STATION ROAD, ZENITH 42659"


def test_a_bare_number_counts_at_the_margin_of_its_run_only() -> None:
    page = changed(AMERICAN, _2ROSE="ROSE-MARIE", _818="8 ADDRESS 18 STATION ROAD", ZENITH=None)
    inside, margin = ("2 UPPER FLOOR", 372, 340), ("2 ROSE", 330, 270)
    assert FieldName.GIVEN_NAMES not in read(*page, inside)
    assert read(*(place for place in page if place[0] != "ROSE-MARIE"), margin)[FieldName.GIVEN_NAMES] == "ROSE"


def test_what_is_numbered_like_a_name_below_the_address_is_none() -> None:
    page = changed(AMERICAN, _2ROSE="ROSE-MARIE", _818="8 ADDRESS 18 STATION ROAD", ZENITH="2 UPPER FLOOR")
    page = tuple((text, 330.0 if text == "2 UPPER FLOOR" else x, y) for text, x, y in page)
    found = read(*page)
    assert FieldName.GIVEN_NAMES not in found
    assert found[FieldName.SURNAME] == "O'SAMPLE"


def test_an_address_that_stands_above_the_names_makes_no_run() -> None:
    page = changed(AMERICAN, _818=None, ZENITH=None)
    assert FieldName.SURNAME in read(*page)
    assert FieldName.SURNAME not in read(*page, ("8 18 STATION ROAD", 330, 80))


@pytest.mark.parametrize("text", ["8 STATION ROAD", "8 1/2 STATION ROAD"])
def test_an_address_whose_number_may_be_the_house_is_kept_whole_and_asks_for_a_look(text: str) -> None:
    page = changed(AMERICAN, _818=text)
    assert read(*page)[FieldName.ADDRESS] == f"{text}, ZENITH 42659"
    assert FieldName.ADDRESS not in sure(*page)


@pytest.mark.parametrize("apart", [True, False], ids=["beside the number", "in its line"])
def test_the_number_in_a_streets_name_stays(apart: bool) -> None:
    street = "1. MÁJA 5, 18821 VÝCHODNÁ"
    page = (*changed(EUROPEAN, _8="8."), (street, 460.0, 600.0)) if apart else changed(EUROPEAN, _8=f"8. {street}")
    assert sure(*page) == EUROPEAN_FIELDS | {FieldName.ADDRESS: street}


def test_a_document_discriminator_is_no_licence_number() -> None:
    assert FieldName.DOCUMENT_NUMBER not in read(*changed(AMERICAN, _4dDLN=None, F5132986=None))


def test_numbers_of_neither_manner_do_not_tell_which_number_is_the_documents() -> None:
    """5 is the licence in Europe and the discriminator in America: without points or abbreviations nobody knows."""
    page = tuple((text.replace(". ", " ").removesuffix("."), x, y) for text, x, y in EUROPEAN)
    found = read(*page)
    assert found[FieldName.SURNAME] == "VZOROVÁ"
    assert FieldName.DOCUMENT_NUMBER not in found
    assert FieldName.ISSUING_AUTHORITY not in found


@pytest.mark.parametrize(
    "page",
    [
        EUROPEAN[:3],
        changed(EUROPEAN, _4a=None, _4b=None),
        changed(EUROPEAN, _4b="4b. 05.05.2020"),
        changed(EUROPEAN, _3="3. 07.05.2025"),
        changed(EUROPEAN, _1=None, _2=None, ĽUDMILA=None),
    ],
    ids=["three numbers", "one date", "issued after it expired", "issued before its holder was born", "nobody's"],
)
def test_numbers_that_are_no_run_label_nothing(page: tuple[Place, ...]) -> None:
    assert FieldName.DOCUMENT_NUMBER not in read(*page)
    assert FieldName.SURNAME not in read(*page)


def test_a_date_that_cannot_be_is_left_out() -> None:
    found = read(*changed(EUROPEAN, _3="3. 18.11.2030"))
    assert FieldName.DATE_OF_BIRTH not in found
    assert found[FieldName.DOCUMENT_NUMBER] == "BW105890"


def test_the_legend_on_a_back_labels_nothing() -> None:
    legend = ("1. Surname", "2. Other names", "3. Date, place of birth", "4a. Date of issue", "4b. Date of expiry", "5. Licence number")
    classes = (("AM", 371, 119), ("17.01.20", 454, 120), ("16.01.30", 707, 120))
    assert read(*((text, 44.0, 88.0 + 36 * row) for row, text in enumerate(legend)), *classes).keys() <= {FieldName.DATE_OF_EXPIRY}


def test_a_number_that_stands_twice_with_other_values_labels_neither() -> None:
    found = read(*EUROPEAN, ("2. MÁRIA", 400, 250))
    assert FieldName.GIVEN_NAMES not in found
    assert found[FieldName.SURNAME] == "VZOROVÁ"


def test_handwriting_that_begins_like_a_number_is_none() -> None:
    assert read(*EUROPEAN, ("2mi", 460, 520)) == EUROPEAN_FIELDS


def test_numbered_house_and_street_do_not_make_a_licence() -> None:
    page = (
        ("Surname", 40, 60),
        ("BELL", 40, 84),
        ("1 STATION ROAD", 40, 140),
        ("2 OBSERVATORY HILL", 40, 170),
        ("8 PORT CLARITY", 40, 200),
    )
    assert read(*page) == {FieldName.SURNAME: "BELL"}


def test_the_word_for_a_licence_is_no_part_of_its_number() -> None:
    page = changed(AMERICAN, _4dDLN="4d LICENCE NO F5132986", F5132986=None)
    assert read(*page)[FieldName.DOCUMENT_NUMBER] == "F5132986"


def test_what_is_numbered_speaks_for_a_document() -> None:
    assert american_numbers(lines_of(*AMERICAN)) >= 4
    assert american_numbers(lines_of(*EUROPEAN)) == 0
