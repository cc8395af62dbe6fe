"""The document's chip: read or skipped."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from kiosk.domain.errors import ErrorCode
from kiosk.domain.views import ChipView
from tests.ui.conftest import Kiosk
from tests.ui.samples import entered
from ui import step_problems
from ui.screens.chip import ChipScreen


def _show(kiosk: Kiosk, view: ChipView) -> ChipScreen:
    kiosk.publish(entered("chip", view))
    assert isinstance(kiosk.window.current, ChipScreen)
    return kiosk.window.current


def _words(kiosk: Kiosk) -> str:
    return "\n".join(label.text() for label in kiosk.window.findChildren(QLabel) if label.isVisible())


def test_the_main_button_reads(kiosk: Kiosk) -> None:
    _show(kiosk, ChipView())
    assert "Hold your document to the reader" in _words(kiosk)
    assert not kiosk.window.footer.second_button.isVisible()
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {})


def test_it_may_be_skipped_where_that_is_allowed(kiosk: Kiosk) -> None:
    _show(kiosk, ChipView(optional=True))
    kiosk.window.footer.second_button.click()
    assert kiosk.session.names() == ["skip"]


def test_a_chip_that_could_not_be_read_says_what_to_do(kiosk: Kiosk) -> None:
    screen = _show(kiosk, ChipView(problem="NOT_ENOUGH_DATA"))
    assert screen.problem.isVisible()
    assert "Go back and take its picture once more." in _words(kiosk)


def test_a_reader_that_failed_is_not_called_a_camera(kiosk: Kiosk) -> None:
    _show(kiosk, ChipView(problem="CAMERA_LOST"))
    assert "The reader doesn't answer." in _words(kiosk)
    assert "camera" not in _words(kiosk).lower()


@pytest.mark.parametrize("code", ["DEVICE_MISSING", *ErrorCode])
def test_every_problem_is_a_sentence_without_its_code(code: str, qapp: object) -> None:
    words = step_problems.chip(code)
    assert words.endswith(".")
    assert code not in words
