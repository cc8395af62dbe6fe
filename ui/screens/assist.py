"""When the check before the camera did not work several times: a colleague, or on without it. Nobody is to blame."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from kiosk.domain.views import AssistView
from ui import strings
from ui.stage.screen import Action, Screen, Stage
from ui.widgets.buttons import BigButton
from ui.widgets.layouts import Box
from ui.widgets.part import Text
from ui.widgets.pictures import Illustration


class AssistScreen(Screen):
    """Main: on without the check where that is allowed, else a colleague. Second: the check once more where that is allowed."""

    def __init__(self, stage: Stage, view: AssistView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._view = view
        self._called = False
        self._title, self._text, self._safe = Text("display", strong=True), Text("lead"), Text("lead", tone="secondary")
        self._staff = Text("small", tone="secondary")
        self.colleague = BigButton(theme, "second", icon="staff")
        self.colleague.clicked.connect(self._on_colleague)
        self.colleague.setVisible(view.can_go_on)
        content = Box(theme, spacing=24, margins=(80, 0, 80, 0))
        content.box.addStretch(1)
        content.add(Illustration(theme, "together", 300))
        content.add(self._title, self._text, self._safe)
        content.box.addWidget(self.colleague, 0, Qt.AlignmentFlag.AlignHCenter)
        content.box.addStretch(1)
        content.add(self._staff)
        for text in (self._title, self._text, self._safe, self._staff):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(content)
        self.retranslate()

    @property
    def main(self) -> Action | None:
        if self._view.can_go_on:
            return Action(strings.translate("assist", "Go on without it"))
        return Action(strings.translate("assist", "Call a colleague"), "staff", enabled=not self._called)

    @property
    def second(self) -> Action | None:
        return Action(strings.translate("assist", "Try once more"), "retake") if self._view.can_retry else None

    def on_main(self) -> None:
        if self._view.can_go_on:
            self.session.advance()
        else:
            self._on_colleague()

    def on_second(self) -> None:
        self.session.retake()

    def _on_colleague(self) -> None:
        self._called = True
        self.colleague.setEnabled(False)
        self.staff_asked.emit()
        self.retranslate()

    def retranslate(self) -> None:
        view = self._view
        self._title.setText(strings.translate("assist", "Let's do this together"))
        if self._called:
            self._text.setText(strings.translate("assist", "A colleague is on the way to you."))
        elif view.can_go_on:
            self._text.setText(
                strings.translate("assist", "The quick check doesn't always work. A colleague can help you now, or look at it later.")
            )
        else:
            self._text.setText(strings.translate("assist", "The quick check doesn't always work. A colleague does it with you."))
        self._safe.setText(strings.translate("assist", "Nothing that you've shown us so far is lost."))
        self.colleague.setText(strings.translate("assist", "Call a colleague"))
        self._staff.setText(strings.translate("assist", "For staff: {code}").format(code=view.reason))
        self.actions_changed.emit()
