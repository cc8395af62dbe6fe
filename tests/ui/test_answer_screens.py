"""Welcome, language, consent, review, decision, done, sorry: what they show and what they answer."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName, Source
from kiosk.domain.events import LanguageChosen
from kiosk.domain.views import Alternative, DecisionView, DoneView, FieldRow, LanguageView, ReviewView, SorryView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered
from ui.screens.consent import ConsentScreen
from ui.screens.decision import DecisionScreen
from ui.screens.language import LanguageScreen
from ui.screens.review import ReviewScreen
from ui.theme.theme import Theme
from ui.widgets import dates
from ui.widgets.buttons import BigButton
from ui.widgets.check_lines import CheckLine
from ui.widgets.earlier import EarlierRecords, likeness
from ui.widgets.fields import FieldEditor
from ui.widgets.keyboard import ScreenKeyboard
from ui.widgets.pictures import Icon, Picture

TODAY = date(2026, 11, 21)


def _words(kiosk: Kiosk) -> str:
    return "\n".join(label.text() for label in kiosk.window.findChildren(QLabel) if label.isVisible())


# --- before ----------------------------------------------------------------------------------------------------------


def test_welcome_starts(kiosk: Kiosk) -> None:
    kiosk.publish(entered("welcome"))
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {})


def test_a_language_shows_at_once_and_is_answered_by_continue(kiosk: Kiosk) -> None:
    kiosk.publish(entered("language", LanguageView(("en", "sk"), "en")))
    screen = kiosk.window.current
    assert isinstance(screen, LanguageScreen)
    screen.tiles["sk"].click()
    settle()
    assert kiosk.session.names() == []
    assert kiosk.window.footer.main_button.text() == "Pokračovať"
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"language": "sk"})


def test_languages_are_named_in_themselves(kiosk: Kiosk) -> None:
    kiosk.publish(entered("language", LanguageView(("en", "sk"), "sk")))
    screen = kiosk.window.current
    assert isinstance(screen, LanguageScreen)
    assert {tile.text() for tile in screen.tiles.values()} == {"English", "Slovenčina"}
    assert screen.tiles["sk"].isChecked()


@pytest.mark.parametrize(("button", "accepted"), [("main_button", True), ("second_button", False)])
def test_consent_answers_yes_or_no(kiosk: Kiosk, button: str, accepted: bool) -> None:
    kiosk.publish(entered("consent"))
    getattr(kiosk.window.footer, button).click()
    assert kiosk.session.calls[-1] == ("advance", {"accepted": accepted})


def test_consent_names_every_purpose_and_its_version(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    words = _words(kiosk)
    assert all(text in words for text in ("Read your document", "Compare your face", "Keep it safe", "2026-11b"))


@pytest.mark.parametrize("language", ["en", "sk"])
def test_consent_shows_word_by_word_what_is_stored(kiosk: Kiosk, language: str) -> None:
    """A hash of words that nobody saw would prove nothing."""
    kiosk.publish(LanguageChosen(language))
    view = samples.consent_view(without_biometrics=True)
    kiosk.publish(entered("consent", view))
    words = _words(kiosk)
    shown = [text for text in view.texts if text.language == language]
    assert [text.purpose for text in shown] == ["identify", "biometric", "store"]
    assert all(part in words for text in shown for part in (text.heading, text.text, text.choice))


def _choice(kiosk: Kiosk) -> ConsentScreen:
    view = samples.consent_view(without_biometrics=True)
    kiosk.publish(entered("consent", view))
    assert isinstance(kiosk.window.current, ConsentScreen)
    return kiosk.window.current


def test_consent_to_everything_names_biometrics_where_there_is_a_choice(kiosk: Kiosk) -> None:
    _choice(kiosk)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"accepted": True, "biometrics": True})


def test_a_customer_can_go_on_without_comparing_the_face(kiosk: Kiosk) -> None:
    screen = _choice(kiosk)
    assert screen.without.isVisible()
    screen.without.click()
    assert kiosk.session.calls[-1] == ("advance", {"accepted": True, "biometrics": False})


def test_no_other_way_is_shown_where_there_is_none(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    assert "without comparing" not in "\n".join(button.text() for button in kiosk.window.findChildren(BigButton) if button.isVisible())


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1080, 1920)])
def test_the_way_without_biometrics_is_seen_without_scrolling(kiosk: Kiosk, size: tuple[int, int]) -> None:
    kiosk.window.resize(*size)
    screen = _choice(kiosk)
    settle()
    assert screen.without.visibleRegion().boundingRect() == screen.without.rect()


# --- review ----------------------------------------------------------------------------------------------------------


def _review(kiosk: Kiosk, *rows: FieldRow) -> ReviewScreen:
    kiosk.publish(entered("review", ReviewView(samples.portrait_jpeg(), samples.selfie_jpeg(), rows or samples.rows())))
    assert isinstance(kiosk.window.current, ReviewScreen)
    return kiosk.window.current


def _editor(screen: ReviewScreen, name: FieldName) -> FieldEditor:
    return next(editor for editor in screen.editors if editor.row.name is name)


def _type(editor: FieldEditor, text: str) -> None:
    editor.edit.clear()
    QTest.keyClicks(editor.edit, text)
    settle()


def test_nothing_typed_is_no_edit(kiosk: Kiosk) -> None:
    _review(kiosk)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"edits": {}})


def test_uncertain_fields_stand_first_with_the_place_they_were_read_from(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    uncertain = [editor.row.uncertain for editor in screen.editors]
    assert uncertain == sorted(uncertain, reverse=True)
    assert sum(not picture.is_empty for picture in screen.editors[0].findChildren(Picture)) == 1
    assert "Is this right?" in _words(kiosk)


def test_portrait_and_selfie_have_the_same_size(kiosk: Kiosk) -> None:
    portrait, selfie = _review(kiosk).pictures.pictures
    assert portrait.size() == selfie.size()
    assert not portrait.is_empty
    assert not selfie.is_empty


def test_what_is_typed_is_answered_in_storage_form(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    _type(_editor(screen, FieldName.SURNAME), "SPECIMAN")
    _type(_editor(screen, FieldName.DATE_OF_EXPIRY), "01.02.2031")
    kiosk.window.footer.main_button.click()
    edits = {FieldName.SURNAME: "SPECIMAN", FieldName.DATE_OF_EXPIRY: "2031-02-01"}
    assert kiosk.session.calls[-1] == ("advance", {"edits": edits})


def test_another_reading_is_taken_by_a_tap(kiosk: Kiosk) -> None:
    row = FieldRow(FieldName.SURNAME, "ISKA", Source.MRZ, 0.6, True, (Alternative("IŠKA", Source.VISUAL_ZONE),))
    screen = _review(kiosk, row)
    chips = screen.editors[0].chips
    assert [chip.text() for chip in chips] == ["ISKA", "IŠKA"]
    assert chips[0].isChecked()
    chips[1].click()
    assert screen.edits == {FieldName.SURNAME: "IŠKA"}
    chips[0].click()
    assert screen.edits == {}


def test_sex_is_chosen_not_typed(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    editor = _editor(screen, FieldName.GENDER)
    editor.genders["X"].click()
    assert screen.edits == {FieldName.GENDER: "X"}
    assert [code for code, chip in editor.genders.items() if chip.isChecked()] == ["X"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("31/02/1990", FieldName.DATE_OF_BIRTH), ("12/08/2999", FieldName.DATE_OF_BIRTH), ("1/2/1700", FieldName.DATE_OF_EXPIRY)],
)
def test_a_date_that_cannot_be_is_said_while_typing_and_stops_the_answer(kiosk: Kiosk, typed: str, name: FieldName) -> None:
    screen = _review(kiosk)
    editor = _editor(screen, name)
    _type(editor, typed)
    assert editor.problem in _words(kiosk)
    assert editor.problem
    assert not kiosk.window.footer.main_button.isEnabled()
    _type(editor, "12/08/1991")
    assert kiosk.window.footer.main_button.isEnabled()


def test_a_date_may_be_left_empty(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    _type(_editor(screen, FieldName.DATE_OF_ISSUE), "")
    assert kiosk.window.footer.main_button.isEnabled()
    assert screen.edits == {FieldName.DATE_OF_ISSUE: ""}


def test_a_date_that_was_read_wrong_must_not_pass_untouched_as_changed(kiosk: Kiosk) -> None:
    screen = _review(kiosk, FieldRow(FieldName.DATE_OF_BIRTH, "19 AUG", Source.VISUAL_ZONE, 0.3, True))
    assert screen.editors[0].edit.text() == "19 AUG"
    assert screen.edits == {}


def test_dates_follow_the_language_and_what_was_typed_stays(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    _type(_editor(screen, FieldName.SURNAME), "OTHER")
    kiosk.window.languages.use("sk")
    settle()
    assert _editor(screen, FieldName.DATE_OF_EXPIRY).edit.text() == "24.11.2030"
    assert screen.edits == {FieldName.SURNAME: "OTHER"}


def test_enter_in_a_field_does_not_confirm_the_screen(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    QTest.keyClick(_editor(screen, FieldName.SURNAME).edit, Qt.Key.Key_Return)
    assert kiosk.session.names() == []


def test_keys_on_the_screen_type_into_the_field(dressed: QApplication, qtbot: QtBot) -> None:
    kiosk = Kiosk(Theme(reduced_motion=True), screen_keyboard=True)
    kiosk.window.resize(1920, 1080)
    kiosk.window.show()
    screen = _review(kiosk)
    assert screen.findChild(ScreenKeyboard) is None
    editor = _editor(screen, FieldName.SURNAME)
    editor.edit.end(False)
    editor.edit.entered.emit(editor.edit)
    keyboard = screen.findChild(ScreenKeyboard)
    assert isinstance(keyboard, ScreenKeyboard)
    assert keyboard.isVisible()
    keyboard.press("backspace")
    keyboard.press("Š")
    assert screen.edits == {FieldName.SURNAME: "SPECIMEŠ"}
    keyboard.done.emit()
    assert keyboard.isHidden()
    kiosk.window.close()
    kiosk.window.deleteLater()


@pytest.mark.parametrize("text", ["12.08.1990", "12/8/1990", "12 8 1990", "12-08-1990", "12081990", "1990-08-12", " 12. 8. 1990 "])
def test_a_date_may_be_written_in_any_usual_way(text: str) -> None:
    assert dates.parse(text) == date(1990, 8, 12)


@pytest.mark.parametrize("text", ["", "12.08.90", "31.02.1990", "August", "12081", "99999999", "1990-13-01"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.parse(text) is None


def test_a_day_that_has_not_come_is_fine_for_an_expiry_only() -> None:
    assert dates.problem(FieldName.DATE_OF_EXPIRY, "2031-01-01", TODAY) == ""
    assert dates.problem(FieldName.DATE_OF_ISSUE, "2031-01-01", TODAY)
    assert dates.problem(FieldName.DATE_OF_BIRTH, "2026-11-21", TODAY) == ""


def test_a_part_of_a_date_that_the_document_says_is_no_problem() -> None:
    """Some people's day or month of birth is not known; they need not make one up."""
    assert dates.problem(FieldName.DATE_OF_BIRTH, "1985", TODAY) == dates.problem(FieldName.DATE_OF_BIRTH, "1985-08", TODAY) == ""
    assert dates.short("1985-08") == "1985-08"
    assert dates.problem(FieldName.DATE_OF_BIRTH, "85", TODAY)
    assert dates.parse("1985") is None


