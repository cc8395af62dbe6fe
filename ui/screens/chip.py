"""The document's chip: held to the reader, or said plainly that this machine has none."""

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
    """Main: read; without a reader on without the chip where that is allowed, else a colleague."""

    def __init__(self, stage: Stage, view: ChipView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._view = view
        self._called = False
        self._title, self._text = Text("display", strong=True), Text("lead", tone="secondary")
        self.problem = Note(theme)
        content = Box(theme, spacing=24, margins=(80, 0, 80, 0))
        content.box.addStretch(1)
        content.add(Illustration(theme, "chip-reader" if view.reader else "chip-none", 320))
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
        view = self._view
        if view.reader:
            return Action(strings.translate("chip", "Read the chip"), "chip")
        if view.optional:
            return Action(strings.translate("chip", "Go on without it"))
        return Action(strings.translate("chip", "Call a colleague"), "staff", enabled=not self._called)

    @property
    def second(self) -> Action | None:
        if self._view.reader:
            return Action(strings.translate("chip", "Not now")) if self._view.optional else None
        # the colleague who came leads on: the chip stands as not read, which is then looked at
        return Action(strings.translate("chip", "Go on without it")) if self._called else None

    def on_main(self) -> None:
        if self._view.reader:
            self.session.advance()
        elif self._view.optional:
            self.session.skip()
        else:
            self._called = True
            self.staff_asked.emit()
            self.retranslate()

    def on_second(self) -> None:
        if self._view.reader:
            self.session.skip()
        else:
            self.session.advance()

    def drop(self) -> None:
        self.stage.speaker.stop()

    def retranslate(self) -> None:
        view = self._view
        if view.reader:
            self._title.setText(strings.translate("chip", "Hold your document to the reader"))
            self._text.setText(strings.translate("chip", "Take it out of its cover, and leave it there until we say that it's done."))
        else:
            self._title.setText(strings.translate("chip", "This machine can't read chips"))
            if view.optional:
                self._text.setText(strings.translate("chip", "You can go on without it. Nothing that you've shown us so far is lost."))
            elif self._called:
                self._text.setText(strings.translate("chip", "A colleague is on the way to you."))
            else:
                self._text.setText(strings.translate("chip", "A colleague can help you. Nothing that you've shown us so far is lost."))
        # without a reader the title has said it already
        self.problem.say(step_problems.chip(view.problem) if view.reader else "")
        self.actions_changed.emit()
