"""National zones, unknown parts of dates, centuries, and what no input may do to the parser."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.countries import COUNTRIES
from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.errors import BadInput
from kiosk.domain.mrz import Mrz, MrzFormat, birth_date_iso, expiry_date_iso, field_confidences_of, gender_letter, last_day, parse_mrz
from kiosk.domain.mrz_layout import ALPHABET, FILLER, LAYOUTS, VARIANTS, Kind, Layout, check_digit, layout_for, layout_of
from kiosk.imaging.geometry import box_quad
from kiosk.services.document_fields import mrz_fields
from tests.fakes.mrz_strips import with_check_digits

TODAY = "2026-11-21"
# published specimens: Wikipedia, the npm package `mrz`, trustdochub.com
FRENCH_CARD = ("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6")
FRENCH_CARD_2 = ("IDFRATEST<NAME<<<<<<<<<<<<<<<<0CHE02", "1710GVA123451ROBERTA<<<<<<<9112311F2")
FRENCH_LICENCE = ("D1FRA13AA000026181231MARTIN<<9",)
DUTCH_LICENCE = ("D1NLD15094962111659VW87Z78NB84",)
BELGIAN_CARD = ("IDBEL615057409<9390<<<<<<<<<<<", "1202177F2506160BEL120217144293", "SPECIMEN<<SPECIMEN<<<<<<<<<<<<")
SWISS_CARD = ("IDCHEA1234567<6<<<<<<<<<<<<<<<", "7510256M2009018CHE<<<<<<<<<<<8", "SMITH<<JOHN<ALBERT<<<<<<<<<<<<")


def changed(lines: tuple[str, ...], line: int, column: int) -> tuple[str, ...]:
    text = lines[line]
    other = str((int(text[column]) + 1) % 10)
    return (*lines[:line], text[:column] + other + text[column + 1 :], *lines[line + 1 :])


def test_the_french_card_of_two_lines() -> None:
    mrz = parse_mrz(FRENCH_CARD)
    assert (mrz.format, mrz.valid) == (MrzFormat.FRA_ID, True)
    assert mrz.values == {
        "documentCode": "ID",
        "issuingState": "FRA",
        "surname": "BERTHIER",
        "optionalDataFirstLine": "",
        "documentNumber": "880692310285",
        "givenNames": "CORINNE",
        "dateOfBirth": "651206",
        "gender": "F",
    }
    assert parse_mrz(FRENCH_CARD_2).values["optionalDataFirstLine"] == "0CHE02"
    assert parse_mrz(FRENCH_CARD_2).valid


def test_several_given_names_of_a_french_card() -> None:
    lines = with_check_digits((FRENCH_CARD[0], "8806923102850CORINNE<<LO<<A6512060F0"), VARIANTS[MrzFormat.FRA_ID])
    mrz = parse_mrz(lines)
    assert mrz.values["givenNames"] == "CORINNE LO A"
    assert mrz.valid


@pytest.mark.parametrize(
    ("lines", "line", "column", "broken"),
    [
        (FRENCH_CARD, 1, 12, {"documentNumber", "composite"}),
        (FRENCH_CARD, 1, 33, {"dateOfBirth", "composite"}),
        (FRENCH_CARD, 1, 35, {"composite"}),
        (FRENCH_LICENCE, 0, 14, {"documentNumber", "composite"}),
        (FRENCH_LICENCE, 0, 29, {"composite"}),
        (DUTCH_LICENCE, 0, 29, {"composite"}),
    ],
)
def test_wrong_digits_of_national_zones_are_named(lines: tuple[str, ...], line: int, column: int, broken: set[str]) -> None:
    mrz = parse_mrz(changed(lines, line, column))
    assert {name for name, holds in mrz.check_digits.items() if not holds} == broken


def test_the_fields_of_a_french_card() -> None:
    upper, lower = box_quad(0, 500, 900, 530), box_quad(0, 540, 900, 570)
    fields = mrz_fields(parse_mrz(FRENCH_CARD), PageSide.FRONT, (upper, lower), TODAY)
    assert {name: reading.value for name, (reading,) in fields.items()} == {
        FieldName.SURNAME: "BERTHIER",
        FieldName.GIVEN_NAMES: "CORINNE",
        FieldName.DATE_OF_BIRTH: "1965-12-06",
        FieldName.GENDER: "F",
        FieldName.DOCUMENT_NUMBER: "880692310285",
        FieldName.ISSUING_STATE: "FRA",
    }
    assert fields[FieldName.SURNAME][0].quad == upper
    assert fields[FieldName.GIVEN_NAMES][0].quad == lower
    assert {name for name, (reading,) in fields.items() if reading.proven} == {FieldName.DATE_OF_BIRTH, FieldName.DOCUMENT_NUMBER}


def test_driving_licences_of_one_line() -> None:
    french = parse_mrz(FRENCH_LICENCE)
    assert (french.format, french.valid) == (MrzFormat.FRA_DL, True)
    assert (french.values["documentNumber"], french.values["surname"], french.values["dateOfExpiry"]) == ("13AA00002", "MARTIN", "181231")
    dutch = parse_mrz(DUTCH_LICENCE)
    assert (dutch.format, dutch.valid, dutch.values["documentNumber"]) == (MrzFormat.NLD_DL, True, "5094962111")
    assert gender_letter(dutch) == "X"


def test_a_belgian_number_of_twelve_characters_and_a_swiss_card_keep_to_9303() -> None:
    belgian = parse_mrz(BELGIAN_CARD)
    assert (belgian.format, belgian.valid, belgian.values["documentNumber"]) == (MrzFormat.TD1, True, "615057409939")
    assert parse_mrz(SWISS_CARD).valid


def test_the_old_slovak_card_has_no_composite_digit() -> None:
    layout = VARIANTS[MrzFormat.SVK_ID]
    lines = with_check_digits(("I<SVKSPECIMEN<<PETRA<<<<<<<<<<<<<<", "BB456987<0SVK8508060M3011240<<<<<<"), layout)
    mrz = parse_mrz(lines)
    assert (mrz.format, set(mrz.check_digits)) == (MrzFormat.SVK_ID, {"documentNumber", "dateOfBirth", "dateOfExpiry"})


@pytest.mark.parametrize(
    "lines",
    [
        (FRENCH_CARD[0].replace("IDFRA", "I<FRA"), FRENCH_CARD[1]),
        ("I<CZESPECIMEN<<PETRA<<<<<<<<<<<<<<", "BB456987<0SVK8508060M3011240<<<<<<"),
        ("D1HRV13AA000026181231MARTIN<<9",),
        ("AAA001D<<", "FACHE305142128097<<800126<<<<<", "MARCHAND<<FABIENNE<<<<<<<<<<<<"),
    ],
)
def test_what_looks_like_a_national_zone_of_another_state_is_none(lines: tuple[str, ...]) -> None:
    try:
        assert parse_mrz(lines).format not in VARIANTS
    except BadInput:
        pass


def test_layouts_are_chosen_by_how_the_first_line_begins() -> None:
    assert layout_for(2, 36, "IDFRA") is VARIANTS[MrzFormat.FRA_ID]
    assert layout_for(2, 36, "IDROU") is LAYOUTS[MrzFormat.TD2]
    assert layout_for(2, 36, "I") is LAYOUTS[MrzFormat.TD2]  # too little seen to tell
    assert layout_for(1, 30, "D") is None
    assert all(layout_of(one) is (LAYOUTS | VARIANTS)[one] for one in MrzFormat)


# --- dates


@pytest.mark.parametrize(
    ("yymmdd", "before", "iso"),
    [
        ("140506", "", "2014-05-06"),
        ("140506", "2012-04-15", "1914-05-06"),  # nobody is born after their passport ran out
        ("200506", "2030-01-01", "2020-05-06"),
        ("85<<<<", "2012-04-15", "1985"),
        ("12<<<<", "2012-04-15", "2012"),
        ("000229", "", "2000-02-29"),
        ("85W101", "", ""),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", "", ""),
    ],
)
def test_the_century_of_a_birth(yymmdd: str, before: str, iso: str) -> None:
    assert birth_date_iso(yymmdd, TODAY, before=before) == iso


@pytest.mark.parametrize(
    ("iso", "last"),
    [
        ("1985", "1985-12-31"),
        ("1985-12", "1985-12-31"),
        ("2024-02", "2024-02-29"),
        ("1985-08-06", "1985-08-06"),
        ("", ""),
        ("1985-13", ""),
        ("x", ""),
    ],
)
def test_the_last_day_that_a_date_may_mean(iso: str, last: str) -> None:
    assert last_day(iso) == last


def test_unknown_parts_of_a_birth_date_are_never_made_up() -> None:
    lines = with_check_digits(
        ("I<UTOD231458900<<<<<<<<<<<<<<<", "7408<<0F1204150UTO<<<<<<<<<<<0", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"), LAYOUTS[MrzFormat.TD1]
    )
    (reading,) = mrz_fields(parse_mrz(lines), PageSide.BACK, (), TODAY)[FieldName.DATE_OF_BIRTH]
    assert (reading.value, reading.raw, reading.proven) == ("1974-08", "7408", False)


def test_each_field_has_its_own_confidence_where_the_reader_tells_them() -> None:
    mrz = parse_mrz(SWISS_CARD, confidences=(0.8, 0.8, 0.8))
    told = Mrz(mrz.format, mrz.lines, mrz.values, mrz.check_digits, mrz.repairs, mrz.confidence, {"surname": 0.97})
    fields = mrz_fields(told, PageSide.BACK, (), TODAY)
    assert [fields[name][0].confidence for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES)] == [0.97, 0.8]


def test_the_confidence_of_a_field_is_that_of_its_characters() -> None:
    """One unsure letter of the surname lowers the surname and nothing else; fillers count for nothing."""
    sure = [[1.0] * 30 for _ in range(3)]
    sure[2][1] = 0.4
    sure[2][25] = 0.1  # a filler
    found = field_confidences_of(SWISS_CARD, sure, LAYOUTS[MrzFormat.TD1])
    assert found["surname"] == pytest.approx(0.7)
    assert (found["givenNames"], found["documentNumber"]) == (1.0, 1.0)
    assert "optionalDataFirstLine" not in found
    french = field_confidences_of(FRENCH_CARD, [[0.9] * 36, [0.8] * 36], VARIANTS[MrzFormat.FRA_ID])
    assert (french["surname"], french["givenNames"]) == (pytest.approx(0.9), pytest.approx(0.8))


# --- properties

characters = st.sampled_from(ALPHABET)
lines_of_text = st.lists(st.text(max_size=50) | st.text(ALPHABET, min_size=28, max_size=46), max_size=4)
shapes = st.sampled_from([(1, 30), (2, 34), (2, 36), (2, 44), (3, 30)])
words = st.text(string.ascii_uppercase, min_size=1, max_size=6)
codes = st.sampled_from(sorted(COUNTRIES))
days = st.dates(date(1927, 1, 1), date(2026, 11, 20)).map(str)


@given(lines_of_text)
def test_no_text_breaks_the_parser(lines: list[str]) -> None:
    try:
        parse_mrz(lines)
    except BadInput:
        pass


@given(shapes, st.sampled_from(["", "P", "V", "IDFRA", "D1FRA", "D1NLD", "I<SVK"]), st.data())
def test_any_lines_of_a_formats_shape_are_parsed_and_give_fields_or_none(shape: tuple[int, int], begins: str, data: st.DataObject) -> None:
    count, length = shape
    lines = ["".join(data.draw(st.lists(characters, min_size=length, max_size=length))) for _ in range(count)]
    lines[0] = begins + lines[0][len(begins) :]
    try:
        mrz = parse_mrz(lines)
    except BadInput:
        assert shape in {(1, 30), (2, 34)}
        return
    assert mrz.lines == tuple(lines)
    assert all(FILLER not in name for name in (mrz.values.get("surname", ""), mrz.values.get("givenNames", "")))
    for name, readings in mrz_fields(mrz, PageSide.BACK, (), TODAY).items():
        assert readings[0].value, name


@given(st.sampled_from(list(LAYOUTS) + list(VARIANTS)), st.data())
def test_what_is_written_validly_is_parsed_back_exactly(mrz_format: MrzFormat, data: st.DataObject) -> None:
    layout = layout_of(mrz_format)
    wanted, lines = _written(layout, data)
    mrz = parse_mrz(lines)
    assert (mrz.format, mrz.valid) == (mrz_format, True)
    assert {name: mrz.values[name] for name in wanted} == wanted


def _written(layout: Layout, data: st.DataObject) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values of every field and the lines that carry them."""
    lines = [[FILLER] * layout.length for _ in range(layout.lines)]
    wanted: dict[str, str] = {}
    for part in layout.fields:
        size = part.place.end - part.place.start
        text = ""
        if part.kind is Kind.CODE:
            text = "V" if layout.format.startswith("MRV") else "P" if layout.format is MrzFormat.TD3 else "I"
            wanted[part.name] = text
        elif part.kind is Kind.COUNTRY:
            text = wanted[part.name] = data.draw(codes)
        elif part.name == "name":
            surname, given = data.draw(words), data.draw(st.lists(words, max_size=3))
            text = f"{surname}<<{FILLER.join(given)}"[:size]
            wanted["surname"], wanted["givenNames"] = surname, " ".join(given) if len(surname) + 2 + len(" ".join(given)) <= size else ""
            if wanted["givenNames"] == "":
                text = surname
        elif part.kind is Kind.NAME:
            text = data.draw(words)
            wanted[part.name] = text
        elif part.kind is Kind.DATE:
            text = wanted[part.name] = data.draw(days).replace("-", "")[2:]
        elif part.kind is Kind.SEX:
            text = wanted[part.name] = data.draw(st.sampled_from("MFX"))
        else:
            # nine characters of number leave no room for the rule of long ones, which a check digit of its own has
            text = wanted[part.name] = data.draw(st.text(string.digits + string.ascii_uppercase, min_size=1, max_size=size))
        lines[part.place.line][part.place.start : part.place.start + len(text)] = text
    written = ["".join(line) for line in lines]
    if layout.begins:
        begins = "".join(seen if wished == "*" else wished for wished, seen in zip(layout.begins, written[0], strict=False))
        written[0] = begins + written[0][len(begins) :]
        wanted["documentCode"], wanted["issuingState"] = begins[:2].strip(FILLER), begins[2:5]
    elif layout.format is MrzFormat.TD2 and written[0].startswith("IDFRA"):
        written[0] = "I<" + written[0][2:]
    return wanted, with_check_digits(written, layout)


@given(
    st.text(string.digits + "<" + string.ascii_uppercase, max_size=8),
    st.dates(date(1950, 1, 1), date(2150, 1, 1)).map(str),
    st.sampled_from(["", "2012-04-15"]),
)
def test_dates_are_dates_or_parts_of_them_or_nothing(yymmdd: str, today: str, before: str) -> None:
    born, expires = birth_date_iso(yymmdd, today, before=before), expiry_date_iso(yymmdd, today)
    for iso in (born, expires):
        assert iso == "" or last_day(iso)
        assert len(iso) in (0, 4, 7, 10)
    assert born <= today[: len(born)]


@given(days, st.dates(date(2026, 11, 21), date(2070, 1, 1)).map(str))
def test_a_birth_date_of_the_last_hundred_years_comes_back(born: str, expires: str) -> None:
    assert birth_date_iso(born.replace("-", "")[2:], TODAY, before=expires) == born


@given(st.text(ALPHABET, max_size=40))
def test_check_digits_are_digits(text: str) -> None:
    assert 0 <= check_digit(text) <= 9