# --- decision --------------------------------------------------------------------------------------------------------


def _decide(kiosk: Kiosk, view: DecisionView) -> DecisionScreen:
    kiosk.publish(entered("decision", view))
    assert isinstance(kiosk.window.current, DecisionScreen)
    return kiosk.window.current


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.ACCEPT, "Everything fits. Welcome, Anna."),
        (Outcome.REVIEW, "A colleague will take a look."),
        (Outcome.REJECT, "We can't continue with this document, because it expired on 24 November 2020."),
    ],
)
def test_the_decision_is_one_sentence(kiosk: Kiosk, outcome: Outcome, sentence: str) -> None:
    _decide(kiosk, samples.decision_view(outcome))
    assert sentence in _words(kiosk)


def test_a_colleague_is_called_for_a_reason_that_is_said(kiosk: Kiosk) -> None:
    gap = not_executed(CheckName.PASSIVE_LIVENESS, CheckLabel.MODEL_MISSING)
    _decide(kiosk, DecisionView(Outcome.REVIEW, "", (gap,), gap))
    assert "Real person. Not checked, because the model for it is not installed." in _words(kiosk)


def test_every_check_is_one_line_in_its_group(kiosk: Kiosk) -> None:
    view = samples.decision_view(Outcome.REVIEW)
    screen = _decide(kiosk, view)
    lines = [line.check for card in screen.cards.values() for line in card.lines]
    assert sorted(lines, key=lambda check: check.name) == sorted(view.checks, key=lambda check: check.name)


