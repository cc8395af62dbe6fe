"""The first screen: what this is, what is needed, how long it takes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from kiosk.domain.views import WelcomeView
from ui import strings
from ui.stage.screen import Action, Screen, Stage
from ui.widgets.layouts import Box, Card, Panes
from ui.widgets.part import Text
from ui.widgets.pictures import Icon, Illustration

_STEPS = ("document", "selfie", "shield")


class WelcomeScreen(Screen):
    """Stays up between customers; holds nothing of anyone."""

    outlives_session = True

    def __init__(self, stage: Stage, view: WelcomeView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._title, self._lead = Text("display", strong=True), Text("lead", tone="secondary")
        words = Box(theme, spacing=24)
        words.box.addStretch(1)
        words.add(self._title, self._lead)
        words.box.addSpacing(theme.px(24))
        self._steps: list[Text] = []
        steps = Card(theme, padding=36, spacing=28)
        for icon in _STEPS:
            row = Box(theme, row=True, spacing=24)
            text = Text("lead")
            row.box.addWidget(Icon(theme, icon, 32, "accent", disc="accent_soft"), 0, Qt.AlignmentFlag.AlignVCenter)
            row.add(text, stretch=1)
            self._steps.append(text)
            steps.add(row)
        words.add(steps)
        words.box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Panes(theme, words, Illustration(theme, "welcome", 600), shares=(5, 4), standing_shares=(1, 1), spacing=64))
        self.retranslate()

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("welcome", "Start"))

    def on_main(self) -> None:
        self.session.advance()

    def retranslate(self) -> None:
        self._title.setText(strings.translate("welcome", "Welcome. Let's get you set up."))
        self._lead.setText(strings.translate("welcome", "It takes about three minutes. Have your identity card or passport ready."))
        for text, words in zip(
            self._steps,
            (
                strings.translate("welcome", "Show your document"),
                strings.translate("welcome", "Take a selfie"),
                strings.translate("welcome", "Look over your data and you're done"),
            ),
            strict=True,
        ):
            text.setText(words)
        self.actions_changed.emit()
