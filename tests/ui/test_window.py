"""The host: which screen is on, and what lies around and over it."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.domain.errors import ErrorCode
from kiosk.domain.events import (
    Busy,
    CameraStateChanged,
    CaptureResultReady,
    FrameReady,
    GuidanceGiven,
    LanguageChosen,
    ProblemShown,
    StillThere,
)
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import CaptureResult, WelcomeView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import VIEWS, entered
from ui.stage.capture import CaptureScreen
from ui.theme import tokens
from ui.widgets.buttons import BigButton
from ui.window import SCREENS

UNUSABLE = CaptureResult(None, False, advice="GLARE")


def _press(button: BigButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()


def _capture_screen(kiosk: Kiosk) -> CaptureScreen:
    assert isinstance(kiosk.window.current, CaptureScreen)
    return kiosk.window.current


@pytest.mark.parametrize("step", VIEWS)
def test_each_step_shows_its_kind_of_screen(kiosk: Kiosk, step: str) -> None:
    kiosk.publish(entered(step))
    assert kiosk.window.screen_kind == VIEWS[step][0]
    assert kiosk.window.current is not None
    assert kiosk.window.current.isVisible()


def test_every_kind_of_screen_of_the_workflows_can_be_shown() -> None:
    assert {kind for kind, _view in VIEWS.values()} == set(SCREENS)


def test_an_older_entry_does_not_replace_a_newer_one(kiosk: Kiosk) -> None:
    kiosk.publish(entered("selfie", generation=5), entered("document_front", generation=4))
    assert kiosk.window.screen_kind == "selfie_capture"


def test_results_of_an_older_generation_are_ignored(kiosk: Kiosk) -> None:
    kiosk.publish(entered("selfie", generation=5), CaptureResultReady(UNUSABLE, 4), GuidanceGiven(Guidance(AdviceCode.GLARE), 4))
    assert kiosk.window.footer.main_button.isHidden()
    assert "shine" not in _capture_screen(kiosk).pill.text


def test_one_screen_at_a_time_is_alive(kiosk: Kiosk) -> None:
    for number, step in enumerate(VIEWS, 1):
        kiosk.publish(entered(step, generation=number))
    from ui.stage.screen import Screen

    assert len(kiosk.window.findChildren(Screen)) == 1


def test_an_event_from_another_thread_is_shown_on_this_one(kiosk: Kiosk, qtbot: QtBot) -> None:
    seen: list[int] = []
    kiosk.window.events.arrived.connect(lambda _event: seen.append(threading.get_ident()))
    runner = threading.Thread(target=lambda: kiosk.bus.publish(entered("consent")))
    runner.start()
    runner.join(30)
    qtbot.waitUntil(lambda: kiosk.window.screen_kind == "consent", timeout=30_000)
    assert seen == [threading.get_ident()]


# --- ways out --------------------------------------------------------------------------------------------------------


def test_welcome_offers_no_way_back_and_nothing_to_start_over(kiosk: Kiosk) -> None:
    kiosk.publish(entered("welcome"))
    assert kiosk.window.footer.back_button.isHidden()
    assert kiosk.window.footer.over_button.isHidden()
    assert kiosk.window.footer.staff_button.isVisible()


def test_back_is_reported_and_changes_nothing_by_itself(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    _press(kiosk.window.footer.back_button)
    assert kiosk.session.names() == ["back"]
    assert kiosk.window.screen_kind == "consent"


def test_start_over_asks_before_it_erases(kiosk: Kiosk) -> None:
    kiosk.publish(entered("review"))
    _press(kiosk.window.footer.over_button)
    assert kiosk.session.names() == []
    _press(kiosk.window.confirm.no_button)
    assert kiosk.session.names() == []
    _press(kiosk.window.footer.over_button)
    _press(kiosk.window.confirm.yes_button)
    assert kiosk.session.names() == ["cancel"]


def test_staff_are_called_at_once(kiosk: Kiosk) -> None:
    kiosk.publish(entered("selfie"))
    _press(kiosk.window.footer.staff_button)
    assert kiosk.session.names() == ["call_staff"]
    assert kiosk.window.confirm.isVisible()


def test_staff_are_offered_after_three_pictures_that_could_not_be_used(kiosk: Kiosk) -> None:
    for number in range(1, 4):
        kiosk.publish(entered("document_front", generation=number), CaptureResultReady(UNUSABLE, number))
        assert (kiosk.window.footer.staff_button.kind == "chip") is (number == 3)
    kiosk.publish(entered("selfie", generation=4))
    assert kiosk.window.footer.staff_button.kind == "quiet"


# --- the main button -------------------------------------------------------------------------------------------------


def test_a_press_shows_at_once_and_counts_once(kiosk: Kiosk) -> None:
    kiosk.publish(entered("welcome"))
    main = kiosk.window.footer.main_button
    _press(main)
    assert main.busy
    _press(main)
    assert kiosk.session.names() == ["advance"]
    kiosk.publish(entered("language", generation=2))
    assert not main.busy
    assert main.isEnabled()


@pytest.mark.parametrize("event", [ProblemShown(ErrorCode.STORE_FULL), Busy(None)])
def test_the_main_button_comes_back_when_the_answer_led_nowhere(kiosk: Kiosk, event: object) -> None:
    kiosk.publish(entered("consent"))
    _press(kiosk.window.footer.main_button)
    kiosk.publish(event)
    assert kiosk.window.footer.main_button.isEnabled()


def test_the_main_button_stands_in_the_same_place_on_every_screen(kiosk: Kiosk) -> None:
    corners = set()
    for number, step in enumerate(VIEWS, 1):
        kiosk.publish(entered(step, generation=number))
        main = kiosk.window.footer.main_button
        if main.isVisible():
            corners.add(main.mapTo(kiosk.window, main.rect().bottomRight()).toTuple())
    assert len(corners) == 1


# --- over the screen -------------------------------------------------------------------------------------------------


def test_still_there_counts_down_and_a_tap_says_yes(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"), StillThere(9))
    assert kiosk.window.still_there.isVisible()
    kiosk.window.still_there.here.emit()
    assert kiosk.session.calls[-1][0] == "touch"
    assert kiosk.window.still_there.isHidden()
    kiosk.publish(StillThere(8), StillThere(None))
    assert kiosk.window.still_there.isHidden()


def test_activity_resets_the_idle_time_at_most_once_a_second(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    for _ in range(5):
        QTest.mouseClick(kiosk.window.windowHandle(), Qt.MouseButton.LeftButton)
        QTest.keyClick(kiosk.window.windowHandle(), Qt.Key.Key_Shift)
    assert [name for name, _data in kiosk.session.calls] == ["touch"]


def test_a_problem_says_what_to_do_and_can_be_closed(kiosk: Kiosk) -> None:
    kiosk.publish(entered("document_front"), ProblemShown(ErrorCode.NO_DOCUMENT_DETECTED))
    assert kiosk.window.problem.isVisible()
    assert "four corners" in kiosk.window.problem.accessibleName()
    _press(kiosk.window.problem.close_button)
    assert kiosk.window.problem.isHidden()


def test_a_problem_moves_nothing_below_it(kiosk: Kiosk) -> None:
    kiosk.publish(entered("document_front"))
    before = _capture_screen(kiosk).preview.geometry()
    kiosk.publish(ProblemShown(ErrorCode.NO_DOCUMENT_DETECTED))
    assert _capture_screen(kiosk).preview.geometry() == before


def test_a_lost_camera_is_said_and_gone_when_it_is_back(kiosk: Kiosk) -> None:
    kiosk.publish(entered("selfie"), CameraStateChanged("virtual", ErrorCode.CAMERA_LOST))
    assert kiosk.window.camera_veil.isVisible()
    assert kiosk.window.footer.back_button.isVisible()
    kiosk.publish(CameraStateChanged("virtual", None))
    assert kiosk.window.camera_veil.isHidden()


def test_a_lost_camera_is_nobodys_business_where_no_camera_is_used(kiosk: Kiosk) -> None:
    kiosk.publish(entered("review"), CameraStateChanged("virtual", ErrorCode.CAMERA_LOST))
    assert kiosk.window.camera_veil.isHidden()


def test_work_is_shown_over_the_screen_and_in_a_capture_screen_in_place(kiosk: Kiosk) -> None:
    kiosk.publish(entered("review"), Busy("DECIDING"))
    assert kiosk.window.busy_veil.isVisible()
    kiosk.publish(Busy(None))
    assert kiosk.window.busy_veil.isHidden()
    kiosk.publish(entered("document_front", generation=2), Busy("READING"))
    assert kiosk.window.busy_veil.isHidden()
    assert _capture_screen(kiosk).pill.text == "Reading your document"


# --- language and look -----------------------------------------------------------------------------------------------


def test_the_language_switches_on_the_screen_that_is_on(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"), LanguageChosen("sk"))
    assert kiosk.window.footer.main_button.text() == "Súhlasím"
    assert kiosk.window.footer.back_button.text() == "Späť"
    kiosk.publish(LanguageChosen("en"))
    assert kiosk.window.footer.main_button.text() == "I agree"


def test_the_next_customer_is_welcomed_in_the_default_language(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"), LanguageChosen("sk"), entered("welcome", generation=2))
    assert kiosk.window.footer.main_button.text() == "Start"


def test_the_brand_of_the_workflow_stands_in_the_header(kiosk: Kiosk) -> None:
    kiosk.publish(entered("welcome", WelcomeView("Tatra Example")))
    assert kiosk.window.header.brand == "Tatra Example"


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1080, 1920), (3840, 2160)])
def test_touch_targets_grow_with_the_screen(kiosk: Kiosk, size: tuple[int, int]) -> None:
    kiosk.window.resize(*size)
    kiosk.publish(entered("consent"))
    least = 56 * min(size) / tokens.REFERENCE_SHORT_SIDE_PX
    buttons = [button for button in kiosk.window.findChildren(BigButton) if button.isVisible()]
    assert len(buttons) >= 5
    assert [button.text() for button in buttons if button.height() < least] == []


def test_every_button_and_input_has_a_name_for_screen_readers(kiosk: Kiosk) -> None:
    for number, step in enumerate(VIEWS, 1):
        kiosk.publish(entered(step, generation=number))
        for button in kiosk.window.findChildren(BigButton):
            assert not button.isVisible() or button.accessibleName(), f"{step}: a button has no name"


# --- keyboard --------------------------------------------------------------------------------------------------------


def test_enter_presses_the_main_button(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    QTest.keyClick(kiosk.window, Qt.Key.Key_Return)
    settle()
    assert kiosk.session.names() == ["advance"]


def test_enter_on_another_button_presses_that_one(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    QTest.keyClick(kiosk.window.footer.back_button, Qt.Key.Key_Return)
    assert kiosk.session.names() == ["back"]


def test_enter_does_nothing_where_there_is_no_main_button(kiosk: Kiosk) -> None:
    kiosk.publish(entered("document_front"))
    QTest.keyClick(kiosk.window, Qt.Key.Key_Return)
    assert kiosk.session.names() == []


def test_nothing_behind_an_open_question_can_be_pressed_by_keyboard(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    _press(kiosk.window.footer.over_button)
    QTest.keyClick(kiosk.window, Qt.Key.Key_Return)
    QTest.keyClick(kiosk.window, Qt.Key.Key_Escape)
    settle()
    assert kiosk.session.names() == []
    assert kiosk.window.confirm.isHidden()


def test_tab_stays_inside_an_open_question(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    _press(kiosk.window.footer.over_button)
    inside = []
    for _ in range(4):
        QTest.keyClick(kiosk.window.focusWidget(), Qt.Key.Key_Tab)
        inside.append(kiosk.window.focusWidget())
    assert set(inside) == {kiosk.window.confirm.yes_button, kiosk.window.confirm.no_button}


def test_tab_reaches_every_button_that_is_shown(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    reached = set()
    for _ in range(12):
        QTest.keyClick(kiosk.window.focusWidget(), Qt.Key.Key_Tab)
        reached.add(kiosk.window.focusWidget())
    assert {button for button in kiosk.window.findChildren(BigButton) if button.isVisible()} <= reached


def test_the_focus_ring_shows_for_the_keyboard_only(kiosk: Kiosk) -> None:
    kiosk.publish(entered("consent"))
    button = kiosk.window.footer.back_button
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    by_mouse = button.grab().toImage()
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.grab().toImage() != by_mouse


# --- the end ---------------------------------------------------------------------------------------------------------


def test_a_closed_window_hears_nothing_and_watches_nobody(kiosk: Kiosk) -> None:
    kiosk.publish(entered("selfie"))
    kiosk.frames.frame = samples.face_frame()
    kiosk.window.close()
    kiosk.publish(entered("consent", generation=2), FrameReady(1))
    assert kiosk.bus.subscribers == []
    assert kiosk.window.current is None
    kiosk.window.show()
    kiosk.window.close()
    calls = len(kiosk.session.calls)
    QTest.mouseClick(kiosk.window, Qt.MouseButton.LeftButton)
    assert len(kiosk.session.calls) == calls