def test_a_check_that_did_not_run_is_never_green(dressed: QApplication, qtbot: QtBot) -> None:
    theme = Theme()
    for label in (CheckLabel.MODEL_MISSING, CheckLabel.NOT_APPLICABLE, CheckLabel.OK):
        line = CheckLine(theme, not_executed(CheckName.PASSIVE_LIVENESS, label))
        qtbot.addWidget(line)
        line.resize(600, 80)
        image = line.grab().toImage()
        good = theme.color("good").rgb()
        assert not any(image.pixel(x, y) == good for x in range(image.width()) for y in range(image.height()))
        assert "Passed" not in line.accessibleName()


def test_statuses_differ_in_word_and_in_shape(dressed: QApplication, qtbot: QtBot) -> None:
    theme = Theme()
    names, shapes = set(), set()
    for status in CheckStatus:
        line = CheckLine(theme, Check(CheckName.FACE_MATCH, status))
        qtbot.addWidget(line)
        names.add(line.status_text)
        shapes.add(line.mark)
    assert len(names) == len(shapes) == len(CheckStatus)


def test_figures_are_shown_on_demand_only(kiosk: Kiosk) -> None:
    screen = _decide(kiosk, samples.decision_view(Outcome.REVIEW))
    assert "dlib-resnet" not in _words(kiosk)
    screen.show_details(True)
    settle()
    assert "Score 0.583 · needed 0.600 · dlib-resnet · 61 ms" in _words(kiosk)
    screen.show_details(False)
    settle()
    assert "dlib-resnet" not in _words(kiosk)


