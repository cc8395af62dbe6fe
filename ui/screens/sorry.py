"""The end of a way that could not go on: no consent, nobody there any more, or a fault of ours."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from kiosk.domain.errors import ErrorCode
from kiosk.domain.views import SorryView
from ui import strings
from ui.stage.screen import Action, Screen, Stage
from ui.widgets.layouts import Box
from ui.widgets.part import Text
from ui.widgets.pictures import Illustration

_DRAWINGS = {ErrorCode.TIMED_OUT: "clock", ErrorCode.CONSENT_MISSING: "declined"}


class SorryScreen(Screen):
    """Says what happened, whether anything was kept, what to do next; the code is for staff."""

    outlives_session = True

    def __init__(self, stage: Stage, view: SorryView) -> None:
        super().__init__(stage)
        theme = stage.theme
        # A code that this version has no words for is still shown to staff.
        self._code = ErrorCode(view.code) if view.code in ErrorCode.__members__ else ErrorCode.INTERNAL
        self._shown_code = view.code
        self._kept = view.kept
        self._title, self._text, self._kept_text = Text("display", strong=True), Text("lead"), Text("lead", tone="secondary")
        self._staff = Text("small", tone="secondary")
        content = Box(theme, spacing=24, margins=(80, 0, 80, 0))
        content.box.addStretch(1)
        content.add(Illustration(theme, _DRAWINGS.get(self._code, "unplugged"), 300))
        content.add(self._title, self._text, self._kept_text)
        content.box.addStretch(1)
        content.add(self._staff)
        for text in (self._title, self._text, self._kept_text, self._staff):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(content)
        self.retranslate()

    @property
    def main(self) -> Action | None:
        if self._kept is None:
            return Action(strings.translate("sorry", "Try again"), "restart")
        return Action(strings.translate("sorry", "Start again"), "restart")

    def on_main(self) -> None:
        self.session.start()

    def retranslate(self) -> None:
        words = strings.error(self._code)
        self._title.setText(words.title)
        self._text.setText(words.text)
        self._kept_text.setVisible(self._kept is not None)
        if self._kept:
            self._kept_text.setText(strings.translate("sorry", "What you confirmed is saved."))
        else:
            self._kept_text.setText(strings.translate("sorry", "Your data and pictures were not kept."))
        self._staff.setText(
            strings.translate("sorry", "For staff: {advice} ({code})").format(advice=words.for_staff, code=self._shown_code)
        )
        self.actions_changed.emit()
