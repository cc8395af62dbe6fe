"""Each check of a document: passed, warned, rejected, not executed, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document, DocumentPage, Field, FieldName, PageQuality, PageSide, PageWarning, Reading, Source
from kiosk.domain.mrz import Mrz, MrzRepair, parse_mrz
from kiosk.domain.mrz_layout import check_digit
from kiosk.imaging.geometry import box_quad
from kiosk.services.document_checks import document_checks, uncertain_fields
from kiosk.services.document_fields import fields_of, mrz_fields
from kiosk.services.document_rules import DocumentRules

TODAY = "2026-11-21"
RULES = DocumentRules(lambda: TODAY)
TD1 = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508063M3011249SVK<<<<<<<<<<<0", "BELL<<BRIAN<<<<<<<<<<<<<<<<<<<")
WRONG = ("ILSVKBB456987<4<<<<<<<<<<<<<<<", *TD1[1:])
PRINTED = {
    FieldName.SURNAME: "BELL",
    FieldName.GIVEN_NAMES: "BRIAN",
    FieldName.DATE_OF_BIRTH: "1985-08-06",
    FieldName.DOCUMENT_NUMBER: "BB456987",
    FieldName.DATE_OF_ISSUE: "2020-11-24",
    FieldName.DATE_OF_EXPIRY: "2030-11-24",
}


def document(
    printed: dict[FieldName, str] | None = None,
    *,
    mrz: Mrz | None = None,
    confidence: float = 0.98,
    warnings: tuple[PageWarning, ...] = (),
    back: bool = True,
    text: tuple[str, ...] = (),
) -> Document:
    quality = PageQuality(0.7, 0.6, 1.0, 1000, warnings)
    values = PRINTED if printed is None else printed
    readings = {name: (Reading(value, Source.VISUAL_ZONE, confidence, PageSide.FRONT, None, value),) for name, value in values.items()}
    quad = box_quad(10, 10, 1020, 648)
    pages = [DocumentPage(PageSide.FRONT, quad, 1.0, (1012, 638), quality, fields_of(readings), text_lines=text)]
    if back:
        machine = fields_of(mrz_fields(mrz, PageSide.BACK, (), TODAY)) if mrz else ()
        pages.append(DocumentPage(PageSide.BACK, quad, 1.0, (1012, 638), quality, machine, mrz))
    return RULES.merge(pages)


def check(name: CheckName, subject: Document, *, today: str = TODAY, needs_back: bool = True) -> Check:
    return next(one for one in document_checks(subject, today=today, needs_back=needs_back) if one.name is name)


def verdict(name: CheckName, subject: Document, *, today: str = TODAY, needs_back: bool = True) -> tuple[CheckStatus, CheckLabel]:
    found = check(name, subject, today=today, needs_back=needs_back)
    return found.status, found.label


def test_a_good_document_passes_everything() -> None:
    checks = document_checks(document(mrz=parse_mrz(TD1)), today=TODAY, needs_back=True)
    assert [one.status for one in checks] == [CheckStatus.PASSED] * 6
    assert len({one.name for one in checks}) == 6


# --- usability


def test_a_missing_back_is_warned_of() -> None:
    front = document(text=("IDENTITY CARD",), back=False)
    assert verdict(CheckName.DOCUMENT_USABILITY, front) == (CheckStatus.WARNING, CheckLabel.BACK_MISSING)


def test_a_bad_picture_is_warned_of() -> None:
    bad = document(mrz=parse_mrz(TD1), warnings=(PageWarning.SHARPNESS_LOW,))
    assert verdict(CheckName.DOCUMENT_USABILITY, bad) == (CheckStatus.WARNING, CheckLabel.LOW_QUALITY)


def test_what_is_no_known_document_is_rejected() -> None:
    assert verdict(CheckName.DOCUMENT_USABILITY, document({}, back=False), needs_back=False) == (
        CheckStatus.REJECTED,
        CheckLabel.NOT_A_KNOWN_DOCUMENT,
    )


def test_nothing_read_is_not_executed_anywhere() -> None:
    empty = RULES.merge([])
    assert {one.status for one in document_checks(empty, today=TODAY, needs_back=False)} == {CheckStatus.NOT_EXECUTED}


@pytest.mark.parametrize("back", [True, False])
def test_a_card_that_does_not_say_what_it_is_is_no_known_document(back: bool) -> None:
    """A library card has a photograph, a name, a birth date and an expiry, too."""
    card = document(text=("CITY LIBRARY", "MEMBER"), back=back)
    for needs_back in (True, False):
        found = verdict(CheckName.DOCUMENT_USABILITY, card, needs_back=needs_back)
        assert found == (CheckStatus.WARNING, CheckLabel.NOT_A_KNOWN_DOCUMENT)
        digits = check(CheckName.MRZ_CHECK_DIGITS, card, needs_back=needs_back)
        assert (digits.status, digits.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


# --- MRZ


def test_a_wrong_check_digit_is_rejected_and_named() -> None:
    found = check(CheckName.MRZ_CHECK_DIGITS, document(mrz=parse_mrz(WRONG)))
    assert (found.status, found.label) == (CheckStatus.REJECTED, CheckLabel.CHECK_DIGIT_WRONG)
    assert found.params["fields"] == "documentNumber"
    assert "composite" in found.params["checks"]


def test_a_repaired_number_is_warned_of_and_a_letter_in_a_letters_place_is_not() -> None:
    mrz = parse_mrz(TD1)
    guessed = replace(mrz, repairs=(MrzRepair(0, 6, "8", "B"),))
    forced = replace(mrz, repairs=(MrzRepair(1, 1, "S", "5"), MrzRepair(2, 0, "8", "B"), MrzRepair(0, 6, "b", "B")))
    assert verdict(CheckName.MRZ_CHECK_DIGITS, document(mrz=guessed)) == (CheckStatus.WARNING, CheckLabel.REPAIRED)
    assert verdict(CheckName.MRZ_CHECK_DIGITS, document(mrz=forced)) == (CheckStatus.PASSED, CheckLabel.OK)


def test_an_unread_mrz_is_told_from_one_that_is_not_there_or_was_not_shown() -> None:
    passport = document(text=("PASSPORT",), back=False)
    licence = document(text=("DRIVING LICENCE",), back=True)
    card = document(text=("IDENTITY CARD",), back=False)
    unread_back = document(text=("IDENTITY CARD",), back=True)
    name = CheckName.MRZ_CHECK_DIGITS
    assert verdict(name, unread_back) == (CheckStatus.NOT_EXECUTED, CheckLabel.MRZ_UNREADABLE)
    assert verdict(name, passport, needs_back=False) == (CheckStatus.NOT_EXECUTED, CheckLabel.MRZ_UNREADABLE)
    assert verdict(name, licence) == (CheckStatus.NOT_EXECUTED, CheckLabel.NOT_APPLICABLE)
    assert verdict(name, card) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_a_wrong_zone_on_the_front_is_not_healed_by_a_good_one_on_the_back() -> None:
    whole = document(mrz=parse_mrz(TD1))
    front = replace(whole.pages[0], mrz=parse_mrz(WRONG))
    for pages in ([front, whole.pages[1]], [replace(front, mrz=parse_mrz(TD1)), replace(whole.pages[1], mrz=parse_mrz(WRONG))]):
        found = verdict(CheckName.MRZ_CHECK_DIGITS, RULES.merge(pages))
        assert found == (CheckStatus.REJECTED, CheckLabel.CHECK_DIGIT_WRONG)


# --- dates


def test_a_document_is_valid_on_its_last_day_and_expired_the_day_after() -> None:
    subject = document(mrz=parse_mrz(TD1))
    assert verdict(CheckName.DOCUMENT_EXPIRY, subject, today="2030-11-24")[0] is CheckStatus.PASSED
    expired = check(CheckName.DOCUMENT_EXPIRY, subject, today="2030-11-25")
    assert (expired.status, expired.label, expired.params["date"]) == (CheckStatus.REJECTED, CheckLabel.EXPIRED, "2030-11-24")


def test_an_unread_expiry_is_not_passed() -> None:
    unread = document({FieldName.SURNAME: "BELL"}, back=False)
    assert verdict(CheckName.DOCUMENT_EXPIRY, unread) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def typed_over(subject: Document, values: dict[FieldName, str]) -> Document:
    fields = dict(subject.fields)
    for name, value in values.items():
        read = fields[name].readings if name in fields else ()
        fields[name] = Field(name, (Reading(value, Source.OPERATOR, 1.0, raw=value), *read))
    return replace(subject, fields=fields)


def test_typing_does_not_renew_a_document() -> None:
    expired = typed_over(document(mrz=parse_mrz(TD1)), {FieldName.DATE_OF_EXPIRY: "2040-01-01"})
    found = check(CheckName.DOCUMENT_EXPIRY, expired, today="2031-01-01")
    assert (found.status, found.label, found.params["date"]) == (CheckStatus.REJECTED, CheckLabel.EXPIRED, "2030-11-24")


def test_typing_does_not_make_a_document_plausible_or_well_read() -> None:
    born_late = document(PRINTED | {FieldName.DATE_OF_BIRTH: "2027-01-01"}, back=False)
    typed = typed_over(born_late, {FieldName.DATE_OF_BIRTH: "1985-08-06"})
    assert verdict(CheckName.DATA_PLAUSIBILITY, typed) == (CheckStatus.REJECTED, CheckLabel.IMPLAUSIBLE)
    unsure = document(confidence=0.8, back=False)
    assert verdict(CheckName.OCR_CONFIDENCE, typed_over(unsure, PRINTED)) == verdict(CheckName.OCR_CONFIDENCE, unsure)


def test_what_was_only_typed_is_not_what_the_document_says() -> None:
    few: dict[FieldName, str] = {name: value for name, value in PRINTED.items() if name is not FieldName.DATE_OF_EXPIRY}
    typed = typed_over(document(few, back=False), {FieldName.DATE_OF_EXPIRY: "2030-11-24"})
    assert verdict(CheckName.DOCUMENT_EXPIRY, typed) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)
    assert verdict(CheckName.DATA_PLAUSIBILITY, typed) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_valid_by_one_source_and_expired_by_another_is_uncertain_unless_a_digit_proves_it() -> None:
    expired = parse_mrz((TD1[0], "8508063M2011242SVK<<<<<<<<<<<8", TD1[2]))
    assert expired.check_digits["dateOfExpiry"]
    assert verdict(CheckName.DOCUMENT_EXPIRY, document(mrz=expired)) == (CheckStatus.REJECTED, CheckLabel.EXPIRED)
    unproven = replace(expired, check_digits={**expired.check_digits, "dateOfExpiry": False})
    assert verdict(CheckName.DOCUMENT_EXPIRY, document(mrz=unproven)) == (CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE)


@pytest.mark.parametrize("name", [FieldName.SURNAME, FieldName.DATE_OF_BIRTH, FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_EXPIRY])
def test_what_every_document_says_and_could_not_be_read_is_named(name: FieldName) -> None:
    found = check(CheckName.DATA_PLAUSIBILITY, document({key: value for key, value in PRINTED.items() if key is not name}, back=False))
    assert (found.status, found.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)
    assert found.params == {"field": name.value, "fields": name.value}


def test_a_full_name_is_a_surname_too() -> None:
    whole: dict[FieldName, str] = {FieldName.FULL_NAME if name is FieldName.SURNAME else name: value for name, value in PRINTED.items()}
    del whole[FieldName.GIVEN_NAMES]
    subject = document(whole | {FieldName.FULL_NAME: "BRIAN BELL"}, back=False)
    assert verdict(CheckName.DATA_PLAUSIBILITY, subject) == (CheckStatus.PASSED, CheckLabel.OK)


@pytest.mark.parametrize(
    "changed",
    [
        {FieldName.DATE_OF_BIRTH: "2027-01-01"},
        {FieldName.DATE_OF_BIRTH: "1895-01-01"},
        {FieldName.DATE_OF_ISSUE: "2027-01-01"},
        {FieldName.DATE_OF_ISSUE: "1980-01-01"},
        {FieldName.DATE_OF_EXPIRY: "2019-01-01"},
    ],
)
def test_dates_that_cannot_be_are_implausible(changed: dict[FieldName, str]) -> None:
    subject = document(PRINTED | changed, back=False)
    assert verdict(CheckName.DATA_PLAUSIBILITY, subject, needs_back=False) == (CheckStatus.REJECTED, CheckLabel.IMPLAUSIBLE)


def test_an_unknown_country_is_warned_of() -> None:
    unknown = document(PRINTED | {FieldName.NATIONALITY: "QQQ"}, back=False)
    assert verdict(CheckName.DATA_PLAUSIBILITY, unknown, needs_back=False) == (CheckStatus.WARNING, CheckLabel.IMPLAUSIBLE)


# --- consistency


def test_what_was_read_in_one_place_only_was_not_compared() -> None:
    name, missing = CheckName.DATA_CONSISTENCY, (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)
    assert verdict(name, document(text=("IDENTITY CARD",), back=False)) == missing
    assert verdict(name, document(text=("DRIVING LICENCE",), back=True)) == missing
    assert verdict(name, document({}, mrz=parse_mrz(TD1))) == missing
    assert verdict(name, document(text=("PASSPORT",), back=False), needs_back=False) == missing


def test_a_licence_of_one_page_holds_its_data_in_one_place() -> None:
    paper = document(text=("DRIVING LICENCE",), back=False)
    assert verdict(CheckName.DATA_CONSISTENCY, paper, needs_back=False) == (CheckStatus.NOT_EXECUTED, CheckLabel.NOT_APPLICABLE)


def test_a_sex_and_a_state_alone_do_not_tie_two_pages_together() -> None:
    few = document({FieldName.GENDER: "M", FieldName.NATIONALITY: "SVK", FieldName.SURNAME: "BELL"}, mrz=parse_mrz(TD1))
    assert verdict(CheckName.DATA_CONSISTENCY, few) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


@pytest.mark.parametrize(
    ("field", "value"),
    [(FieldName.DOCUMENT_NUMBER, "BB456981"), (FieldName.DATE_OF_BIRTH, "1985-08-16"), (FieldName.DATE_OF_EXPIRY, "2035-11-24")],
)
def test_a_changed_number_or_date_is_rejected_and_named(field: FieldName, value: str) -> None:
    found = check(CheckName.DATA_CONSISTENCY, document(PRINTED | {field: value}, mrz=parse_mrz(TD1)))
    assert (found.status, found.label, found.params["field"]) == (CheckStatus.REJECTED, CheckLabel.INCONSISTENT, field.value)


def test_a_difference_that_was_read_badly_asks_for_a_look() -> None:
    unsure = document(PRINTED | {FieldName.DOCUMENT_NUMBER: "BB456981"}, mrz=parse_mrz(TD1), confidence=0.8)
    assert verdict(CheckName.DATA_CONSISTENCY, unsure) == (CheckStatus.WARNING, CheckLabel.INCONSISTENT)


def test_another_name_is_inconsistent_and_the_same_in_other_letters_is_not() -> None:
    mrz = parse_mrz((*TD1[:2], "MUELLER<<BRIAN<<<<<<<<<<<<<<<<"))
    assert verdict(CheckName.DATA_CONSISTENCY, document(PRINTED, mrz=mrz))[1] is CheckLabel.INCONSISTENT
    assert verdict(CheckName.DATA_CONSISTENCY, document(PRINTED | {FieldName.SURNAME: "MÜLLER"}, mrz=mrz))[0] is CheckStatus.PASSED


# --- confidence


def test_unsure_reading_is_warned_of_and_its_fields_are_listed() -> None:
    found = check(CheckName.OCR_CONFIDENCE, document(confidence=0.8, back=False))
    assert (found.status, found.label) == (CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE)
    assert FieldName.SURNAME.value in found.params["fields"]
    assert found.threshold == 0.92


def test_uncertain_are_fields_read_unsurely_or_differently_and_never_typed_ones() -> None:
    mrz = parse_mrz(TD1)
    unsure = document(confidence=0.8, mrz=mrz)
    assert FieldName.DATE_OF_ISSUE in uncertain_fields(unsure)  # nobody else says it
    assert FieldName.DATE_OF_BIRTH not in uncertain_fields(unsure)  # the MRZ proves it
    differing = document(PRINTED | {FieldName.SURNAME: "BALL"}, mrz=mrz)
    assert uncertain_fields(differing) == {FieldName.SURNAME}
    typed = Field(FieldName.SURNAME, (Reading("BELL", Source.OPERATOR, 1.0), *differing.fields[FieldName.SURNAME].readings))
    assert uncertain_fields(replace(differing, fields={FieldName.SURNAME: typed})) == frozenset()


# --- parts of dates, validity by type, the threshold


def test_a_date_without_its_day_runs_to_the_end_of_its_month() -> None:
    month = document(PRINTED | {FieldName.DATE_OF_EXPIRY: "2026-11"}, back=False)
    assert verdict(CheckName.DOCUMENT_EXPIRY, month, today="2026-11-30")[0] is CheckStatus.PASSED
    assert verdict(CheckName.DOCUMENT_EXPIRY, month, today="2026-12-01") == (CheckStatus.REJECTED, CheckLabel.EXPIRED)


def test_what_cannot_be_known_of_a_date_breaks_no_rule() -> None:
    parts = {FieldName.DATE_OF_BIRTH: "1985", FieldName.DATE_OF_ISSUE: "2020-11", FieldName.DATE_OF_EXPIRY: "2030"}
    assert verdict(CheckName.DATA_PLAUSIBILITY, document(PRINTED | parts, back=False))[0] is CheckStatus.PASSED
    same_year = {FieldName.DATE_OF_BIRTH: "2020", FieldName.DATE_OF_ISSUE: "2020-11"}
    assert verdict(CheckName.DATA_PLAUSIBILITY, document(PRINTED | same_year, back=False))[0] is CheckStatus.PASSED
    late = {FieldName.DATE_OF_BIRTH: "2021", FieldName.DATE_OF_ISSUE: "2020-11"}
    assert verdict(CheckName.DATA_PLAUSIBILITY, document(PRINTED | late, back=False)) == (CheckStatus.REJECTED, CheckLabel.IMPLAUSIBLE)


@pytest.mark.parametrize(
    ("text", "expires", "status"),
    [
        ("PASSPORT", "2031-08-24", CheckStatus.PASSED),  # ten years and what was left of the last one
        ("PASSPORT", "2033-01-01", CheckStatus.REJECTED),
        ("IDENTITY CARD", "2099-12-31", CheckStatus.PASSED),  # issued to the old without an end
        ("DRIVING LICENCE", "2055-12-31", CheckStatus.PASSED),
        ("DRIVING LICENCE", "2099-12-31", CheckStatus.REJECTED),
    ],
)
def test_how_long_a_document_may_run_depends_on_its_kind(text: str, expires: str, status: CheckStatus) -> None:
    subject = document(PRINTED | {FieldName.DATE_OF_EXPIRY: expires}, text=(text,), back=False)
    assert verdict(CheckName.DATA_PLAUSIBILITY, subject)[0] is status


def test_the_threshold_of_confidence_can_be_chosen() -> None:
    unsure = document(confidence=0.9, back=False)

    def status(threshold: float) -> CheckStatus:
        checks = document_checks(unsure, today=TODAY, needs_back=False, threshold=threshold)
        return next(one for one in checks if one.name is CheckName.OCR_CONFIDENCE).status

    assert (status(0.92), status(0.85)) == (CheckStatus.WARNING, CheckStatus.PASSED)
    assert uncertain_fields(unsure)
    assert not uncertain_fields(unsure, threshold=0.85)


@pytest.mark.parametrize(
    ("birth", "plausible"),
    [("851345", False), ("850230", False), ("850800", True), ("8508<<", True), ("85<<<<", True), ("<<<<<<", True), ("8508<6", False)],
)
def test_a_date_of_the_mrz_that_no_calendar_has_is_implausible_whatever_is_printed(birth: str, plausible: bool) -> None:
    """With its right check digit: a date that says nothing would pass in silence."""
    lower = f"{birth}{check_digit(birth)}{TD1[1][7:29]}"
    composite = check_digit(TD1[0][5:30] + lower[0:7] + lower[8:15] + lower[18:29])
    subject = document(mrz=parse_mrz((TD1[0], f"{lower}{composite}", TD1[2])))
    assert subject.mrz is not None
    assert subject.mrz.valid
    found = check(CheckName.DATA_PLAUSIBILITY, subject)
    if plausible:
        assert found.status is CheckStatus.PASSED
    else:
        assert (found.status, found.label) == (CheckStatus.REJECTED, CheckLabel.IMPLAUSIBLE)
        assert found.params["fields"] == "dateOfBirth"
    assert (FieldName.DATE_OF_BIRTH in uncertain_fields(subject)) is not plausible
