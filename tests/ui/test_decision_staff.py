"""What of a decision is for staff alone stands behind "Details": the screen belongs to the customer until a colleague takes it over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from kiosk.domain.check import STAFF_ONLY, Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.views import DecisionView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered
from ui import strings
from ui.screens.decision import DecisionScreen
from ui.widgets.check_lines import CheckLine
from ui.widgets.pictures import Picture

LABELS = {
    CheckName.KNOWN_PERSON: CheckLabel.FOUND_BEFORE,
    CheckName.AGE_CONSISTENCY: CheckLabel.STANDS_OUT,
    CheckName.GENDER_CONSISTENCY: CheckLabel.STANDS_OUT,
    CheckName.WATCHLIST_SCREENING: CheckLabel.ALERT,
}


def _staff_checks() -> tuple[Check, ...]:
    return tuple(Check(name, CheckStatus.WARNING, LABELS[name], score=0.83, threshold=0.6, model="staffs-model") for name in LABELS)


def _show(kiosk: Kiosk, view: DecisionView) -> DecisionScreen:
    kiosk.publish(entered("decision", view))
    assert isinstance(kiosk.window.current, DecisionScreen)
    return kiosk.window.current


def _seen(kiosk: Kiosk) -> str:
    """All that can be seen or is read aloud."""
    shown = [widget for widget in kiosk.window.findChildren(QWidget) if widget.isVisible()]
    return "\n".join([widget.text() for widget in shown if isinstance(widget, QLabel)] + [widget.accessibleName() for widget in shown])


def _secrets(view: DecisionView) -> list[str]:
    """What of the view is for staff alone, in the words of the screen."""
    checks = [check for check in view.checks if check.name in STAFF_ONLY]
    words = [words for check in checks for words in (strings.check_name(check.name), strings.check_sentence(check))]
    records = [words for record in view.earlier for words in (record.name, record.reference)]
    return [*words, *records, "likeness", "staffs-model"]


def _full_view() -> DecisionView:
    view = samples.earlier_view()
    return replace(view, checks=(*(check for check in view.checks if check.name not in STAFF_ONLY), *_staff_checks()))


def test_every_check_for_staff_is_tried_here() -> None:
    assert set(LABELS) == STAFF_ONLY


def test_without_details_nothing_for_staff_can_be_seen(kiosk: Kiosk) -> None:
    view = _full_view()
    screen = _show(kiosk, view)
    seen = _seen(kiosk)
    assert [secret for secret in _secrets(view) if secret in seen] == []
    assert not [picture for picture in screen.findChildren(Picture) if picture.isVisible()]
    assert not [line for line in screen.findChildren(CheckLine) if line.isVisible() and line.check.name in STAFF_ONLY]


def test_with_details_all_of_it_can_be_seen_and_goes_again(kiosk: Kiosk) -> None:
    view = _full_view()
    screen = _show(kiosk, view)
    screen.show_details(True)
    settle()
    seen = _seen(kiosk)
    assert [secret for secret in _secrets(view) if secret not in seen] == []
    screen.show_details(False)
    settle()
    seen = _seen(kiosk)
    assert [secret for secret in _secrets(view) if secret in seen] == []


def test_the_details_are_found_by_their_button(kiosk: Kiosk) -> None:
    screen = _show(kiosk, _full_view())
    button = next(button for button in screen.findChildren(QWidget) if button.accessibleName() == "Details")
    button.click()  # type: ignore[attr-defined]
    settle()
    assert screen.earlier is not None
    assert screen.earlier.isVisible()


@pytest.mark.parametrize("outcome", [Outcome.REVIEW, Outcome.REJECT])
@pytest.mark.parametrize("name", list(LABELS))
def test_a_reason_for_staff_is_not_told_to_the_customer(kiosk: Kiosk, name: CheckName, outcome: Outcome) -> None:
    reason = next(check for check in _staff_checks() if check.name is name)
    if outcome is Outcome.REJECT:
        reason = replace(reason, status=CheckStatus.REJECTED)
    view = DecisionView(outcome, "", (*samples.checks(Outcome.ACCEPT), reason), reason)
    screen = _show(kiosk, view)
    seen = _seen(kiosk)
    headline = {Outcome.REVIEW: "A colleague will take a look.", Outcome.REJECT: "We can't continue"}[outcome]
    assert headline in seen
    assert strings.check_name(name) not in seen
    assert strings.check_sentence(reason) not in seen
    # what is said instead is a whole sentence, and no gap is left where the reason stands
    said = [
        label.text()
        for label in screen.findChildren(QLabel)
        if label.isVisible() and label.property("role") in ("lead", "title", "display")
    ]
    assert said
    assert all(text.rstrip().endswith(".") for text in said)
    screen.show_details(True)
    settle()
    assert strings.check_sentence(reason) in _seen(kiosk)


def test_a_language_change_does_not_bring_the_reason_out(kiosk: Kiosk) -> None:
    reason = next(check for check in _staff_checks() if check.name is CheckName.WATCHLIST_SCREENING)
    _show(kiosk, DecisionView(Outcome.REVIEW, "", (reason,), reason))
    kiosk.window.languages.use("sk")
    settle()
    assert strings.check_sentence(reason) not in _seen(kiosk)
    assert strings.check_name(reason.name) not in _seen(kiosk)


def test_a_reason_that_concerns_the_customer_is_told_at_once(kiosk: Kiosk) -> None:
    view = samples.decision_view(Outcome.REVIEW)
    assert view.main_reason is not None
    _show(kiosk, view)
    assert strings.check_sentence(view.main_reason) in _seen(kiosk)
