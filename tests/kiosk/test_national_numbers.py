"""Numbers in the optional data of cards: called personal numbers only where their own check says so."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.mrz import MrzFormat, parse_mrz
from kiosk.domain.mrz_layout import LAYOUTS
from kiosk.services.document_fields import mrz_fields
from kiosk.services.national_numbers import national_number
from tests.fakes.mrz_strips import with_check_digits

BELGIAN = ("IDBEL615057409<9390<<<<<<<<<<<", "1202177F2506160BEL120217144293", "SPECIMEN<<SPECIMEN<<<<<<<<<<<<")


def card(state: str, birth: str, *, first: str = "", second: str = "") -> tuple[str, ...]:
    lines = (
        f"ID{state}AB1234567"[:14].ljust(15, "0") + first.ljust(15, "<"),
        f"{birth}0F3011240{state}".ljust(29, "<") + "0",
        "SPECIMEN<<PETRA".ljust(30, "<"),
    )
    if second:
        lines = (lines[0], lines[1][:18] + second.ljust(11, "<") + "0", lines[2])
    return with_check_digits(lines, LAYOUTS[MrzFormat.TD1])


def romanian(birth: str, optional: str) -> tuple[str, ...]:
    lines = ("IDROUSPECIMEN<<PETRA".ljust(36, "<"), f"KX198025<0ROU{birth}0F3103140{optional}0")
    return with_check_digits(lines, LAYOUTS[MrzFormat.TD2])


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (BELGIAN, "12021714429"),
        (card("ESP", "800101", first="99999999R"), "99999999R"),
        (card("EST", "800108", first="38001085718"), "38001085718"),
        (card("POL", "440514", second="44051401359"), "44051401359"),
        (romanian("850509", "1204994"), "1850509204994"),
        (card("ESP", "800101", first="99999999T"), ""),
        (card("EST", "800109", first="38001085718"), ""),  # another birth date
        (card("POL", "440514", second="44051401358"), ""),
        (romanian("850510", "1204994"), ""),
        (card("UTO", "800101", first="99999999R"), ""),  # a state that writes no such number there
        (card("ESP", "800101"), ""),
    ],
)
def test_a_number_is_named_where_its_check_holds(lines: tuple[str, ...], number: str) -> None:
    assert national_number(parse_mrz(lines)) == number


def test_it_is_a_field_and_proven_when_the_whole_zone_holds() -> None:
    (reading,) = mrz_fields(parse_mrz(BELGIAN), PageSide.BACK, (), "2026-11-21")[FieldName.PERSONAL_NUMBER]
    assert (reading.value, reading.proven) == ("12021714429", True)
    wrong = (BELGIAN[0], BELGIAN[1][:-1] + "4", BELGIAN[2])
    (reading,) = mrz_fields(parse_mrz(wrong), PageSide.BACK, (), "2026-11-21")[FieldName.PERSONAL_NUMBER]
    assert not reading.proven


def test_a_wrong_birth_date_proves_no_number() -> None:
    wrong = (BELGIAN[0], BELGIAN[1][:6] + "8" + BELGIAN[1][7:], BELGIAN[2])
    assert national_number(parse_mrz(wrong)) == ""


@given(
    st.sampled_from(["BEL", "ESP", "EST", "LTU", "POL"]), st.text(string.digits + string.ascii_uppercase + "<", min_size=15, max_size=15)
)
def test_no_optional_data_breaks_it(state: str, optional: str) -> None:
    number = national_number(parse_mrz(card(state, "800108", first=optional, second=optional[:11])))
    assert number == "" or number in optional.replace("<", "")