# --- faces on record -------------------------------------------------------------------------------------------------


def _earlier(kiosk: Kiosk) -> EarlierRecords:
    kiosk.publish(entered("decision", samples.earlier_view()))
    screen = kiosk.window.current
    assert isinstance(screen, DecisionScreen)
    assert screen.earlier is not None
    assert not screen.earlier.isVisible()
    screen.show_details(True)
    assert screen.earlier.isVisible()
    return screen.earlier


def test_staff_sees_both_records_side_by_side_at_the_same_size(kiosk: Kiosk) -> None:
    records = _earlier(kiosk)
    assert len(records.pairs) == 2
    now, then, _record = records.pairs[0]
    assert now.picture.size() == then.picture.size()
    assert not now.picture.is_empty
    assert now.name.text() == "ANNA MARIA SPECIMEN"
    assert now.lines.text() == "Born 12 August 1990"
    assert then.name.text() == "HANA VZOROVÁ"
    assert then.lines.text() == "Born 12 August 1990\nRecord K7M-4PX\nOnboarded 2 March 2026\nVery alike, likeness 0.831"


def test_likeness_has_no_word_without_a_threshold_of_its_model(kiosk: Kiosk) -> None:
    assert likeness(0.9, None) == ""
    assert [likeness(score, 0.6) for score in (0.59, 0.6, 0.79, 0.81)] == ["A little alike", "Alike", "Alike", "Very alike"]


def test_faces_on_record_are_no_verdict(kiosk: Kiosk) -> None:
    records = _earlier(kiosk)
    tones = {label.property("tone") for label in records.findChildren(QLabel)}
    assert tones <= {"", None, "secondary"}
    assert records.findChildren(Icon) == []


def test_a_decision_without_earlier_records_shows_no_place_for_them(kiosk: Kiosk) -> None:
    kiosk.publish(entered("decision"))
    screen = kiosk.window.current
    assert isinstance(screen, DecisionScreen)
    assert screen.earlier is None


def test_faces_on_record_are_forgotten_with_the_screen(kiosk: Kiosk) -> None:
    records = _earlier(kiosk)
    pictures = [picture for now, then, _record in records.pairs for picture in (now.picture, then.picture)]
    labels = records.findChildren(QLabel)
    kiosk.window.current.drop()  # type: ignore[union-attr]
    assert all(picture.is_empty for picture in pictures)
    assert not any("VZOROV" in label.text() or "1990" in label.text() for label in labels)


# --- the end ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", Outcome)
def test_done_shows_the_reference_and_starts_anew(kiosk: Kiosk, outcome: Outcome) -> None:
    kiosk.publish(entered("done", DoneView(outcome, "K7M-4PX")))
    assert "K7M-4PX" in _words(kiosk)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.names() == ["start"]


@pytest.mark.parametrize(("code", "words"), [("INTERNAL", "our side"), ("TIMED_OUT", "nobody was there"), ("CONSENT_MISSING", "consent")])
def test_sorry_says_what_happened_and_starts_anew(kiosk: Kiosk, code: str, words: str) -> None:
    kiosk.publish(entered("sorry", SorryView(code, kept=False)))
    assert words in _words(kiosk)
    assert f"({code})" in _words(kiosk)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.names() == ["start"]


def test_sorry_tells_the_truth_about_what_was_kept(kiosk: Kiosk) -> None:
    kiosk.publish(entered("sorry", SorryView("INTERNAL", kept=True)))
    assert "What you confirmed is saved." in _words(kiosk)
    kiosk.publish(entered("sorry", SorryView("INTERNAL", kept=False), generation=2))
    assert "not kept" in _words(kiosk)


def test_a_code_that_is_not_known_is_shown_to_staff_as_it_is(kiosk: Kiosk) -> None:
    kiosk.publish(entered("sorry", SorryView("FROM_THE_FUTURE", kept=False)))
    assert "FROM_THE_FUTURE" in _words(kiosk)


def test_a_kiosk_that_cannot_start_says_nothing_of_data_that_nobody_gave(kiosk: Kiosk) -> None:
    kiosk.publish(entered("sorry", SorryView("STORE_KEY_WRONG", kept=None)))
    assert "kept" not in _words(kiosk)
    assert "saved" not in _words(kiosk)
    assert kiosk.window.footer.main_button.text() == "Try again"
