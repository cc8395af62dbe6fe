"""The MRZ parser: every format, every check digit, dates, names, long document numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.countries import COUNTRIES, alpha3, is_known, same_state
from kiosk.domain.errors import BadInput
from kiosk.domain.mrz import MrzFormat, birth_date_iso, expiry_date_iso, gender_letter, parse_mrz, split_names
from kiosk.domain.mrz_layout import ALPHABET, LAYOUTS, Layout, check_digit, layout_for

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "mrz"

# ICAO 9303-4 appendix B, 9303-5 appendix B, 9303-6 appendix B, 9303-7: the specimens of Utopia
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRV_A = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
MRV_B = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")


def mended(lines: list[str], layout: Layout) -> list[str]:
    """The lines with the check digits that belong there."""
    for check in layout.checks:
        covered = "".join(lines[place.line][place.start : place.end] for place in check.covers)
        line, column = check.digit.line, check.digit.start
        lines[line] = lines[line][:column] + str(check_digit(covered)) + lines[line][column + 1 :]
    return lines


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(TD1, MrzFormat.TD1), (TD2, MrzFormat.TD2), (TD3, MrzFormat.TD3), (MRV_A, MrzFormat.MRV_A), (MRV_B, MrzFormat.MRV_B)],
)
def test_icao_specimens_parse_as_their_format_with_every_check_digit_holding(lines: tuple[str, ...], expected: MrzFormat) -> None:
    mrz = parse_mrz(lines)
    assert mrz.format is expected
    assert mrz.valid
    assert all(mrz.check_digits.values())
    assert (mrz.values["surname"], mrz.values["givenNames"]) == ("ERIKSSON", "ANNA MARIA")
    assert mrz.values["issuingState"] == "UTO"
    assert mrz.values["gender"] == "F"


def test_td3_values_carry_their_dis_names() -> None:
    values = parse_mrz(TD3).values
    assert values["documentCode"] == "P"
    assert values["documentNumber"] == "L898902C3"
    assert values["nationality"] == "UTO"
    assert values["dateOfBirth"] == "740812"
    assert values["dateOfExpiry"] == "120415"
    assert values["personalNumberOrOptionalDataSecondLine"] == "ZE184226B"


@pytest.mark.parametrize(
    ("line", "column", "broken"),
    [
        (1, 9, {"documentNumber", "composite"}),
        (1, 19, {"dateOfBirth", "composite"}),
        (1, 27, {"dateOfExpiry", "composite"}),
        (1, 42, {"personalNumber", "composite"}),
        (1, 43, {"composite"}),
    ],
)
def test_a_wrong_check_digit_is_reported_under_its_own_name(line: int, column: int, broken: set[str]) -> None:
    lines = list(TD3)
    wrong = str((int(lines[line][column]) + 1) % 10)
    lines[line] = lines[line][:column] + wrong + lines[line][column + 1 :]
    mrz = parse_mrz(lines)
    assert {name for name, holds in mrz.check_digits.items() if not holds} == broken
    assert not mrz.valid
    assert mrz.lines == tuple(lines)


def test_the_digit_of_an_empty_personal_number_may_be_a_filler() -> None:
    assert parse_mrz(("P<POLKOWALSKA<<JOANNA<<<<<<<<<<<<<<<<<<<<<<<", "AA00000000POL6002084F1412314<<<<<<<<<<<<<<<4")).valid


def test_a_filler_as_digit_of_a_number_that_is_there_does_not_hold() -> None:
    assert not parse_mrz((TD3[0], TD3[1][:42] + "<" + TD3[1][43:])).check_digits["personalNumber"]
    assert not parse_mrz((TD3[0], TD3[1][:19] + "<" + TD3[1][20:])).check_digits["dateOfBirth"]


def test_a_long_document_number_goes_on_in_the_optional_data() -> None:
    number = "000001115702"  # twelve characters, as Belgian cards have
    first = f"IDBEL{number[:9]}<{number[9:]}{check_digit(number)}".ljust(30, "<")
    lines = [first, "8502281M1206240BEL<<<<<<<<<<<0", "DOE<<JOHN<<<<<<<<<<<<<<<<<<<<<"]
    layout = LAYOUTS[MrzFormat.TD1]
    composite = next(check for check in layout.checks if check.name == "composite")
    covered = "".join(lines[place.line][place.start : place.end] for place in composite.covers)
    lines[1] = lines[1][:29] + str(check_digit(covered))
    mrz = parse_mrz(lines)
    assert mrz.values["documentNumber"] == number
    assert mrz.check_digits["documentNumber"]
    wrong = parse_mrz([first.replace("7027", "7028"), *lines[1:]])
    assert not wrong.check_digits["documentNumber"]


def test_a_short_country_code_loses_its_fillers() -> None:
    mrz = parse_mrz(("IDD<<T220001293<<<<<<<<<<<<<<<", "6408125<2010315D<<<<<<<<<<<<<4", "MUSTERMANN<<ERIKA<<<<<<<<<<<<<"))
    assert (mrz.values["issuingState"], mrz.values["nationality"]) == ("D", "D")
    assert mrz.values["gender"] == ""
    assert gender_letter(mrz) == "X"
    assert mrz.valid


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("VAN<DER<BERG<<ANNA<MARIA<<<", ("VAN DER BERG", "ANNA MARIA")),
        ("ARKFREITH<<<<<<", ("ARKFREITH", "")),
        ("UNITED<KINGDOM<TWENTY<SIX<<JODIE<PIPPA<", ("UNITED KINGDOM TWENTY SIX", "JODIE PIPPA")),
        ("<<<<<", ("", "")),
    ],
)
def test_names_divide_at_two_fillers(text: str, names: tuple[str, str]) -> None:
    assert split_names(text) == names


@pytest.mark.parametrize("lines", [(), ("P<UTO",), TD3[:1], (TD3[0], TD2[1]), (TD3[0].lower(), TD3[1]), (TD3[0][:-1] + "É", TD3[1])])
def test_what_is_no_mrz_is_bad_input(lines: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        parse_mrz(lines)


@pytest.mark.parametrize(
    ("yymmdd", "iso"),
    [
        ("850806", "1985-08-06"),
        ("260101", "2026-01-01"),
        ("260701", "1926-07-01"),
        ("8508<<", "1985-08"),
        ("850800", "1985-08"),
        ("85<<<<", "1985"),
        ("<<<<<<", ""),
        ("851301", ""),
        ("850231", ""),
        ("000229", "2000-02-29"),
        ("AB0101", ""),
    ],
)
def test_birth_dates_are_never_in_the_future(yymmdd: str, iso: str) -> None:
    assert birth_date_iso(yymmdd, "2026-06-30") == iso


@pytest.mark.parametrize(("yymmdd", "iso"), [("301124", "2030-11-24"), ("980104", "1998-01-04"), ("7506<<", "2075-06"), ("<<<<<<", "")])
def test_expiry_dates_lie_within_fifty_years(yymmdd: str, iso: str) -> None:
    assert expiry_date_iso(yymmdd, "2026-06-30") == iso


def test_confidence_is_that_of_the_least_sure_line() -> None:
    assert parse_mrz(TD1, confidences=(0.9, 0.7, 0.99)).confidence == 0.7


def test_country_codes_know_the_special_ones() -> None:
    assert all(is_known(code) for code in ("D", "GBD", "UTO", "XXA", "XXC", "EUE", "UNO", "RKS", "SVK"))
    assert not is_known("ZZZ")
    assert not is_known("")
    assert len([code for code in COUNTRIES if len(code) == 3]) == len(COUNTRIES) - 1
    assert alpha3("D") == "DEU"
    assert same_state("D", "DEU")
    assert not same_state("", "")


characters = st.sampled_from(ALPHABET)


@given(st.sampled_from(list(LAYOUTS)), st.data())
def test_any_text_with_its_own_check_digits_is_valid_and_any_changed_digit_is_not(mrz_format: MrzFormat, data: st.DataObject) -> None:
    layout = LAYOUTS[mrz_format]
    lines = ["".join(data.draw(st.lists(characters, min_size=layout.length, max_size=layout.length))) for _ in range(layout.lines)]
    first = "V" if mrz_format.startswith("MRV") else "P"
    lines = mended([first + lines[0][1:], *lines[1:]], layout)
    mrz = parse_mrz(lines)
    assert mrz.format is mrz_format
    assert mrz.valid
    check = data.draw(st.sampled_from(layout.checks))
    line, column = check.digit.line, check.digit.start
    other = str((int(lines[line][column]) + data.draw(st.integers(1, 9))) % 10)
    lines[line] = lines[line][:column] + other + lines[line][column + 1 :]
    assert not parse_mrz(lines).check_digits[check.name]


@given(st.text(ALPHABET, min_size=1, max_size=40), st.data())
def test_one_changed_digit_changes_the_check_digit(text: str, data: st.DataObject) -> None:
    places = [index for index, character in enumerate(text) if character.isdigit()]
    if places:
        place = data.draw(st.sampled_from(places))
        other = str((int(text[place]) + data.draw(st.integers(1, 9))) % 10)
        assert check_digit(text[:place] + other + text[place + 1 :]) != check_digit(text)


@given(st.dates(), st.dates())
def test_a_birth_date_that_is_read_is_a_date_up_to_today(born: object, today: object) -> None:
    yymmdd = str(born).replace("-", "")[2:]
    if int(str(today)[:4]) >= 200:
        read = birth_date_iso(yymmdd, str(today))
        assert read == "" or (read <= str(today) and read[2:].replace("-", "") == yymmdd)


def test_layouts_are_chosen_by_lines_length_and_first_letter() -> None:
    assert layout_for(2, 44, "V") is LAYOUTS[MrzFormat.MRV_A]
    assert layout_for(3, 44, "P") is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared sample images are not on this machine")
def test_the_samples_truth_parses_with_the_check_digits_it_says() -> None:
    with (SAMPLES / "truth.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["line3"] or not row["file"].startswith("0_id")]
    assert len(rows) >= 30
    for row in rows:
        mrz = parse_mrz([row[name] for name in ("line1", "line2", "line3") if row[name]])
        assert mrz.valid == (row["check_digits_hold"] == "yes"), row["file"]
