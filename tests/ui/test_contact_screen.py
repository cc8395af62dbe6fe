"""A telephone number or an e-mail address, and the code that proves it: what is shown, typed and answered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from kiosk.domain.errors import ErrorCode
from kiosk.domain.views import ContactView
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered
from ui import step_problems
from ui.language import Languages
from ui.screens.contact import ContactScreen
from ui.speaker import SilentSpeaker
from ui.theme.theme import Theme
from ui.widgets.contact_edits import CodeEdit, code_of, plain_digits

NUMBER = "+421 900 123 456"
SENT = {"sent_to": "+421 ••• 456", "again_in_s": 30, "valid_s": 300, "tries_left": 5}


def _words(kiosk: Kiosk) -> str:
    return "\n".join(label.text() for label in kiosk.window.findChildren(QLabel) if label.isVisible())


def _show(kiosk: Kiosk, view: ContactView, *, generation: int = 1) -> ContactScreen:
    kiosk.publish(entered("contact", view, generation=generation))
    screen = kiosk.window.current
    assert isinstance(screen, ContactScreen)
    return screen


def _code(kiosk: Kiosk, **more: object) -> ContactScreen:
    return _show(kiosk, ContactView("phone", **{**SENT, **more}))  # type: ignore[arg-type]


def _later(screen: ContactScreen, seconds: float) -> None:
    screen.clock = lambda: screen.entered_at + seconds
    screen.on_tick()


# --- the contact -----------------------------------------------------------------------------------------------------


def test_a_number_is_answered_as_it_was_typed(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone"))
    main = kiosk.window.footer.main_button
    assert not main.isEnabled()
    assert screen.edit.hasFocus()
    QTest.keyClicks(screen.edit, NUMBER)
    main.click()
    assert kiosk.session.calls[-1] == ("advance", {"contact": NUMBER})


def test_letters_are_no_part_of_a_number(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone"))
    QTest.keyClicks(screen.edit, "09a00")
    assert screen.edit.text() == "0900"
    screen.edit.setText("٠٩٠٠ 123")
    assert screen.edit.text() == "0900 123"


def test_an_address_has_no_blanks(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("email"))
    screen.edit.setText(" anna@example.com\n")
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"contact": "anna@example.com"})


def test_what_is_known_stands_there_and_may_be_changed(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone", contact=NUMBER))
    assert screen.edit.text() == NUMBER
    assert kiosk.window.footer.main_button.isEnabled()


def test_a_cursor_in_the_middle_stays_where_something_is_not_taken(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone", contact="0900123"))
    screen.edit.setCursorPosition(4)
    QTest.keyClicks(screen.edit, "x7")
    assert screen.edit.text() == "09007123"


def test_a_wrong_contact_is_said_at_the_input_until_it_is_changed(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone", contact="+421 12", problem="INVALID_DATA"))
    assert "There is no telephone number like this one." in _words(kiosk)
    assert screen.edit.property("wrong") is True
    assert screen.edit.accessibleDescription() == screen.problem.words
    QTest.keyClicks(screen.edit, "3")
    assert screen.edit.property("wrong") is False


@pytest.mark.parametrize("optional", [True, False])
def test_not_now_is_offered_only_where_it_is_allowed(kiosk: Kiosk, optional: bool) -> None:
    _show(kiosk, ContactView("email", optional=optional))
    second = kiosk.window.footer.second_button
    assert second.isVisible() is optional
    if optional:
        second.click()
        assert kiosk.session.names() == ["skip"]


@pytest.mark.parametrize("sent_to", ["", "a•••@example.com"])
def test_a_trial_says_that_nothing_is_sent(kiosk: Kiosk, sent_to: str) -> None:
    _show(kiosk, ContactView("email", sent_to=sent_to, trial=True))
    assert "Trial: no message is sent; the code is shown on the machine's console." in _words(kiosk)
    _show(kiosk, ContactView("email", sent_to=sent_to), generation=2)
    assert "Trial" not in _words(kiosk)


def test_where_no_code_can_be_sent_the_contact_is_only_noted(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone", problem="GATEWAY_FAILED", noted=True))
    words = _words(kiosk)
    assert "No code can be sent from here." in words
    assert "We send you a code" not in words
    assert kiosk.window.footer.main_button.text() == "Continue"
    screen.edit.setText(NUMBER)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"contact": NUMBER})


def test_a_mistyped_contact_that_is_only_noted_is_still_not_promised_a_code(kiosk: Kiosk) -> None:
    _show(kiosk, ContactView("phone", contact="+421 12", problem="INVALID_DATA", noted=True))
    words = _words(kiosk)
    assert "No code can be sent from here." in words
    assert "There is no telephone number like this one." in words
    assert "We send you a code" not in words
    assert kiosk.window.footer.main_button.text() == "Continue"


def test_a_gateway_that_failed_once_is_tried_again(kiosk: Kiosk) -> None:
    _show(kiosk, ContactView("phone", contact=NUMBER, problem="GATEWAY_FAILED"))
    assert "The code couldn't be sent. Try again" in _words(kiosk)
    assert kiosk.window.footer.main_button.text() == "Send me a code"


# --- the code --------------------------------------------------------------------------------------------------------


def test_the_code_goes_with_the_main_button_and_not_by_itself(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    main = kiosk.window.footer.main_button
    QTest.keyClicks(screen.edit, "1234567")
    assert not main.isEnabled()
    QTest.keyClicks(screen.edit, "8")
    assert kiosk.session.names() == []
    assert main.isEnabled()
    main.click()
    assert kiosk.session.calls[-1] == ("advance", {"code": "12345678"})


def test_enter_confirms_a_whole_code_only(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    QTest.keyClicks(screen.edit, "1234")
    QTest.keyClick(screen.edit, Qt.Key.Key_Return)
    assert kiosk.session.names() == []
    QTest.keyClicks(screen.edit, "5678")
    QTest.keyClick(screen.edit, Qt.Key.Key_Return)
    assert kiosk.session.calls[-1] == ("advance", {"code": "12345678"})


def test_escape_goes_back(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    QTest.keyClick(screen.edit, Qt.Key.Key_Escape)
    assert kiosk.session.names() == ["back"]


def test_a_code_is_pasted(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    QGuiApplication.clipboard().setText("Your code: 1234 5678. It counts for 5 minutes.")
    QTest.keyClick(screen.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QGuiApplication.clipboard().clear()
    assert screen.edit.text() == "12345678"


def test_a_mistyped_digit_is_taken_back_from_the_end(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    QTest.keyClicks(screen.edit, "1235")
    QTest.keyClick(screen.edit, Qt.Key.Key_Left)
    QTest.keyClick(screen.edit, Qt.Key.Key_Backspace)
    QTest.keyClicks(screen.edit, "4")
    assert screen.edit.text() == "1234"


@pytest.mark.parametrize(
    ("text", "code"),
    [("12345678", "12345678"), ("1234-5678", "12345678"), ("1234\u00a05678", "12345678"), ("١٢٣٤٥٦٧٨", "12345678"),
     ("123456789", "12345678"), ("24/7 Bank: 87654321 within 5 min", "87654321"), ("12 ab", "12"), ("", "")],
)  # fmt: skip
def test_a_code_is_found_in_what_was_typed(text: str, code: str) -> None:
    assert code_of(text) == code


def test_digits_of_every_script_are_digits() -> None:
    assert plain_digits("٣+३ a²") == "3+3 a²"


def test_where_it_went_how_long_it_counts_and_the_tries_are_said(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    _later(screen, 60)
    words = _words(kiosk)
    assert "+421 ••• 456" in words
    assert "Counts for 4:00 min · tries left: 5" in words


def test_another_code_may_be_asked_for_when_the_time_has_run_down(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    _later(screen, 10)
    assert screen.again.text() == "Another code in 20 s"
    assert not screen.again.isEnabled()
    _later(screen, 30)
    assert screen.again.text() == "Send another code"
    screen.again.click()
    screen.again.click()
    assert kiosk.session.names() == ["advance"]
    assert kiosk.session.calls[-1] == ("advance", {"again": True})


def test_the_number_can_be_changed(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    screen.change.click()
    assert kiosk.session.calls[-1] == ("advance", {"change": True})


@pytest.mark.parametrize(
    "view",
    [{"tries_left": 0, "problem": "TOO_MANY_TRIES", "again_in_s": 0}, {"valid_s": 0, "problem": "CODE_EXPIRED", "again_in_s": 0},
     {"problem": "INPUT_MISSING", "valid_s": 0, "again_in_s": 0}],
)  # fmt: skip
def test_where_no_code_counts_the_main_button_sends_another(kiosk: Kiosk, view: dict[str, object]) -> None:
    screen = _code(kiosk, **view)
    assert not screen.edit.isEnabled()
    assert kiosk.window.footer.main_button.text() == "Send another code"
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"again": True})


def test_a_code_that_runs_out_while_it_is_typed_is_not_asked_for_any_more(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    QTest.keyClicks(screen.edit, "12345678")
    _later(screen, 300)
    assert "This code doesn't count any more." in _words(kiosk)
    assert "Another code is needed" in _words(kiosk)
    assert not screen.again.isVisible()
    assert not screen.edit.isEnabled()
    # Enter must not press a button that has got the focus by itself
    QTest.keyClick(kiosk.window.focusWidget() or kiosk.window, Qt.Key.Key_Return)
    assert kiosk.session.calls[-1] == ("advance", {"again": True})


def test_a_fresh_code_after_an_expired_one_can_be_typed(kiosk: Kiosk) -> None:
    screen = _code(kiosk, problem="CODE_EXPIRED")
    assert screen.edit.isEnabled()


def test_the_second_hand_stands_when_nothing_is_left_to_count(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    assert any(timer.isActive() for timer in screen.findChildren(QTimer))
    _later(screen, 301)
    assert not any(timer.isActive() for timer in screen.findChildren(QTimer))


def test_the_code_is_painted_in_two_groups_of_four(dressed: QApplication, kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    assert isinstance(screen.edit, CodeEdit)
    places = screen.edit.places()
    gaps = [round(right.left() - left.right()) for left, right in pairwise(places)]
    assert gaps[3] > gaps[0]
    assert len({gap for index, gap in enumerate(gaps) if index != 3}) == 1
    assert places[-1].right() <= screen.edit.width()


def test_inputs_have_names_for_who_cannot_see_them(kiosk: Kiosk) -> None:
    assert _code(kiosk).edit.accessibleName() == "Code"
    assert _show(kiosk, ContactView("email"), generation=2).edit.accessibleName() == "E-mail address"


# --- keys on the screen ----------------------------------------------------------------------------------------------


def test_a_number_is_typed_on_the_number_pad(kiosk: Kiosk) -> None:
    kiosk.window.show_screen_keyboard(True)
    screen = _show(kiosk, ContactView("phone"))
    assert screen.pad is not None
    for key in ("+", "4", "2", "1", "1", "backspace"):
        screen.pad.press(key)
    assert screen.edit.text() == "+421"
    assert screen.edit.hasFocus()
    assert kiosk.window.footer.main_button.isEnabled()


def test_the_pad_of_a_code_has_no_plus(kiosk: Kiosk) -> None:
    kiosk.window.show_screen_keyboard(True)
    screen = _code(kiosk)
    assert screen.pad is not None
    with pytest.raises(StopIteration):
        screen.pad.press("+")
    for key in "90":
        screen.pad.press(key)
    assert screen.edit.text() == "90"


def test_an_address_is_typed_on_keys_with_at_and_dot_in_small_letters(kiosk: Kiosk) -> None:
    kiosk.window.show_screen_keyboard(True)
    screen = _show(kiosk, ContactView("email"))
    assert screen.keyboard is not None
    assert screen.keyboard.isVisible()
    for key in ("a", "_", "@", "b", "-", "c", ".", "i", "o"):
        screen.keyboard.press(key)
    assert screen.edit.text() == "a_@b-c.io"
    assert not any(
        screen.keyboard.isAncestorOf(button) and button.isVisible() for button in (screen.keyboard._space, screen.keyboard._ready)
    )


def test_a_desk_with_a_keyboard_shows_no_keys(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone"))
    assert screen.pad is None
    assert _show(kiosk, ContactView("email"), generation=2).keyboard is None


# --- words and privacy -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["en", "sk"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    languages = Languages()
    languages.use(request.param)
    yield request.param
    languages.close()


LABELS = ("CODE_WRONG", "CODE_EXPIRED", "TOO_MANY_TRIES", "TOO_SOON", "TOO_MANY_PROCESSES", "GATEWAY_FAILED", "INPUT_MISSING")


@pytest.mark.parametrize("kind", ["phone", "email"])
def test_every_problem_is_a_sentence_without_its_code(kind: str, language: str) -> None:
    general = step_problems.contact(kind, "NEVER_HEARD_OF")
    assert general.endswith(".")
    for code in (*LABELS, *ErrorCode):
        words = step_problems.contact(kind, code)
        assert words.endswith(".")
        assert code not in words
        assert "!" not in words
        assert words != general
    assert step_problems.contact(kind, "") == ""


def test_what_went_wrong_is_spoken_and_nothing_of_the_contact(dressed: QApplication) -> None:
    class Listening(SilentSpeaker):
        said: ClassVar[list[str]] = []

        def say(self, text: str) -> None:
            self.said.append(text)

    kiosk = Kiosk(Theme(reduced_motion=True), speaker=Listening())
    _show(kiosk, ContactView("phone", contact=NUMBER, problem="INVALID_DATA"))
    assert Listening.said == ["There is no telephone number like this one. Look at it and put it right."]
    kiosk.window.close()
    kiosk.window.deleteLater()
    settle()


def test_what_was_typed_is_dropped_with_the_screen(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ContactView("phone", contact=NUMBER))
    edit = screen.edit
    screen.drop()
    assert edit.text() == ""
    edit.undo()
    assert edit.text() == ""


def test_a_code_and_where_it_went_are_dropped_and_the_clock_stands(kiosk: Kiosk) -> None:
    screen = _code(kiosk)
    QTest.keyClicks(screen.edit, "12345678")
    screen.drop()
    texts = [found.text() for found in screen.findChildren(QObject) if isinstance(found, (QLabel, QLineEdit))]
    assert not any("1234" in text or "456" in text for text in texts)
    assert not any(timer.isActive() for timer in screen.findChildren(QTimer))
    assert screen.main is None
    settle()
