"""The document's chip: held to the reader. A machine without one never gets here: the step is passed over."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from kiosk.domain.views import ChipView
from ui import step_problems, strings
from ui.stage.screen import Action, Screen, Stage
from ui.widgets.layouts import Box
from ui.widgets.note import Note
from ui.widgets.part import Text
from ui.widgets.pictures import Illustration


class ChipScreen(Screen):
    """Main: read."""

    def __init__(self, stage: Stage, view: ChipView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._view = view
        self._title, self._text = Text("display", strong=True), Text("lead", tone="secondary")
        self.problem = Note(theme)
        content = Box(theme, spacing=24, margins=(80, 0, 80, 0))
        content.box.addStretch(1)
        content.add(Illustration(theme, "chip-reader", 320))
        content.add(self._title, self._text)
        row = Box(theme, row=True)
        row.box.addStretch(1)
        row.add(self.problem, stretch=6)
        row.box.addStretch(1)
        content.add(row)
        content.box.addStretch(1)
        for text in (self._title, self._text):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(content)
        self.retranslate()
        stage.speaker.say(self.problem.words or self._title.text())

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("chip", "Read the chip"), "chip")

    @property
    def second(self) -> Action | None:
        return Action(strings.translate("chip", "Not now")) if self._view.optional else None

    def on_main(self) -> None:
        self.session.advance()

    def on_second(self) -> None:
        self.session.skip()

    def drop(self) -> None:
        self.stage.speaker.stop()

    def retranslate(self) -> None:
        self._title.setText(strings.translate("chip", "Hold your document to the reader"))
        self._text.setText(strings.translate("chip", "Take it out of its cover, and leave it there until we say that it's done."))
        self.problem.say(step_problems.chip(self._view.problem))
        self.actions_changed.emit()
