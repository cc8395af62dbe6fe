"""The host: shows the screen of the step that is on, and what every screen has in common. It decides no next step."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QResizeEvent, QShowEvent, QWindow
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from kiosk.domain.events import (
    Busy,
    CameraStateChanged,
    CaptureResultReady,
    Event,
    GuidanceGiven,
    LanguageChosen,
    PictureTaken,
    ProblemShown,
    SessionEnded,
    StepEntered,
    StillThere,
)
from kiosk.domain.views import View, WelcomeView
from ui.bridge.events import EventBridge
from ui.bridge.frames import FrameBridge
from ui.bridge.session import EventSource, FrameSource, Session
from ui.confirm import ConfirmVeil
from ui.frame import Footer, Header
from ui.language import SOURCE_LANGUAGE, Languages
from ui.speaker import SilentSpeaker, Speaker, Tone
from ui.stage.screen import Screen, Stage
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.part import Part
from ui.widgets.veils import BusyVeil, CameraVeil, ProblemBanner, StillThereVeil

_log = logging.getLogger(__name__)

# screen kind -> module and class, imported when the first step of the kind is entered
SCREENS = {
    "welcome": ("ui.screens.welcome", "WelcomeScreen"),
    "language": ("ui.screens.language", "LanguageScreen"),
    "consent": ("ui.screens.consent", "ConsentScreen"),
    "document_capture": ("ui.screens.document_capture", "DocumentCaptureScreen"),
    "selfie_capture": ("ui.screens.selfie_capture", "SelfieCaptureScreen"),
    "liveness": ("ui.screens.liveness", "LivenessScreen"),
    "assist": ("ui.screens.assist", "AssistScreen"),
    "contact": ("ui.screens.contact", "ContactScreen"),
    "proof": ("ui.screens.proof", "ProofScreen"),
    "chip": ("ui.screens.chip", "ChipScreen"),
    "review": ("ui.screens.review", "ReviewScreen"),
    "decision": ("ui.screens.decision", "DecisionScreen"),
    "done": ("ui.screens.done", "DoneScreen"),
    "sorry": ("ui.screens.sorry", "SorryScreen"),
}
_ENDS = frozenset({"welcome", "decision", "done", "sorry"})  # nothing is left that starting over could take back
_TRIES_BEFORE_STAFF = 3
_TOUCH_EVERY_MS = 1000
_PRESS_GUARD_MS = 4000
_ACTIVITY = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.TouchBegin, QEvent.Type.Wheel})


class Window(QWidget):
    """Made once, on the GUI thread. `close()` lets go of the bus.

    Args:
        screen_keyboard: show keys on the screen while something is typed.
        default_language: what the welcome screen speaks.
        speaker: says advice and plays tones; silent when not given. The window closes it.
    """

    def __init__(
        self,
        session: Session,
        capture: FrameSource,
        bus: EventSource,
        *,
        theme: Theme | None = None,
        brand: str = "Onboarding Kiosk",
        screen_keyboard: bool = False,
        default_language: str = SOURCE_LANGUAGE,
        speaker: Speaker | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(brand)
        self.theme = theme or Theme()
        self.session = session
        self.languages = Languages()
        self._default_language = default_language
        self.speaker = speaker or SilentSpeaker()
        self._use_language(default_language)
        self._stage = Stage(self.theme, session, screen_keyboard, self.speaker)
        self.screen_kind = ""
        self.current: Screen | None = None
        self._generation = -1
        self._step = ""
        self._tries: dict[str, int] = {}
        self.setStyleSheet(self.theme.stylesheet())

        self.header = Header(self.theme, brand)
        self.footer = Footer(self.theme)
        self.content = QWidget()
        self.content.setObjectName("content")
        self._content_layout = QVBoxLayout(self.content)
        self.problem = ProblemBanner(self.theme, self.content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # The size is the screen's; a layout that does not fit scrolls or shrinks, it never makes the window larger.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        layout.addWidget(self.header)
        layout.addWidget(self.content, 1)
        layout.addWidget(self.footer)
        self.camera_veil = CameraVeil(self.theme, self.content)
        self.busy_veil = BusyVeil(self.theme, self.content)
        self.still_there = StillThereVeil(self.theme, self)
        self.confirm = ConfirmVeil(self.theme, self)
        self._connect()

        self._press_guard = self._timer(_PRESS_GUARD_MS, self._on_guard)
        self._touched = self._timer(_TOUCH_EVERY_MS, None)
        self.events = EventBridge(bus, self)
        self.events.arrived.connect(self._on_event)
        self.frames = FrameBridge(bus, capture, self)
        self.frames.ready.connect(self._on_frame)
        self._watched: QWindow | None = None
        self._apply_theme()

    def _timer(self, ms: int, call: Callable[[], None] | None) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        if call is not None:
            timer.timeout.connect(call)
        return timer

    def _connect(self) -> None:
        self.footer.back.connect(self._on_back)
        self.footer.start_over.connect(self._on_start_over)
        self.footer.ask_staff.connect(self._on_ask_staff)
        self.footer.main.connect(self._on_main)
        self.footer.second.connect(self._on_second)
        self.still_there.here.connect(self._on_here)

    # --- events of the session ---------------------------------------------------------------------------------------

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if isinstance(event, StepEntered):
            self._enter(event)
        elif isinstance(event, (GuidanceGiven, PictureTaken, CaptureResultReady)):
            self._pass_on(event)
        elif isinstance(event, Busy):
            self._waiting(False)
            in_place = self.current is not None and self.current.show_busy(event.label)
            self.busy_veil.show_label(None if in_place else event.label)
        elif isinstance(event, CameraStateChanged):
            self.camera_veil.show_error(event.error if self.current is not None and self.current.wanted is not None else None)
        elif isinstance(event, StillThere):
            self.still_there.show_seconds(event.seconds_left)
        elif isinstance(event, ProblemShown):
            self._waiting(False)
            self.problem.show_problem(event.code)
            self._place_problem()
        elif isinstance(event, LanguageChosen):
            self._use_language(event.language)
        elif isinstance(event, SessionEnded):
            self._forget()

    def _enter(self, entered: StepEntered) -> None:
        if entered.generation < self._generation:
            return
        self._generation, self._step = entered.generation, entered.step
        self._waiting(False)
        self.busy_veil.show_label(None)
        self.still_there.show_seconds(None)
        self.camera_veil.show_error(None)
        self.problem.show_problem(None)
        self.confirm.hide()
        if isinstance(entered.view, WelcomeView):
            self._use_language(self._default_language)
            self.header.set_brand(entered.view.brand)
        self._show(entered.screen, entered.view)
        if entered.screen == "done":
            self.speaker.tone(Tone.DONE)
        self.header.show_progress(entered.progress)
        self.footer.show_ways_out(back=entered.can_go_back, start_over=entered.screen not in _ENDS)
        self.footer.emphasise_staff(self._tries.get(self._step, 0) >= _TRIES_BEFORE_STAFF)

    def _pass_on(self, event: GuidanceGiven | PictureTaken | CaptureResultReady) -> None:
        if event.generation != self._generation or self.current is None:
            return
        if isinstance(event, CaptureResultReady):
            self.busy_veil.show_label(None)
            if not event.result.usable:
                self._tries[self._step] = self._tries.get(self._step, 0) + 1
                self.footer.emphasise_staff(self._tries[self._step] >= _TRIES_BEFORE_STAFF)
        if not isinstance(event, GuidanceGiven):
            self._waiting(False)
        self.current.handle(event)

    @Slot(str)
    def _use_language(self, language: str) -> None:
        self.languages.use(language)
        self.speaker.use_language(self.languages.current)

    @Slot(object)
    def _on_frame(self, picture: QImage) -> None:
        if self.current is not None and self.current.wanted is not None:
            self.current.show_frame(picture)

    # --- screens -----------------------------------------------------------------------------------------------------

    def show_screen_keyboard(self, shown: bool) -> None:
        """Keys on the screen from the next screen on."""
        self._stage = replace(self._stage, screen_keyboard=shown)

    def _show(self, kind: str, view: View) -> None:
        if kind not in SCREENS:
            _log.error("no screen of kind %s", kind)
            return
        module, name = SCREENS[kind]
        screen: Screen = getattr(importlib.import_module(module), name)(self._stage, view)
        self._remove()
        self.current, self.screen_kind = screen, kind
        screen.actions_changed.connect(self._on_actions)
        screen.wanted_changed.connect(self._on_wanted)
        screen.language_tried.connect(self._use_language)
        screen.staff_asked.connect(self._on_ask_staff)
        self._content_layout.addWidget(screen, 1)
        self._on_actions()
        self._on_wanted()
        focus = screen.first_focus() or (self.footer.main_button if screen.main is not None else self)
        focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self) -> None:
        """The screen that is on is emptied and destroyed."""
        self.frames.want(None)
        screen, self.current, self.screen_kind = self.current, None, ""
        if screen is not None:
            screen.drop()
            screen.hide()
            screen.disconnect(self)
            self._content_layout.removeWidget(screen)
            screen.setParent(None)  # found by nobody any more, though it dies only with the next turn
            screen.deleteLater()

    def _forget(self) -> None:
        """The session has ended: nothing of the customer stays on or behind the glass, and nothing more is said."""
        self.speaker.stop()
        self._tries.clear()
        self.busy_veil.show_label(None)
        self.still_there.show_seconds(None)
        self.camera_veil.show_error(None)
        self.problem.show_problem(None)
        self.confirm.hide()
        if self.current is not None and not self.current.outlives_session:
            self._remove()
            self.footer.show_actions(None, None)
            self.footer.show_ways_out(back=False, start_over=False)

    @Slot()
    def _on_actions(self) -> None:
        if self.current is not None:
            self.footer.show_actions(self.current.main, self.current.second)

    @Slot()
    def _on_wanted(self) -> None:
        if self.current is not None:
            self.frames.want(self.current.wanted)

    # --- what is pressed ---------------------------------------------------------------------------------------------

    def _waiting(self, waiting: bool) -> None:
        if waiting:
            self._press_guard.start()
        else:
            self._press_guard.stop()
        self.footer.set_waiting(waiting)
        if not waiting:
            self._on_actions()

    @Slot()
    def _on_guard(self) -> None:
        self._waiting(False)

    @Slot()
    def _on_main(self) -> None:
        if self.current is not None:
            self._waiting(True)
            self.current.on_main()

    @Slot()
    def _on_second(self) -> None:
        if self.current is not None:
            self.current.on_second()

    @Slot()
    def _on_back(self) -> None:
        self.session.back()

    @Slot()
    def _on_start_over(self) -> None:
        self.confirm.ask("start_over", self.session.cancel)

    @Slot()
    def _on_ask_staff(self) -> None:
        self._waiting(False)
        self.session.call_staff()
        self.confirm.tell("staff_called")

    @Slot()
    def _on_here(self) -> None:
        self.still_there.show_seconds(None)
        self.session.touch()

    # --- the window itself -------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None and handle is not self._watched:
            # The native window and not the application: a filter in Python for every event of every widget costs what painting costs.
            handle.installEventFilter(self)
            self._watched = handle

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # At most one touch a second: the runner only resets a timer with it.
        if event.type() in _ACTIVITY and not self._touched.isActive():
            self._touched.start()
            self.session.touch()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        main = self.footer.main_button
        if self.confirm.isVisible() or self.still_there.isVisible():
            # Enter reaches the question through its focused button; Escape takes the safe answer.
            if event.key() == Qt.Key.Key_Escape:
                self.confirm.hide()
                self.still_there.here.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and main.isVisible() and main.isEnabled():
            self._on_main()
        elif event.key() == Qt.Key.Key_Escape and self.footer.back_button.isVisible():
            self._on_back()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """While a question lies over the screen, Tab stays inside it."""
        veil = next((veil for veil in (self.still_there, self.confirm) if veil.isVisible()), None)
        if veil is None:
            return super().focusNextPrevChild(forward)
        buttons = [button for button in veil.findChildren(BigButton) if button.isVisible()]
        now = next((index for index, button in enumerate(buttons) if button.hasFocus()), -1)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        buttons[(now + (1 if forward else -1)) % len(buttons)].setFocus(reason)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.theme.rescale(self.width(), self.height()):
            self.setStyleSheet(self.theme.stylesheet())
            for part in self.findChildren(Part):
                part.apply_theme()
            for button in self.findChildren(BigButton):
                button.apply_theme()
        self.footer.set_standing(self.height() > self.width())
        self._apply_theme()
        for veil in (self.still_there, self.confirm):
            if veil.isVisible():
                veil.cover()
        QTimer.singleShot(0, self, self._cover_content)

    def _place_problem(self) -> None:
        """Over the top of the screen, so that nothing below it moves."""
        margins = self._content_layout.contentsMargins()
        width = self.content.width() - margins.left() - margins.right()
        self.problem.setGeometry(margins.left(), self.theme.px(8), width, self.problem.heightForWidth(width))
        self.problem.raise_()

    def _cover_content(self) -> None:
        self._place_problem()
        for veil in (self.camera_veil, self.busy_veil):
            if veil.isVisible():
                veil.cover()

    def _apply_theme(self) -> None:
        px = self.theme.px
        side = 64 if self.width() >= self.height() else 40
        self._content_layout.setContentsMargins(px(side), px(20), px(side), px(28))
        self._content_layout.setSpacing(px(20))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remove()
        self.events.close()
        self.frames.close()
        if self._watched is not None:
            self._watched.removeEventFilter(self)
            self._watched = None
        self.languages.close()
        self.speaker.close()
        for timer in (self._press_guard, self._touched):
            timer.stop()
        super().closeEvent(event)
