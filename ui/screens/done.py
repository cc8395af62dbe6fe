"""The end of a good way: what happens next, and the reference."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from kiosk.domain.decision import Outcome
from kiosk.domain.views import DoneView
from ui import strings
from ui.stage.screen import Action, Screen, Stage
from ui.widgets.layouts import Box, Card
from ui.widgets.part import Text
from ui.widgets.pictures import Illustration


class DoneScreen(Screen):
    """Shows a reference, no name and no picture."""

    outlives_session = True

    def __init__(self, stage: Stage, view: DoneView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._outcome = view.outcome
        self._title, self._text = Text("display", strong=True), Text("lead", tone="secondary")
        self._label, self._reference = Text("small", tone="secondary"), Text("title", strong=True, wrap=False)
        self._reference.setText(view.reference)
        card = Card(theme, padding=28, spacing=4)
        card.add(self._label, self._reference)
        drawing = {Outcome.ACCEPT: "done", Outcome.REVIEW: "colleague", Outcome.REJECT: "declined"}[view.outcome]
        content = Box(theme, spacing=28)
        content.box.addStretch(1)
        content.add(Illustration(theme, drawing, 300))
        content.add(self._title, self._text)
        content.box.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        content.box.addStretch(2)
        for text in (self._title, self._text, self._label, self._reference):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(content)
        self.retranslate()

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("done", "Finish"))

    def on_main(self) -> None:
        self.session.start()

    def retranslate(self) -> None:
        title, text = {
            Outcome.ACCEPT: (
                strings.translate("done", "All done"),
                strings.translate("done", "Thank you. You can take your document and go."),
            ),
            Outcome.REVIEW: (
                strings.translate("done", "Thank you"),
                strings.translate("done", "A colleague looks at your data and gets back to you. Don't forget your document."),
            ),
            Outcome.REJECT: (
                strings.translate("done", "It didn't work out today"),
                strings.translate("done", "A colleague can tell you what else is possible. Don't forget your document."),
            ),
        }[self._outcome]
        self._title.setText(title)
        self._text.setText(text)
        self._label.setText(strings.translate("done", "Your reference"))
        self.actions_changed.emit()
