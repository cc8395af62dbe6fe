"""Every check can be told in words, truthfully, whatever its params."""

from __future__ import annotations

import re

import pytest

from kiosk.domain.check import STAFF_ONLY, Check, CheckGroup, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName
from kiosk.domain.sentence_texts import FIELD_NAMES, GROUP_NAMES, NAMES, STATUS_NAMES
from kiosk.domain.sentences import all_templates, as_spoken, customer_sentence, headline, sentence, template_of


@pytest.mark.parametrize("name", CheckName)
@pytest.mark.parametrize("status", CheckStatus)
def test_every_name_label_and_status_has_a_sentence_with_and_without_params(name: CheckName, status: CheckStatus) -> None:
    for label in CheckLabel:
        for params in ({}, {"date": "2020-11-24", "field": "surname", "fields": "surname, dateOfBirth"}):
            text = sentence(Check(name, status, label, params=params))
            assert re.fullmatch(r"[A-Z].+\.", text), text
            assert "{" not in text
            assert template_of(Check(name, status, label, params=params)) in all_templates()


def test_every_word_list_is_complete() -> None:
    assert set(NAMES) == set(CheckName)
    assert set(GROUP_NAMES) == set(CheckGroup)
    assert set(STATUS_NAMES) == set(CheckStatus)
    assert set(FIELD_NAMES) == set(FieldName)


def test_a_date_is_written_as_people_write_it() -> None:
    check = Check(CheckName.DOCUMENT_EXPIRY, CheckStatus.REJECTED, CheckLabel.EXPIRED, params={"date": "2020-11-24"})
    assert sentence(check) == "The document expired on 24 November 2020."
    assert headline(Outcome.REJECT, "", check) == "We can't continue with this document, because it expired on 24 November 2020."


def test_fields_are_written_as_words() -> None:
    check = Check(CheckName.OPERATOR_EDITS, CheckStatus.WARNING, CheckLabel.EDITED, params={"fields": "surname, dateOfBirth"})
    assert sentence(check) == "Changed by hand: surname, date of birth."


def test_a_missing_date_gives_the_shorter_sentence() -> None:
    assert sentence(Check(CheckName.DOCUMENT_EXPIRY, CheckStatus.REJECTED, CheckLabel.EXPIRED)) == "The document has expired."


@pytest.mark.parametrize("status", [CheckStatus.WARNING, CheckStatus.REJECTED, CheckStatus.NOT_EXECUTED])
def test_an_ok_label_never_makes_another_status_sound_passed(status: CheckStatus) -> None:
    for name in CheckName:
        assert sentence(Check(name, status)) != sentence(Check(name, CheckStatus.PASSED))


def test_a_day_that_does_not_exist_is_left_as_it_was_read() -> None:
    check = Check(CheckName.DOCUMENT_EXPIRY, CheckStatus.REJECTED, CheckLabel.EXPIRED, params={"date": "2020-02-31"})
    assert sentence(check) == "The document expired on 2020-02-31."


def test_braces_in_a_param_are_only_text() -> None:
    check = Check(CheckName.DATA_PLAUSIBILITY, CheckStatus.WARNING, CheckLabel.IMPLAUSIBLE, params={"field": "{date}"})
    assert sentence(check) == "Something does not make sense: {date}."


def test_what_is_for_staff_is_never_read_to_the_customer() -> None:
    """Whatever was found on a list, of another customer or of a body: one sentence, so that nothing can be told from it."""
    for name in CheckName:
        said = {customer_sentence(Check(name, status, label)) for status in CheckStatus for label in CheckLabel}
        assert (said == {"A colleague will look at this with you."}) is (name in STAFF_ONLY), name


def test_the_headline_welcomes_by_the_name_people_use() -> None:
    assert headline(Outcome.ACCEPT, "ANNA-MARIA") == "Everything fits. Welcome, Anna-Maria."
    assert headline(Outcome.ACCEPT, " ") == "Everything fits. Welcome."
    assert headline(Outcome.REVIEW, "Anna") == "A colleague will take a look."
    assert as_spoken("O'BRIEN ŽOFIA") == "O'Brien Žofia"
    assert as_spoken("van Dyk") == "van Dyk"
