"""Touching a field of the review shows where on the document it was read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from kiosk.domain.document import FieldName, Source
from kiosk.domain.views import FieldRow, ReviewView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered
from ui.screens.review import ReviewScreen
from ui.widgets.fields import FieldEditor


def _review(kiosk: Kiosk) -> ReviewScreen:
    rows = (
        FieldRow(FieldName.SURNAME, "SPECIMEN", Source.MRZ, 1.0, False, cutout=samples.cutout_jpeg(0)),
        FieldRow(FieldName.GENDER, "F", Source.MRZ, 1.0, False, cutout=samples.cutout_jpeg(1)),
        FieldRow(FieldName.ADDRESS, "12 HARBOUR STREET", Source.OPERATOR, 1.0, False, edited=True),
    )
    kiosk.publish(entered("review", ReviewView(samples.portrait_jpeg(), samples.selfie_jpeg(), rows)))
    assert isinstance(kiosk.window.current, ReviewScreen)
    return kiosk.window.current


def _editor(screen: ReviewScreen, name: FieldName) -> FieldEditor:
    return next(editor for editor in screen.editors if editor.row.name is name)


def _words(screen: ReviewScreen) -> str:
    return "\n".join(label.text() for label in screen.place.findChildren(QLabel) if label.isVisible())


def test_a_certain_field_shows_its_place_when_it_is_touched(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    assert not screen.place.picture.isVisible()
    assert "Touch a value" in _words(screen)
    QTest.mouseClick(_editor(screen, FieldName.SURNAME).edit, Qt.MouseButton.LeftButton)
    assert screen.place.picture.isVisible()
    assert not screen.place.picture.is_empty
    assert _words(screen) == "Surname"


def test_a_choice_shows_its_place_too(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    _editor(screen, FieldName.GENDER).genders["F"].click()
    assert screen.place.picture.isVisible()
    assert _words(screen) == "Sex"


def test_what_was_not_read_from_a_page_is_said_so(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    QTest.mouseClick(_editor(screen, FieldName.SURNAME).edit, Qt.MouseButton.LeftButton)
    QTest.mouseClick(_editor(screen, FieldName.ADDRESS).edit, Qt.MouseButton.LeftButton)
    assert not screen.place.picture.isVisible()
    assert "wasn't read at one place" in _words(screen)


def test_nothing_moves_under_the_finger(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    settle()

    def places() -> list[object]:
        return [widget.mapTo(screen, widget.rect().topLeft()) for editor in screen.editors for widget in (editor, *editor.genders.values())]

    before = places()
    for editor in screen.editors:
        editor.touched.emit(editor)
        settle()
        assert places() == before


def test_the_place_is_dropped_with_the_screen(kiosk: Kiosk) -> None:
    screen = _review(kiosk)
    QTest.mouseClick(_editor(screen, FieldName.SURNAME).edit, Qt.MouseButton.LeftButton)
    screen.drop()
    assert screen.place.picture.is_empty
