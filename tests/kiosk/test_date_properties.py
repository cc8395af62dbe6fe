"""The logic of printed dates: no text breaks it, what is printed in a usual form is read back exactly, centuries never lie."""

from __future__ import annotations

import string
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import FieldName, PageSide, Reading, Source
from kiosk.domain.mrz import birth_date_iso, expiry_date_iso
from kiosk.services.document_dates import Tense, dates_in, full_year
from kiosk.services.document_merge import agree, contradict

TODAY = "2026-11-21"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
past = st.dates(date(1900, 1, 1), date(2026, 11, 20))
any_day = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FORMS = (
    "{d:02}.{m:02}.{y}",
    "{d:02}/{m:02}/{y}",
    "{d:02}-{m:02}-{y}",
    "{d:02} {m:02} {y}",
    "{y}-{m:02}-{d:02}",
    "{d:02} {name} {y}",
    "{d:02} {name}/{name} {y}",
)


def printed(form: str, day: date) -> str:
    return form.format(d=day.day, m=day.month, y=day.year, name=MONTHS[day.month - 1])


@given(any_day, st.sampled_from(FORMS), st.sampled_from(list(Tense)))
def test_a_date_of_four_digit_year_is_read_back_exactly(day: date, form: str, tense: Tense) -> None:
    (found,) = dates_in(printed(form, day), tense=tense, today=TODAY)
    assert found.value == day.isoformat()
    if found.other:
        assert day.day <= 12
        assert found.other == date(day.year, day.day, day.month).isoformat()


@given(any_day)
def test_month_first_is_read_as_such(day: date) -> None:
    (found,) = dates_in(f"{day.month:02}/{day.day:02}/{day.year}", tense=Tense.PAST, today=TODAY, month_first=True)
    assert day.isoformat() in (found.value, found.other)
    if day.day <= 12:
        assert found.value == day.isoformat()


@given(st.text(max_size=60) | st.text(string.digits + " ./-,OlAUG", max_size=40), st.sampled_from(list(Tense)), st.booleans())
def test_no_text_breaks_the_search_and_all_found_are_dates(text: str, tense: Tense, month_first: bool) -> None:
    for found in dates_in(text, tense=tense, today=TODAY, month_first=month_first):
        date.fromisoformat(found.value)
        assert found.other == "" or date.fromisoformat(found.other)
        assert found.other != found.value


@given(st.integers(0, 99), st.dates(date(1980, 1, 1), date(2090, 1, 1)).map(str))
def test_two_digits_of_a_year_come_back(year: int, today: str) -> None:
    before, after = full_year(year, Tense.PAST, today), full_year(year, Tense.FUTURE, today)
    assert before % 100 == after % 100 == year
    assert int(today[:4]) - 100 < before <= int(today[:4])
    assert abs(after - int(today[:4])) <= 50


@given(past, st.integers(0, 10 * 366))
def test_print_and_mrz_of_one_document_agree(born: date, days: int) -> None:
    """Of holders under a hundred years the MRZ says the very date that is printed."""
    expires = date.fromisoformat(TODAY) + timedelta(days=days)
    yymmdd = born.isoformat().replace("-", "")[2:]
    if born > date(1926, 11, 21):
        assert birth_date_iso(yymmdd, TODAY, before=expires.isoformat()) == born.isoformat()
    assert expiry_date_iso(expires.isoformat().replace("-", "")[2:], TODAY) == expires.isoformat()


@given(any_day, any_day, st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_dates_agree_when_one_may_be_the_other(one: date, other: date, kept: int, other_kept: int) -> None:
    mine = Reading(one.isoformat()[:kept], Source.VISUAL_ZONE, 0.9, PageSide.FRONT)
    yours = Reading(other.isoformat()[:other_kept], Source.MRZ, 0.9, PageSide.BACK)
    least = min(kept, other_kept)
    same = mine.value[:least] == yours.value[:least]
    for pair in ((mine, yours), (yours, mine)):
        assert agree(FieldName.DATE_OF_BIRTH, *pair) is same
        assert contradict(FieldName.DATE_OF_BIRTH, *pair) is not same
