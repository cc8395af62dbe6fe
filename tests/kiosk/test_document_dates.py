"""Dates as documents print them."""

from __future__ import annotations

import pytest

from kiosk.services.document_dates import Tense, dates_in, full_year, orders_in

TODAY = "2026-11-21"


def values(text: str, tense: Tense = Tense.PAST, *, month_first: bool = False) -> list[str]:
    return [dated.value for dated in dates_in(text, tense=tense, today=TODAY, month_first=month_first)]


@pytest.mark.parametrize(
    "text",
    [
        "06.08.1985",
        "6.8.1985",
        "06. 08. 1985",
        "06/08/1985",
        "06-08-1985",
        "06 08 1985",
        "1985-08-06",
        "1985.08.06",
        "06 AUG 1985",
        "06AUG1985",
        "06 AUG/AOU 85",
        "06 AUG / AOÛT 85",
        "06 AUGUST/AOUT 85",
        "6 août 1985",
        "6. augusta 1985",
        "6. srpna 1985",
        "06 SIE/AUG 1985",
        "06 AGO 85",
        "06 aug 1985",
        "06.08.1985.",
        "06081985",
        "August 6, 1985",
        "O6.O8.1985",
        "geb. 06.08.1985 in Berlin",
    ],
)
def test_one_date_in_its_printed_forms(text: str) -> None:
    assert values(text) == ["1985-08-06"]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("01 MÁR/MAR 12", "03"),
        ("13 LIP/JUL 12", "07"),
        ("26 MAÍ/MAY 12", "05"),
        ("12 ČER 2012", "06"),
        ("12 ČERVENEC 2012", "07"),
        ("02 DEZ 2012", "12"),
        ("02 PAŹ 2012", "10"),
        ("02 LISTOPADA 2012", "11"),
        ("02 ENE/JAN 2012", "01"),
        ("02 FÉVR. 2012", "02"),
    ],
)
def test_months_in_several_languages(text: str, month: str) -> None:
    assert values(text)[0][:7] == f"2012-{month}"


@pytest.mark.parametrize(
    "text", ["", "31.02.1985", "99.99.9999", "BB456987", "695622/0612", "1850509204994", "Str. Rotarilor nr.78", "12.5"]
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert values(text) == []


def test_a_period_gives_both_its_dates() -> None:
    assert values("17.10.03-09.05.2013") == ["2003-10-17", "2013-05-09"]


def test_two_digit_years_of_birth_lie_in_the_past_and_of_expiry_near_now() -> None:
    assert full_year(85, Tense.PAST, TODAY) == 1985
    assert full_year(26, Tense.PAST, TODAY) == 2026
    assert full_year(27, Tense.PAST, TODAY) == 1927
    assert full_year(34, Tense.FUTURE, TODAY) == 2034
    assert full_year(99, Tense.FUTURE, TODAY) == 1999
    assert values("15 APR/AVR 30", Tense.FUTURE) == ["2030-04-15"]


def test_a_date_that_can_be_read_two_ways_says_so() -> None:
    (dated,) = dates_in("06/08/1985", tense=Tense.PAST, today=TODAY)
    assert (dated.value, dated.other) == ("1985-08-06", "1985-06-08")
    (sure,) = dates_in("06/28/1985", tense=Tense.PAST, today=TODAY)
    assert (sure.value, sure.other) == ("1985-06-28", "")


def test_american_dates_begin_with_the_month() -> None:
    assert values("06/08/1985", month_first=True) == ["1985-06-08"]


@pytest.mark.parametrize(
    ("texts", "orders"),
    [
        (("03/25/2002", "06/08/1985"), {True}),
        (("geb. 25.03.2002",), {False}),
        (("3 DOB 03-25-2002", "25/03/2002"), {True, False}),
        (("06/08/1985", "2002-03-25", "25 MAR 2002"), set()),
        (("695622/0612", "25/03/2002/7", "1-800-25-03", "13/13/2002", "25/03-2002", "01-25-99", "192.25.03.2002"), set()),
    ],
)
def test_a_date_with_one_reading_tells_the_order(texts: tuple[str, ...], orders: set[bool]) -> None:
    assert orders_in(texts) == orders


@pytest.mark.parametrize(("text", "by_form"), [("06.08.1985", True), ("06 08 1985", True), ("06/08/1985", False), ("06-08-1985", False)])
def test_points_and_blanks_put_the_day_first_by_form(text: str, by_form: bool) -> None:
    (dated,) = dates_in(text, tense=Tense.PAST, today=TODAY)
    assert dated.day_first_by_form is by_form
